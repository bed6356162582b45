"""The graph, put together: as everybody has it, and as who develops a front end does."""

from typing import Any

import strawberry
from graphql import GraphQLInputObjectType
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from schema.commands import forbidden, tell_what_is_done
from schema.commenting import Commenting
from schema.directives import Cost, ListSize, SemanticNonNull
from schema.editing_newsletters import EditingNewsletters
from schema.editing_pages import EditingPages
from schema.editing_posts import EditingPosts
from schema.editing_site import EditingSite
from schema.hooks import Hooks
from schema.issues import Issue
from schema.live import DevelopmentLive, Live
from schema.mailing import Mailing
from schema.moderating import Moderating
from schema.newsletters import NewsletterSubscription
from schema.outbox import OutboxLetter
from schema.passing import Passing
from schema.pens import Pen
from schema.permissions import guard
from schema.queries import Query
from schema.reading import read_quickly
from schema.revisions import Revision
from schema.scalars import SCALARS
from schema.staff import Staff
from schema.subscribing import Subscribing
from schema.types import ArchiveMonth, Author, Comment, Menu, MenuItem, Newsletter, Page, Post, Site, Tag
from schema.uploading import Uploading
from schema.users import User

# What readers can change, and each of those who sign in.
MUTATIONS = (
    *(Subscribing, Commenting, Moderating, EditingPosts, EditingPages, EditingSite, EditingNewsletters),
    *(Hooks, Mailing, Passing, Staff, Uploading),
)
NODES = [
    *(ArchiveMonth, Author, Comment, Issue, Menu, MenuItem, Newsletter, NewsletterSubscription),
    *(Page, Pen, Post, Revision, Site, Tag, User),
]


def sdl() -> str:
    """Print the schema; @oneOf belongs to GraphQL itself by now, and is declared nowhere else either."""
    return schema.as_str().replace("directive @oneOf on INPUT_OBJECT\n\n", "") + "\n"


def _built(live: type) -> strawberry.Schema:
    changes = merge_types("Mutation", MUTATIONS)
    graph = strawberry.Schema(Query, changes, live, types=NODES, config=StrawberryConfig(scalar_map=SCALARS))
    _describe_directives(graph)
    _tell_of_one_of(graph)
    read_quickly(graph)
    guard(graph._schema, forbidden)
    tell_what_is_done(graph._schema)
    assert graph._schema.mutation_type is not None
    # What is merged has none.
    graph._schema.mutation_type.description = "What can be changed."
    # Strawberry has no place for it; GraphiQL's documentation begins with it.
    graph._schema.description = "A publication: its posts, its conversations and its newsletter."
    return graph


def _without_outbox(graph: strawberry.Schema) -> strawberry.Schema:
    # Taken out of the finished graph: a second Query beside the first cannot be, for payloads point at one.
    built = graph._schema
    assert built.query_type is not None
    del built.query_type.fields["outbox"]
    del built.type_map[OutboxLetter.__name__]
    return graph


def _tell_of_one_of(graph: strawberry.Schema) -> None:
    # Strawberry keeps it to itself; knowing it, graphql-core refuses a document that names two or none.
    for kind in graph._schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            kind.is_one_of = kind.extensions["strawberry-definition"].is_one_of


def _describe_directives(graph: strawberry.Schema) -> None:
    # Strawberry drops what it knows of a directive's arguments: descriptions, and defaults made by a factory.
    directives: dict[Any, Any] = graph._schema_graphql_directives
    for directive in (SemanticNonNull, ListSize, Cost):
        arguments = directives[directive].args
        for field in vars(directive)["__strawberry_directive__"].fields:
            argument = arguments[graph.config.name_converter.get_graphql_name(field)]
            argument.description = field.description
    directives[SemanticNonNull].args["levels"].default_value = [0]
    directives[ListSize].args["requireOneSlicingArgument"].default_value = True


schema = _without_outbox(_built(Live))
development_schema = _built(DevelopmentLive)
