"""Statements written once and asked often: a noun's question with columns, keys and a page of it.

A statement is SQL of one dialect and what goes into it: constants, and the names of values that each asking
gives anew.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from pypika_tortoise.enums import Boolean
from pypika_tortoise.queries import Table
from pypika_tortoise.terms import ComplexCriterion, LiteralValue, Parameterizer
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.instants import now
from models.paging import Order, built
from models.visibility import seen_at

Question = Callable[[], QuerySet[Any]]
# Stands for the moment of asking in questions of what is published by now.
ASKED_AT = datetime(9998, 1, 1, 1, 1, 1, tzinfo=UTC)
# Stands in SQL of PostgreSQL where the number of a page's rows goes.
LIMIT = "\x01limit"
PARAM = re.compile(r"\$\d+")
MOMENT = "timestamptz"


class Slot(NamedTuple):
    """A place in a statement for a value of that name; of a kind, when PostgreSQL is to plan without it."""

    name: str
    kind: str | None = None


class Bound(NamedTuple):
    """A statement with its values, ready to be executed."""

    sql: str
    values: tuple[Any, ...]


class Statement:
    """SQL with places for values."""

    __slots__ = ("_around_limit", "_constants", "_pick", "sql")

    def __init__(self, sql: str, places: Iterable[Any], *, is_postgres: bool) -> None:
        self.sql = sql
        self._around_limit = sql.split(LIMIT) if LIMIT in sql else None
        places = list(places)
        self._constants = {
            _key(place): place if is_postgres else _as_sqlite_has(place)
            for place in places
            if type(place) is not Slot and place != ASKED_AT
        }
        self._pick = _picking([_key(place) for place in places])

    def bound(self, given: Mapping[Any, Any], asked_at: Any) -> Bound:
        """Fill in values: those of slots by name, what stand-ins stand for, and the moment of asking."""
        sql = self.sql if self._around_limit is None else f"{given['limit']:d}".join(self._around_limit)
        return Bound(sql, self._pick({**self._constants, ASKED_AT: asked_at, **given}))


def _unseen(param: str, kind: str) -> str:
    """Write a value so that PostgreSQL plans without looking at it.

    Of values that it sees it counts on more or fewer rows each time, and so would plan each time anew, which
    takes longer than to read a page; a plan that serves all values it keeps. What may be rare or frequent, as
    a word that is searched for, it is to see.
    """
    return f"(SELECT {param}::{kind})"


def _key(place: Any) -> Any:
    """Name what fills a place."""
    if type(place) is Slot:
        return place.name
    # One is no truth, but equals it.
    return (bool, place) if isinstance(place, bool) else place


def _picking(keys: list[Any]) -> Callable[[Mapping[Any, Any]], tuple[Any, ...]]:
    """Give what picks values by their keys."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda known: tuple(known[key] for key in keys)


def _as_sqlite_has(value: Any) -> Any:
    """Give a constant as SQLite keeps it."""
    # sqlite3 would look up an adapter each time it is bound.
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return int(value) if isinstance(value, bool) else value


