"""Migrations run forwards, once, whole, and lose no rows."""

import asyncio
import random
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from itertools import count
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest
from garden.nouns import Bed, Plant
from tortoise.context import require_context
from tortoise.exceptions import IntegrityError, OperationalError

from models.errors import StoreError
from models.store import open_migrator, open_store

LAB = Path(__file__).parent / "lab"
KILLS = [6, pytest.param(60, marks=pytest.mark.faults)]
Apps = Mapping[str, Mapping[str, Any]]
Grow = Callable[..., str]

_numbers = count(1)


@pytest.fixture
def grow(tmp_path, monkeypatch) -> Grow:
    """Write the garden's migrations with more of them into a package; give the package's name."""

    def write(*later: str, without: str = "") -> str:
        package = tmp_path / f"grown_{next(_numbers)}"
        shutil.copytree(LAB / "garden" / "migrations", package, ignore=shutil.ignore_patterns("__pycache__"))
        before = "0002_count_plants"
        for number, operations in enumerate(later, start=3):
            name = f"{number:04}_later"
            (package / f"{name}.py").write_text(
                _MIGRATION.format(before, indent(dedent(operations), " " * 8))
            )
            before = name
        if without:
            (package / f"{without}.py").unlink()
        (package / "__init__.py").write_text(_PACKAGE.format(package.name))
        monkeypatch.syspath_prepend(tmp_path)
        return package.name

    return write


_PACKAGE = """APPS = {{"garden": {{"models": ("garden.nouns",), "migrations": "{}"}}}}\n"""
_MIGRATION = """
from models.engines.migrator import Sql
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = (("garden", "{}"),)
    operations = (
{}
    )
"""
REMAKE = """
ops.AlterField(model_name="Bed", name="note", field=fields.TextField(null=True, db_default="")),
ops.AddField(model_name="Bed", name="sunny", field=fields.BooleanField(db_default=True)),
ops.AlterField(model_name="Plant", name="sown_at", field=fields.DatetimeField(null=True, db_index=False)),
ops.AlterField(
    model_name="Plant", name="height", field=fields.IntField(db_default=0, null=True, db_index=True)
),
"""
SUNNY = 'ops.AddField(model_name="Bed", name="sunny", field=fields.BooleanField(db_default=True)),'
BREAK = 'Sql(sqlite=["DELETE FROM {Bed}"], postgres=["ALTER TABLE {Bed} DROP COLUMN nothing"]),'
MORE = 'Sql(sqlite=["CREATE TABLE more{0} (a)"], postgres=["CREATE TABLE more{0} (a int)"]),'


def apps_of(package: str) -> Apps:
    """Give the apps a written package declares."""
    return import_module(package).APPS


@pytest.fixture
async def old_url(empty_url) -> str:
    """Name a garden of the first version, with a plant in it, that a test may change for good."""
    async with open_store(empty_url, apps=apps_of("garden")):
        await Plant.create(bed=await Bed.create(name="north"), name="beet", height=3)
    return empty_url


async def names(kind: str) -> set[str]:
    """Name the indexes or triggers of the store that someone named."""
    queries = {
        ("sqlite", "index"): "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        ("sqlite", "trigger"): "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        ("postgres", "index"): "SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'",
        ("postgres", "trigger"): "SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal",
    }
    db = require_context().db()
    return {row["name"] for row in await db.execute_query_dict(queries[db.capabilities.dialect, kind])}


async def test_pending_migrations_run_in_order(empty_url, grow):
    apps, lines = apps_of(grow()), list[str]()
    async with (
        open_store(empty_url, migrate=False, apps=apps),
        open_migrator(empty_url, apps=apps) as migrator,
    ):
        assert await migrator.pending() == ["0001_beds", "0002_count_plants"]
    async with open_store(empty_url, progress=lines.append, apps=apps) as store:
        assert store.migrated == ("0001_beds", "0002_count_plants")
        assert lines == ["making the store: 2 migrations"]
        async with open_migrator(empty_url, apps=apps) as migrator:
            assert await migrator.pending() == []


async def test_an_up_to_date_store_is_opened_without_a_lock(garden, garden_url, statements):
    with statements() as sent:
        async with open_store(garden_url, apps=apps_of("garden")) as store:
            assert store.migrated == ()
    assert all(statement.startswith("SELECT") for statement in sent)


async def test_each_step_of_a_store_that_grows_is_told(old_url, grow):
    lines: list[str] = []
    async with open_store(
        old_url, progress=lines.append, apps=apps_of(grow(SUNNY, SUNNY.replace("y", "ier")))
    ):
        assert lines == ["migrating 1/2: 0003_later", "migrating 2/2: 0004_later"]


