"""Levels: what a plan reads at one place, what part of the answer it becomes, and what is read below it."""

import inspect
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from graphql import GraphQLObjectType, GraphQLOutputType
from tortoise import fields

import models
from models.engines.steps import Steps, TooLong
from models.posts import BODY
from models.prepared import Builder
from schema.plans.asking import Asking, NotPlanned
from schema.plans.compiling import Compiling
from schema.plans.leaves import as_python, of_column, of_value
from schema.plans.nouns import Noun
from schema.plans.selections import Nodes
from schema.plans.writing import Writer


class Child(Protocol):
    """What is read below a level, for all of it at once; a function finds in it what belongs to each."""

    def read(self, above: Any, x: Asking) -> Steps[Any]:
        """Read it."""


C = TypeVar("C", bound=Child)


class Level:
    """One thing, or one list of rows, with a function that makes a part of the answer of it.

    Nothing is read below one that `is_lowest`.
    """

    things = "o"
    opens_if = "True"

    def __init__(self, *, is_postgres: bool, is_lowest: bool = False) -> None:
        self.is_lowest = is_lowest
        self.writer = Writer(is_postgres=is_postgres)
        self._children: list[Child] = []
        self._shared: dict[str, tuple[Any, str]] = {}
        self.make: Callable[..., Any] = _unwritten

    @classmethod
    def of_thing(
        cls, compiling: Compiling, kind: GraphQLObjectType, nodes: Nodes, *, is_lowest: bool = False
    ) -> "Level":
        """Begin one thing in memory, which becomes an object of a kind with what is selected of it."""
        level = cls(is_postgres=compiling.is_postgres, is_lowest=is_lowest)
        level.written(compiling.show(ThingPlace(level, cls.things), kind, nodes))
        return level

    def add(self, child: Child) -> str:
        """Read something below this level; give the name by which the function knows it."""
        if self.is_lowest:
            raise NotPlanned("nothing can be read below one of several kinds")
        self._children.append(child)
        return f"c{len(self._children) - 1}"

    def shared(self, name: str, begin: Callable[[], C]) -> tuple[C, str]:
        """Read something below this level that several fields have in common; give it and its name."""
        if name not in self._shared:
            child = begin()
            self._shared[name] = child, self.add(child)
        return self._shared[name]

    def written(self, value: str, *more: str) -> None:
        """Write the function: what the answer has here; `more` names what `made` is told besides."""
        names = (f"c{place}" for place in range(len(self._children)))
        parameters = ", ".join((self.things, "x", *more, *names))
        self.make = self.writer.function(parameters, value, opens_if=self.opens_if)

    def made(self, above: Any, x: Asking) -> Steps[Any]:
        """Read what is below, and make a part of the answer."""
        below = yield from self.read_below(above, x)
        return self.make(above, x, *below)

    def read_below(self, above: Any, x: Asking) -> Steps[list[Any]]:
        """Read what is below, for all of this level at once."""
        below: list[Any] = []
        for child in self._children:
            below += [(yield from child.read(above, x))]
        return below

    def each(self, value: str) -> Callable[[Any], list[Any]]:
        """Write a function that gives a value of the thing, in a list: a key, for what is read below."""
        return Writer(is_postgres=self.writer.is_postgres).function(self.things, f"[{value}]")


class Place(Protocol):
    """A thing or a row within a function: how its columns are spoken of."""

    level: Level

    def raw(self, column: str) -> str:
        """Write a column as the store gives it."""

    def leaf(self, column: str, kind: GraphQLOutputType) -> str:
        """Write a column as a leaf of the answer."""

    def python(self, column: str) -> str:
        """Write a column as a noun's row has it."""


class ThingPlace:
    """Something in memory, by its attributes."""

    def __init__(self, level: Level, name: str) -> None:
        self.level = level
        self.thing = name

    @property
    def is_read_below(self) -> bool:
        """Whether more can be read for it: it is all of its level, and not a part of that."""
        return self.thing == self.level.things and not self.level.is_lowest

    def raw(self, column: str) -> str:
        """Write an attribute."""
        return f"{self.thing}.{column}"

    python = raw

    def leaf(self, column: str, kind: GraphQLOutputType) -> str:
        """Write an attribute as a leaf of the answer."""
        return of_value(self.level.writer, self.raw(column), kind)


COMMENT_COUNT = "comment_count"
# And not moments, or big numbers.
LIKE_JSON = (fields.IntField, fields.CharField, fields.TextField, fields.BooleanField)
BODIES = frozenset(BODY)
# More texts than these are made into an answer apart from others.
MOST_BODIES = 10