class Builder:
    """Writes one statement in the dialect of a noun's store."""

    def __init__(self, noun: type[Model]) -> None:
        self._noun = noun
        self._is_postgres = noun._meta.db.capabilities.dialect == "postgres"
        sign = "$" if self._is_postgres else "?"
        self._parameters = Parameterizer(lambda number: f"{sign}{number}")

    def of(self, noun: type[Model]) -> "Builder":
        """Give a builder for another noun, who writes on in the same statement."""
        other = Builder(noun)
        other._parameters = self._parameters
        return other

    def value(self, place: Any) -> str:
        """Write a place for a value."""
        param = str(self._parameters.create_param(place).get_sql(self._context()))
        is_unseen = self._is_postgres and type(place) is Slot and place.kind is not None
        return _unseen(param, place.kind) if is_unseen else param

    def limit(self) -> str:
        """Write the number of a page's rows: for PostgreSQL in the text, for of one that it does not see it
        believes that it is a tenth of all rows.
        """
        return LIMIT if self._is_postgres else self.value(Slot("limit"))

    def column(self, name: str, table: str | None = None) -> str:
        """Write a column of the noun, or of another table."""
        return f'"{table or self._noun._meta.db_table}"."{name}"'

    def kind(self, column: str) -> str:
        """Give the type of a column of the noun in PostgreSQL, of any length."""
        field = self._noun._meta.fields_map[column]
        kind = str(field.get_for_dialect("postgres", "SQL_TYPE"))
        return "text" if kind.startswith("VARCHAR") else kind

    def place(self, order: Order, between: str | None = None) -> tuple[str, str]:
        """Write the columns of an order, here or in a table between that keeps them: the key and the id."""
        if between is None:
            return self.column(order.column), self.column("id")
        return self.column(order.column, between), self.column(f"{self._noun._meta.db_table}_id", between)

    def walked(self, order: Order, between: str | None = None) -> str:
        """Write an order."""
        direction = "DESC" if order.descending else "ASC"
        return ", ".join(f"{column} {direction}" for column in self.place(order, between))

    def beyond(self, order: Order, name: str, between: str | None = None, *, at: str = "") -> str:
        """Write that a row is beyond a place, or `at` it, in an order."""
        # The first comparison alone is what an index can walk; the second settles equal keys.
        (column, row), sign = self.place(order, between), "<" if order.descending else ">"
        key = self.value(Slot(f"{name}_key", self.kind(order.column)))
        id = self.value(Slot(f"{name}_id", self.kind("id")))
        return f"{column} {sign}= {key} AND ({column} {sign} {key} OR {row} {sign}{at} {id})"

    def keys(self, kind: str = "int") -> str:
        """Write the list of keys as a table `k` with their `value` and `place`."""
        if self._is_postgres:
            return f"unnest({self.value(Slot('keys', f'{kind}[]'))}) WITH ORDINALITY AS k(value, place)"
        return f"(SELECT value, key AS place FROM json_each({self.value(Slot('keys'))})) k"

    def among(
        self, question: Question, columns: Sequence[str], key: str, kind: str = "int", **more: Any
    ) -> str:
        """Write a question for the rows whose key is one of the keys."""
        if self._is_postgres:
            # Of type once more: what stands in `ANY` by itself would be a question for rows.
            one_of = f"{key} = ANY({self.value(Slot('keys', f'{kind}[]'))}::{kind}[])"
            return self.asked(question, columns, one_of, **more)
        # In this order, or SQLite may think it better to go through all that is published.
        table = f'"{self._noun._meta.db_table}"'
        assert not any(f" FROM {table}" in column for column in columns)
        asked = self.asked(question, columns, f"{key} = k.value", **more)
        return asked.replace(f" FROM {table}", f" FROM {self.keys(kind)} CROSS JOIN {table}", 1)

    def asked(
        self,
        question: Question,
        columns: Sequence[str],
        *conditions: str,
        through: tuple[str, str, str] | None = None,
    ) -> str:
        """Write a question for some columns of its rows, with more conditions; `through` joins a table by
        its column to a column of the noun.
        """
        with seen_at(ASKED_AT):
            query = built(question().order_by().only("id"))
        query._selects = []
        if through is not None:
            link = Table(through[0])
            query = query.join(link).on(
                link.field(through[1]) == self._noun._meta.basetable.field(through[2])
            )
        query = query.select(*(LiteralValue(column) for column in columns))
        if conditions:
            # First: of two bounds of one column SQLite uses the one that it reads first.
            first, others = LiteralValue(" AND ".join(conditions)), query._wheres
            query._wheres = ComplexCriterion(Boolean.and_, first, others) if others else first
        return str(query.get_sql(self._context()))

    def without_index(self, sql: str, column: str) -> str:
        """Let SQLite not look for a column by an index: it would find almost all rows, and then sort them."""
        if self._is_postgres:
            return sql
        # With its own state, of that table alone: another may well be looked up by what it has of the kind.
        for table in set(re.findall(rf'("\w+"\.)?"{column}"<=', sql)):
            for bound in (f'{table}"{column}"<=', f'{table}"status"='):
                sql = re.sub(rf"(?<!\.){re.escape(bound)}", f"+{bound}", sql)
        return sql

    def for_each(
        self, outer: str, question: Question, columns: Sequence[str], conditions: Sequence[str], order: Order,
        limit: str, *, through: tuple[str, str, str] | None = None, is_dated: bool = False, mark: str = "",
    ) -> str:  # fmt: skip
        """Write the first rows of a question for each key of `outer`; the key, and a mark, come last.

        When it `is_dated`, the table that they are asked `through` keeps their order.
        """
        last = f"k.value, {mark}" if mark else "k.value"
        walked = self.walked(order, through[0] if through is not None and is_dated else None)
        if self._is_postgres:
            named = [f"{column} AS c{place}" for place, column in enumerate(columns)]
            named += [f"{self.column(order.column)} AS key", f"{self.column('id')} AS id"]
            inner = self.asked(question, named, *conditions, through=through)
            listed = ", ".join(f"c.c{place}" for place in range(len(columns)))
            direction = "DESC" if order.descending else "ASC"
            return (
                f"SELECT {listed}, {last} FROM {outer} CROSS JOIN LATERAL ({inner} ORDER BY {walked} "
                f"LIMIT {limit}) c ORDER BY k.place, c.key {direction}, c.id {direction}"
            )
        # SQLite has no LATERAL; the list of ids is found for each key all the same, and rows by their ids.
        table, id = self._noun._meta.db_table, self.column("id")
        inner = self.asked(question, [id], *conditions, through=through)
        if is_dated:
            inner = self.without_index(inner, order.column)
        return (
            f'SELECT {", ".join(columns)}, {last} FROM {outer} CROSS JOIN "{table}" '
            f"WHERE {id} IN ({inner} ORDER BY {walked} LIMIT {limit}) ORDER BY k.place, {self.walked(order)}"
        )

    def gathered(
        self, question: Question, columns: Sequence[str], condition: str, order: str,
        through: tuple[str, str, str] | None,
    ) -> str:  # fmt: skip
        """Write the rows of a question as one value of PostgreSQL: a list of lists, as JSON, in an order."""
        listed = f"COALESCE(json_agg(json_build_array({', '.join(columns)}) ORDER BY {order}), '[]')"
        return f"({self.asked(question, [listed], condition, through=through)})"

    def beside(self, question: Question, columns: Sequence[str], order: Order, mark: str) -> str:
        """Write the next row of a question after each key, in an order; the key and a mark come last."""
        table, sign = self._noun._meta.db_table, "<" if order.descending else ">"
        here, there = (f'{name}."{order.column}"' for name in (f'"{table}"', "this"))
        beyond = f'{here} {sign}= {there} AND ({here} {sign} {there} OR {self.column("id")} {sign} this."id")'
        outer = f'{self.keys()} JOIN "{table}" this ON this."id" = k.value'
        # What comes in this order has no other: there is one for each key.
        return self.for_each(outer, question, columns, [beyond], order, "1", mark=mark)

    def beside_one(self, question: Question, columns: Sequence[str], order: Order, mark: str) -> str:
        """Write the next row of a question after one place, in an order; its id and a mark come last."""
        last = [self.value(Slot("this_id", "int")), mark]
        asked = self.asked(question, [*columns, *last], self.beyond(order, "this"))
        return f"{asked} ORDER BY {self.walked(order)} LIMIT 1"

    def done(self, sql: str) -> Statement:
        """Give the statement that was written."""
        places = self._parameters.values
        if self._is_postgres:
            moments = {f"${number}" for number, place in enumerate(places, 1) if place == ASKED_AT}
            sql = PARAM.sub(lambda at: _unseen(at[0], MOMENT) if at[0] in moments else at[0], sql)
        return Statement(sql, places, is_postgres=self._is_postgres)

    def _context(self) -> Any:
        return self._noun._meta.db.query_class.SQL_CONTEXT.copy(parameterizer=self._parameters)


def asking_at(*, is_postgres: bool) -> Any:
    """Give the moment of asking, as the store takes it."""
    return now() if is_postgres else now().isoformat(" ")


def packed(keys: Iterable[Any], *, is_postgres: bool) -> Any:
    """Write keys as the store takes a list."""
    return list(keys) if is_postgres else orjson.dumps(list(keys)).decode()
