"""The migrations make exactly the tables the models describe, on both stores."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from garden import APPS as GARDEN
from tortoise.context import require_context
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.operations import Operation
from tortoise.migrations.schema_generator.operation_generator import OperationGenerator
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from models.engines.migrator import Migrator, Sql
from models.store import APPS, Apps, changes, make_migration, open_migrator, open_store

Table = Mapping[str, frozenset[tuple[Any, ...]]]

COLUMNS = {
    "sqlite": """
        SELECT t.name AS "table", c.name AS name, lower(c.type) AS type, c."notnull" OR c.pk AS required,
               c.dflt_value AS initial
        FROM sqlite_master t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'""",
    "postgres": """
        SELECT table_name AS "table", column_name AS name, is_nullable = 'NO' AS required,
               column_default AS initial,
               data_type || coalesce(character_maximum_length, numeric_precision, 0) AS type
        FROM information_schema.columns WHERE table_schema = 'public'""",
}
INDEXES = {
    "sqlite": """
        SELECT t.name AS "table", l.name AS name, l."unique" AS "unique",
               (SELECT group_concat(coalesce(name, '()')) FROM pragma_index_info(l.name)) AS columns
        FROM sqlite_master t, pragma_index_list(t.name) l WHERE t.type = 'table'""",
    "postgres": """
        SELECT t.relname AS "table", i.relname AS name, x.indisunique AS "unique", (
                   SELECT string_agg(coalesce(a.attname, '()'), ',' ORDER BY k.place)
                   FROM unnest(x.indkey) WITH ORDINALITY AS k (number, place)
                   LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number AND k.number > 0
               ) AS columns
        FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        WHERE t.relnamespace = 'public'::regnamespace""",
}


async def columns(without: str = "") -> frozenset[tuple[Any, ...]]:
    """Describe every column of the open store but those of tables made by a text: table, name, type, …"""
    db = require_context().db()
    rows = await db.execute_query_dict(COLUMNS[db.capabilities.dialect])
    kept = [row for row in rows if row["table"] not in made_by(without)]
    return frozenset(
        (row["table"], row["name"], row["type"], bool(row["required"]), row["initial"]) for row in kept
    )


async def indexes(without: str = "") -> frozenset[tuple[Any, ...]]:
    """Describe every index of the open store whose name does not stand in a text: table, columns, unique."""
    db = require_context().db()
    rows = await db.execute_query_dict(INDEXES[db.capabilities.dialect])
    kept = [row for row in rows if row["table"] not in made_by(without) and row["name"] not in without]
    return frozenset((row["table"], row["columns"], bool(row["unique"])) for row in kept)


def made_by(text: str) -> set[str]:
    """Name the tables that statements make by hand, and the one that the migrations keep for themselves."""
    indexed = re.findall(r"CREATE VIRTUAL TABLE (\w+) USING fts5", text)
    parts = [f"{name}_{part}" for name in indexed for part in ("data", "idx", "config", "docsize", "content")]
    return {"tortoise_migrations", *indexed, *parts, *re.findall(r"CREATE TABLE (\w+)", text)}


async def words_of(migrator: Migrator) -> str:
    """Give the text of all statements the migrations write by hand."""
    await migrator.loader.build_graph()
    operations = [
        operation
        for migration in migrator.loader.disk_migrations.values()
        for operation in migration.operations
    ]
    written = [list(operation.statements.values()) for operation in operations if isinstance(operation, Sql)]
    return str(written)


def creations(apps: Apps) -> list[Operation]:
    """Give the operations that make the models' tables from nothing."""
    found = require_context().apps
    assert found is not None
    now = MigrationAutodetector(found, {label: dict(app) for label, app in apps.items()})._current_state()
    return list(OperationGenerator(State(models={}, apps=StateApps()), now).generate(list(apps)))


@asynccontextmanager
async def made_from_the_models(url: str, apps: Apps) -> AsyncIterator[None]:
    """Open a store whose tables were made straight from the models."""
    async with open_store(url, migrate=False, apps=apps):
        async with open_migrator(url, apps=apps) as migrator:
            labels = dict.fromkeys(apps, migrator.connection.connection_name)
            state = State(models={}, apps=StateApps(default_connections=labels))
            async with migrator.connection._in_transaction() as transaction:
                editor = migrator._schema_editor()
                editor.client = transaction
                for operation in creations(apps):
                    [label] = apps
                    await operation.run(label, state, dry_run=False, state_editor=editor)
        yield


@pytest.fixture
def other_url(dialect, databases) -> str:
    """Name a second empty store."""
    return databases.empty(dialect)


@pytest.mark.parametrize("apps", [GARDEN, APPS], ids=["garden", "publication"])
async def test_no_model_has_changed_since_the_last_migration(apps):
    assert [draft.as_string() for draft in await changes(apps=apps)] == []


async def test_a_draft_bears_its_number_and_name(tmp_path, monkeypatch):
    package = tmp_path / "unmigrated"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    [path] = await make_migration(
        "Dig beds!", apps={"garden": {**GARDEN["garden"], "migrations": "unmigrated"}}
    )
    assert path.name == "0001_dig_beds.py"
    assert "Plant" in path.read_text()


@pytest.mark.parametrize("apps", [GARDEN, APPS], ids=["garden", "publication"])
async def test_the_migrated_store_has_the_tables_of_the_models(empty_url, other_url, apps):
    async with made_from_the_models(other_url, apps):
        wanted_columns, wanted_indexes = await columns(), await indexes()
    async with open_store(empty_url, apps=apps), open_migrator(empty_url, apps=apps) as migrator:
        by_hand = await words_of(migrator)
        assert await columns(without=by_hand) == wanted_columns
        assert await indexes(without=by_hand) == wanted_indexes