async def test_tables_change_and_rows_indexes_and_triggers_stay(old_url, grow):
    async with open_store(old_url, apps=apps_of("garden")):
        indexes, triggers = await names("index"), await names("trigger")
    async with open_store(old_url, apps=apps_of(grow(REMAKE))):
        assert await Plant.all().values_list("name", "height", "bed_id") == [("beet", 3, 1)]
        await Plant.create(bed_id=1, name="leek")
        [row] = await require_context().db().execute_query_dict("SELECT plants, sunny FROM bed")
        assert row == {"plants": 2, "sunny": True}
        assert await names("trigger") == triggers
        gone, come = indexes - await names("index"), await names("index") - indexes
        assert any("sown_at" in name for name in gone)
        assert any("height" in name for name in come)
        with pytest.raises(IntegrityError):
            await Plant.create(bed_id=1, name="leek")


async def test_a_remade_table_gives_no_key_twice(old_url, grow):
    async with open_store(old_url, apps=apps_of("garden")):
        await (await Bed.create(name="south")).delete()
    async with open_store(old_url, apps=apps_of(grow(REMAKE))):
        assert (await Bed.create(name="east")).id == 3


async def test_a_removed_key_takes_its_column_along(old_url, grow):
    triggerless = """Sql(
        sqlite=["DROP TRIGGER count_plants"], postgres=["DROP TRIGGER count_plants ON {Plant}"]
    ),"""
    removal = 'ops.RemoveField(model_name="Plant", name="bed"),'
    async with open_store(old_url, apps=apps_of(grow(triggerless, removal))):
        [row] = await require_context().db().execute_query_dict("SELECT * FROM plant")
        assert "bed_id" not in row
        assert row["name"] == "beet"


async def test_a_failing_migration_changes_nothing(old_url, grow):
    with pytest.raises((StoreError, OperationalError), match="nothing"):
        async with open_store(old_url, apps=apps_of(grow(SUNNY, BREAK))):
            pass
    async with open_store(old_url, apps=apps_of("garden")) as store:
        assert store.migrated == ()
        [row] = await require_context().db().execute_query_dict("SELECT * FROM bed")
        assert "sunny" not in row


async def test_a_store_of_a_newer_version_is_refused(old_url, grow):
    with pytest.raises(StoreError, match=r"newer version \(0002_count_plants\)"):
        async with open_store(old_url, apps=apps_of(grow(without="0002_count_plants"))):
            pass


async def test_three_runs_at_the_same_moment_take_turns(empty_url):
    async def migrate() -> list[str]:
        async with open_migrator(empty_url, apps=apps) as migrator:
            return await migrator.run()

    apps = apps_of("garden")
    async with open_store(empty_url, migrate=False, apps=apps):
        runs = await asyncio.gather(*(migrate() for _ in range(3)))
    assert sorted(runs) == [[], [], ["0001_beds", "0002_count_plants"]]


async def test_three_processes_migrate_at_once(empty_url, grow, gardener):
    package = grow(REMAKE)
    processes = [await gardener("migrate", empty_url, package) for _ in range(3)]
    errors = [(await process.communicate())[1].decode() for process in processes]
    assert errors == ["", "", ""]
    async with open_store(empty_url, apps=apps_of(package)) as store:
        assert store.migrated == ()
        rows = (
            await require_context()
            .db()
            .execute_query_dict("SELECT name FROM tortoise_migrations ORDER BY name")
        )
        assert [row["name"] for row in rows] == ["0001_beds", "0002_count_plants", "0003_later"]


@pytest.mark.parametrize("kills", KILLS)
async def test_a_killed_migration_leaves_the_old_schema_or_the_new(
    garden_url, empty_url, grow, gardener, kills
):
    package = grow(REMAKE, *(MORE.format(number) for number in range(3)))
    seen: set[str] = set()
    for _ in range(kills):
        process = await gardener("migrate", empty_url, package)
        try:
            await asyncio.wait_for(process.wait(), timeout=random.uniform(0.5, 1.5))
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        apps = apps_of(package)
        async with (
            open_store(empty_url, migrate=False, apps=apps),
            open_migrator(empty_url, apps=apps) as migrator,
        ):
            seen.add(str(await migrator.pending()))
    assert len(seen) <= 2
    async with open_store(empty_url, apps=apps_of(package)):
        await Plant.create(bed=await Bed.create(name="north"), name="beet")
