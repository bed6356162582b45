"""What both stores share: transactions that no cancellation tears, and how a silent store is called."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any, Protocol, TypeVar

from tortoise.backends.base.client import ConnectionWrapper, TransactionalDBClient, TransactionContext
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError, TransactionManagementError

T = TypeVar("T")

_numbers = count(1)


class Unavailable(DBConnectionError):
    """The store does not answer now; the same request may succeed later."""


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


class Witness(Protocol):
    """Who learns of what was told in a transaction, and of its commit."""

    async def foresee(self, transaction: Any, told: tuple[Any, ...]) -> None:
        """Do what belongs to the transaction, as the last thing in it."""

    def learn(self, told: tuple[Any, ...]) -> None:
        """Do what follows the commit; it cannot fail any more, and nobody waits for it."""


class UndividedClient(TransactionalDBClient):
    """A connection that belongs to one transaction until it ends."""

    witness: Witness | None = None
    told: tuple[Any, ...] = ()
    notices: tuple[tuple[str, str], ...] = ()
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
        witness, told = self.client.witness, self.client.told
        if witness is None or not told:
            await self.client.commit()
            return
        try:
            await witness.foresee(self.client, told)
        except BaseException:
            await self.client.rollback()
            raise
        await self.client.commit()
        witness.learn(told)


class Telling:
    """What a step to the store has to tell: one that is a whole transaction, with none open to tell in.

    `client` stands for that transaction; it gathers what is told, and what the step is to notify by itself.
    """

    def __init__(self, client: UndividedClient, tell: Callable[[], object]) -> None:
        self._client = client
        self._tell = tell

    @property
    def notices(self) -> tuple[tuple[str, str], ...]:
        """What the step is to notify, and on which channels."""
        return self._client.notices

    async def foresee(self) -> None:
        """Hear what will be told, before the step or after it."""
        token = get_connections().set(self._client.connection_name, self._client)
        try:
            self._tell()
        finally:
            get_connections().reset(token)
        if self._client.witness is not None and self._client.told:
            await self._client.witness.foresee(self._client, self._client.told)

    def learn(self) -> None:
        """Do what follows the commit."""
        if self._client.witness is not None and self._client.told:
            self._client.witness.learn(self._client.told)


class ToldWithin(Telling):
    """The same of a step that is part of an open transaction: what is told there waits for its commit."""

    async def foresee(self) -> None:
        """Wait until it has happened."""

    def learn(self) -> None:
        """Tell of it."""
        self._tell()


class Savepoint(TransactionContext):
    """A part of a transaction that can be undone alone; Tortoise's own verbs open these."""

    client: UndividedClient

    def __init__(self, client: UndividedClient) -> None:
        self.client = client
        self.name = f"savepoint_{next(_numbers)}"

    async def __aenter__(self) -> UndividedClient:
        await whole(self._say("SAVEPOINT"))
        self._told = self.client.told
        return self.client

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self.client._finalized:
            return
        if kind is not None:
            await whole(self._say("ROLLBACK TO"))
            self.client._failed = False
            self.client.told = self._told
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
