"""Asks as fast as it is answered, from a process of its own: one request at a time on each connection.

aiohttp's client would be slower than the servers it is to measure. A job comes as a line of JSON, and what
was measured goes back as one.
"""

import asyncio
import statistics
import sys
from array import array
from itertools import count
from time import perf_counter
from typing import Any

import msgspec
import uvloop

from benchmarks.asks import NUMBER

MARK = NUMBER.encode()
PATIENCE = 60.0


class Load(msgspec.Struct, kw_only=True):
    """A job: requests to send in turn, over so many connections, for so long or so many times at most.

    An answer that has another status than `status`, or lacks `holds`, ends it.
    """

    host: str
    port: int
    requests: list[bytes]
    connections: int
    seconds: float = 0.0
    times: int = 0
    first: int = 0
    status: int = 200
    holds: bytes = b""


class Measured(msgspec.Struct):
    """What came of a job: answers a second, the median and 99th percentile in ms, an answer's bytes."""

    rate: float
    p50: float
    p99: float
    size: int
    failure: str = ""


class Running:
    """A job that is being done."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.took = array("d")
        self.size = 0
        self.failure = ""
        self._numbers = count(load.first)
        self._sent = 0
        self._until = perf_counter() + load.seconds if load.seconds else 0.0
        self._is_numbered = MARK in load.requests[0]

    def next(self) -> bytes | None:
        """Give the next request; None at the end."""
        load, number = self.load, self._sent
        is_over = 0 < load.times <= number or 0 < self._until <= perf_counter()
        if is_over or self.failure:
            return None
        self._sent += 1
        request = load.requests[number % len(load.requests)]
        return request.replace(MARK, b"%012d" % next(self._numbers)) if self._is_numbered else request

    def measured(self, seconds: float) -> Measured:
        """Sum up."""
        times = sorted(self.took) or [0.0]
        p99 = times[int(len(times) * 0.99)]
        rate, p50 = len(self.took) / seconds, statistics.median(times)
        return Measured(rate, p50 * 1000, p99 * 1000, self.size, self.failure)


class Line(asyncio.Protocol):
    """A connection: sends a request, waits for the whole answer, sends the next."""

    def __init__(self, running: Running) -> None:
        self.over = asyncio.get_running_loop().create_future()
        self._running = running
        self._transport: Any = None
        self._come = b""
        self._size = 0  # of the answer that is coming; 0 before its head has come
        self._begun = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._come = self._come + data if self._come else data
        if not self._size:
            end = self._come.find(b"\r\n\r\n") + 4
            if end == 3:
                return
            self._size = end + _length(self._come[:end])
        if len(self._come) >= self._size:
            self._take()

    def _take(self) -> None:
        running, answer = self._running, self._come
        running.took.append(perf_counter() - self._begun)
        running.size = self._size
        self._come, self._size = b"", 0
        status = int(answer[9:12])
        if status != running.load.status or running.load.holds not in answer:
            running.failure = answer[:1000].decode(errors="replace")
        self._send()

    def _send(self) -> None:
        request = self._running.next()
        if request is None:
            self._transport.close()
            return
        self._begun = perf_counter()
        self._transport.write(request)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._running.next() is not None:
            self._running.failure = f"hung up: {exc}"
        if not self.over.done():
            self.over.set_result(None)


def _length(head: bytes) -> int:
    if head.startswith(b"HTTP/1.1 304"):
        return 0
    begun = head.lower().find(b"content-length:")
    if begun < 0:
        raise ValueError(f"an answer without a length: {head!r}")
    return int(head[begun + 15 : head.index(b"\r\n", begun)])


async def work(load: Load) -> Measured:
    """Do a job."""
    clock = asyncio.get_running_loop()
    begun, running = perf_counter(), Running(load)
    made = [
        await clock.create_connection(lambda: Line(running), load.host, load.port)
        for _ in range(load.connections)
    ]
    waiting = asyncio.gather(*(line.over for _, line in made))
    answered = -1
    while not waiting.done():
        await asyncio.wait((waiting,), timeout=PATIENCE)
        if answered == len(running.took) and not waiting.done():
            running.failure = f"no answer in {PATIENCE} seconds"
            waiting.cancel()
            break
        answered = len(running.took)
    return running.measured(perf_counter() - begun)


async def _work_through() -> None:
    while line := await asyncio.to_thread(sys.stdin.buffer.readline):
        measured = await work(msgspec.json.decode(line, type=Load))
        sys.stdout.buffer.write(msgspec.json.encode(measured) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(_work_through())
