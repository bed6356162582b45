"""Connections to PostgreSQL for one statement at a time: lent and taken back without a word to the server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, NamedTuple

import asyncpg

from models.engines.transactions import CLOSED, Unavailable

# Apart from the pool, which asks each of its own about its health and its past whenever it is lent.
MOST_LINES = 8
# Networks drop a line without a word that nothing went over for long.
IDLE_SECONDS = 240.0
BROKEN = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)
Connection = Any
Connect = Callable[[], Awaitable[Connection]]


class _Idle(NamedTuple):
    connection: Connection
    since: float


class Lines:
    """Opens them as they are needed, and lends the one that was used last. No transaction is begun on one."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._free = asyncio.Semaphore(MOST_LINES)
        self._idle: list[_Idle] = []
        self._is_over = False

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Connection]:
        """Lend a connection, and wait for one when all are lent."""
        async with self._free:
            connection = self._waiting() or await self._opened()
            try:
                yield connection
            except BaseException as error:
                # Of what was left in the middle an answer may come that nobody takes. A server that has said
                # no is done with it, and what else a plan ends with comes between two statements.
                if not isinstance(error, Exception) or isinstance(error, BROKEN):
                    connection.terminate()
                self._take_back(connection)
                raise
            self._take_back(connection)

    def close(self) -> None:
        """Close those that are not lent, and let nobody open another."""
        self._is_over = True
        while self._idle:
            self._idle.pop().connection.terminate()

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
        if self._is_over or connection.is_closed():
            connection.terminate()
        else:
            self._idle.append(_Idle(connection, monotonic()))
