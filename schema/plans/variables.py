"""The variables of an operation: what is known of them beforehand, and what is sent along."""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    VariableDefinitionNode,
    coerce_input_value,
    get_named_type,
    get_nullable_type,
    get_variable_values,
    is_leaf_type,
    is_required_input_field,
)  # fmt: skip
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues
from graphql.utilities.coerce_input_value import coerce_default_value


class _Declared(NamedTuple):
    """A variable: its name, what reads a value, its default, and whether it must have one."""

    name: str
    coerce: Callable[[Any], Any]
    default: Any
    is_required: bool


class Variables:
    """Reads the variables of one operation."""

    def __init__(self, schema: GraphQLSchema, definitions: Collection[VariableDefinitionNode]) -> None:
        self._schema = schema
        self._definitions = definitions
        self._declared: list[_Declared] = []
        self._are_bounded = True
        for definition in definitions:
            signature = get_variable_signature(schema, definition)
            if isinstance(signature, GraphQLError):
                raise signature
            self._are_bounded &= _is_bounded(get_named_type(signature.type))
            default = Undefined
            if definition.default_value is not None:
                known = get_variable_values(schema, [definition], {})
                if not isinstance(known, VariableValues):
                    raise known[0]
                default = known.coerced[signature.name]
            kind = signature.type
            is_required = isinstance(kind, GraphQLNonNull)
            self._declared.append(_Declared(signature.name, _coercing(kind), default, is_required))

    def read(self, sent: dict[str, Any]) -> VariableValues | None:
        """Give their values; None when what is sent does not fit."""
        if not self._are_bounded:
            # They may be nested deeper than can be read.
            values = get_variable_values(self._schema, self._definitions, sent)
            return values if isinstance(values, VariableValues) else None
        coerced: dict[str, Any] = {}
        for name, coerce, default, is_required in self._declared:
            value = sent.get(name, Undefined)
            if value is Undefined:
                if default is not Undefined:
                    coerced[name] = default
                elif is_required:
                    return None
                continue
            if (value := coerce(value)) is Undefined:
                return None
            coerced[name] = value
        # Where they come from is told in errors alone, and those are not told here.
        return VariableValues({}, coerced)


def _coercing(kind: Any) -> Callable[[Any], Any]:
    """Give what reads a value of a type, as graphql-core does; Undefined is what does not fit."""
    inner = get_nullable_type(kind)
    if is_leaf_type(inner):
        coerce = inner.coerce_input_value
    elif isinstance(inner, GraphQLInputObjectType) and not inner.is_one_of:
        coerce = _coercing_fields(inner)
    else:
        return _coercing_whole(kind)
    nothing = Undefined if inner is not kind else None

    def read(value: Any) -> Any:
        if value is None:
            return nothing
        try:
            return coerce(value)
        except Exception:
            # Whatever it raises: graphql-core tells of it then.
            return Undefined

    return read


def _coercing_whole(kind: Any) -> Callable[[Any], Any]:
    """Give what leaves it to graphql-core."""
    return lambda value: coerce_input_value(value, kind)


def _coercing_fields(kind: GraphQLInputObjectType) -> Callable[[Any], Any]:
    """Give what reads an input object that may have any of its fields; Undefined is one that does not fit."""
    parts = [
        (
            name, field.out_name or name,
            # An object in it may be a part of itself.
            (_coercing if is_leaf_type(get_nullable_type(field.type)) else _coercing_whole)(field.type),
            coerce_default_value(field), is_required_input_field(field),
        )
        for name, field in kind.fields.items()
    ]  # fmt: skip

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            return Undefined
        found: dict[str, Any] = {}
        known = 0
        for name, key, coerce, default, is_required in parts:
            if name not in value:
                if is_required:
                    return Undefined
                if default is not Undefined:
                    found[key] = default
                continue
            known += 1
            if (one := coerce(value[name])) is Undefined:
                return Undefined
            found[key] = one
        # More than is known is a mistake.
        return kind.out_type(found) if known == len(value) else Undefined

    return read


def _is_bounded(kind: Any, above: tuple[Any, ...] = ()) -> bool:
    """Tell whether values of a type nest only so deep: it is no part of itself."""
    if not isinstance(kind, GraphQLInputObjectType):
        return True
    inner = (get_named_type(field.type) for field in kind.fields.values())
    return kind not in above and all(_is_bounded(one, (*above, kind)) for one in inner)
