"""Brings a store's schema up to date: all pending migrations in one transaction, by one process at a time."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.connection import ConnectionHandler
from tortoise.exceptions import OperationalError
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddField, AddIndex, CreateModel, RunPython, TortoiseOperation
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from models.engines.sqlite_schema import SqliteEditor
from models.errors import StoreError

Progress = Callable[[str, int, int], object]

_LOCK = 0x67716C_736572  # any number will do, as long as every process takes the same
_TABLE = re.compile(r"\{([A-Z]\w*)\}")


class Sql(TortoiseOperation):
    """Statements that each store understands in its own words; `{Post}` stands for the table of posts."""

    def __init__(self, *, sqlite: Sequence[str] = (), postgres: Sequence[str] = ()) -> None:
        self.statements = {"sqlite": sqlite, "postgres": postgres}

    def describe(self) -> str:
        return "Run statements"

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        if state_editor is None:
            return
        for statement in self.statements[state_editor.DIALECT]:
            named = _TABLE.sub(
                lambda name: f'"{new_state.apps.get_model(app_label, name[1])._meta.db_table}"', statement
            )
            if state_editor.collect_sql:
                state_editor.collected_sql.append(named)
            else:
                await state_editor.client.execute_query(named)


ADDING = (CreateModel, AddField, AddIndex, RunPython, Sql)


class Migrator(MigrationExecutor):
    """Runs what is pending, forwards, and records it in the same transaction."""

    def __init__(self, connection: BaseDBAsyncClient, apps: dict[str, dict[str, Any]]) -> None:
        super().__init__(connection, apps)
        self.recorder = self.loader.recorder = _Recorder(connection)

    async def pending(self) -> list[str]:
        """Name the migrations this store still lacks, oldest first."""
        return [key.name for key in await self._missing()]

    @property
    def is_new(self) -> bool:
        """Whether the store had gone through no migration when `pending` looked."""
        return not self.loader.applied_migrations

    async def run(self, progress: Progress | None = None) -> list[str]:
        """Apply every pending migration, telling each one's name, number and the total; give their names."""
        async with self.connection._in_transaction() as transaction:
            self.recorder.connection = transaction
            await self._take_turn(transaction)
            editor = self._schema_editor()
            editor.client = transaction
            await self.recorder.ensure_schema(editor)
            missing = await self._missing()
            state = await self._state_after(set(self._full_plan()) - set(missing))
            for number, key in enumerate(missing, start=1):
                if progress is not None:
                    progress(key.name, number, len(missing))
                await _apply(self._migration(key), state, editor)
                await self.recorder.record_applied(key.app_label, key.name)
            await _check_references(transaction)
        self.recorder.connection = self.connection
        return [key.name for key in missing]

    async def _missing(self) -> list[MigrationKey]:
        await self.loader.build_graph()
        self._full_plan_cache = None
        applied = {key for key in self.loader.applied_migrations if key.app_label in self.loader.apps_config}
        unknown = sorted(key.name for key in applied - self.loader.graph.nodes.keys())
        if unknown:
            raise StoreError(
                f"The store was migrated by a newer version ({unknown[-1]}); run that version, or a later one"
            )
        return [key for key in self._full_plan() if key not in applied]

    async def _state_after(self, done: set[MigrationKey]) -> State:
        """Work out what the tables are like after these migrations."""
        # Where a state knows a connection, every noun is made ready to be asked for rows, after each step.
        # No step asks for any, and that is half of the time of a first start.
        state = State(models={}, apps=StateApps(connections=ConnectionHandler()))
        for key in self._full_plan():
            if key in done:
                await self._migration(key).apply(state, dry_run=True)
        return state

    def _migration(self, key: MigrationKey) -> Migration:
        migration = self.loader.graph.nodes[key]
        assert migration is not None
        return migration

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:
        editor = {"sqlite": SqliteEditor, "postgres": AsyncpgSchemaEditor}[
            self.connection.capabilities.dialect
        ]
        return editor(self.connection, atomic=atomic, collect_sql=collect_sql)

    async def _take_turn(self, transaction: TransactionalDBClient) -> None:
        # On SQLite the transaction itself is the lock: it begins by taking the file's only write lock.
        if transaction.capabilities.dialect == "postgres":
            await transaction.execute_query(f"SELECT pg_advisory_xact_lock({_LOCK})")


async def _apply(migration: Migration, state: State, editor: BaseSchemaEditor) -> None:
    """Do what a migration says.

    As `Migration.apply` does inside a transaction, but that copies all that is known of every table before
    each step, which is most of the time of a first start; what only adds does not look at it.
    """
    for step in migration.operations:
        before = state if isinstance(step, ADDING) else state.clone()
        step.state_forward(migration.app_label, state)
        await step.database_forward(migration.app_label, before, state, editor)
    state.validate_relations_initialized()


class _Recorder(MigrationRecorder):
    """Tells "nothing applied yet" from "the store does not answer"."""

    async def applied_migrations(self) -> list[MigrationKey]:
        query = f'SELECT "app", "name" FROM "{self.table_name}"'
        try:
            rows = await self.connection.execute_query_dict(query)
        except OperationalError:
            return []
        return [MigrationKey(app_label=row["app"], name=row["name"]) for row in rows]


async def _check_references(transaction: TransactionalDBClient) -> None:
    if transaction.capabilities.dialect != "sqlite":
        return
    broken = await transaction.execute_query_dict("PRAGMA foreign_key_check")
    if broken:
        raise StoreError(
            f"The migration would leave {len(broken)} rows of {broken[0]['table']!r} pointing at nothing; "
            "nothing was changed"
        )
