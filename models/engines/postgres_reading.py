"""Connections to PostgreSQL that plans are read on: lent and taken back without a word to the server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, NamedTuple

from models.engines.transactions import CLOSED, Unavailable

# Apart from the pool, which asks each of its own about its health and its past when it is lent.
MOST_READING = 8
# Networks drop a line without a word that nothing went over for long.
IDLE_SECONDS = 240.0
Connection = Any
Connect = Callable[[], Awaitable[Connection]]


class _Idle(NamedTuple):
    connection: Connection
    since: float


class ReadLines:
    """Opens them as they are needed, and lends the one that was used last; nothing is ever changed on one."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._free = asyncio.Semaphore(MOST_READING)
        self._idle: list[_Idle] = []
        self._is_over = False

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Connection]:
        """Lend a connection, and wait for one when all are lent; one on which anything failed is given up."""
        async with self._free:
            connection = self._waiting() or await self._opened()
            try:
                yield connection
            except BaseException:
                # It may be in the middle of an answer that nobody takes.
                connection.terminate()
                raise
            self._take_back(connection)

    async def close(self) -> None:
        """Close them, and let nobody open another."""
        self._is_over = True
        idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.terminate()

    def _waiting(self) -> Connection | None:
        while self._idle:
            connection, since = self._idle.pop()
            if monotonic() - since < IDLE_SECONDS and not connection.is_closed():
                return connection
            connection.terminate()
        return None

    async def _opened(self) -> Connection:
        if self._is_over:
            raise Unavailable(CLOSED)
        return await self._connect()

    def _take_back(self, connection: Connection) -> None:
        if self._is_over:
            connection.terminate()
        else:
            self._idle.append(_Idle(connection, monotonic()))
