"""What both stores share: transactions that no cancellation tears, and how a silent store is called."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any, TypeVar

from tortoise.backends.base.client import ConnectionWrapper, TransactionalDBClient, TransactionContext
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError, IntegrityError, TransactionManagementError

from models.engines.writing import NO_NEWS, News, Witness

T = TypeVar("T")

_numbers = count(1)


CLOSED = "the store was closed"


class Unavailable(DBConnectionError):
    """The store does not answer now; the same request may succeed later."""


class Overtaken(IntegrityError):
    """What this names was deleted at the same moment; asked again, it is told that it is not there."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


async def whole(step: Coroutine[Any, Any, T]) -> T:
    """Run a step to its end, and only then let a cancellation through."""
    task = asyncio.create_task(step)
    interruption: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as cancelled:
            interruption = cancelled
    if interruption is None:
        return task.result()
    if not task.cancelled():
        task.exception()
    raise interruption


class UndividedClient(TransactionalDBClient):
    """A connection that belongs to one transaction until it ends."""

    witness: Witness | None = None
    news: News = NO_NEWS
    _lock: asyncio.Lock
    _failed: bool = False

    @abstractmethod
    async def take(self) -> None:
        """Wait for the connection; a cancellation while waiting leaves nothing behind."""

    @abstractmethod
    async def give_back(self) -> None:
        """Hand the connection to whoever is next."""

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return _WhileOpen(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return Savepoint(self)

    async def finish(self) -> None:
        """Mark the transaction as ended, so that a late task is refused."""
        async with self.acquire_connection():
            self._finalized = True

    async def savepoint(self) -> None:
        raise NotImplementedError("Open a Savepoint instead")

    async def savepoint_rollback(self) -> None:
        raise NotImplementedError("Open a Savepoint instead")

    async def release_savepoint(self) -> None:
        raise NotImplementedError("Open a Savepoint instead")


class Undivided(TransactionContext):
    """Begin a transaction and end it one way, whoever is cancelled meanwhile."""

    client: UndividedClient

    def __init__(self, client: UndividedClient) -> None:
        self.client = client

    async def __aenter__(self) -> UndividedClient:
        await self.client.take()
        try:
            await whole(self.client.begin())
        except BaseException:
            await whole(self._leave(committing=False))
            raise
        self._token = get_connections().set(self.client.connection_name, self.client)
        return self.client

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        get_connections().reset(self._token)
        await whole(self._leave(committing=kind is None))

    async def _leave(self, *, committing: bool) -> None:
        try:
            if not self.client._finalized:
                await self._end(committing=committing)
        finally:
            await self.client.give_back()

    async def _end(self, *, committing: bool) -> None:
        if committing and not self.client._failed:
            await self._keep()
            return
        await self.client.rollback()
        if committing:
            # PostgreSQL answers such a COMMIT with a rollback and without an error.
            raise TransactionManagementError("A statement failed inside the transaction; nothing was kept")

    async def _keep(self) -> None:
        witness, news = self.client.witness, self.client.news
        if witness is None or news == NO_NEWS:
            await self.client.commit()
            return
        try:
            await witness.foresee(self.client, news)
        except BaseException:
            await self.client.rollback()
            raise
        try:
            await self.client.commit()
        except BaseException:
            witness.doubt(news)
            raise
        witness.learn(news)


def told_in(transaction: UndividedClient, tell: Callable[[], object]) -> None:
    """Let something be told in a transaction that is one step to the store, and so is never open."""
    token = get_connections().set(transaction.connection_name, transaction)
    try:
        tell()
    finally:
        get_connections().reset(token)


class Savepoint(TransactionContext):
    """A part of a transaction that can be undone alone; Tortoise's own verbs open these."""

    client: UndividedClient

    def __init__(self, client: UndividedClient) -> None:
        self.client = client
        self.name = f"savepoint_{next(_numbers)}"

    async def __aenter__(self) -> UndividedClient:
        await whole(self._say("SAVEPOINT"))
        self._news = self.client.news
        return self.client

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self.client._finalized:
            return
        if kind is not None:
            await whole(self._say("ROLLBACK TO"))
            self.client._failed = False
            self.client.news = self._news
        await whole(self._say("RELEASE"))

    async def _say(self, word: str) -> None:
        await self.client.execute_script(f"{word} {self.name}")


class _WhileOpen(ConnectionWrapper[Any]):
    """Lend a transaction's connection, and refuse once the transaction has ended."""

    async def __aenter__(self) -> Any:
        await self._lock.acquire()
        if getattr(self.client, "_finalized", False):
            self._lock.release()
            raise TransactionManagementError("The transaction in which this task was started has ended")
        return self.connection
