"""Makes stores to test with: empty ones, migrated ones, and ones that hold the demonstration blog."""

import asyncio
import os
import shutil
from collections.abc import Coroutine, Mapping
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg

import models
from gql_server.demonstration import tell_demonstration
from models.store import open_store

Apps = Mapping[str, Mapping[str, Any]]
T = TypeVar("T")

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

    def empty(self, dialect: str, *, like: str = "template1") -> str:
        """Make a store without a table, or on PostgreSQL like another; give its url."""
        name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_{next(self._numbers)}"
        if dialect == "sqlite":
            return f"sqlite://{self._folder / name}.sqlite3"
        run(say(self._server, f"CREATE DATABASE {name} TEMPLATE {like}"))
        self._made.append(name)
        return _named(self._server, name)

    def migrated(self, dialect: str, apps: Apps) -> str:
        """Give the url of a migrated store without rows; PostgreSQL's is used again by the next test."""
        key = dialect, str(apps)
        if key not in self._migrated:
            self._migrated[key] = self.empty(dialect)
            run(_migrate(self._migrated[key], apps))
        if dialect == "postgres":
            run(say(self._migrated[key], WIPE))
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
            run(say(self._server, f"DROP DATABASE {_name_of(self._lent)} WITH (FORCE)"))
        self._lent = self.empty(dialect, like=_name_of(self._told[dialect]))
        return self._lent

    def _copied(self, url: str) -> str:
        copy = self.empty("sqlite")
        shutil.copyfile(url.removeprefix("sqlite://"), copy.removeprefix("sqlite://"))
        return copy

    def drop(self) -> None:
        """Remove every database that was made."""
        for name in self._made:
            run(say(self._server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


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
