"""Lists: pages of rows with their cursors, on their own or below each row of a level."""

from collections.abc import Callable, Iterable
from typing import Any

from graphql import GraphQLObjectType, get_named_type, is_object_type

import models
from models.engines.steps import Steps
from models.listed import Below, Cut, Figure, List
from models.paging import Order, Page, Place, Window
from models.prepared import Question, Statement
from schema.connections import window
from schema.plans.asking import Arguments, Asking
from schema.plans.below import Objects
from schema.plans.compiling import Compiling
from schema.plans.leaves import as_key
from schema.plans.levels import RowPlace
from schema.plans.nouns import Noun
from schema.plans.selections import Nodes
from schema.plans.writing import display
from schema.sources import Listed

SLICING = ("first", "last", "after", "before")


class Pages:
    """Pages of a list in one order, with what is selected of them."""

    def __init__(
        self,
        compiling: Compiling,
        noun: Noun,
        question: Question,
        order: Order,
        connection: GraphQLObjectType,
        nodes: Nodes,
        *,
        below: Below | None = None,
        counted: Figure | None = None,
    ) -> None:
        self.list = List(noun.table, question, order, below)
        self.rows = Objects.of_noun(compiling, noun)
        self._statements: dict[Any, Statement] = {}
        self._asks = _Asks()
        self._counted = counted or self.list.counted
        self._figures: dict[Cut, dict[str, Figure]] = {}
        self._write(compiling, connection, nodes)

    @property
    def asks_total(self) -> bool:
        """Whether it is asked how long the list is."""
        return self._asks.total

    def alone(self, asked: Window, given: dict[Any, Any], x: Asking) -> Steps[Any]:
        """Read the page of a list that is below nothing, and give what is made of it; `given` fills in the
        question.
        """
        cut = Cut.of(asked)
        self.rows.refuse_to_hold_up(asked.size, x)
        given = {**given, "limit": asked.size + 1, **self._places(asked)}
        figures, total = self._figures_of(cut), 0
        writers = figures.values()
        page: Page[Any] = Page([])
        if self._asks.rows:
            statement = self._statement(
                "page", cut, lambda: self.list.page(self.rows.selected, cut, figures=[*writers])
            )
            page.rows = yield x.bound(statement, given)
        if figures:
            # In each row the same; asked for by themselves when there is none.
            rows = page.rows
            if not rows:
                statement = self._statement("figures", cut, lambda: self.list.figures([*writers]))
                rows = yield x.bound(statement, given)
            told = dict(zip(figures, rows[0][-len(figures) :], strict=True))
            page.has_previous, page.has_next = bool(told.get("previous")), bool(told.get("next"))
            total = int(told.get("total", 0))
        page.trim(asked.size, from_end=cut.from_end)
        below = yield from self.rows.read_below(page.rows, x)
        return self.rows.make(page.rows, x, page.has_previous, page.has_next, total, *below)

    def read(
        self, keys: Iterable[Any], asked: Window, totals: dict[Any, Any], x: Asking
    ) -> Steps[dict[Any, Any]]:
        """Read the page below each key, and give what is made of it."""
        pages = yield from self._below(list(keys), asked, {}, x)
        for page in pages.values():
            page.trim(asked.size, from_end=Cut.of(asked).from_end)
        below = yield from self.rows.read_below([row for page in pages.values() for row in page.rows], x)
        return {
            key: self.rows.make(page.rows, x, page.has_previous, page.has_next, totals.get(key, 0), *below)
            for key, page in pages.items()
        }

    def among(
        self, keys: Iterable[Any], asked: Window, given: dict[Any, Any], total: int, x: Asking
    ) -> Steps[Any]:
        """Read the page of what is below any of some keys, each row once, and give what is made of it;
        `given` fills in the question.
        """
        pages = (yield from self._below(list(keys), asked, given, x)).values()
        order, from_end = self.list.order, Cut.of(asked).from_end
        place = self.rows.index(order.column)
        rows = sorted(
            {row[0]: row for page in pages for row in page.rows}.values(),
            key=lambda row: (row[place], row[0]),
            reverse=order.descending != from_end,
        )
        page: Page[Any] = Page(rows[: asked.size + 1])
        page.has_previous = any(one.has_previous for one in pages)
        page.has_next = any(one.has_next for one in pages)
        page.trim(asked.size, from_end=from_end)
        below = yield from self.rows.read_below(page.rows, x)
        return self.rows.make(page.rows, x, page.has_previous, page.has_next, total, *below)

    def _below(
        self, keys: list[Any], asked: Window, given: dict[Any, Any], x: Asking
    ) -> Steps[dict[Any, Page[Any]]]:
        """Read the page below each key, with the one row too many."""
        cut = Cut.of(asked)
        self.rows.refuse_to_hold_up(asked.size * len(keys), x)
        given = {**given, "limit": asked.size + 1, **self._places(asked), **x.keys(keys)}
        pages: dict[Any, Page[Any]] = {key: Page([]) for key in keys}
        if keys and self._asks.rows:
            is_one = self.list.is_walked and len(keys) == 1
            statement = self._statement(
                "one" if is_one else "pages",
                cut,
                lambda: self.list.page(self.rows.selected, cut, is_below_one=is_one),
            )
            found = yield x.bound(statement, {**given, "key": keys[0]})
            if is_one:
                pages[keys[0]].rows = found
            else:
                for row in found:
                    pages[row[-1]].rows.append(row)
        if keys and ((self._asks.previous and cut.after) or (self._asks.next and cut.before)):
            statement = self._statement("sides", cut, lambda: self.list.sides(cut))
            for key, previous, following in (yield x.bound(statement, given)):
                pages[key].has_previous, pages[key].has_next = bool(previous), bool(following)
        return pages

    def count(self, keys: Iterable[Any], x: Asking) -> Steps[dict[Any, int]]:
        """Count the list below each key."""
        statement = self._statement("counts", None, self.list.counts)
        return dict((yield x.bound(statement, x.keys(keys))))

    def _figures_of(self, cut: Cut) -> dict[str, Figure]:
        """Tell what is asked of the list beside its rows."""
        if cut not in self._figures:
            wanted = {
                "previous": (self.list.has_previous, self._asks.previous and cut.after),
                "next": (self.list.has_next, self._asks.next and cut.before),
                "total": (self._counted, self._asks.total),
            }
            self._figures[cut] = {name: write for name, (write, is_asked) in wanted.items() if is_asked}
        return self._figures[cut]

    def _statement(self, what: str, cut: Cut | None, write: Callable[[], Statement]) -> Statement:
        """Give a statement, written when it is first asked for: by then all columns are selected."""
        if (statement := self._statements.get((what, cut))) is None:
            statement = self._statements[what, cut] = write()
        return statement

    def _places(self, asked: Window) -> dict[str, Any]:
        places: dict[str, Any] = {}
        for name, cursor in (("after", asked.after), ("before", asked.before)):
            if cursor is not None:
                place: Place = self.list.order.place(cursor, name, self.list.noun)
                places |= {f"{name}_key": place.key, f"{name}_id": place.id}
        return places

    def _write(self, compiling: Compiling, connection: GraphQLObjectType, nodes: Nodes) -> None:
        pairs: dict[str, str] = {}
        for name, asked in compiling.selections.below(connection, nodes).items():
            pairs[name] = self._field(compiling, connection, asked)
        self.rows.written(display(pairs), "has_previous", "has_next", "total")

    def _field(self, compiling: Compiling, connection: GraphQLObjectType, nodes: Nodes) -> str:
        field = nodes[0].name.value
        if field == "__typename":
            return repr(connection.name)
        if field == "totalCount":
            self._asks.total = True
            return "total"
        self._asks.rows = True
        kind = get_named_type(connection.fields[field].type)
        assert is_object_type(kind)
        if field == "pageInfo":
            return self._info(compiling, kind, nodes)
        value = self._edge if field == "edges" else lambda c, k, n: c.show(RowPlace(self.rows), k, n)
        return f"[{value(compiling, kind, nodes)} for r in rows]"

    def _edge(self, compiling: Compiling, edge: GraphQLObjectType, nodes: Nodes) -> str:
        pairs: dict[str, str] = {}
        for name, asked in compiling.selections.below(edge, nodes).items():
            field = asked[0].name.value
            if field == "node":
                kind = get_named_type(edge.fields["node"].type)
                assert is_object_type(kind)
                pairs[name] = compiling.show(RowPlace(self.rows), kind, asked)
            else:
                pairs[name] = self._cursor("r") if field == "cursor" else repr(edge.name)
        return display(pairs)

    def _info(self, compiling: Compiling, info: GraphQLObjectType, nodes: Nodes) -> str:
        pairs: dict[str, str] = {}
        for name, asked in compiling.selections.below(info, nodes).items():
            field = asked[0].name.value
            self._asks.previous |= field == "hasPreviousPage"
            self._asks.next |= field == "hasNextPage"
            pairs[name] = {
                "hasPreviousPage": "has_previous",
                "hasNextPage": "has_next",
                "startCursor": f"({self._cursor('rows[0]')} if rows else None)",
                "endCursor": f"({self._cursor('rows[-1]')} if rows else None)",
                "__typename": repr(info.name),
            }[field]
        return display(pairs)

    def _cursor(self, row: str) -> str:
        order = self.list.order
        value = f"{row}[{self.rows.index(order.column)}]"
        key = as_key(self.rows.writer, value, self.list.noun._meta.fields_map[order.column])
        return f"{self.rows.writer.name(order.cursor_at)}({key}, {row}[{self.rows.index('id')}])"


