"""Admission: how many are served at once; a burst is waited out, and a crowd that lasts is turned away."""

import asyncio
from time import monotonic

from aiohttp import web
from graphql import OperationType

# As CoDel does with packets: a queue that was empty a moment ago is a burst and may be long; one that has
# been standing for longer is a crowd, and keeping it long would make everybody late.
BURST_SECONDS = 2.0
WAIT_SECONDS = 0.1
CALM_SECONDS = 1.0
RETRY_SECONDS = 1
OVERLOADED = "OVERLOADED"
TOO_MANY = f"Too many ask at once; try again in {RETRY_SECONDS} second."


class Full(Exception):
    """There is no seat, nor will there be one soon."""


class Lane:
    """So many seats; so many may wait for one in a crowd for a moment, and more in a burst for longer."""

    def __init__(self, seats: int, *, waiting: int, burst: int) -> None:
        self._seats = asyncio.Semaphore(seats)
        self._most_waiting = waiting
        self._most_in_burst = burst
        self._waiting = 0
        self._empty_at = monotonic()

    @property
    def is_full(self) -> bool:
        """Whether nobody more may even wait."""
        return self._waiting >= (self._most_in_burst if self._is_calm else self._most_waiting)

    def seat(self) -> "Seat":
        """Take a seat for as long as the block lasts, or raise Full."""
        return Seat(self)

    async def take(self) -> None:
        """Take a seat; wait for one when there is none, for a while."""
        if self._seats.locked():
            await self._wait()
        else:
            self._empty_at = monotonic()
            await self._seats.acquire()

    def leave(self) -> None:
        """Give a seat back."""
        self._seats.release()

    @property
    def _is_calm(self) -> bool:
        return not self._waiting or monotonic() - self._empty_at < CALM_SECONDS

    async def _wait(self) -> None:
        if self.is_full:
            raise Full
        if not self._waiting:
            self._empty_at = monotonic()
        patience = BURST_SECONDS if self._is_calm else WAIT_SECONDS
        self._waiting += 1
        try:
            async with asyncio.timeout(patience):
                await self._seats.acquire()
        except TimeoutError:
            raise Full from None
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._empty_at = monotonic()


class Seat:
    """A seat of a lane: taken for as long as a block lasts. No generator, for one is taken each request."""

    __slots__ = ("_lane",)

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def __aenter__(self) -> None:
        await self._lane.take()

    async def __aexit__(self, *_: object) -> None:
        self._lane.leave()


class Admission:
    """All who are served: readers, and apart from them those who change something: they are few."""

    def __init__(self) -> None:
        self._reads = Lane(16, waiting=32, burst=256)
        self._writes = Lane(8, waiting=48, burst=256)

    @property
    def is_full(self) -> bool:
        """Whether a request can be turned away before it is read, for it would find no seat."""
        return self._reads.is_full and self._writes.is_full

    @property
    def is_full_of_readers(self) -> bool:
        """Whether only who changes something may find a seat."""
        return self._reads.is_full

    def lane(self, kind: OperationType) -> Lane:
        """Give the lane for operations of a kind."""
        return self._writes if kind is OperationType.MUTATION else self._reads


ADMISSION = web.AppKey("admission", Admission)
