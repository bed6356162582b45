"""Moving: a publication leaves its SQLite file for PostgreSQL, with every id, secret and promise."""

import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from tortoise.context import require_context
from tortoise.models import Model

from models.engines.sqlite_source import Source, source_at
from models.errors import StoreError
from models.store import url_of

# Who has none of these has nothing to lose: a store that was only made, or served without anybody.
TREASURES = ("post", "page", "image", "comment", "member", "subscription")
A_LOT = 100_000  # rows
Progress = Callable[[str], object]
Rows = AsyncIterator[tuple[Any, ...]]


async def move_in(file: Path, *, progress: Progress) -> int:
    """Bring a whole SQLite store into the open one on PostgreSQL, which is empty; give the number of rows.

    All of it comes, or nothing. While it is read, nobody else has the file open.
    """
    db: Any = require_context().db()
    if db.capabilities.dialect != "postgres":
        raise StoreError("A SQLite store becomes another by being copied: `backup`.")
    filling = importlib.import_module("models.engines.postgres_filling").filling
    nouns = list(nouns_in_order())
    async with source_at(file) as source:
        await _require_alike(source, file)
        async with filling(db) as target:
            for table in TREASURES:
                if not await target.is_empty(table):
                    raise StoreError("The new store holds a publication already; name an empty database.")
            await target.clear([noun._meta.db_table for noun in nouns])
            last_ids, counter = await source.last_ids(), _Counter(progress)
            for noun in nouns:
                table, columns = noun._meta.db_table, list(noun._meta.fields_db_projection.values())
                rows = counter.counted(table, source.rows(table, columns))
                await target.fill(table, columns, rows, last_ids.get(table))
            await target.promise(counter.counted("job", source.jobs()), last_ids.get("job"))
            progress("putting it on the disk")
    return counter.total


async def _require_alike(source: Source, file: Path) -> None:
    theirs = await source.migrations()
    if not theirs:
        raise StoreError(f"{file} is no store of gql-server.")
    rows = await require_context().db().execute_query_dict("SELECT name FROM tortoise_migrations")
    ours = {row["name"] for row in rows}
    if theirs - ours:
        raise StoreError(f"{file} was made by a newer version ({max(theirs - ours)}); run that one.")
    if ours - theirs:
        raise StoreError(
            f"{file} was made by an older version; `migrate` brings it up to date: "
            f"GQL_SERVER_DATABASE_URL={url_of(file)}"
        )
    if not await source.is_sound():
        raise StoreError(f"The store at {file} is damaged; bring in a copy that is whole.")
    if not [row async for row in source.rows("site", ["id"])]:
        raise StoreError(f"{file} holds no publication yet.")


def nouns_in_order() -> Iterator[type[Model]]:
    """Give every noun, after those whose rows its own point at."""
    apps = require_context().apps
    assert apps is not None
    nouns = list(apps.get_models_iterable())
    pointed_at = {
        noun: {noun._meta.fields_map[name].related_model for name in noun._meta.fk_fields} - {noun}  # type: ignore[attr-defined]
        for noun in nouns
    }
    return iter(TopologicalSorter(pointed_at).static_order())


class _Counter:
    """Counts rows as they go by, and tells how many."""

    def __init__(self, progress: Progress) -> None:
        self.total = 0
        self._progress = progress

    async def counted(self, table: str, rows: Rows) -> Rows:
        number = 0
        async for row in rows:
            yield row
            number += 1
            if number % A_LOT == 0:
                self._progress(f"{table}: {number:,} rows so far")
        if number:
            self._progress(f"{table}: {number:,} {'row' if number == 1 else 'rows'}")
        self.total += number
