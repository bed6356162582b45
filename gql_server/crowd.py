"""How many are served at once: who finds no seat in a moment is told to come back later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from graphql import OperationType

WAIT_SECONDS = 0.1
RETRY_SECONDS = 1
OVERLOADED = "OVERLOADED"
TOO_MANY = f"Too many ask at once; try again in {RETRY_SECONDS} second."


class Full(Exception):
    """There is no seat, nor will there be one soon."""


class Lane:
    """So many seats, and so many who may wait for one; each waits for a moment only."""

    def __init__(self, seats: int, waiting: int) -> None:
        self._seats = asyncio.Semaphore(seats)
        self._most_waiting = waiting
        self._waiting = 0

    @property
    def is_full(self) -> bool:
        """Whether nobody more may even wait."""
        return self._waiting >= self._most_waiting

    @asynccontextmanager
    async def seat(self) -> AsyncIterator[None]:
        """Take a seat for as long as the block lasts, or raise Full."""
        if self._seats.locked():
            await self._wait()
        else:
            await self._seats.acquire()
        try:
            yield
        finally:
            self._seats.release()

    async def _wait(self) -> None:
        if self.is_full:
            raise Full
        self._waiting += 1
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._seats.acquire()
        except TimeoutError:
            raise Full from None
        finally:
            self._waiting -= 1


class Crowd:
    """All who are served: readers, and apart from them those who change something: they are few."""

    def __init__(self) -> None:
        self._reads = Lane(seats=16, waiting=32)
        self._writes = Lane(seats=8, waiting=48)

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


CROWD = web.AppKey("crowd", Crowd)