class PagesBelow:
    """Pages of the list below each row of a level."""

    def __init__(
        self, declared: Listed, given: Arguments, keys: Callable[[Any], list[Any]], in_order: "InOrder"
    ) -> None:
        self._declared = declared
        self._given = given
        self._keys = keys
        self._in_order = in_order

    def read(self, above: Any, x: Asking) -> Steps[dict[Any, Any]]:
        """Read them, and give what is made of each by the key of the row above."""
        kept = dict(self._keys(above))
        if not kept:
            return {}
        given = x.given(self._given)
        order = given["order_by"].order if "order_by" in given else self._declared.order
        pages = self._in_order(order)
        asked = sliced(given)
        if self._declared.column == "post_id":
            x.reads.update(f"comments-{key}" for key in kept)
        totals = kept
        if pages.asks_total and self._declared.kept is None:
            totals = yield from pages.count(kept, x)
        return (yield from pages.read(kept, asked, totals, x))


def sliced(given: dict[str, Any]) -> Window:
    """Tell which part of a list its arguments ask for."""
    return window(*(given.get(name) for name in SLICING))


InOrder = Callable[[Order], Pages]


class Orders:
    """Makes the pages of a list in each order that is asked for, once."""

    def __init__(self, make: InOrder) -> None:
        self._make = make
        self._made: dict[Order, Pages] = {}

    def __call__(self, order: Order) -> Pages:
        """Give the pages in an order."""
        if order not in self._made:
            self._made[order] = self._make(order)
        return self._made[order]


class _Asks:
    """What is asked of a connection."""

    def __init__(self) -> None:
        self.rows = self.total = self.previous = self.next = False


def below_of(declared: Listed, noun: Noun) -> Below:
    """Tell which rows belong to a row above."""
    is_month = noun.table is models.Post and declared.column == "published_month"
    return Below(declared.column, "text" if is_month else "int", declared.through)
