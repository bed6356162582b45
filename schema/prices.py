"""What each field of a schema costs, and how long its list may get: by @cost and @listSize, or assumed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from graphql import (
    GraphQLCompositeType,
    GraphQLField,
    GraphQLInputField,
    GraphQLList,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_input_object_type,
)  # fmt: skip

from schema.directives import Cost, ListSize

# How long a list is of which nothing is said.
ASSUMED = 5
D = TypeVar("D", Cost, ListSize)


@dataclass(frozen=True, slots=True)
class Price:
    """What a field costs each time, how long its list may be, and which fields below hold that list.

    `inputs` are the fields of its arguments that cost more where they are given: argument, field, weight.
    """

    weight: int
    length: int | None = None
    slicing: tuple[str, ...] = ()
    sized: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str, int], ...] = ()


class Prices:
    """The price list of a schema, read as it is asked for."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: dict[int, Price] = {}
        self._lengths = _lengths_of_introspection(schema)

    def root(self, operation: OperationDefinitionNode) -> GraphQLCompositeType:
        """Give the type that an operation begins at."""
        found = self._schema.get_root_type(operation.operation)
        assert found is not None
        return found

    def named(self, name: str) -> GraphQLCompositeType:
        """Give the type of a condition."""
        found = self._schema.type_map[name]
        assert is_composite_type(found)
        return found

    def field(self, parent: GraphQLCompositeType, name: str) -> GraphQLField:
        """Give the definition of a field."""
        found = self._schema.get_field(parent, name)
        assert found is not None
        return found

    def of(self, parent: GraphQLCompositeType, name: str) -> Price:
        """Give the price of a field."""
        field = self.field(parent, name)
        if id(field) not in self._known:
            if parent.name.startswith("__"):
                self._known[id(field)] = Price(1, self._lengths.get(f"{parent.name}.{name}"))
            else:
                self._known[id(field)] = _priced(field)
        return self._known[id(field)]


def _priced(field: GraphQLField) -> Price:
    cost, size = _said(field, Cost), _said(field, ListSize)
    weight = cost.weight if cost else int(is_composite_type(get_named_type(field.type)))
    is_list = isinstance(get_nullable_type(field.type), GraphQLList)
    inputs = tuple(_inputs(field))
    if size is None:
        return Price(weight, ASSUMED if is_list else None, inputs=inputs)
    slicing, sized = size.slicing_arguments or (), size.sized_fields or ()
    return Price(weight, size.assumed_size or ASSUMED, tuple(slicing), tuple(sized), inputs)


def _inputs(field: GraphQLField) -> Iterator[tuple[str, str, int]]:
    for name, argument in field.args.items():
        kind = get_named_type(argument.type)
        for below, said in kind.fields.items() if is_input_object_type(kind) else ():
            if cost := _said(said, Cost):
                yield name, below, cost.weight


def _said(field: GraphQLField | GraphQLInputField, directive: type[D]) -> D | None:
    directives = getattr(field.extensions.get("strawberry-definition"), "directives", ())
    return next((part for part in directives if isinstance(part, directive)), None)


def _lengths_of_introspection(schema: GraphQLSchema) -> dict[str, int]:
    """Tell how long the lists of introspection are on average in this schema."""
    types = list(schema.type_map.values())
    fields = [field for kind in types for field in getattr(kind, "fields", {}).values()]
    arguments = sum(len(getattr(field, "args", {})) for field in fields)
    return {
        "__Schema.types": len(types),
        "__Schema.directives": len(schema.directives),
        "__Type.fields": max(1, len(fields) // len(types)),
        "__Type.inputFields": 1,
        "__Type.interfaces": 1,
        "__Type.possibleTypes": 1,
        "__Type.enumValues": 1,
        "__Field.args": max(1, arguments // max(1, len(fields))),
        "__Directive.args": 2,
    }
