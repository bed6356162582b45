"""Connections: a page of a list with its cursors, as Relay describes them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

from models.paging import DEFAULT_SIZE, LARGEST_SIZE, Order, Page, Window
from schema.directives import SEMANTIC_NON_NULL, Cost, paged
from schema.sources import SOURCE, Listed

# As most lists are that nobody may order otherwise.
NEWEST = Order("created_at", descending=True)
Total = Callable[[], Awaitable[int]]


@dataclass(slots=True)
class Slice:
    """The rows of a page in their order, and how to count the whole list."""

    page: Page[Any]
    order: Order
    total: Total

    @property
    def edges(self) -> list["Placed"]:
        """Rows with the order that gives their cursors."""
        return [Placed(row, self.order) for row in self.page.rows]

    @property
    def nodes(self) -> list[Any]:
        """Rows alone."""
        return self.page.rows

    @property
    def page_info(self) -> "Slice":
        """The slice, seen as its page info."""
        return self


@dataclass(slots=True)
class Placed:
    """A row and the order it stands in."""

    node: Any
    order: Order


def _cursor(root: Any) -> str:
    return root.order.cursor(root.node)  # type: ignore[no-any-return]


def _end(place: int) -> Callable[[Any], str | None]:
    def resolve(root: Any) -> str | None:
        return root.order.cursor(root.page.rows[place]) if root.page.rows else None

    return resolve


async def _total(root: Any) -> int | None:
    return await root.total()  # type: ignore[no-any-return]


def cursor_field() -> Any:
    """Declare the cursor of an edge."""
    return strawberry.field(resolver=_cursor, description="Opaque keyset cursor.")


def total_field() -> Any:
    """Declare how many a connection has in all."""
    return strawberry.field(
        resolver=_total,
        description="How many there are in all; counted only when asked for.",
        directives=[SEMANTIC_NON_NULL, Cost(weight=5)],
    )


def info_field() -> Any:
    """Declare where a page of a connection stands in the whole."""
    return strawberry.field(description="Pagination state.")


@strawberry.type(description="Pagination state of a connection.")
class PageInfo:
    end_cursor: str | None = strawberry.field(resolver=_end(-1), description="Cursor of the last edge.")
    has_next_page: bool = strawberry.field(
        resolver=lambda root: root.page.has_next,
        description="Whether edges follow the last one, whichever way the page was asked for.",
    )
    has_previous_page: bool = strawberry.field(
        resolver=lambda root: root.page.has_previous,
        description="Whether edges precede the first one, whichever way the page was asked for.",
    )
    start_cursor: str | None = strawberry.field(resolver=_end(0), description="Cursor of the first edge.")


APost = Annotated["Post", strawberry.lazy("schema.types")]  # type: ignore[name-defined]  # noqa: F821
AnAuthor = Annotated["Author", strawberry.lazy("schema.types")]  # type: ignore[name-defined]  # noqa: F821
AComment = Annotated["Comment", strawberry.lazy("schema.types")]  # type: ignore[name-defined]  # noqa: F821

AnIssue = Annotated["Issue", strawberry.lazy("schema.issues")]  # type: ignore[name-defined]  # noqa: F821


@strawberry.type(description="A post within a connection.")
class PostEdge:
    cursor: str = cursor_field()
    node: APost = strawberry.field(description="The post.")


@strawberry.type(description="A page of posts.")
class PostConnection:
    edges: list[PostEdge] = strawberry.field(description="Posts with their cursors.")
    nodes: list[APost] = strawberry.field(description="Posts without cursors.")
    page_info: PageInfo = info_field()
    total_count: int | None = total_field()


@strawberry.type(description="An author within a connection.")
class AuthorEdge:
    cursor: str = cursor_field()
    node: AnAuthor = strawberry.field(description="The author.")


@strawberry.type(description="A page of authors.")
class AuthorConnection:
    edges: list[AuthorEdge] = strawberry.field(description="Authors with their cursors.")
    nodes: list[AnAuthor] = strawberry.field(description="Authors without cursors.")
    page_info: PageInfo = info_field()
    total_count: int | None = total_field()


@strawberry.type(description="A comment within a connection.")
class CommentEdge:
    cursor: str = cursor_field()
    node: AComment = strawberry.field(description="The comment.")


@strawberry.type(description="A page of comments.")
class CommentConnection:
    edges: list[CommentEdge] = strawberry.field(description="Comments with their cursors.")
    nodes: list[AComment] = strawberry.field(description="Comments without cursors.")
    page_info: PageInfo = info_field()
    total_count: int | None = total_field()


@strawberry.type(description="An issue within a connection.")
class IssueEdge:
    cursor: str = cursor_field()
    node: AnIssue = strawberry.field(description="The issue.")


@strawberry.type(description="A page of issues.")
class IssueConnection:
    edges: list[IssueEdge] = strawberry.field(description="Issues with their cursors.")
    nodes: list[AnIssue] = strawberry.field(description="Issues without cursors.")
    page_info: PageInfo = info_field()
    total_count: int | None = total_field()


MOST = f"at most {LARGEST_SIZE}"
UNSAID = f"without `first` and `last`, {DEFAULT_SIZE}"
First = Annotated[int | None, strawberry.argument(description=f"How many from the start, {MOST}; {UNSAID}.")]
Last = Annotated[int | None, strawberry.argument(description=f"How many from the end, {MOST}.")]
After = Annotated[str | None, strawberry.argument(description="Cursor to start after.")]
Before = Annotated[str | None, strawberry.argument(description="Cursor to end before.")]


def window(first: int | None, last: int | None, after: str | None, before: str | None) -> Window:
    """Read the slicing arguments; one left out and one that is null say the same."""
    given = [None if value is UNSET else value for value in (first, last, after, before)]
    return Window(*given)  # type: ignore[arg-type]


def listed(description: str, declared: Listed, noun: str, *, size: int = 20) -> Any:
    """Declare a field that is a list below the row, in pages."""

    async def resolve(
        root: Any,
        info: Info,
        after: After = UNSET,
        before: Before = UNSET,
        first: First = UNSET,
        last: Last = UNSET,
    ) -> Any:
        return await below(root, info, declared, declared.order, window(first, last, after, before), noun)

    return strawberry.field(
        resolver=resolve,
        description=description,
        metadata={SOURCE: declared},
        directives=[SEMANTIC_NON_NULL, paged(size)],
    )


async def below(root: Any, info: Info, declared: Listed, order: Order, window: Window, noun: str) -> Slice:
    """Read a page of the list below a row, together with those of the rows beside it."""
    loaders = info.context.loaders
    key = getattr(root, declared.key)
    page = await loaders.pages(declared, order, window).load(key)
    loaders.saw(noun, page.rows)

    async def total() -> int:
        return int(
            getattr(root, declared.kept) if declared.kept else await loaders.counts(declared).load(key)
        )

    return Slice(page, order, total)
