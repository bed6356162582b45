"""Asks a schema everything that somebody may ask: every field, every argument, every value it is told of."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)  # fmt: skip

from schema.permissions import EVERYBODY, who_may

Values = dict[str, list[Any]]
# Whose rows of the table of permissions are asked for.
READER = frozenset((EVERYBODY,))
MOST_SAID = 100
Question = tuple[str, dict[str, Any]]


class Crawler:
    """Makes the questions of a reader; `values` holds what to say for an argument or input field by its name.

    An argument that it knows no value for stops the crawl, so that a new one cannot be forgotten. A question
    without arguments goes `depth` objects deep, the many others two less. Who `hurries` says the values of a
    list together, and not each by itself besides.
    """

    def __init__(
        self, schema: GraphQLSchema, values: Values, *, depth: int,
        may: frozenset[str] = READER, hurries: bool = False,
    ) -> None:  # fmt: skip
        self.schema = schema
        self.may = may
        self.hurries = hurries
        self.values = values
        self.depth = depth
        self._fragments: dict[str, str] = {}
        self._asked: dict[tuple[str, ...], str] = {}
        self.seen: set[str] = set()

    def questions(self) -> Iterator[Question]:
        """Ask each field of the root, once for each way of giving its arguments."""
        return self._from(self.schema.query_type, "query")

    def to_listen(self) -> Iterator[Question]:
        """Listen, in the same way, to all that can be listened to."""
        return self._from(self.schema.subscription_type, "subscription")

    def _from(self, root: GraphQLObjectType | None, verb: str) -> Iterator[Question]:
        assert root is not None
        for name, field in root.fields.items():
            if who_may(root.name, name) not in self.may:
                continue
            self.seen.add(f"{root.name}.{name}")
            for given in self._ways(field.args):
                # The values are not in it: what is given under the same names is asked in the same words.
                if (key := (verb, name, *given)) not in self._asked:
                    self._asked[key] = self._question(verb, name, field, given)
                yield self._asked[key], given

    def _question(self, verb: str, name: str, field: GraphQLField, given: dict[str, Any]) -> str:
        declared = ", ".join(f"${arg}: {field.args[arg].type}" for arg in given)
        passed = ", ".join(f"{arg}: ${arg}" for arg in given)
        self._fragments = {}
        depth = self.depth - 2 if given else self.depth
        asked = f"{name}{f'({passed})' if given else ''}{self._selection(field.type, depth)}"
        return "\n".join(
            [f"{verb}{f'({declared})' if given else ''} {{ {asked} }}", *self._fragments.values()]
        )

    def _selection(self, type_: Any, depth: int) -> str:
        named = get_named_type(type_)
        if not is_composite_type(named):
            return ""
        kinds = self.schema.get_possible_types(named) if is_abstract_type(named) else [named]
        spreads = " ".join(f"... on {kind.name} {{ ...{self._fragment(kind, depth)} }}" for kind in kinds)
        return f" {{ __typename {spreads} }}"

    def _fragment(self, kind: Any, depth: int) -> str:
        name = f"{kind.name}_{depth}"
        if name not in self._fragments:
            self._fragments[name] = ""
            fields = " ".join(self._fields(kind, depth))
            self._fragments[name] = f"fragment {name} on {kind.name} {{ __typename {fields} }}"
        return name

    def _fields(self, kind: Any, depth: int) -> Iterator[str]:
        for name, field in kind.fields.items():
            if depth == 0 and not is_leaf_type(get_named_type(field.type)):
                continue
            if who_may(kind.name, name) not in self.may:
                continue
            self.seen.add(f"{kind.name}.{name}")
            for number, given in enumerate(self._ways(field.args)):
                passed = ", ".join(
                    f"{arg}: {_literal(value, field.args[arg].type)}" for arg, value in given.items()
                )
                # Lists ask one way each on the way down; all their ways only where the crawl begins.
                if number and depth < self.depth - 2:
                    break
                alias = f"{name}_{depth}_{number}: " if field.args else ""
                yield f"{alias}{name}{f'({passed})' if given else ''}{self._selection(field.type, depth - 1)}"

    def _ways(self, args: dict[str, GraphQLArgument]) -> Iterator[dict[str, Any]]:
        required = {name: arg for name, arg in args.items() if is_required_argument(arg)}
        each = product(*(self._say(name, arg.type) for name, arg in required.items()))
        needed = [dict(zip(required, values, strict=True)) for values in each]
        yield from needed
        for name, arg in args.items():
            if name not in required:
                yield from (given | {name: value} for given in needed for value in self._say(name, arg.type))

    def _say(self, name: str, type_: Any) -> list[Any]:
        if isinstance(type_, GraphQLNonNull):
            return self._say(name, type_.of_type)
        if isinstance(type_, GraphQLList):
            each = self._say(name, type_.of_type)
            together = [each[at : at + MOST_SAID] for at in range(0, len(each), MOST_SAID)]
            return together if self.hurries else [[value] for value in each] + together[:1]
        if isinstance(type_, GraphQLEnumType):
            known = [value for value in self.values.get(name, ()) if value in type_.values]
            return known or list(type_.values)
        if isinstance(type_, GraphQLInputObjectType):
            return list(self._objects(type_))
        return self.values[name]

    def _objects(self, type_: GraphQLInputObjectType) -> Iterator[dict[str, Any]]:
        needed = [name for name, field in type_.fields.items() if is_required_input_field(field)]
        if needed:
            for values in product(*(self._say(name, type_.fields[name].type) for name in needed)):
                yield dict(zip(needed, values, strict=True))
        else:
            for name, field in type_.fields.items():
                yield from ({name: value} for value in self._say(name, field.type))


def _literal(value: Any, type_: Any) -> str:
    said = json.dumps(value)
    return said.replace('"', "") if isinstance(get_named_type(type_), GraphQLEnumType) else said
