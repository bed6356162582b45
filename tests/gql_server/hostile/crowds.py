"""Crowds of clients, cheap enough to share a machine with the server that they ask."""

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import count

MOST_LINES = 300
TICK = 0.005
PATIENCE = 60
# Where it stands in a request it becomes another number each time: what is asked twice is no work.
EACH_TIME = "10000000"
numbers = count(int(EACH_TIME))


@dataclass
class Tally:
    """What was answered: how often with each status, how soon, and the first answer of each kind."""

    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    samples: dict[int, bytes] = field(default_factory=dict)
    unsent: int = 0

    @property
    def goodput(self) -> float:
        """How many were answered well in a second."""
        return self.statuses[200] / self.seconds

    def wait(self, share: float) -> float:
        """Give the milliseconds within which this share of the good answers came."""
        waits = sorted(self.waits) or [0.0]
        return waits[int((len(waits) - 1) * share)] * 1000

    def take(self, status: int, answer: bytes, wait: float) -> None:
        """Count an answer."""
        self.statuses[status] += 1
        if status == 200:
            self.waits.append(wait)
        self.samples.setdefault(status, answer)


class Asker(asyncio.Protocol):
    """A connection that sends a request again and again, when told to."""

    def __init__(self, sent: bytes, tally: Tally, ready) -> None:
        self._sent, self._tally, self._ready = sent, tally, ready
        self._read = b""
        self._asked_at = 0.0
        self._waits = False

    def connection_made(self, transport) -> None:
        self._transport = transport

    def ask(self) -> None:
        self._asked_at, self._waits = time.perf_counter(), True
        self._transport.write(self._sent.replace(EACH_TIME.encode(), b"%d" % next(numbers)))

    def data_received(self, data) -> None:
        self._read += data
        end = self._read.find(b"\r\n\r\n") + 4
        if end < 4:
            return
        length = self._read.index(b"Content-Length: ") + 16
        if len(self._read) < end + int(self._read[length : self._read.index(b"\r", length)]):
            return
        self._tally.take(int(self._read[9:12]), self._read, time.perf_counter() - self._asked_at)
        self._read, self._waits = b"", False
        self._ready(self)

    def connection_lost(self, error) -> None:
        if self._waits:
            self._tally.take(0, b"", 0.0)

    def close(self) -> None:
        self._waits = False
        self._transport.abort()


async def closed_loop(port: int, sent: bytes, *, clients: int, seconds: float) -> Tally:
    """Let so many clients ask, each as soon as it has been answered: that is what a server can do."""
    tally = Tally(seconds)
    end = time.perf_counter() + seconds

    def again(asker: Asker) -> None:
        if time.perf_counter() < end:
            asker.ask()

    askers = await _connect(port, clients, lambda: Asker(sent, tally, again))
    for asker in askers:
        asker.ask()
    await asyncio.sleep(seconds)
    # A machine that stood still until now has yet to answer anybody.
    async with asyncio.timeout(PATIENCE):
        while not tally.statuses:  # noqa: ASYNC110 - the first answer comes by itself
            await asyncio.sleep(TICK)
    for asker in askers:
        asker.close()
    return tally


async def open_loop(port: int, sent: bytes, *, rate: float, seconds: float) -> Tally:
    """Ask so often in a second, whether or not anybody has been answered; go on until somebody is."""
    tally = Tally(seconds)
    idle: deque[Asker] = deque()
    askers = await _connect(port, MOST_LINES, lambda: Asker(sent, tally, idle.append))
    idle.extend(askers)
    begun, asked = time.perf_counter(), 0
    while (passed := time.perf_counter() - begun) < seconds or not (tally.waits or passed > PATIENCE):
        for _ in range(int(passed * rate) - asked):
            asked += 1
            if idle:
                idle.popleft().ask()
            else:
                tally.unsent += 1
        await asyncio.sleep(TICK)
    async with asyncio.timeout(PATIENCE):
        while len(idle) < len(askers):  # noqa: ASYNC110 - the last answers come by themselves
            await asyncio.sleep(TICK)
    for asker in askers:
        asker.close()
    return tally


async def _connect(port: int, count: int, make) -> list[Asker]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(make, "127.0.0.1", port))[1] for _ in range(count)]
