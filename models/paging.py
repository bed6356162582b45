"""A page of any question, by keyset cursor; of many parents' questions at once in one statement."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
from pypika_tortoise.analytics import RowNumber
from pypika_tortoise.enums import Order as Direction
from pypika_tortoise.functions import Count
from pypika_tortoise.queries import Query, QueryBuilder, Table
from pypika_tortoise.terms import Field, Parameterizer, ValueWrapper
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.errors import Invalid
from models.text import is_plain

DEFAULT_SIZE = 20
LARGEST_SIZE = 100
MOST_AT_ONCE = 200  # SQLite joins at most 500 questions into one
BIGGEST_ID = 2**31 - 1  # of an IntField; PostgreSQL fails on a bigger one
Row = TypeVar("Row", bound=Model)


class Order(NamedTuple):
    """A total order: a column that is never null, then the id; the newest first or the oldest."""

    column: str
    descending: bool

    def cursor(self, row: Model) -> str:
        """Name the place of a row in this order."""
        value = getattr(row, self.column)
        return self.cursor_at(value.isoformat() if isinstance(value, datetime) else value, row.pk)

    def cursor_at(self, key: str | int, id: int) -> str:
        """Name the place of a row that has this key, as text or as its id, and this id."""
        packed = orjson.dumps([self._code, key, id])
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    def place(self, cursor: str, argument: str, noun: type[Model]) -> "Place":
        """Read a cursor; refuse one that is not of this order."""
        try:
            packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            code, key, id = orjson.loads(packed)
            field: Any = noun._meta.fields_map[self.column]
            kind = field.field_type
            if kind is datetime:
                key = datetime.fromisoformat(key).astimezone(UTC)
            elif kind is int:
                if key != id:  # an order by id alone
                    raise ValueError(key)
            elif not (isinstance(key, str) and is_plain(key) and len(key) <= field.max_length):
                raise ValueError(key)
            if code == self._code and type(id) is int and 0 <= id <= BIGGEST_ID:
                return Place(key, id)
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, binascii.Error):
            pass
        raise Invalid(argument, f"`{argument}` is not a cursor of this list; pass one that it gave you.")

    @property
    def _code(self) -> str:
        return f"{self.column}{'-' if self.descending else '+'}"


@dataclass(frozen=True, slots=True)
class Place:
    """A row's key and id within an order."""

    key: Any
    id: int


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is wanted: so many from the start or the end, between two cursors."""

    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None:
            raise Invalid("last", "Ask for `first` or for `last`, not for both.")
        for name, size in (("first", self.first), ("last", self.last)):
            if size is not None and not 0 <= size <= LARGEST_SIZE:
                raise Invalid(name, f"`{name}` is a number from 0 to {LARGEST_SIZE}.")

    @property
    def size(self) -> int:
        """How many rows are wanted at most."""
        asked = self.first if self.first is not None else self.last
        return DEFAULT_SIZE if asked is None else asked


@dataclass(frozen=True, slots=True)
class Parents:
    """The parents whose lists are wanted: the column that names them, and the table it stands in when that
    is a table between (which points to the row by `<noun>_id`).
    """

    column: str
    keys: tuple[Any, ...]
    through: str | None = None


@dataclass(slots=True)
class Page(Generic[Row]):
    """Rows in order, and whether others precede or follow them."""

    rows: list[Row]
    has_previous: bool = False
    has_next: bool = False

    def trim(self, size: int, *, from_end: bool) -> None:
        """Take away the one row too many, which tells that there are more, and put the others in order."""
        if len(self.rows) > size:
            del self.rows[size:]
            if from_end:
                self.has_previous = True
            else:
                self.has_next = True
        if from_end:
            self.rows.reverse()


async def page(question: QuerySet[Row], order: Order, window: Window) -> Page[Row]:
    """Read one page of a question, in one statement."""
    return (await _read(question, order, window, None))[None]


async def pages(
    question: QuerySet[Row], order: Order, window: Window, parents: Parents
) -> dict[Any, Page[Row]]:
    """Read a page of each parent's part of a question, in one statement for all."""
    return await _read(question, order, window, parents)


async def counts(question: QuerySet[Row], parents: Parents) -> dict[Any, int]:
    """Count each parent's part of a question, in one statement for all."""
    query, key = _of_parents(built(question.only("id")), question.model, parents)
    inner = query.select(key.as_("_key"))
    outer = (
        _dialect(question)
        .from_(inner)
        .select(inner.field("_key"), Count("*").as_("_n"))
        .groupby(inner.field("_key"))
    )
    return dict.fromkeys(parents.keys, 0) | {row["_key"]: row["_n"] for row in await _run(question, outer)}


