"""Tortoise over one SQLite file: one writer, a few readers, and transactions that end one way."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from contextvars import copy_context
from typing import Any

import aiosqlite
from tortoise.backends.base.client import ConnectionWrapper, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.exceptions import ConfigurationError, IntegrityError, OperationalError

from models.engines.ferry import Board, Ferry
from models.engines.sqlite_ferry import Run, Work, statements_of, together
from models.engines.sqlite_loop import LoopReader, walk
from models.engines.statements import only_reads, split
from models.engines.steps import Steps, T, TooLong
from models.engines.transactions import (
    CLOSED,
    Overtaken,
    Unavailable,
    Undivided,
    UndividedClient,
    told_in,
    whole,
)
from models.engines.writing import Witness, covered, note, noted

READERS = 4
PRAGMAS = {
    "busy_timeout": "5000",
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "secure_delete": "ON",
    # In pages: 40 MB. A comment changes eight indexes, and pages that are written over and over are folded
    # into the file once then. The log stays that long until a scrub or the last close.
    "wal_autocheckpoint": "10000",
}
# Remaking a table with foreign keys on deletes the rows that point at it.
MIGRATING: dict[str, Any] = {"foreign_keys": "OFF", "busy_timeout": "60000"}

_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
}
_HELP = {
    # Also a whole file, when the log of another one is beside it: as after a restore in haste.
    sqlite3.SQLITE_CORRUPT: "put a copy in its place, without the -wal and -shm files of the old one",
    sqlite3.SQLITE_CANTOPEN: "let this user read and write the file and its folder",
    sqlite3.SQLITE_FULL: "free some space there",
    # A store that nobody has open needs a little room, even to be read.
    sqlite3.SQLITE_IOERR: "look whether the disk is full, or failing",
    sqlite3.SQLITE_READONLY: "let this user write the file and its folder",
}


class SqliteEngine(SqliteClient):
    """Writes through one connection, in turn, and reads through others that never wait for it."""

    # Nobody can tell what another process commits: it is looked for.
    is_told_of_others = False
    reads_at_once = True
    witness: Witness | None = None

    def __init__(self, file_path: str, **kwargs: Any) -> None:
        if ":memory:" in file_path:
            raise ConfigurationError("SQLite in memory has one connection; give a file")
        super().__init__(file_path, **kwargs)
        self.pragmas = PRAGMAS | {name: kwargs[name] for name in PRAGMAS.keys() & kwargs.keys()}
        self._opening = asyncio.Lock()
        self._is_closed = False
        self._readers = _Readers(file_path)
        self._loop_reader = LoopReader(file_path, self.log)
        self._ferry = Ferry(self._cross)

    async def create_connection(self, with_db: bool) -> None:
        async with self._opening:
            if self._is_closed:
                # Nobody would close this one, and its thread would keep the process alive.
                raise Unavailable(CLOSED)
            if self._connection is None:
                await whole(self._open())

    async def _open(self) -> None:
        self._connection = await _connect(self.filename, self.pragmas)
        await self._post_connect()

    async def close(self) -> None:
        # The writer goes last: the last connection folds the log into the file, and a reader may not.
        await whole(self._end())

    async def _end(self) -> None:
        self._is_closed = True
        self._loop_reader.end()
        await self._readers.close()
        # What is being opened is closed then.
        async with self._opening:
            await super().close()

    @asynccontextmanager
    async def listening(self, channel: str, hear: Callable[[str], object]) -> AsyncIterator[asyncio.Event]:
        """Hear nothing: SQLite has no way to tell another process of a commit."""
        yield asyncio.Event()

    async def notify(self, channel: str, payload: str) -> None:
        """Notify nobody."""

    def glance(self) -> object:
        """Give at once what changes whenever anybody has committed, we ourselves included."""
        return self._loop_reader.version()

    async def version(self) -> tuple[object, int]:
        """Give what changes whenever another connection has committed; our own commits do not change it."""
        if self._connection is None:
            await self.create_connection(with_db=True)
        connection = self._connection
        assert connection is not None
        with _translated:
            # Without the lock: it may be asked in the middle of a transaction, and answers for its beginning.
            [[version]] = await connection.execute_fetchall("PRAGMA data_version")
        return connection, version

    async def scrub(self) -> bool:
        """Fold the log into the file and empty it; tell whether nobody's reading kept it.

        What was deleted is overwritten in the file by then (secure_delete), but stands in the log.
        """
        async with self.acquire_connection() as connection:
            with _translated:
                # Who reads is not waited for: whoever wants to write would wait too.
                await connection.execute_fetchall("PRAGMA busy_timeout=0")
                try:
                    [[is_kept, *_]] = await connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
                finally:
                    wait = self.pragmas["busy_timeout"]
                    await connection.execute_fetchall(f"PRAGMA busy_timeout={wait}")
                return not is_kept

    async def read(self, begin: Callable[[], Steps[T]], *, is_long: bool) -> T:
        """Go through the steps of a plan: at once, or in a thread when that takes long."""
        if not is_long:
            with suppress(TooLong):
                return self.read_at_once(begin)
        # A plan may still write its statements, and asks in this task's context for the store.
        context = copy_context()
        async with self._readers.lend() as reader:
            with _translated:
                execute, asks = reader._conn.execute, True

                def rows_of(sql: str, values: Sequence[Any]) -> list[Any]:
                    # Whoever has left may have done so between two statements, where none can be interrupted.
                    if not asks:
                        raise TooLong
                    return execute(sql, values).fetchall()

                try:
                    taken: T = await reader._execute(context.run, lambda: walk(begin(), rows_of, self.log))  # type: ignore[no-untyped-call]
                finally:
                    asks = False
                return taken

    def read_at_once(self, begin: Callable[[], Steps[T]]) -> T:
        """Go through the steps of a plan while everybody waits; raise TooLong when they would wait long."""
        with _translated:
            return self._loop_reader.read(begin)

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return _Writer(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return Undivided(SqliteTransaction(self))

    def _connection_for(self, query: str) -> AbstractAsyncContextManager[Any]:
        return self._readers.lend() if only_reads(query) else self.acquire_connection()

    async def at_once(self, work: Work, tell: Callable[[Any], object]) -> Any:
        """Do all that a verb does as one function, a transaction by itself; tell of it after the commit."""
        transaction = SqliteTransaction(self)

        def learn(outcome: Any) -> None:
            told_in(transaction, lambda: tell(outcome))
            if self.witness is not None:
                self.witness.learn(transaction.news)

        with _translated:
            return await self._ferry.take(transaction.noting(work), learn)

    async def _cross(self, board: Board[Work]) -> Sequence[Any]:
        async with self.acquire_connection() as connection:
            outcomes: Sequence[Any] = await connection._execute(together, connection._conn, board(), self.log)
            return outcomes

    @noted
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[Any]]:
        async with self._connection_for(query) as connection:
            self.log.debug("%s: %s", query, values)
            with _translated:
                # aiosqlite has no public way to run one function on its thread, and statement,
                # rows and count must be one step: another task's statement may come between.
                counted: tuple[int, list[Any]] = await connection._execute(
                    _run, connection._conn, query, values or ()
                )
                return counted

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        _, rows = await self.execute_query(query, values)
        return list(map(dict, rows))

    @noted
    async def execute_insert(self, query: str, values: list[Any]) -> int:
        async with self.acquire_connection() as connection:
            self.log.debug("%s: %s", query, values)
            with _translated:
                [key] = await connection.execute_insert(query, values)
                return int(key)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    @noted
    async def execute_script(self, query: str) -> None:
        async with self.acquire_connection() as connection:
            for statement in split(query):
                self.log.debug("%s", statement)
                with _translated:
                    await connection._execute(_run, connection._conn, statement, ())


class SqliteTransaction(UndividedClient, SqliteEngine):
    """The writer, while one transaction holds it."""

    def __init__(self, engine: SqliteEngine) -> None:
        self.connection_name = engine.connection_name
        self.fetch_inserted = engine.fetch_inserted
        self.log = engine.log
        self.witness = engine.witness
        self._parent: SqliteEngine = engine
        self._lock = asyncio.Lock()

    def _connection_for(self, query: str) -> ConnectionWrapper[Any]:
        return self.acquire_connection()

    def glance(self) -> object:
        """Give at once what changes whenever anybody has committed."""
        return self._parent.glance()

    def noting(self, work: Work) -> Work:
        """Note what the statements of a work write; they run where nobody knows who asked for them."""
        told = covered.get()

        def do(run: Run) -> Any:
            def note_and_run(statement: str, values: Any) -> list[sqlite3.Row]:
                if self.witness is not None:
                    note(self, self.witness.heed(statement), told)
                return run(statement, values)

            return work(note_and_run)

        return do

    async def at_once(self, work: Work, tell: Callable[[Any], object]) -> Any:
        async with self.acquire_connection() as connection:
            run = statements_of(connection._conn, self.log)
            with _translated:
                outcome = await connection._execute(self.noting(work), run)
        tell(outcome)
        return outcome

    @noted
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self.acquire_connection() as connection:
            self.log.debug("%s: %s", query, values)
            with _translated:
                await connection._execute(connection._conn.executemany, query, values)

    async def take(self) -> None:
        await self._parent.create_connection(with_db=True)
        await self._parent._lock.acquire()
        self._connection = self._parent._connection

    async def give_back(self) -> None:
        self._parent._lock.release()

    async def begin(self) -> None:
        # A deferred transaction that finds another process writing fails at once, whatever the timeout.
        await self._say("BEGIN IMMEDIATE")

    async def commit(self) -> None:
        await self.finish()
        try:
            await self._say("COMMIT")
        except BaseException:
            await self._undo()
            raise

    async def rollback(self) -> None:
        await self.finish()
        await self._undo()

    async def _say(self, statement: str) -> None:
        assert self._connection is not None
        with _translated:
            await self._connection.execute_fetchall(statement)

    async def _undo(self) -> None:
        assert self._connection is not None
        with _translated:
            # Not ROLLBACK: SQLite has already done it by itself when the disk was full.
            await self._connection.rollback()


class _Writer(ConnectionWrapper[Any]):
    """The one writing connection, opened before it is locked so that a failure to open leaves no lock."""

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        await self._lock.acquire()
        if self.client._connection is not self.connection:
            # Closed while this one waited.
            self._lock.release()
            raise Unavailable(CLOSED)
        return self.connection


class _Readers:
    """A few connections that may only read, opened when they are first wanted."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._seats = asyncio.Semaphore(READERS)
        self._opened: list[aiosqlite.Connection] = []
        self._idle: list[aiosqlite.Connection] = []
        self._is_closed = False

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[aiosqlite.Connection]:
        async with self._seats:
            while not self._idle:
                await whole(self._open())
            reader = self._idle.pop()
            try:
                yield reader
            except asyncio.CancelledError:
                await reader.interrupt()
                raise
            finally:
                if reader in self._opened:
                    self._idle.append(reader)

    async def _open(self) -> None:
        if self._is_closed:
            raise Unavailable(CLOSED)
        reader = await _connect(self._file, {"busy_timeout": PRAGMAS["busy_timeout"], "query_only": "ON"})
        if self._is_closed:
            # Closed meanwhile, with those that were open by then: nobody else would close this one.
            await reader.close()
            raise Unavailable(CLOSED)
        self._opened.append(reader)
        self._idle.append(reader)

    async def close(self) -> None:
        self._is_closed = True
        opened, self._opened, self._idle = self._opened, [], []
        for reader in opened:
            await reader.close()


