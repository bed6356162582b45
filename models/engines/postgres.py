"""Tortoise over PostgreSQL: a small pool, limits on every statement, and transactions that end one way."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from logging import Logger
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.base.client import TransactionContext
from tortoise.exceptions import (
    BaseORMException,
    DBConnectionError,
    IntegrityError,
    OperationalError,
    TransactionManagementError,
)

from models.engines.ferry import Ferry
from models.engines.postgres_ferry import PATIENCE_SECONDS, Values, crossing
from models.engines.postgres_lines import Lines
from models.engines.steps import Steps, T
from models.engines.transactions import Overtaken, Unavailable, Undivided, UndividedClient, told_in, whole
from models.engines.writing import Witness, covered, note, noted

SETTINGS = {
    "application_name": "gql-server",
    "timezone": "UTC",
    "statement_timeout": "3000",
    "lock_timeout": "2000",
    "idle_in_transaction_session_timeout": "10000",
    # Compiling a statement takes longer than any of ours.
    "jit": "off",
}
POOL: dict[str, Any] = {
    "minsize": 1, "maxsize": 10, "timeout": 3, "command_timeout": 3, "statement_cache_size": 500,
}  # fmt: skip
Rows = list[dict[str, Any]]
# Ids that are drawn at once for rows to come.
DRAWN = 50
DRAW = "SELECT nextval(pg_get_serial_sequence($1::text, 'id')) AS id FROM generate_series(1, $2::int)"
NO_NOTICE = (None, None)
# A migration may take its time, and waits for whoever migrates at the same moment.
MIGRATING: dict[str, Any] = {
    "maxsize": 1,
    "command_timeout": None,
    "server_settings": dict.fromkeys(
        ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"), "0"
    ),
}

# Tables with somebody's address in them.
PERSONAL = ("subscription", "sign_up", "delivery", "consent")
VACUUM_SECONDS = 600
# Who only listens would never find out that a network has silently dropped the line.
ASK_SECONDS = 15

_REFUSED_AT_THE_DOOR = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)
_UNAVAILABLE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
    # A replica, or a primary that its keeper let write no more, as when its disk is full.
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TransactionRollbackError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InternalClientError,
    asyncpg.InterfaceError,
)
_INVALID = (asyncpg.SyntaxOrAccessError, asyncpg.DataError, ValueError)


class PostgresEngine(AsyncpgDBClient):
    """Takes a connection from the pool for each statement or transaction, and always gives it back."""

    is_told_of_others = True
    # Its server is waited for.
    reads_at_once = False
    witness: Witness | None = None

    def __init__(self, **kwargs: Any) -> None:
        settings = SETTINGS | kwargs.pop("server_settings", {})
        super().__init__(**POOL | {"reset": _keep} | kwargs, server_settings=settings)
        self._drawn: defaultdict[str, deque[int]] = defaultdict(deque)
        self._lines = Lines(self._connect_apart)
        self._ferries: dict[str, Ferry[Values]] = {}

    async def create_connection(self, with_db: bool) -> None:
        try:
            await super().create_connection(with_db)
        except DBConnectionError as error:
            # Which Tortoise raises when there is no such database, and does not say so.
            raise DBConnectionError(str(error.__cause__ or error)) from error
        except _REFUSED_AT_THE_DOOR as error:
            raise DBConnectionError(str(error)) from error
        except _UNAVAILABLE as error:
            raise Unavailable(str(error) or "no answer in time") from error

    @asynccontextmanager
    async def connected_apart(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        """Lend a connection that is not of the pool, to whoever listens or takes long."""
        connection = await self._connect_apart()
        try:
            yield connection
        finally:
            # What was done is done: a server that hears no goodbye finds out by itself.
            with suppress(OSError):
                await connection.close(timeout=1)

    async def _connect_apart(self) -> "asyncpg.Connection[Any]":
        options: dict[str, Any] = {
            **{name: value for name, value in self.extra.items() if name != "reset"},
            **{name: getattr(self, name) for name in ("host", "port", "user", "password", "database")},
            "server_settings": self.server_settings,
        }
        connection: asyncpg.Connection[Any] = await self._translate_exceptions(
            lambda _: asyncpg.connect(**options)
        )
        return connection

    @asynccontextmanager
    async def listening(self, channel: str, hear: Callable[[str], object]) -> AsyncIterator[asyncio.Event]:
        """Hear what is notified on a channel; the event says that it cannot be heard any more."""
        lost = asyncio.Event()

        def take(_connection: object, _process: int, _channel: str, payload: object) -> None:
            hear(str(payload))

        async with self.connected_apart() as connection:
            connection.add_termination_listener(lambda _: lost.set())
            asking = asyncio.create_task(_ask_now_and_then(connection, lost))
            try:
                await self._translate_exceptions(lambda _: connection.add_listener(channel, take))
                yield lost
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)

    async def notify(self, channel: str, payload: str) -> None:
        """Notify who listens on a channel, in any process, when the transaction commits."""
        await self.execute_query("SELECT pg_notify($1, $2)", [channel, payload])

    async def scrub(self) -> bool:
        """Free the space of deleted rows, to be written over; the server's log and its copies are its own.

        Bytes that nobody points at may stand there until then: only VACUUM FULL, which locks, removes them.
        """
        async with self.connected_apart() as connection:
            await connection.execute("SET statement_timeout = 0")
            for table in PERSONAL:
                await self._translate_exceptions(
                    lambda _, table=table: connection.execute(f"VACUUM {table}", timeout=VACUUM_SECONDS)
                )
        return True

    async def read(self, begin: Callable[[], Steps[T]], *, is_long: bool) -> T:
        """Go through the steps of a plan on one connection; in a thread when much is made of the rows."""
        walk = _walk_aside if is_long else _walk

        async def walked(_: Any) -> T:
            async with self.acquire_connection() as connection:
                return await walk(begin(), connection, self.log)

        return await self._translate_exceptions(walked)  # type: ignore[no-any-return]

    def acquire_connection(self) -> AbstractAsyncContextManager[Any]:  # type: ignore[override]
        return self._lines.lend()

    async def close(self) -> None:
        self._lines.close()
        await whole(super().close())

    async def draw(self, table: str) -> int:
        """Draw the id of a row to come; a handful at once, so that most need not ask. Some are never used."""
        drawn = self._drawn[table]
        if not drawn:
            drawn.extend(row["id"] for row in await self.execute_query_dict(DRAW, [table, DRAWN]))
        return drawn.popleft()

    async def at_once(
        self, query: str, values: list[Any], *, rank: int = 0, tell: Callable[[], object] | None = None
    ) -> Any:
        """Do all that a verb does in one statement, a transaction by itself; give the row that it ends with.

        Those who wait for the same statement share a transaction, in the order of their ranks: so they take
        their locks in one order. With `tell` the statement notifies of what is told, if its row says that it
        `happened`: the channel and the payload are its last two values.
        """
        if tell is None:
            return await self._ferry(query).take(values, _hear_nothing, rank=rank)
        statement = PostgresStatement(self)
        told_in(statement, tell)
        witness = self.witness
        if witness is not None:
            note(statement, witness.heed(query), covered.get())
            await witness.foresee(statement, statement.news)

        def learn(row: Any) -> None:
            if witness is not None and row["happened"]:
                witness.learn(statement.news)

        try:
            return await self._ferry(query).take([*values, *statement.notice], learn, rank=rank)
        except BaseException:
            if witness is not None:
                witness.doubt(statement.news)
            raise

    def _ferry(self, query: str) -> Ferry[Values]:
        if query not in self._ferries:
            cross = crossing(query, self._lines, self._translate_exceptions, self.log)
            self._ferries[query] = Ferry(cross, patience=PATIENCE_SECONDS)
        return self._ferries[query]

    def _in_transaction(self) -> TransactionContext:
        return Undivided(PostgresTransaction(self))

    execute_query = noted(AsyncpgDBClient.execute_query)
    execute_query_dict = noted(AsyncpgDBClient.execute_query_dict)
    execute_insert = noted(AsyncpgDBClient.execute_insert)
    execute_script = noted(AsyncpgDBClient.execute_script)

    async def execute_many(self, query: str, values: list[Any]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    async def _translate_exceptions(
        self, func: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any
    ) -> Any:
        try:
            return await func(self, *args, **kwargs)
        except DBConnectionError:
            raise
        except _REFUSED_AT_THE_DOOR as error:
            raise DBConnectionError(str(error)) from error
        except _INVALID as error:
            raise OperationalError(error) from error
        except asyncpg.ForeignKeyViolationError as error:
            raise Overtaken from error
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityError(error) from error
        except _UNAVAILABLE as error:
            raise Unavailable(str(error) or "no answer in time") from error
        except asyncpg.InvalidTransactionStateError as error:
            raise TransactionManagementError(error) from error


class PostgresTransaction(UndividedClient, PostgresEngine):
    """One connection of the pool, while one transaction holds it."""

    _connection: Any
    _transaction: Any

    def __init__(self, engine: PostgresEngine) -> None:
        self.connection_name = engine.connection_name
        self.fetch_inserted = engine.fetch_inserted
        self.log = engine.log
        self.witness = engine.witness
        self._parent: PostgresEngine = engine
        self._lock = asyncio.Lock()
        self._transaction = None
        self._drawn = engine._drawn

    async def at_once(
        self, query: str, values: list[Any], *, rank: int = 0, tell: Callable[[], object] | None = None
    ) -> Any:
        notice = [] if tell is None else NO_NOTICE
        _, [row] = await self.execute_query(query, [*values, *notice])
        if tell is not None and row["happened"]:
            tell()
        return row

    async def _translate_exceptions(
        self, func: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any
    ) -> Any:
        try:
            return await super()._translate_exceptions(func, *args, **kwargs)
        except asyncio.CancelledError:
            self._failed = True
            raise
        except BaseORMException as error:
            self._failed = self._failed or isinstance(error.__cause__, asyncpg.PostgresError)
            raise

    @noted
    async def execute_many(self, query: str, values: list[Any]) -> None:
        async with self.acquire_connection() as connection:
            self.log.debug("%s: %s", query, values)
            await self._translate_exceptions(lambda _: connection.executemany(query, values))

    async def take(self) -> None:
        await self._translate_exceptions(PostgresTransaction._take)

    async def _take(self) -> None:
        engine = self._parent
        async with engine._pool_init_lock:
            if engine._pool is None:
                await engine.create_connection(with_db=True)
        assert engine._pool is not None
        self._connection = await engine._pool.acquire()

    async def give_back(self) -> None:
        pool = self._parent._pool
        if pool is not None:
            await self._translate_exceptions(lambda _: pool.release(self._connection))

    async def begin(self) -> None:
        await self._translate_exceptions(PostgresTransaction._begin)

    async def _begin(self) -> None:
        transaction = self._connection.transaction()
        await transaction.start()
        self._transaction = transaction

    async def commit(self) -> None:
        await self.finish()
        assert self._transaction is not None
        await self._translate_exceptions(lambda _: self._transaction.commit())

    async def rollback(self) -> None:
        await self.finish()
        # When the server cannot be told, it has undone the transaction by itself.
        with suppress(Unavailable):
            if self._transaction is not None:
                await self._translate_exceptions(lambda _: self._transaction.rollback())


async def _walk(steps: Steps[T], connection: Any, log: Logger) -> T:
    fetch = connection.fetch
    rows: Any = None
    try:
        while True:
            sql, values = steps.send(rows)
            log.debug("%s: %s", sql, values)
            rows = await fetch(sql, *values)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def _walk_aside(steps: Steps[T], connection: Any, log: Logger) -> T:
    def step(rows: Any) -> tuple[Any, Any]:
        try:
            return steps.send(rows), None
        except StopIteration as end:
            # Which no thread may end with.
            return None, end.value

    asked, made = await asyncio.to_thread(step, None)
    while asked is not None:
        sql, values = asked
        log.debug("%s: %s", sql, values)
        asked, made = await asyncio.to_thread(step, await connection.fetch(sql, *values))
    return made  # type: ignore[no-any-return]


class PostgresStatement(PostgresTransaction):
    """Stands for a statement that is a transaction by itself, and notifies by itself."""

    notice: tuple[str | None, str | None] = NO_NOTICE

    async def notify(self, channel: str, payload: str) -> None:
        """Keep it for the statement to send."""
        self.notice = (channel, payload)


def _hear_nothing(_row: object) -> None:
    """Learn nothing of what nobody was to be told of."""


async def _ask_now_and_then(connection: Any, lost: asyncio.Event) -> None:
    try:
        while True:
            await asyncio.sleep(ASK_SECONDS)
            await connection.execute("SELECT 1")
    except (TimeoutError, asyncpg.PostgresError, *_UNAVAILABLE):
        lost.set()


async def _keep(connection: Any) -> None:
    """Leave a returned connection as it is: nothing here changes a session, and a reset is a round trip."""


client_class = PostgresEngine
