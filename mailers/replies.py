"""The answers of a mail server, in their order, from the moment that we take over its line."""

import asyncio
from collections import deque

from mailers.reasons import CUT, NO_ANSWER, NONSENSE
from mailers.verdicts import Reply, printable

LONGEST_LINE = 65_536  # bytes; RFC 5321 allows 512, and servers are chatty
LONGEST_REPLY = 1_048_576
KEPT_TEXT = 1000  # characters


class Lost(Exception):
    """The line was cut, went silent or made no sense."""


class Replies(asyncio.Protocol):
    """Collects answers; knows when the line is lost."""

    def __init__(self) -> None:
        self._arrived: deque[Reply] = deque()
        self._partial = b""
        self._lines: list[str] = []
        self._size = 0
        self._waiter: asyncio.Future[None] | None = None
        self._lost: str | None = None

    @property
    def quiet(self) -> bool:
        """Say whether the line is there and the server said nothing that we did not ask for."""
        return self._lost is None and not self._arrived

    async def next(self, patience: float) -> Reply:
        """Give the next answer; raise Lost when there will be none within `patience` seconds."""
        if not self._arrived:
            if self._lost is not None:
                raise Lost(self._lost)
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(patience):
                    await self._waiter
            except TimeoutError:
                raise Lost(NO_ANSWER) from None
            finally:
                self._waiter = None
            if not self._arrived:
                raise Lost(self._lost or CUT)
        return self._arrived.popleft()

    def data_received(self, data: bytes) -> None:
        """Take what came in."""
        if self._lost is not None:
            return
        *lines, self._partial = (self._partial + data).split(b"\n")
        try:
            for line in lines:
                self._read(line)
            if len(self._partial) > LONGEST_LINE:
                raise ValueError
        except ValueError:
            self._end(NONSENSE)
        if self._arrived:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember that the line was cut."""
        self._end(CUT)

    def _read(self, line: bytes) -> None:
        code, dash = line[:3], line[3:4]
        self._size += len(line)
        if not (len(code) == 3 and code.isdigit() and dash in {b" ", b"-", b"\r", b""}):
            raise ValueError
        if len(line) > LONGEST_LINE or self._size > LONGEST_REPLY:
            raise ValueError
        if len(self._lines) < 10:
            self._lines.append(line[4:].decode("utf-8", "replace").strip()[:KEPT_TEXT])
        if dash != b"-":
            self._arrived.append(Reply(int(code), printable(" ".join(self._lines))))
            self._lines, self._size = [], 0

    def _end(self, why: str) -> None:
        self._lost = self._lost or why
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