async def _connect(file: str, pragmas: Mapping[str, str]) -> aiosqlite.Connection:
    connection = aiosqlite.connect(file, isolation_level=None)
    with _translated:
        try:
            await connection
        except BaseException:
            # aiosqlite does not wait for its thread, which would speak to an event loop that is gone.
            await asyncio.to_thread(connection._thread.join)
            raise
        try:
            connection.row_factory = sqlite3.Row
            # SQLite's own knows the letters of ASCII alone, and people are called otherwise too.
            await connection.create_function("upper", 1, _upper, deterministic=True)
            for name, value in pragmas.items():
                await connection.execute_fetchall(f"PRAGMA {name}={value}")
        except BaseException:
            await connection.close()
            raise
        return connection


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def _run(connection: sqlite3.Connection, query: str, values: Any) -> tuple[int, list[Any]]:
    before = connection.total_changes
    cursor = connection.execute(query, values)
    rows = cursor.fetchall()
    if cursor.rowcount >= 0:
        return cursor.rowcount, rows
    return connection.total_changes - before or len(rows), rows


class _Translated:
    """Tells in our words what SQLite says in its own."""

    # No generator: there is one around each statement.
    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, sqlite3.IntegrityError):
            if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
                raise Overtaken from error
            raise IntegrityError(error) from error
        if isinstance(error, sqlite3.DatabaseError):
            # The lower byte is the kind of error; the higher ones only refine it.
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            said = "; ".join(filter(None, (str(error), _HELP.get(code))))
            raise (Unavailable if code in _UNAVAILABLE else OperationalError)(said) from error


_translated = _Translated()
client_class = SqliteEngine
