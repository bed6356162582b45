"""The graph, put together."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.directives import Cost, ListSize, SemanticNonNull
from schema.queries import Query
from schema.scalars import SCALARS
from schema.types import ArchiveMonth, Author, Comment, Menu, MenuItem, Page, Post, Site, Tag

schema = strawberry.Schema(
    Query,
    types=[ArchiveMonth, Author, Comment, Menu, MenuItem, Page, Post, Site, Tag],
    config=StrawberryConfig(scalar_map=SCALARS),
)


def sdl() -> str:
    """Print the schema; @oneOf belongs to GraphQL itself by now, and is declared nowhere else either."""
    return schema.as_str().replace("directive @oneOf on INPUT_OBJECT\n\n", "") + "\n"


def _describe_directives() -> None:
    # Strawberry drops what it knows of a directive's arguments: descriptions, and defaults made by a factory.
    for directive in (SemanticNonNull, ListSize, Cost):
        arguments = schema._schema_graphql_directives[directive].args
        for field in vars(directive)["__strawberry_directive__"].fields:
            argument = arguments[schema.config.name_converter.get_graphql_name(field)]
            argument.description = field.description
    schema._schema_graphql_directives[SemanticNonNull].args["levels"].default_value = [0]
    schema._schema_graphql_directives[ListSize].args["requireOneSlicingArgument"].default_value = True


_describe_directives()
