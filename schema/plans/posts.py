"""The posts of the query root, on conditions: along their own index, or along those of authors or tags."""

from dataclasses import replace
from typing import Any, NamedTuple

from graphql import GraphQLObjectType
from strawberry import UNSET
from tortoise.models import Model

import models
from models.engines.steps import Steps
from models.listed import PUBLISHED_AT, Below, Figure, List
from models.paging import Order, Window
from models.post_conditions import ANY
from models.prepared import Builder, Statement
from schema.inputs import PostOrder
from schema.plans.asking import Arguments, Asking, NotPlanned
from schema.plans.compiling import Compiling
from schema.plans.lists import Pages, sliced
from schema.plans.nouns import noun_of
from schema.plans.selections import Nodes

# As many rows as are asked for are read of each.
MOST_WALKED = 10


class Posts:
    """The posts in pages, on conditions."""

    MOST_SHAPES = 50

    def __init__(self, compiling: Compiling, kind: GraphQLObjectType, nodes: Nodes, given: Arguments) -> None:
        self._given = given
        self._compiling, self._kind, self._nodes = compiling, kind, nodes
        self._listed: dict[Any, Pages] = {}
        self._named: dict[Any, _ByName] = {}
        compiling.look_at(("post", "month_count", "byline", "tagging", "author", "tag"))
        compiling.reads.add("posts")

    def is_long(self, x: Asking) -> bool:
        """Tell whether words are to be found: a letter may begin a word of every post."""
        chosen = x.given(self._given).get("filter")
        return chosen is not None and chosen.search not in (None, UNSET)

    def read(self, x: Asking) -> Steps[Any]:
        """Read a page of them."""
        given = x.given(self._given)
        conditions, order_by = self._conditions(given), given["order_by"]
        assert isinstance(order_by, PostOrder)
        asked, order = sliced(given), order_by.order
        if (way := _way(conditions, order)) is not None:
            return (yield from self._by_name(way, conditions, order).read(way.slugs, conditions, asked, x))
        return (yield from self._by_itself(conditions, order).alone(asked, conditions.values(), x))

    def _conditions(self, given: dict[str, Any]) -> models.PostConditions:
        chosen = given.get("filter")
        if chosen and chosen.states is not None:
            raise NotPlanned("what is not published is not for readers")
        return chosen.conditions() if chosen else ANY

    def _by_itself(self, conditions: models.PostConditions, order: Order) -> Pages:
        key = (conditions.shape, order)
        if key not in self._listed:
            if len(self._listed) >= self.MOST_SHAPES:
                self._listed.clear()
            stand_in = conditions.stands_in()
            self._listed[key] = self._pages(stand_in, order, counted=_by_months(stand_in))
        return self._listed[key]

    def _by_name(self, way: "_Way", conditions: models.PostConditions, order: Order) -> "_ByName":
        key = (conditions.shape, order)
        if key not in self._named:
            if len(self._named) >= self.MOST_SHAPES:
                self._named.clear()
            stand_in = conditions.stands_in()
            rest = replace(stand_in, **{way.condition: None})
            below = Below(way.column, through=way.through)
            pages = self._pages(rest, order, below=below)
            # By which those of several are put in one order.
            pages.rows.index(order.column)
            figures = List(models.Post, _question(stand_in), order)
            self._named[key] = _ByName(way, pages, figures, is_whole=rest == ANY)
        return self._named[key]

    def _pages(self, stand_in: models.PostConditions, order: Order, **more: Any) -> Pages:
        question = _question(stand_in)
        return Pages(self._compiling, noun_of("Post"), question, order, self._kind, self._nodes, **more)


class _Way(NamedTuple):
    """What has posts of its own, whose newest are found by an index: the condition on it, and its slugs."""

    condition: str
    noun: type[Model]
    column: str
    through: str
    slugs: tuple[str, ...]


class _ByName:
    """The posts of any of some authors or tags: as many of each as are asked for, and of these the first."""

    def __init__(self, way: _Way, pages: Pages, figures: List, *, is_whole: bool) -> None:
        self._noun = way.noun
        self._pages = pages
        self._list = figures
        # Whether there are no other conditions.
        self._is_whole = is_whole
        self._found: Statement | None = None
        self._total: Statement | None = None

    def read(
        self, slugs: tuple[str, ...], conditions: models.PostConditions, asked: Window, x: Asking
    ) -> Steps[Any]:
        """Read a page of them."""
        named = {models.findable(slug) for slug in slugs}
        found = dict((yield x.bound(self._rows(), x.keys(named))))
        total = 0
        if found and self._pages.asks_total:
            total = yield from self._count(found, conditions, x)
        return (yield from self._pages.among(found, asked, conditions.values(), total, x))

    def _rows(self) -> Statement:
        if self._found is None:
            builder = Builder(self._noun)
            columns = [builder.column("id"), builder.column("post_count")]
            self._found = builder.done(builder.among(self._noun.all, columns, builder.column("slug"), "text"))
        return self._found

    def _count(self, found: dict[int, int], conditions: models.PostConditions, x: Asking) -> Steps[int]:
        """Tell how many posts there are: as it is kept, where that is all that is asked."""
        if self._is_whole and len(found) == 1:
            return next(iter(found.values()))
        if self._total is None:
            self._total = self._list.figures([self._list.counted])
        [[total]] = yield x.bound(self._total, conditions.values())
        return int(total)


def _way(conditions: models.PostConditions, order: Order) -> _Way | None:
    """Give the way to the posts by who wrote them or by a tag, unless another condition finds them sooner."""
    if order.column != PUBLISHED_AT or conditions is ANY:
        return None
    authors, tags = conditions.author_slugs, conditions.tag_slugs
    if authors is None and tags is None:
        return None
    if conditions != models.PostConditions(author_slugs=authors, tag_slugs=tags):
        return None
    if authors is not None and len(authors) <= MOST_WALKED:
        return _Way("author_slugs", models.Author, "author_id", "byline", authors)
    if authors is None and tags is not None and len(tags) <= MOST_WALKED:
        return _Way("tag_slugs", models.Tag, "tag_id", "tagging", tags)
    return None


def _question(conditions: models.PostConditions) -> Any:
    return lambda: models.Post.in_list(conditions)


def _by_months(conditions: models.PostConditions) -> Figure | None:
    """Give how to count posts by the kept counts, where these tell."""
    if conditions not in (ANY, models.PostConditions(month=conditions.month)):
        return None

    def counted(builder: Builder) -> str:
        builder = builder.of(models.MonthCount)
        month = (
            []
            if conditions.month is None
            else [f"{builder.column('month')} = {builder.value(conditions.month)}"]
        )
        total = f"COALESCE(SUM({builder.column('post_count')}), 0)"
        return f"({builder.asked(models.MonthCount.in_archive, [total], *month)})"

    return counted
