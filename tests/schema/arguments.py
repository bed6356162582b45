"""Draws what is said to a field: arguments as literals and as variables, with defaults, null, or left out."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any, TypeVar

from graphql import (
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    ast_from_value,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_non_null_type,
    print_ast,
)

from tests.schema.lore import Lore

T = TypeVar("T")
SLICING = ("first", "last", "after", "before")
WRONG = ({"not": "this"}, 2**40, "x", None, [None], [[]], True, 1.5)


class Name(str):
    """A value of an enumeration."""


class Variable(str):
    """A variable, where a value could stand."""


@dataclass
class Declared:
    """A variable of an operation: its type as written, its default as written, and what it is for."""

    kind: str
    default: str | None
    purpose: tuple[str, str]
    draw: Callable[[], Any] = field(compare=False)


class Luck:
    """Takes chances.

    Hypothesis deals a seed and no more: what it would change in a document draw by draw comes out as the
    same document most times, and `simpler` shrinks one by its syntax.
    """

    def __init__(self, random: Random) -> None:
        self._random = random

    def chance(self, percent: int) -> bool:
        """Say yes so often."""
        return self._random.randrange(100) < percent

    def pick(self, values: Sequence[T]) -> T:
        """Take one of some."""
        return self._random.choice(values)

    def upto(self, most: int) -> int:
        """Take a number."""
        return self._random.randint(0, most)


@dataclass
class Arguments:
    """The arguments of one document, and the variables they need; `given` are the values sent along."""

    luck: Luck
    lore: Lore
    core: GraphQLSchema
    declared: dict[str, Declared] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)

    def of(self, parent: GraphQLCompositeType, name: str, definition: GraphQLField) -> dict[str, Any]:
        """Draw the arguments of a field; a list in pages is sliced sensibly, most of the time."""
        drawn: dict[str, Any] = {}
        owner = f"{parent.name}.{name}"
        for key, argument in definition.args.items():
            if key not in SLICING and (_is_required(argument) or self.luck.chance(50)):
                drawn[key] = self.say(argument.type, owner, key, default=argument.default_value)
        if set(SLICING) <= set(definition.args):
            ordered = self._order(definition, drawn.get("orderBy"))
            for key in self._slicing():
                argument = definition.args[key]
                kind = get_named_type(definition.type).name
                drawn[key] = self.say(argument.type, f"{kind} {ordered}", key, default=argument.default_value)
        return drawn

    def condition(self) -> str:
        """Draw a directive, or two, that keep or leave a part of the document."""
        names = self.luck.pick((("include",), ("skip",), ("include", "skip"), ("skip", "include")))
        kind = self.core.directives[0].args["if"].type
        said = [f"@{name}(if: {literal(self.say(kind, 'directive', 'if'))})" for name in names]
        return f" {' '.join(said)}"

    def say(self, kind: Any, owner: str, name: str, *, default: Any = Undefined) -> Any:
        """Draw a value for a place of that type, or a variable that may stand there."""
        if self.luck.chance(40):
            return self._variable(kind, owner, name, has_default=default is not Undefined)
        return self._value(kind, owner, name, nested=True)

    def length(self, drawn: dict[str, Any], names: tuple[str, ...], assumed: int) -> int:
        """Tell how long a list may get that is sliced so."""
        asked = [self._number(drawn[name]) for name in names if name in drawn]
        known = [min(max(number, 0), 100) for number in asked if number is not None]
        return max(known, default=assumed)

    def given_again(self) -> dict[str, Any]:
        """Draw other values for the same variables."""
        given: dict[str, Any] = {}
        for name, declared in self.declared.items():
            self._give(given, name, declared)
        return given

    def spoil(self) -> None:
        """Give a variable what may not fit it."""
        if self.declared:
            self.given[self.luck.pick(sorted(self.declared))] = self.luck.pick(WRONG)

    def _number(self, value: Any) -> int | None:
        if isinstance(value, Variable):
            default = self.declared[value].default
            value = self.given.get(value, int(default) if default and default.lstrip("-").isdigit() else None)
        return int(value) if isinstance(value, int | float) else None

    def _slicing(self) -> list[str]:
        sizes = self.luck.pick(((), ("first",), ("last",), ("first",), ("last",), ("first",)))
        if self.luck.chance(2):
            sizes = ("first", "last")
        cursors = self.luck.pick(((), (), ("after",), ("before",), (), ("after", "before")))
        return [*sizes, *cursors]

    def _order(self, definition: GraphQLField, said: Any) -> str:
        """Tell what a list is ordered by, written as a literal."""
        if isinstance(said, Variable):
            said = self.given.get(said)
        if said is not None:
            return literal(said)
        return _orders(self.core).get(get_named_type(definition.type).name, "")

    def _variable(self, kind: Any, owner: str, name: str, *, has_default: bool) -> Variable:
        purpose = (owner.partition(" ")[2] or owner, name)
        nullable = get_nullable_type(kind)
        must = is_non_null_type(kind) and not has_default
        default = None
        if must or self.luck.chance(30):
            written = str(kind) if is_non_null_type(kind) else f"{kind}!"
        else:
            written = str(nullable)
        if (not must or written.endswith("!")) and self.luck.chance(25):
            default = literal(self._value(nullable, owner, name, nested=False))
            written = str(nullable) if self.luck.chance(70) else written
        declared = Declared(
            written, default, purpose, lambda: self._value(nullable, owner, name, nested=False)
        )
        for known, other in self.declared.items():
            if declared == other and self.luck.chance(50):
                return Variable(known)
        variable = Variable(f"v{len(self.declared)}")
        self.declared[variable] = declared
        self._give(self.given, variable, declared)
        return variable

    def _give(self, given: dict[str, Any], variable: str, declared: Declared) -> None:
        is_optional = declared.default is not None or not declared.kind.endswith("!")
        if is_optional and self.luck.chance(30):
            return
        if not declared.kind.endswith("!") and self.luck.chance(5):
            given[variable] = None
        else:
            given[variable] = _sent(declared.draw())

    def _value(self, kind: Any, owner: str, name: str, *, nested: bool) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, owner, name, nested=nested)
        if isinstance(kind, GraphQLList):
            return self._list(kind, owner, name, nested=nested)
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, nested=nested)
        if isinstance(kind, GraphQLEnumType):
            if f"{owner}.{name}" in self.lore.values:
                return Name(self._scalar(kind, owner, name))
            return Name(self.luck.pick(list(kind.values)))
        return self._scalar(kind, owner, name)

    def _list(self, kind: Any, owner: str, name: str, *, nested: bool) -> Any:
        # One value stands for a list of one, and most of a hundred and one are the same.
        if self.luck.chance(5):
            return self._value(kind.of_type, owner, name, nested=False)
        if self.luck.chance(2):
            return [self._value(kind.of_type, owner, name, nested=False)] * 101
        size = self.luck.pick((1, 2, 3, 0, 5))
        return [self._part(kind.of_type, owner, name, nested=nested) for _ in range(size)]

    def _object(self, kind: GraphQLInputObjectType, *, nested: bool) -> dict[str, Any]:
        if kind.extensions["strawberry-definition"].is_one_of:
            return self._one_of(kind, nested=nested)
        drawn: dict[str, Any] = {}
        for name, part in kind.fields.items():
            if is_non_null_type(part.type) or self.luck.chance(35):
                drawn[name] = self._part(part.type, kind.name, name, nested=nested)
        return drawn

    def _one_of(self, kind: GraphQLInputObjectType, *, nested: bool) -> dict[str, Any]:
        name = self.luck.pick(list(kind.fields))
        # What may be left out elsewhere may not be null here.
        kept = GraphQLNonNull(kind.fields[name].type)
        return {name: self._part(kept, kind.name, name, nested=nested)}

    def _part(self, kind: Any, owner: str, name: str, *, nested: bool) -> Any:
        """Draw a value within another."""
        if nested and self.luck.chance(15):
            return self._variable(kind, owner, name, has_default=False)
        if not is_non_null_type(kind) and self.luck.chance(5):
            return None
        return self._value(kind, owner, name, nested=nested)

    def _scalar(self, kind: Any, owner: str, name: str) -> Any:
        if name in {"after", "before"}:
            connection, _, ordered = owner.partition(" ")
            known = self.lore.of_cursor(connection, ordered)
        else:
            known = self.lore.of(owner, name, kind.name)
        if known.refused and self.luck.chance(10):
            return self.luck.pick(known.refused)
        return self.luck.pick(known.odd if known.odd and self.luck.chance(12) else known.usual)


def literal(value: Any) -> str:
    """Write a value as it stands in a document."""
    if isinstance(value, Variable):
        return f"${value}"
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {literal(item)}' for key, item in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def shape(kind: Any) -> str:
    """Tell what two fields must share to be answered under one name."""
    named = get_named_type(kind)
    return str(kind).replace(named.name, "{}") if is_composite_type(named) else str(kind)


def _sent(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sent(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_sent(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _is_required(argument: GraphQLArgument) -> bool:
    return is_non_null_type(argument.type) and argument.default_value is Undefined


@cache
def _orders(core: GraphQLSchema) -> dict[str, str]:
    """Tell what each kind of connection is ordered by when nothing is said."""
    found: dict[str, str] = {}
    for kind in core.type_map.values():
        for definition in getattr(kind, "fields", {}).values():
            argument = getattr(definition, "args", {}).get("orderBy")
            if argument is not None:
                written = ast_from_value(argument.default_value, argument.type)
                assert written is not None
                order = print_ast(written).replace("{ ", "{").replace(" }", "}")
                found[get_named_type(definition.type).name] = order
    return found
