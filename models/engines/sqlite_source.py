"""A SQLite store that is read whole, while nobody else has it open."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.errors import StoreError

A_PART = 1_000  # rows
IS_MIGRATED = "SELECT 1 FROM sqlite_master WHERE name = 'tortoise_migrations'"
# Of promises with one key the one that waits stands for those that run, else the oldest: any is done again.
JOBS = """
    SELECT id, work, payload, key, lane, state = 'buried', tries, error, max(run_at, created_at), created_at
    FROM job WHERE key IS NULL OR state = 'buried' OR id = (
        SELECT id FROM job AS alike WHERE alike.key = job.key AND state <> 'buried'
        ORDER BY state = 'waiting' DESC, id LIMIT 1)
    ORDER BY id"""


class Source:
    """Reads a store's tables in a thread, a part at a time."""

    def __init__(self, file: Path, connection: sqlite3.Connection) -> None:
        self._file = file
        self._connection = connection

    async def migrations(self) -> set[str]:
        """Name the migrations that the store has gone through; of another program's file there are none."""
        if not [row async for row in self._rows(IS_MIGRATED)]:
            return set()
        return {name async for (name,) in self._rows("SELECT name FROM tortoise_migrations")}

    async def is_sound(self) -> bool:
        """Tell whether the file is whole."""
        return [row async for row in self._rows("PRAGMA quick_check(1)")] == [("ok",)]

    async def rows(self, table: str, columns: Sequence[str]) -> AsyncIterator[tuple[Any, ...]]:
        """Give every row of a table, the oldest first."""
        names = ", ".join(f'"{column}"' for column in columns)
        async for row in self._rows(f'SELECT {names} FROM "{table}" ORDER BY rowid'):
            yield row

    async def last_ids(self) -> dict[str, int]:
        """Give the highest id that each table ever had; what was deleted keeps its own."""
        return dict([row async for row in self._rows("SELECT name, seq FROM sqlite_sequence")])

    async def jobs(self) -> AsyncIterator[tuple[Any, ...]]:
        """Give every promise: id, work, payload, key, lane, whether it is buried, tries, error, when it is
        to be done, and when it was given.

        What runs is given as what waits: whoever did it is gone.
        """
        async for *job, run_at, created_at in self._rows(JOBS):
            yield *job, datetime.fromtimestamp(run_at, UTC), datetime.fromtimestamp(created_at, UTC)

    async def _rows(self, statement: str) -> AsyncIterator[tuple[Any, ...]]:
        cursor = self._connection.cursor()
        with _told(self._file):
            await asyncio.to_thread(cursor.execute, statement)
            while part := await asyncio.to_thread(cursor.fetchmany, A_PART):
                for row in part:
                    yield row


@asynccontextmanager
async def source_at(file: Path) -> AsyncIterator[Source]:
    """Open a store for nobody else but us, as long as it is read; refuse one that somebody has open."""
    with _told(file):
        connection = await asyncio.to_thread(_open, file)
    try:
        yield Source(file, connection)
    finally:
        await asyncio.to_thread(connection.close)


def _open(file: Path) -> sqlite3.Connection:
    if not file.is_file():
        raise StoreError(f"There is no store at {file}.")
    url = f"{file.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(url, uri=True, isolation_level=None, check_same_thread=False, timeout=1)
    try:
        # Who has the file open holds it shared, idle or not; and what they wrote later would be lost.
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise StoreError(
                f"{file} is in use; stop its server first, and whatever else has it open."
            ) from error
        raise StoreError(f"The store at {file} cannot be read: {error}") from error