async def union(questions: list[QuerySet[Row]]) -> list[tuple[int, Row]]:
    """Ask questions of one noun, MOST_AT_ONCE in a statement; a row comes with its question's number."""
    parts = [_tagged(question, built(question), number) for number, question in enumerate(questions)]
    rows: list[dict[str, Any]] = []
    for start in range(0, len(parts), MOST_AT_ONCE):
        rows += await _run(questions[0], *parts[start : start + MOST_AT_ONCE])
    return [(row["_side"], questions[0].model._init_from_db(**row)) for row in rows]


def within(question: QuerySet[Row], bound: Q) -> QuerySet[Row]:
    """Ask a question within a bound of the column by which it is ordered."""
    bounded = question.filter(bound)
    # First: of two bounds of one column SQLite uses the one that it reads first, and walks to the other.
    bounded._q_objects.insert(0, bounded._q_objects.pop())
    return bounded


async def _read(
    question: QuerySet[Row], order: Order, window: Window, parents: Parents | None
) -> dict[Any, Page[Row]]:
    noun = question.model
    after = order.place(window.after, "after", noun) if window.after is not None else None
    before = order.place(window.before, "before", noun) if window.before is not None else None
    between = question
    sides: list[QueryBuilder] = []
    if after is not None:
        between = within(between, _beyond(order, after))
        sides.append(_part(question.filter(~_beyond(order, after)), order, 1, parents, side=-1))
    if before is not None:
        backwards = Order(order.column, not order.descending)
        between = within(between, _beyond(backwards, before))
        sides.append(_part(question.filter(~_beyond(backwards, before)), order, 1, parents, side=1))
    from_end = window.last is not None
    walked = Order(order.column, order.descending != from_end)
    sides.insert(0, _part(between, walked, window.size + 1, parents, side=0))
    found = await _run(question, *sides)
    keys = parents.keys if parents is not None else (None,)
    read: dict[Any, Page[Row]] = {key: Page([]) for key in keys}
    for row in found:
        one = read[row.get("_key")]
        if row["_side"] == 0:
            one.rows.append(noun._init_from_db(**row))
        else:
            one.has_previous |= row["_side"] < 0
            one.has_next |= row["_side"] > 0
    for one in read.values():
        _trim(one, walked, size=window.size, from_end=from_end)
    return read


def _trim(one: Page[Row], walked: Order, *, size: int, from_end: bool) -> None:
    # UNION ALL promises no order, so the few rows are put in theirs here.
    one.rows.sort(key=lambda row: (getattr(row, walked.column), row.pk), reverse=walked.descending)
    one.trim(size, from_end=from_end)


def _beyond(order: Order, place: Place) -> Q:
    # The first comparison alone is what an index can walk; the second settles equal keys.
    sign = "lt" if order.descending else "gt"
    column = order.column
    beyond_id: dict[str, Any] = {f"id__{sign}": place.id}
    return Q(**{f"{column}__{sign}e": place.key}) & (Q(**{f"{column}__{sign}": place.key}) | Q(**beyond_id))


def _part(
    question: QuerySet[Row], order: Order, limit: int, parents: Parents | None, *, side: int
) -> QueryBuilder:
    direction = Direction.desc if order.descending else Direction.asc
    table = question.model._meta.basetable
    columns = (table.field(order.column), table.field("id"))
    query = built(question)
    if parents is not None:
        query, key = _of_parents(query, question.model, parents)
        query = query.select(key.as_("_key"))
        if len(parents.keys) > 1:
            place = RowNumber().over(key)
            for column in columns:
                place = place.orderby(column, order=direction)
            query = query.select(place.as_("_place"))
            return _tagged(question, query, side).where(Field("_place") <= limit)
    for column in columns:
        query = query.orderby(column, order=direction)
    return _tagged(question, query.limit(limit), side)


def _of_parents(query: QueryBuilder, noun: type[Model], parents: Parents) -> tuple[QueryBuilder, Field]:
    table = noun._meta.basetable
    if parents.through is None:
        key = table.field(parents.column)
    else:
        link = Table(parents.through)
        query = query.join(link).on(link.field(f"{noun._meta.db_table}_id") == table.field("id"))
        key = link.field(parents.column)
    return query.where(key.isin(list(parents.keys))), key


def built(question: QuerySet[Row]) -> QueryBuilder:
    """Give the query of a question, to write more into it."""
    question = question.all()
    question._choose_db_if_not_chosen()
    question._make_query()
    return question.query


def _tagged(question: QuerySet[Row], query: QueryBuilder, side: int) -> QueryBuilder:
    number = ValueWrapper(side, alias="_side", allow_parametrize=False)
    return _dialect(question).from_(query).select("*", number)


def _dialect(question: QuerySet[Row]) -> type[Query]:
    return question.model._meta.db.query_class


async def _run(question: QuerySet[Row], *parts: QueryBuilder) -> list[dict[str, Any]]:
    context = _dialect(question).SQL_CONTEXT.copy(parameterizer=(values := Parameterizer()))
    sql = " UNION ALL ".join(part.get_sql(context) for part in parts)
    return await question.model._meta.db.execute_query_dict(sql, values.values)
