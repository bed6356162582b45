"""Where a field comes from, said once: a column, columns worked on, a related row, a list below a row.

What is declared here is executed by graphql-core with loaders; a compiler may read the same declarations
from a field's metadata.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import strawberry
from strawberry import Info
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.paging import Order
from schema.directives import LARGE, SEMANTIC_NON_NULL

SOURCE = "source"


@dataclass(frozen=True)
class Column:
    """A column of the row, or a property `x` of it, beside which `x_of` names the columns it is made of."""

    name: str


@dataclass(frozen=True)
class Identified:
    """The global identifier of a kind, made from a column."""

    kind: str
    key: str


@dataclass(frozen=True)
class Derived:
    """A pure function of columns of the row."""

    function: Callable[..., Any]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Worked:
    """A function of the context, of columns of the row and of the field's arguments, by name.

    One that `is_prepared` takes the context and the arguments, and gives a function of the columns.
    """

    function: Callable[..., Any]
    columns: tuple[str, ...] = ()
    is_prepared: bool = False


@dataclass(frozen=True)
class Located:
    """The absolute URL of a path of the row."""

    path: str


@dataclass(frozen=True)
class Body:
    """A column of the body, which rows of a list come without, and what is made of it."""

    name: str
    work: Callable[..., Any] | None = None


@dataclass(frozen=True)
class SameRow:
    """Another view of the row itself."""


@dataclass(frozen=True)
class One:
    """A row of another noun that a column of this one names."""

    noun: str
    key: str


@dataclass(frozen=True)
class OfOne:
    """A function of the context, of this row's id, and of a column of the row that a column names."""

    function: Callable[..., Any]
    noun: str
    key: str
    column: str


@dataclass(frozen=True)
class Along:
    """A function of the context and of a column of the last of several rows, None where one is not there.

    `way` has the noun of each, and the column by which the row before names it.
    """

    function: Callable[..., Any]
    way: tuple[tuple[str, str], ...]
    column: str


@dataclass(frozen=True)
class Target:
    """The visible row of any noun that a menu's entry names by its kind and id."""


@dataclass(frozen=True)
class Few:
    """All rows of a noun below this row, in an order, without pages.

    `column` names this row, in their table or in the one between (`through`), whose `link` names them.
    """

    noun: str
    question: Callable[[], QuerySet[Any]]
    column: str
    order: tuple[str, ...]
    through: str | None = None
    link: str = ""


@dataclass(frozen=True)
class Beside:
    """The visible row before or after this one in the order of a list."""

    noun: str
    question: Callable[[], QuerySet[Any]]
    order: Order


@dataclass(frozen=True)
class Listed:
    """A list below a row, in pages: the question, its order, and the column that names the row.

    `through` is the table between when the column stands there; `kept` is the count kept on the row.
    """

    name: str
    question: Callable[[], QuerySet[Any]]
    order: Order
    column: str
    key: str = "id"
    through: str | None = None
    kept: str | None = None


def column(description: str, *, of: str | None = None, **more: Any) -> Any:
    """Declare a field that is a column of the row; `of` names it when the field is called otherwise."""
    if of is None:
        return strawberry.field(description=description, **more)
    read = attrgetter(of)

    def resolve(root: Any) -> Any:
        return read(root)

    return strawberry.field(resolver=resolve, description=description, metadata={SOURCE: Column(of)}, **more)


def derived(description: str, function: Callable[..., Any], *columns: str, **more: Any) -> Any:
    """Declare a field that is worked out from columns of the row."""
    read = [attrgetter(name) for name in columns]

    def resolve(root: Any) -> Any:
        return function(*(get(root) for get in read))

    return strawberry.field(
        resolver=resolve, description=description, metadata={SOURCE: Derived(function, columns)}, **more
    )


def worked(description: str, function: Callable[..., Any], *columns: str) -> Any:
    """Declare a field that is worked out from the context and columns of the row."""
    read = [attrgetter(name) for name in columns]

    def resolve(root: Any, info: Info) -> Any:
        return function(info.context, *(get(root) for get in read))

    return strawberry.field(
        resolver=resolve, description=description, metadata={SOURCE: Worked(function, columns)}
    )


def located(description: str, *, of: str = "path") -> Any:
    """Declare a field that is the absolute URL of a path of the row."""
    read = attrgetter(of)

    def resolve(root: Any, info: Info) -> Any:
        return info.context.absolute(read(root))

    return strawberry.field(resolver=resolve, description=description, metadata={SOURCE: Located(of)})


def body(description: str, name: str, *, work: Callable[..., Any] | None = None, **more: Any) -> Any:
    """Declare a field that is a column of the body, read when a list's row came without."""

    async def resolve(root: Any, info: Info) -> Any:
        whole = root if name in root.__dict__ else await info.context.loaders.bodies.load(root.id)
        value = getattr(whole, name)
        return work(type(root).__name__.lower(), root.id, value, info.context) if work else value

    directives = [*more.pop("directives", ()), LARGE]
    return strawberry.field(
        resolver=resolve,
        description=description,
        metadata={SOURCE: Body(name, work)},
        directives=directives,
        **more,
    )


def one(description: str, noun: str, key: str, **more: Any) -> Any:
    """Declare a field that is the visible row a column names."""

    async def resolve(root: Any, info: Info) -> Any:
        return await _named(root, noun, key, info)

    return strawberry.field(
        resolver=resolve, description=description, metadata={SOURCE: One(noun, key)}, **more
    )


def of_one(description: str, declared: OfOne) -> Any:
    """Declare a field that is worked out from a column of the visible row that a column names."""

    async def resolve(root: Any, info: Info) -> Any:
        row = await _named(root, declared.noun, declared.key, info)
        return declared.function(info.context, root.id, row and getattr(row, declared.column))

    return strawberry.field(resolver=resolve, description=description, metadata={SOURCE: declared})


def along(description: str, declared: Along) -> Any:
    """Declare a field that is worked out from a column of a visible row that others lead to."""

    async def resolve(root: Any, info: Info) -> Any:
        row = root
        for noun, key in declared.way:
            row = row and await _named(row, noun, key, info)
        return declared.function(info.context, row and getattr(row, declared.column))

    return strawberry.field(resolver=resolve, description=description, metadata={SOURCE: declared})


def few(description: str, declared: Few) -> Any:
    """Declare a field that is a short list without pages."""

    async def resolve(root: Any, info: Info) -> Any:
        return await info.context.loaders.few(declared.noun).load(root.id)

    return strawberry.field(
        resolver=resolve,
        description=description,
        metadata={SOURCE: declared},
        directives=[SEMANTIC_NON_NULL],
    )


def same_row(description: str) -> Any:
    """Declare a field that is another view of the row itself."""

    def resolve(root: Model) -> Any:
        return root

    return strawberry.field(resolver=resolve, description=description, metadata={SOURCE: SameRow()})


async def _named(row: Any, noun: str, key: str, info: Info) -> Any:
    id = getattr(row, key)
    return None if id is None else await info.context.loaders.rows(noun).load(id)
