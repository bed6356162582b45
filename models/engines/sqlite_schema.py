"""Changes a SQLite table by remaking it, and puts back what Tortoise would leave behind."""

from dataclasses import dataclass
from typing import Any

from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.indexes import Index
from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor


@dataclass(frozen=True)
class _Index:
    columns: tuple[str | None, ...]
    unique: bool
    primary: bool
    sql: str | None


class SqliteEditor(SqliteSchemaEditor):
    """Keeps indexes, unique constraints, triggers and the next key when a table is remade."""

    async def _run_sql(self, sql: str) -> None:
        if self.collect_sql:
            self.collected_sql.append(sql)
        else:
            await self.client.execute_script(sql)

    async def _remake_table(
        self, model: Any, create_field: Any = None, delete_field: Any = None, alter_fields: Any = None
    ) -> None:
        table = model._meta.db_table
        if isinstance(delete_field, ForeignKeyFieldInstance):
            # A foreign key is two fields over one column; Tortoise would drop one and keep the column.
            del model._meta.fields_map[delete_field.model_field_name]
            delete_field = model._meta.fields_map[delete_field.source_field]
        indexes, triggers, key = (
            await self._indexes(table),
            await self._triggers(table),
            await self._key(table),
        )
        # Otherwise the renaming stumbles over triggers that name the table while it is away.
        await self._run_sql("PRAGMA legacy_alter_table=ON")
        await super()._remake_table(model, create_field, delete_field, alter_fields)
        await self._run_sql("PRAGMA legacy_alter_table=OFF")
        lost = _forgotten(delete_field, alter_fields or [])
        present = [(index.columns, index.unique) for index in await self._indexes(table)]
        for index in indexes:
            if index.primary or (index.columns, index.unique) in present or lost(index):
                continue
            await self._run_sql(index.sql or self._unique_sql(model, index))
        for old, new in alter_fields or []:
            if new.index and not old.index:
                await self.add_index(model, Index(fields=(new.source_field or new.model_field_name,)))
        for trigger in triggers:
            await self._run_sql(trigger)
        if key is not None:
            await self.client.execute_query("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", [key, table])

    def _unique_sql(self, model: Any, index: _Index) -> str:
        columns = [column for column in index.columns if column is not None]
        return self.UNIQUE_INDEX_CREATE_TEMPLATE.format(
            index_name=self._get_unique_constraint_name(model, columns),
            table_name=self.quote(model._meta.db_table),
            fields=", ".join(map(self.quote, columns)),
            extra="",
        )

    async def _indexes(self, table: str) -> list[_Index]:
        rows = await self.client.execute_query_dict(
            'SELECT list.name, list."unique", list.origin, master.sql FROM pragma_index_list(?) AS list '
            "JOIN sqlite_master AS master ON master.type = 'index' AND master.name = list.name "
            "ORDER BY list.seq DESC",
            [table],
        )
        found = []
        for row in rows:
            columns = await self.client.execute_query_dict(
                "SELECT name FROM pragma_index_info(?) ORDER BY seqno", [row["name"]]
            )
            names = tuple(column["name"] for column in columns)
            found.append(_Index(names, bool(row["unique"]), row["origin"] == "pk", row["sql"]))
        return found

    async def _triggers(self, table: str) -> list[str]:
        rows = await self.client.execute_query_dict(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [table]
        )
        return [row["sql"] for row in rows]

    async def _key(self, table: str) -> int | None:
        if not await self.client.execute_query_dict(
            "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"
        ):
            return None
        rows = await self.client.execute_query_dict("SELECT seq FROM sqlite_sequence WHERE name = ?", [table])
        return rows[0]["seq"] if rows else None


def _forgotten(delete_field: Any, alter_fields: Any) -> Any:
    """Give a test for indexes that are meant to go: of a removed column, or no longer asked for."""
    gone = {_column(delete_field)} if delete_field is not None else set()
    unindexed = {_column(new) for old, new in alter_fields if old.index and not new.index}
    ununique = {_column(new) for old, new in alter_fields if old.unique and not new.unique}

    def lost(index: _Index) -> bool:
        dropped = ununique if index.unique else unindexed
        return bool(gone & set(index.columns)) or index.columns in {(column,) for column in dropped}

    return lost


def _column(field: Any) -> str:
    return str(field.source_field or field.model_field_name)
