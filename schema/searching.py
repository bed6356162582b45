"""The search through the publication: what it finds, the best first."""

from asyncio import gather
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any

import strawberry
from strawberry import Info

from models.paging import Window
from models.reading import read
from models.search import Hit, Search
from schema.connections import PageInfo, Slice, info_field, total_field
from schema.directives import Cost
from schema.given import at_most
from schema.nodes import Linkable
from schema.scalars import HTML

LONGEST = 100  # characters of a query


@strawberry.enum(description="Kinds of what can be found.")
class SearchKind(Enum):
    AUTHOR = strawberry.enum_value("Author", description="Authors.")
    PAGE = strawberry.enum_value("Page", description="Pages.")
    POST = strawberry.enum_value("Post", description="Posts.")


@dataclass(frozen=True, slots=True)
class Result:
    """A hit, its row, and the words it was found by."""

    hit: Hit
    node: Any
    search: Search

    @property
    def cursor(self) -> str:
        """Its place."""
        return self.hit.cursor

    @property
    def score(self) -> float:
        """How well it fits."""
        return self.hit.score


@dataclass(frozen=True, slots=True)
class _ByRelevance:
    """The order of results, each of which knows its own place."""

    def cursor(self, result: Result) -> str:
        """Name the place of a result."""
        return result.cursor


class Results(Slice):
    """A page of results, which are edges already."""

    @property
    def edges(self) -> list[Any]:
        """Results with their places."""
        return self.page.rows

    @property
    def nodes(self) -> list[Any]:
        """What was found."""
        return [result.node for result in self.page.rows]


async def _snippet(root: Result, info: Info) -> str:
    return await info.context.loaders.passages(root.search).load(root.hit)  # type: ignore[no-any-return]


@strawberry.type(description="A search result.")
class SearchResultEdge:
    cursor: str = strawberry.field(description="Opaque keyset cursor.")
    node: Linkable = strawberry.field(description="What was found.")
    score: float = strawberry.field(
        description="How well it fits, from 0 to 1; only comparable within one search."
    )
    snippet_html: HTML = strawberry.field(
        resolver=_snippet,
        description=(
            "Passage with the words found in `mark` elements; the beginning where only the title has them."
        ),
        # A long text is read for it, and looked through.
        directives=[Cost(weight=5)],
    )


@strawberry.type(description="A page of search results, the best first.")
class SearchResultConnection:
    edges: list[SearchResultEdge] = strawberry.field(description="Results with their cursors.")
    nodes: list[Linkable] = strawberry.field(description="Results without cursors.")
    page_info: PageInfo = info_field()
    total_count: int | None = total_field()


Kinds = Annotated[list[SearchKind], strawberry.argument(description="Kinds to find.")]
Words = Annotated[
    str,
    strawberry.argument(
        description=(
            "Words to find, or their beginnings; case and accents do not count. "
            "All must be there, or of more than ten the ten longest."
        )
    ),
]
EVERY_KIND = [SearchKind.AUTHOR, SearchKind.PAGE, SearchKind.POST]


async def found(info: Info, query: str, kinds: list[SearchKind], window: Window) -> Results:
    """Search for words; what nobody may see is not found, whoever asks."""
    at_most(LONGEST, "query", query)
    search = Search.of(query, {str(kind.value) for kind in kinds})
    page = await read(lambda: search.page(window), is_long=True)
    loaders = info.context.loaders
    rows = await gather(*(loaders.rows(hit.kind).load(hit.id) for hit in page.rows))
    # It may have been withdrawn since.
    page.rows = [
        Result(hit, row, search) for hit, row in zip(page.rows, rows, strict=True) if row is not None
    ]

    async def total() -> int:
        return await read(search.count, is_long=True)

    return Results(page, _ByRelevance(), total)  # type: ignore[arg-type]
