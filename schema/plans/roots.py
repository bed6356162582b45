"""The fields of the query root: how a plan begins."""

from typing import Any, Protocol

from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_object_type

import models
from models.engines.steps import Steps
from models.post_conditions import FIRST_ID
from models.prepared import Builder, Slot, Statement
from schema import conversations
from schema.connections import NEWEST
from schema.plans.asking import Arguments, Asking, Brief, NotPlanned
from schema.plans.below import Objects
from schema.plans.by_id import ManyNodes, OneNode
from schema.plans.by_name import AtPath, ByName
from schema.plans.compiling import Compiling
from schema.plans.levels import Level
from schema.plans.lists import Pages, sliced
from schema.plans.nouns import noun_of
from schema.plans.posts import Posts
from schema.plans.searching import Searching
from schema.plans.selections import Nodes
from schema.queries import ALPHABETICAL, MOST_PAGES


class Root(Protocol):
    """A field of the root, made into a plan."""

    def read(self, x: Asking) -> Steps[Any]:
        """Read it, and give its part of the answer."""

    def is_long(self, x: Asking) -> bool:
        """Tell whether what is asked for may take long."""


class TheSite(Brief):
    """The site, which is in memory."""

    def __init__(self, compiling: Compiling, kind: GraphQLObjectType, nodes: Nodes) -> None:
        self._level = Level.of_thing(compiling, kind, nodes)
        compiling.look_at_masthead()

    def read(self, x: Asking) -> Steps[Any]:
        """Read what is below it."""
        return (yield from self._level.made(x.context.site, x))


class Months(Brief):
    """The months of the archive."""

    def __init__(self, compiling: Compiling, kind: GraphQLObjectType, nodes: Nodes, given: Arguments) -> None:
        self._given = given
        self._rows = Objects.of(compiling, "ArchiveMonth")
        self._rows.written_as(compiling, kind, nodes)
        self._statements: dict[bool, Statement] = {}

    def read(self, x: Asking) -> Steps[Any]:
        """Read all of them, or those of a year."""
        year = x.given(self._given).get("year")
        if year and not 0 <= year <= 9999:
            return []
        has_year = year is not None
        if has_year not in self._statements:
            self._statements[has_year] = self._prepared(has_year=has_year)
        span = {} if year is None else {"year": f"{year:04d}-%"}
        found = yield x.bound(self._statements[has_year], span)
        return (yield from self._rows.made(found, x))

    def _prepared(self, *, has_year: bool) -> Statement:
        noun = self._rows.noun
        builder = Builder(noun.table)
        month = builder.column("month")
        of_year = [f"{month} LIKE {builder.value(Slot('year'))}"] if has_year else []
        asked = builder.asked(noun.question, self._rows.selected(builder), *of_year)
        return builder.done(f"{asked} ORDER BY {month} DESC")


class ThePages(Brief):
    """The first pages, by path."""

    def __init__(self, compiling: Compiling, kind: GraphQLObjectType, nodes: Nodes) -> None:
        self._rows = Objects.of(compiling, "Page")
        self._rows.written_as(compiling, kind, nodes)
        self._statement: Statement | None = None

    def read(self, x: Asking) -> Steps[Any]:
        """Read them."""
        if self._statement is None:
            builder = Builder(models.Page)
            site = f"{builder.column('site_id')} = {builder.value(Slot('site'))}"
            asked = builder.asked(models.Page.published, self._rows.selected(builder), site)
            self._statement = builder.done(f"{asked} ORDER BY {builder.column('path')} LIMIT {MOST_PAGES}")
        found = yield x.bound(self._statement, {"site": x.context.site.id})
        self._rows.refuse_to_hold_up(len(found), x)
        return (yield from self._rows.made(found, x))


class TheTags(Brief):
    """The tags in use."""

    def __init__(self, compiling: Compiling, kind: GraphQLObjectType, nodes: Nodes, given: Arguments) -> None:
        self._given = given
        self._rows = Objects.of(compiling, "Tag")
        self._rows.written_as(compiling, kind, nodes)
        self._statement: Statement | None = None

    def read(self, x: Asking) -> Steps[Any]:
        """Read all of them."""
        if x.given(self._given)["is_whole"]:
            raise NotPlanned("what no published post has is not for readers")
        if self._statement is None:
            builder = Builder(models.Tag)
            asked = builder.asked(models.Tag.in_use, self._rows.selected(builder))
            self._statement = builder.done(f"{asked} ORDER BY {builder.walked(ALPHABETICAL)}")
        found = yield x.bound(self._statement, {})
        return (yield from self._rows.made(found, x))


class Authors(Brief):
    """The authors in pages."""

    def __init__(self, compiling: Compiling, kind: GraphQLObjectType, nodes: Nodes, given: Arguments) -> None:
        self._given = given
        self._pages = Pages(compiling, noun_of("Author"), models.Author.known, ALPHABETICAL, kind, nodes)

    def read(self, x: Asking) -> Steps[Any]:
        """Read a page of them."""
        given = x.given(self._given)
        asked = sliced(given)
        return (yield from self._pages.alone(asked, {}, x))


class Comments(Brief):
    """The comments of all posts in pages, or of one; what is not everybody's is no plan's."""

    def __init__(self, compiling: Compiling, kind: GraphQLObjectType, nodes: Nodes, given: Arguments) -> None:
        self._given = given
        noun = noun_of("Comment")
        self._everywhere, self._below_one = (
            Pages(compiling, noun, question, NEWEST, kind, nodes)
            for question in (models.Comment.across_posts, _below_one)
        )

    def read(self, x: Asking) -> Steps[Any]:
        """Read a page of them."""
        # Each is told of as one of its post's, and there is no name for all of them.
        x.is_kept = False
        given = x.given(self._given)
        asked = sliced(given)
        chosen = given.get("filter") or conversations.CommentFilter()
        if not chosen.are_everybodys:
            raise NotPlanned("moderators are answered by graphql-core")
        post_id = chosen.wanted_post
        pages = self._everywhere if post_id is None else self._below_one
        return (yield from pages.alone(asked, {FIRST_ID: post_id}, x))


def _below_one() -> Any:
    return models.Comment.across_posts().filter(post_id=FIRST_ID)


def plan_of(compiling: Compiling, field: GraphQLField, name: str, nodes: Nodes, given: Arguments) -> Root:
    """Make a plan of a field of the root."""
    named = get_named_type(field.type)
    if name == "node":
        return OneNode(compiling, named, nodes, given)
    if name == "nodes":
        return ManyNodes(compiling, named, nodes, given)
    if name == "atPath":
        return AtPath(compiling, named, nodes, given)
    if not is_object_type(named):
        raise NotPlanned(f"{named.name} is not one kind of object")
    match name:
        case "site":
            return TheSite(compiling, named, nodes)
        case "archiveMonths":
            return Months(compiling, named, nodes, given)
        case "pages":
            return ThePages(compiling, named, nodes)
        case "tags":
            return TheTags(compiling, named, nodes, given)
        case "authors":
            return Authors(compiling, named, nodes, given)
        case "comments":
            return Comments(compiling, named, nodes, given)
        case "posts":
            return Posts(compiling, named, nodes, given)
        case "search":
            return Searching(compiling, named, nodes, given)
        case "post" | "page" | "author":
            return ByName(compiling, named.name, named, nodes, given)
    raise NotPlanned(f"{name} is answered by graphql-core")
