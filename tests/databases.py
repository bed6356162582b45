"""Makes stores to test with: empty ones, migrated ones, and ones that hold the demonstration blog."""

import asyncio
import os
import shutil
from collections.abc import Coroutine, Mapping
from copy import copy
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
from tortoise.apps import Apps as Registry

import models
from gql_server.demonstration import tell_demonstration
from models.store import NOUNS, open_store

Apps = Mapping[str, Mapping[str, Any]]
T = TypeVar("T")
# What Tortoise works out for a kind of store, for each model.
OF_A_KIND = (
    "filters", "db_native_fields", "db_default_fields", "db_complex_fields",
    "basetable", "basequery", "basequery_all_fields",
)  # fmt: skip

# What asyncpg takes for the statement with which it asked for types, where it had not to.
NOTHING_SENT = SimpleNamespace(name="recalled")

# TRUNCATE makes new files for sixty tables and their indexes, where a test has written to ten.
WIPE = """
DO $$
DECLARE one record;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN
    SELECT oid::regclass AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      AND relname <> 'tortoise_migrations' AND pg_relation_size(oid) > 0
  LOOP EXECUTE format('DELETE FROM %s', one.name); END LOOP;
  FOR one IN
    SELECT oid::regclass AS name FROM pg_class
    WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
  LOOP PERFORM setval(one.name, 1, false); END LOOP;
END $$
"""


class Databases:
    """Makes databases on one PostgreSQL server and files in one folder, and removes them in the end."""

    def __init__(self, server: str, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._numbers = count(1)
        self._made: list[str] = []
        self._migrated: dict[tuple[str, str], str] = {}
        self._told: dict[str, str] = {}
        self._lent = ""
        self._lines = Lines()

    def empty(self, dialect: str, *, like: str = "template1") -> str:
        """Make a store without a table, or on PostgreSQL like another; give its url."""
        name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_{next(self._numbers)}"
        if dialect == "sqlite":
            return f"sqlite://{self._folder / name}.sqlite3"
        self._lines.say(self._server, f"CREATE DATABASE {name} TEMPLATE {like}")
        self._made.append(name)
        return _named(self._server, name)

    def migrated(self, dialect: str, apps: Apps) -> str:
        """Give the url of a migrated store without rows; PostgreSQL's is used again by the next test."""
        key = dialect, str(apps)
        if key not in self._migrated:
            self._migrated[key] = self.empty(dialect)
            run(_migrate(self._migrated[key], apps))
        if dialect == "postgres":
            self._lines.say(self._migrated[key], WIPE)
            return self._migrated[key]
        return self._copied(self._migrated[key])

    def told(self, dialect: str) -> str:
        """Give the url of a store that holds the demonstration blog; PostgreSQL's goes with the next one."""
        if dialect not in self._told:
            self._told[dialect] = self.empty(dialect)
            run(_tell(self._told[dialect]))
        if dialect == "sqlite":
            return self._copied(self._told[dialect])
        if self._lent:
            self._drop(_name_of(self._lent))
        self._lent = self.empty(dialect, like=_name_of(self._told[dialect]))
        return self._lent

    def _copied(self, url: str) -> str:
        copy = self.empty("sqlite")
        shutil.copyfile(url.removeprefix("sqlite://"), copy.removeprefix("sqlite://"))
        return copy

    def drop(self) -> None:
        """Remove every database that was made."""
        for name in self._made.copy():
            self._drop(name)
        self._lines.end()

    def _drop(self, name: str) -> None:
        self._lines.say(self._server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._made.remove(name)


class Lines:
    """Keeps a connection to each database: a new one would first have to learn what stands there."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._kept: dict[str, asyncpg.Connection] = {}

    def say(self, url: str, statement: str) -> None:
        """Send a statement, and send it again where a test had cut the line."""
        try:
            self._runner.run(self._say(url, statement))
        except (asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, asyncpg.InterfaceError):
            self._kept.pop(url).terminate()
            self._runner.run(self._say(url, statement))

    def end(self) -> None:
        """Let go of them all."""
        for line in self._kept.values():
            line.terminate()
        self._runner.close()

    async def _say(self, url: str, statement: str) -> None:
        if url not in self._kept:
            self._kept[url] = await asyncpg.connect(url)
        await self._kept[url].execute(statement)


def _named(server: str, name: str) -> str:
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")


def _name_of(url: str) -> str:
    return urlsplit(url).path[1:]


def run(step: Coroutine[Any, Any, T]) -> T:
    """Run something to its end where no event loop runs."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(step)


async def say(url: str, statement: str) -> None:
    """Send a statement to a PostgreSQL."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _migrate(url: str, apps: Apps) -> None:
    async with open_store(url, apps=apps):
        pass


async def _tell(url: str) -> None:
    async with open_store(url):
        await tell_demonstration(await models.found(), lambda _: None)


def prepare_once() -> None:
    """Let Tortoise find and prepare the models once for a kind of store, not for each that a test opens."""
    prepare, known = Registry._build_initial_querysets, dict[Any, list[dict[str, Any]]]()
    find, found = Registry._discover_models, dict[Any, list[Any]]()

    def prepare_or_recall(registry: Registry) -> None:
        metas = [model._meta for app in registry.apps.values() for model in app.values()]
        kind = (metas[0].db.executor_class, *((meta._model, len(meta.fields_map)) for meta in metas))
        if kind not in known:
            # Tortoise writes into what stands there, which is another kind's.
            own(metas, [{name: copy(getattr(meta, name)) for name in OF_A_KIND} for meta in metas])
            prepare(registry)
            known[kind] = [{name: getattr(meta, name) for name in OF_A_KIND} for meta in metas]
        own(metas, known[kind])

    def own(metas: list[Any], given: list[dict[str, Any]]) -> None:
        for meta, values in zip(metas, given, strict=True):
            for name, value in values.items():
                setattr(meta, name, value)

    def find_or_recall(module: Any, label: str) -> list[Any]:
        # Those of a lab may be others the next time.
        if module not in NOUNS:
            return find(module, label)
        if (module, label) not in found:
            found[module, label] = find(module, label)
        return found[module, label]

    Registry._build_initial_querysets = prepare_or_recall
    Registry._discover_models = staticmethod(find_or_recall)


def know_types_once() -> None:
    """Let asyncpg ask once what types a database has, not in each connection that a test opens to it.

    A short test has PostgreSQL busy with that as long as with all its own questions.
    """
    ask, known = asyncpg.Connection._introspect_types, dict[Any, Any]()

    async def ask_or_recall(line: Any, types: Any, patience: float) -> tuple[Any, Any]:
        # No database is named as one before it, and none makes a type anew under its old number.
        wanted = line._addr, line._params.database, frozenset(types)
        if wanted in known:
            return known[wanted], NOTHING_SENT
        known[wanted], sent = await ask(line, types, patience)
        return known[wanted], sent

    asyncpg.Connection._introspect_types = ask_or_recall