class Rows(Level):
    """Rows of a noun: the columns that are selected, the id first; a key of the row above comes last."""

    things = "rows"
    # In a list of nothing it does not matter that an argument is wrong.
    opens_if = "rows"

    def __init__(self, noun: Noun, *, is_postgres: bool) -> None:
        super().__init__(is_postgres=is_postgres)
        self.noun = noun
        self.columns = [noun.key]
        self._tells: list[tuple[str, int]] = []
        self._asked: dict[str, Callable[[Builder], str]] = {}

    def index(self, column: str) -> int:
        """Select a column; give its place in a row."""
        if column not in self.columns:
            if column not in self.noun.table._meta.db_fields:
                raise NotPlanned(f"{self.noun.face.__name__} has no column {column}")
            self.columns.append(column)
            if column == COMMENT_COUNT:
                # It changes with the conversation, and not with the post.
                self.tell("comments", "id")
        return self.columns.index(column)

    def ask(self, name: str, write: Callable[[Builder], str]) -> int:
        """Select what a question within the statement gives; give its place in a row."""
        if name not in self.columns:
            self.columns.append(name)
            self._asked[name] = write
        return self.columns.index(name)

    def refuse_to_hold_up(self, number: int, x: Asking) -> None:
        """Let so many rows be read apart from others, when whole texts are selected of them."""
        if number > MOST_BODIES and x.holds_up_others and self._has_bodies:
            raise TooLong

    @property
    def _has_bodies(self) -> bool:
        # Which are as long as their authors like.
        return self.noun.table in (models.Post, models.Page) and not BODIES.isdisjoint(self.columns)

    def tell(self, tag: str, column: str) -> None:
        """Let it be told of each row that something was read which a tag names by a column."""
        if (told := (tag, self.index(column))) not in self._tells:
            self._tells.append(told)

    def selected(self, builder: Builder) -> list[str]:
        """Write the columns as a statement names them."""
        return [
            self._asked[column](builder) if column in self._asked else builder.column(column)
            for column in self.columns
        ]

    @property
    def is_like_json(self) -> bool:
        """Whether JSON has the values of all columns as the driver gives them."""
        kinds = [self.noun.table._meta.fields_map.get(column) for column in self.columns]
        return all(type(kind) in LIKE_JSON for kind in kinds)

    def has(self, column: str) -> bool:
        """Tell whether the noun has such a column."""
        return column in self.noun.table._meta.db_fields

    def read_below(self, above: Any, x: Asking) -> Steps[list[Any]]:
        """Read what is below these rows, and tell what they are."""
        for tag, place in self._tells:
            keys = {row[place] for row in above}
            x.reads.update([f"{tag}-{key}" for key in keys if key is not None])
        return (yield from super().read_below(above, x))

    def each(self, value: str) -> Callable[[Any], list[Any]]:
        """Write a function that gives a value of each row."""
        writer = Writer(is_postgres=self.writer.is_postgres)
        return writer.function(self.things, f"[{value} for r in rows]")


class RowPlace:
    """A row, by the places of its columns."""

    def __init__(self, level: Rows) -> None:
        self.level = level

    def raw(self, column: str) -> str:
        """Write a column as the store gives it."""
        return f"r[{self.level.index(column)}]"

    def leaf(self, column: str, kind: GraphQLOutputType) -> str:
        """Write a column, or a property that is made of columns, as a leaf of the answer."""
        if (made := self._made_of(column)) is not None:
            return of_value(self.level.writer, made, kind)
        return of_column(self.level.writer, self.raw(column), self._field(column), kind)

    def python(self, column: str) -> str:
        """Write a column, or a property that is made of columns, as a noun's row has it."""
        made = self._made_of(column)
        return made or as_python(self.level.writer, self.raw(column), self._field(column))

    def _field(self, column: str) -> Any:
        self.level.index(column)
        return self.level.noun.table._meta.fields_map[column]

    def _made_of(self, column: str) -> str | None:
        made = getattr(self.level.noun.face, f"{column}_of", None)
        if made is None or self.level.has(column):
            return None
        values = ", ".join(self.python(name) for name in inspect.signature(made).parameters)
        return f"{self.level.writer.name(made)}({values})"


def _unwritten(*_: Any) -> Any:
    raise RuntimeError("the function of a level is written when all its columns are known")
