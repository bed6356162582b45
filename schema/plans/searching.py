"""The search: hits of several kinds, each made into a part of the answer by a plan of its kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLObjectType, get_named_type, is_object_type

from models.engines.steps import Steps
from models.paging import Page
from models.search import Hit, Search
from schema.given import at_most
from schema.plans.asking import Arguments, Asking, NotPlanned
from schema.plans.by_id import Anything
from schema.plans.compiling import Compiling
from schema.plans.lists import sliced
from schema.plans.selections import Nodes
from schema.searching import LONGEST


@dataclass(slots=True)
class _Found:
    """What a search has found, as far as it was read."""

    search: Search
    page: Page[Any]
    passages: dict[tuple[str, int], str] = field(default_factory=dict)


Part = Callable[[_Found, Asking], Steps[Any]]


class Searching:
    """The field `search`."""

    def __init__(self, compiling: Compiling, kind: GraphQLObjectType, nodes: Nodes, given: Arguments) -> None:
        self._compiling, self._given = compiling, given
        self._asks_rows = self._asks_passages = False
        self._parts = {
            name: self._part(kind, asked) for name, asked in compiling.selections.below(kind, nodes).items()
        }
        compiling.look_at(("post", "page", "author"))
        compiling.reads.add("posts")

    def is_long(self, _x: Asking) -> bool:
        """Tell that it may take long: a letter may begin a word of everything."""
        return True

    def read(self, x: Asking) -> Steps[Any]:
        """Search, and give what is selected of a page of it."""
        given = x.given(self._given)
        query = at_most(LONGEST, "query", given["query"])
        search = Search.of(query, {kind.value for kind in given["kinds"]}, x.bound)
        asked = sliced(given)
        # What is no cursor is refused, whether or not rows are asked for.
        search.between(asked)
        found = _Found(search, (yield from search.page(asked)) if self._asks_rows else Page([]))
        if self._asks_passages:
            found.passages = yield from search.passages(found.page.rows)
        answer: dict[str, Any] = {}
        for name, part in self._parts.items():
            answer[name] = yield from part(found, x)
        return answer

    def _part(self, kind: GraphQLObjectType, nodes: Nodes) -> Part:
        name = nodes[0].name.value
        self._asks_rows |= name in ("nodes", "edges", "pageInfo")
        match name:
            case "totalCount":
                return lambda found, _x: found.search.count()
            case "nodes":
                return self._objects(kind, nodes)
            case "edges":
                return self._edges(kind, nodes)
            case "pageInfo":
                info = get_named_type(kind.fields["pageInfo"].type)
                assert is_object_type(info)
                asked = self._compiling.selections.below(info, nodes)
                names = {name: fields[0].name.value for name, fields in asked.items()}
                return lambda found, _x: _at_once({name: _info(found.page, of) for name, of in names.items()})
        return lambda _found, _x: _at_once(kind.name)

    def _objects(self, kind: GraphQLObjectType, nodes: Nodes) -> Part:
        """Make what was found into objects of its kinds."""
        anything = Anything(
            self._compiling, get_named_type(kind.fields[nodes[0].name.value].type), nodes, self._given
        )

        def read(found: _Found, x: Asking) -> Steps[list[Any]]:
            names = [(hit.kind, str(hit.id)) for hit in found.page.rows]
            made = yield from anything.found(set(names), x)
            if not made.keys() >= set(names):
                raise NotPlanned("something was withdrawn since it was found")
            return [made[name] for name in names]

        return read

    def _edges(self, kind: GraphQLObjectType, nodes: Nodes) -> Part:
        edge = get_named_type(kind.fields["edges"].type)
        assert is_object_type(edge)
        parts = {
            name: self._of_edges(edge, asked)
            for name, asked in self._compiling.selections.below(edge, nodes).items()
        }

        def read(found: _Found, x: Asking) -> Steps[list[Any]]:
            columns: list[list[Any]] = []
            for part in parts.values():
                columns += [(yield from part(found, x))]
            # What is left out of all of them leaves as many edges.
            rows = zip(*columns, strict=True) if columns else [()] * len(found.page.rows)
            return [dict(zip(parts, row, strict=True)) for row in rows]

        return read

    def _of_edges(self, edge: GraphQLObjectType, nodes: Nodes) -> Part:
        """Give one field of all edges."""
        name = nodes[0].name.value
        if name == "node":
            return self._objects(edge, nodes)
        self._asks_passages |= name == "snippetHtml"

        def of(found: _Found, hit: Hit) -> Any:
            match name:
                case "cursor":
                    return hit.cursor
                case "score":
                    return hit.score
                case "snippetHtml":
                    return found.passages.get((hit.kind, hit.id), "")
            return edge.name

        return lambda found, _x: _at_once([of(found, hit) for hit in found.page.rows])


def _info(page: Page[Any], name: str) -> Any:
    match name:
        case "hasNextPage":
            return page.has_next
        case "hasPreviousPage":
            return page.has_previous
        case "startCursor":
            return page.rows[0].cursor if page.rows else None
        case "endCursor":
            return page.rows[-1].cursor if page.rows else None
    return "PageInfo"


def _at_once(value: Any) -> Steps[Any]:
    return value
    yield
