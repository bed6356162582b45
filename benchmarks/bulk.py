"""Puts very many rows into an empty table, as fast as each store takes them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, cast

from tortoise.context import require_context
from tortoise.models import Model

from models.engines.postgres import PostgresEngine

A_PART = 2_000  # rows; of a blog's posts that is some megabytes
Row = tuple[Any, ...]


async def insert(noun: type[Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows, with their ids: by COPY into PostgreSQL, by one prepared statement into SQLite."""
    client, table = require_context().db(), noun._meta.db_table
    if client.capabilities.dialect == "sqlite":
        places = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({places})'
        for part in _parts(rows):
            await client.execute_many(statement, [list(row) for row in part])
        return
    async with client.acquire_connection() as connection:
        for part in _parts(rows):
            await connection.copy_records_to_table(table, records=part, columns=columns)
        # Rows that bring their ids leave the sequence behind.
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        )


async def settle(nouns: Sequence[type[Model]]) -> None:
    """Let the store do now what it would else do amid a measurement: PostgreSQL looks at what it has."""
    client = require_context().db()
    if client.capabilities.dialect == "sqlite":
        await client.execute_script("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    async with cast(PostgresEngine, client).connected_apart() as connection:
        await connection.execute("SET statement_timeout = 0")
        tables = ", ".join(noun._meta.db_table for noun in nouns)
        await connection.execute(f"VACUUM (ANALYZE) {tables}", timeout=600)


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while part := list(islice(waiting, A_PART)):
        yield part
