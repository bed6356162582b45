"""The arguments of a field: what is known of them when a plan is made, and the rest once variables are."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLSchema,
    NameNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_scalar_type,
    value_from_ast,
)  # fmt: skip
from graphql.execution.values import get_argument_values
from strawberry.types.arguments import InputContext, convert_argument
from strawberry.types.base import StrawberryMaybe

from schema.plans.asking import Arguments, NotPlanned
from schema.plans.selections import variables_in
from schema.reading import DEFINITION

# From coerced variables to a value; ABSENT is what a resolver is not told of.
Value = Callable[[Any], Any]
ABSENT = object()


def arguments_of(schema: GraphQLSchema, definition: GraphQLField, node: FieldNode) -> Arguments:
    """Give a function from variables to the arguments, as the field's resolver takes them.

    It raises NotPlanned, or what graphql-core tells, when they do not fit.
    """
    converter = schema._strawberry_schema.schema_converter  # type: ignore[attr-defined]
    reader = _Reader(converter, definition, node)
    known, open_ones = reader.known(), reader.open_ones()
    if not open_ones:
        return lambda _variables: known

    def read(variables: Any) -> dict[str, Any]:
        given = dict(known)
        for name, value in open_ones:
            if (found := value(variables)) is not ABSENT:
                given[name] = found
        return given

    return read


class _Reader:
    """Reads the arguments that one field is given."""

    def __init__(self, converter: Any, definition: GraphQLField, node: FieldNode) -> None:
        self._converter = converter
        self._definition = definition
        self._written = {argument.name.value: argument.value for argument in node.arguments or ()}
        names = converter.config.name_converter
        declared = definition.extensions[DEFINITION].arguments
        self._declared = {names.from_argument(argument): argument for argument in declared}
        self._open = [name for name, value in self._written.items() if variables_in(value)]

    def known(self) -> dict[str, Any]:
        """Give the arguments that no variable is part of."""
        return self._read([name for name in self._definition.args if name not in self._open], None)

    def open_ones(self) -> list[tuple[str, Value]]:
        """Give how to read each of the others, by its name in Python."""
        return [(self._declared[name].python_name, self._value(name)) for name in self._open]

    def _value(self, name: str) -> Value:
        argument, written = self._definition.args[name], self._written[name]
        default = self._read([name], None, without=True).get(self._declared[name].python_name, ABSENT)
        if isinstance(written, VariableNode):
            return self._of_variable(written, argument.type, self._declared[name].type, default)
        if isinstance(written, ObjectValueNode):
            kind = get_nullable_type(argument.type)
            if isinstance(kind, GraphQLInputObjectType) and (quick := self._object(kind, written)):
                return quick
        return lambda variables: self._read([name], variables).get(self._declared[name].python_name, ABSENT)

    def _of_variable(self, node: VariableNode, kind: Any, declared: Any, default: Any) -> Value:
        value = _variable(node, kind, default)
        if _is_leaf(kind):
            return value

        convert = self._converting(get_nullable_type(kind), declared)

        def read(variables: Any) -> Any:
            found = value(variables)
            # A default was converted already.
            return found if found is default else convert(found)

        return read

    def _converting(self, kind: Any, declared: Any) -> Callable[[Any], Any]:
        """Give what converts a value as Strawberry does, which finds out its type anew for each."""
        definition = kind.extensions.get(DEFINITION) if isinstance(kind, GraphQLInputObjectType) else None
        if definition is None or definition.from_input is None or isinstance(declared, StrawberryMaybe):
            return lambda value: self._converted(value, declared)
        build, origin = definition.from_input, definition.origin
        converter = self._converter
        context = InputContext(None, converter.config, converter.scalar_registry, ())
        return lambda value: None if value is None else build(origin, value, context)

    def _object(self, kind: GraphQLInputObjectType, node: ObjectValueNode) -> Value | None:
        """Read an input object of constants and plain variables; None when there is more to it."""
        declared = kind.extensions[DEFINITION]
        names = self._converter.config.name_converter
        fields = {names.from_field(field): field for field in declared.fields}
        known: dict[str, Any] = {}
        open_ones: list[tuple[str, Value]] = []
        for part in node.fields:
            name = part.name.value
            field, inner = fields[name], kind.fields[name]
            if not variables_in(part.value):
                value = value_from_ast(part.value, inner.type)
                known[field.python_name] = self._converted(
                    value, field.resolve_type(type_definition=declared)
                )
            elif isinstance(part.value, VariableNode) and _is_leaf(inner.type):
                wanted = GraphQLNonNull(get_nullable_type(inner.type)) if declared.is_one_of else inner.type
                open_ones.append((field.python_name, _variable(part.value, wanted, ABSENT)))
            else:
                return None
        if len(known) + len(open_ones) < len(fields) and any(
            name not in known and field.default_value is not Undefined for name, field in kind.fields.items()
        ):
            return None

        def read(variables: Any) -> Any:
            given = dict(known)
            for name, value in open_ones:
                if (found := value(variables)) is not ABSENT:
                    given[name] = found
            return declared.origin(**given)

        return read

    def _read(self, names: list[str], variables: Any, *, without: bool = False) -> dict[str, Any]:
        """Read some arguments as graphql-core and Strawberry do; `without` reads their defaults alone."""
        some = GraphQLField(
            self._definition.type,
            args={
                name: self._definition.args[name]
                for name in names
                if not (without and _is_needed(self._definition.args[name]))
            },
        )
        written = {} if without else {name: self._written[name] for name in names if name in self._written}
        values = get_argument_values(some, _field_with(written), variables)
        return {
            self._declared[name].python_name: self._converted(value, self._declared[name].type)
            for name, value in values.items()
        }

    def _converted(self, value: Any, kind: Any) -> Any:
        converter = self._converter
        return convert_argument(value, kind, converter.scalar_registry, converter.config)


def _variable(node: VariableNode, kind: Any, default: Any) -> Value:
    name, is_needed = node.name.value, isinstance(kind, GraphQLNonNull)

    def read(variables: Any) -> Any:
        value = variables.coerced.get(name, ABSENT)
        if value is ABSENT:
            value = default
        if is_needed and (value is None or value is ABSENT):
            raise NotPlanned(f"${name} has no value")
        return value

    return read


def _is_leaf(kind: Any) -> bool:
    return is_scalar_type(get_named_type(kind)) and not is_list_type(get_nullable_type(kind))


def _is_needed(argument: Any) -> bool:
    return isinstance(argument.type, GraphQLNonNull) and argument.default_value is Undefined


def _field_with(arguments: Mapping[str, ValueNode]) -> FieldNode:
    nodes = [ArgumentNode(name=NameNode(value=name), value=value) for name, value in arguments.items()]
    return FieldNode(name=NameNode(value="field"), arguments=tuple(nodes))
