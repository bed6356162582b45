"""An empty store on PostgreSQL, being filled with the rows of another in one transaction."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from models.engines.postgres import PostgresEngine
from models.errors import StoreError

# What SQLite keeps in another form. JSON is text on both ways.
READ: dict[str, Callable[[Any], Any]] = {
    "boolean": bool,
    "timestamp with time zone": datetime.fromisoformat,
    "double precision": float,
}
COLUMNS = """
    SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
    WHERE attrelid = $1::text::regclass AND attnum > 0"""
OWN = "SELECT pg_backend_pid() AS pid"
# Sessions that a server, a worker or a command holds, except those of this one.
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'gql-server'
      AND pid <> pg_backend_pid() AND pid <> ALL ($1::int[])"""
JOB = (
    "id", "priority", "entrypoint", "payload", "dedupe_key", "headers", "status", "attempts",
    "execute_after", "created",
)  # fmt: skip
# Seconds; a line has a limit of its own for each statement, which fits what readers wait for.
LONGEST = 86_400.0
UNLIMITED = """
    SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET synchronous_commit = on"""


class Filling:
    """Puts rows into tables; nothing of it is there for others, or stays, before the end."""

    def __init__(self, connection: "asyncpg.Connection[Any]") -> None:
        self._connection = connection

    async def is_empty(self, table: str) -> bool:
        """Tell whether a table has no row."""
        return not await self._connection.fetchval(f'SELECT EXISTS (SELECT 1 FROM "{table}")')

    async def clear(self, tables: Sequence[str]) -> None:
        """Take out what a store holds from its first moment on, work that was promised included."""
        await self._connection.execute(
            f"TRUNCATE {', '.join(f'{chr(34)}{name}{chr(34)}' for name in tables)}, pgqueuer", timeout=LONGEST
        )

    async def fill(
        self, table: str, columns: Sequence[str], rows: AsyncIterable[tuple[Any, ...]], last_id: int | None
    ) -> None:
        """Put the rows of SQLite into a table; give no new row an id that `last_id` or an older one had."""
        kinds = dict(await self._connection.fetch(COLUMNS, table))
        readers = [READ.get(kinds[column]) for column in columns]

        async def read() -> AsyncIterator[tuple[Any, ...]]:
            async for row in rows:
                yield tuple(
                    value if value is None or reader is None else reader(value)
                    for value, reader in zip(row, readers, strict=True)
                )

        await self._copy(table, columns, read(), last_id)

    async def promise(self, jobs: AsyncIterable[tuple[Any, ...]], last_id: int | None) -> None:
        """Put the promises of SQLite into pgqueuer's table, each with its tries and its place in the line."""

        async def read() -> AsyncIterator[tuple[Any, ...]]:
            async for id, work, payload, key, lane, is_buried, tries, error, run_at, created_at in jobs:
                headers = {name: value for name, value in (("key", key), ("error", error)) if value}
                yield (
                    id, lane, f"{work}:{lane}", payload.encode(), None if is_buried else key,
                    orjson.dumps(headers).decode(), "failed" if is_buried else "queued", tries,
                    run_at, created_at,
                )  # fmt: skip

        await self._copy("pgqueuer", JOB, read(), last_id)

    async def _copy(
        self, table: str, columns: Sequence[str], rows: AsyncIterable[Any], last_id: int | None
    ) -> None:
        try:
            await self._connection.copy_records_to_table(
                table, records=rows, columns=columns, timeout=LONGEST
            )
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError, TypeError) as error:
            # PostgreSQL names columns and limits; what our side says would name the value.
            why = error if isinstance(error, asyncpg.PostgresError) else "a value is of another kind"
            raise StoreError(f"What {table} holds does not go into PostgreSQL: {why}") from error
        if last_id:
            await self._connection.execute(
                "SELECT setval(pg_get_serial_sequence($1::text, 'id'), $2::bigint)", table, last_id
            )


@asynccontextmanager
async def filling(engine: PostgresEngine) -> AsyncIterator[Filling]:
    """Fill the store on a connection of its own; all of it is there at the end, or nothing."""
    own = await _sessions(engine)
    try:
        async with engine.connected_apart() as connection:
            await connection.execute(UNLIMITED)
            if await connection.fetchval(OTHERS, own):
                raise StoreError("The new store is in use; stop the servers and workers that have it open.")
            async with connection.transaction():
                yield Filling(connection)
            # All is in; what fails here PostgreSQL does by itself later.
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await connection.execute("ANALYZE", timeout=LONGEST)
    except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
        raise StoreError(
            f"The line to PostgreSQL broke ({error}). Do it again: it is refused if all came over."
        ) from error
    except asyncpg.PostgresError as error:
        # A right that the user lacks, a disk that is full, a server that is told to stop.
        raise StoreError(f"PostgreSQL brought nothing in: {error}") from error


async def _sessions(engine: PostgresEngine) -> list[int]:
    """Name the sessions of this command: of its line, and of its pool."""
    async with engine._in_transaction() as transaction:
        rows = await engine.execute_query_dict(OWN) + await transaction.execute_query_dict(OWN)
    return [row["pid"] for row in rows]
