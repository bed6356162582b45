"""How the value of an input is read: what there is to know of its fields is found out once, not each time."""

from collections.abc import Mapping
from typing import Any

import strawberry
from graphql import GraphQLInputObjectType, get_nullable_type, is_leaf_type
from strawberry.types.arguments import InputContext

DEFINITION = "strawberry-definition"


def read_quickly(graph: strawberry.Schema) -> None:
    """Let the inputs of a graph know their fields, whose types Strawberry resolves for each value."""
    for kind in graph._schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            kind.extensions[DEFINITION].from_input = _reader(kind)


def _reader(kind: GraphQLInputObjectType) -> Any:
    names: dict[str, str] = {}
    nested: dict[str, Any] = {}
    for name, field in kind.fields.items():
        definition = field.extensions[DEFINITION]
        names[name] = definition.python_name
        # A scalar was read by graphql-core already.
        if not is_leaf_type(get_nullable_type(field.type)):
            nested[name] = definition.resolve_type(type_definition=kind.extensions[DEFINITION])

    def read(build: type, value: Mapping[str, Any], context: InputContext) -> Any:
        given = {
            names[name]: context.convert(one, nested[name], name) if name in nested else one
            for name, one in value.items()
        }
        return build(**given)

    return read
