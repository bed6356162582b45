"""A store of each earlier release is brought up to date with all its rows, and works."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tortoise.context import require_context

import models
from models.store import APPS, Apps, open_store

MIGRATIONS = Path(models.__file__).parent / "migrations"
RELEASED = Path(__file__).parent / "lab" / "released"
NAMES = sorted(path.stem for path in MIGRATIONS.glob("0*.py"))


@pytest.fixture
def apps_at(tmp_path, monkeypatch) -> Callable[[str], Apps]:
    """Give the publication as it was at a migration: `apps_at("0002_jobs")`."""
    monkeypatch.syspath_prepend(tmp_path)

    def cut(last: str) -> Apps:
        package = tmp_path / f"released_{last}"
        package.mkdir()
        (package / "__init__.py").touch()
        for name in NAMES[: NAMES.index(last) + 1]:
            shutil.copy(MIGRATIONS / f"{name}.py", package)
        return {"models": {**APPS["models"], "migrations": package.name}}

    return cut


async def fill(last: str, dialect: str) -> None:
    """Put into a store what one of that release held."""
    db = require_context().db()
    for name in NAMES[: NAMES.index(last) + 1]:
        for path in (RELEASED / f"{name}.sql", RELEASED / f"{name}.{dialect}.sql"):
            for line in path.read_text().splitlines() if path.exists() else []:
                if line.startswith(("INSERT", "UPDATE")):
                    await db.execute_query(line)


async def rows(columns: dict[str, list[str]]) -> dict[str, list[dict[str, Any]]]:
    """Read all rows of some tables, with these columns of each."""
    db = require_context().db()
    return {
        table: [
            {name: row[name] for name in names}
            for row in map(dict, await db.execute_query_dict(f'SELECT * FROM "{table}" ORDER BY 1'))
        ]
        for table, names in columns.items()
    }


async def columns(dialect: str) -> dict[str, list[str]]:
    """Name the tables of the store, and the columns of each."""
    db = require_context().db()
    listed = {
        "sqlite": """
            SELECT t.name AS "table", c.name AS name FROM pragma_table_list t, pragma_table_info(t.name) c
            WHERE t.schema = 'main' AND t.type = 'table' AND t.name <> 'sqlite_schema'""",
        "postgres": """
            SELECT table_name AS "table", column_name AS name FROM information_schema.columns
            WHERE table_schema = 'public'""",
    }
    found: dict[str, list[str]] = {}
    for row in await db.execute_query_dict(listed[dialect]):
        if row["table"] not in ("tortoise_migrations", "sqlite_sequence"):
            found.setdefault(row["table"], []).append(row["name"])
    return found


def test_every_release_has_rows_that_the_next_one_has_to_keep():
    assert [name for name in NAMES if not (RELEASED / f"{name}.sql").exists()] == []


@pytest.mark.parametrize("last", NAMES)
async def test_a_store_of_that_release_keeps_its_rows(empty_url, dialect, apps_at, last):
    async with open_store(empty_url, apps=apps_at(last)):
        await fill(last, dialect)
        known = await columns(dialect)
        before = await rows(known)
    held = {table for table, found in before.items() if found}
    assert {"site", "post", "comment", "menu_item"} <= held
    async with open_store(empty_url) as store:
        assert list(store.migrated) == NAMES[NAMES.index(last) + 1 :]
        assert await rows(known) == before
        await _lives_on()
    async with open_store(empty_url) as store:
        assert store.migrated == ()


async def _lives_on() -> None:
    """Read what was there, and add to it."""
    site = await models.found()
    assert (site.title, site.secret) == ("De Weverij", "kept from release to release")
    assert [newsletter.slug for newsletter in await models.Newsletter.offered(site.id)] == ["main"]
    [post] = await models.Post.published()
    assert await models.known_topics(site, [("tag", "ui"), ("author", "anna")])
    assert (await models.Job.counts()).buried in (0, 1)
    await models.SignUp.ask(site, "new@example.org", models.Trace(door="page"))
    for id in await models.SignUp.all().values_list("id", flat=True):
        await models.answer_sign_up(id)
    assert await models.Subscription.filter(mailbox="new@example.org", status="pending").exists()
    await models.Comment.keep(post, models.Writer(name="Gast"), "Nog een.")
    assert await models.recount(site) == 0
