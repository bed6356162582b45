"""Changes: a field of Mutation is done by its resolver, and its payload is written by a plan."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

from graphql import GraphQLField, get_named_type, is_object_type

from models.engines.steps import Steps, TooLong
from models.reading import read
from schema.context import Context
from schema.permissions import EVERYBODY, who_may
from schema.plans.arguments import arguments_of
from schema.plans.asking import Asking, NotPlanned
from schema.plans.compiling import Compiling
from schema.plans.levels import Level
from schema.plans.selections import Nodes


@dataclass(frozen=True, slots=True)
class _Info:
    """What the resolver of a mutation is told of its surroundings: it may know who asks, and nothing else."""

    context: Context


class Change:
    """A field of Mutation, and what is selected of its payload."""

    def __init__(self, compiling: Compiling, definition: GraphQLField, nodes: Nodes) -> None:
        kind, name = get_named_type(definition.type), nodes[0].name.value
        if who_may("Mutation", name) != EVERYBODY:
            # Its guard is not asked here.
            raise NotPlanned(f"{name} is not for everybody")
        if not is_object_type(kind):
            raise NotPlanned(f"{kind.name} is not one kind of object")
        self._resolve = definition.extensions["strawberry-definition"].base_resolver
        self._given = arguments_of(compiling.schema, definition, nodes[0])
        self._level = Level.of_thing(compiling, kind, nodes)

    def given(self, x: Asking) -> Mapping[str, Any]:
        """Give its arguments; raise NotPlanned, or what graphql-core tells, when they do not fit."""
        return self._given(x.variables)

    async def do(self, given: Mapping[str, Any], context: Context) -> Any:
        """Do it, and give the payload."""
        return await self._resolve(info=_Info(context), **given)

    async def tell(self, payload: Any, x: Asking) -> Any:
        """Write what is selected of a payload."""
        if payload is None:
            return None
        tries = count()

        def begin() -> Steps[Any]:
            # Here and at first in `read` others wait; what would hold them up is begun anew elsewhere.
            x.begin_anew(holds_up_others=next(tries) < 2 and not x.is_postgres)
            return self._level.made(payload, x)

        with suppress(TooLong):
            try:
                next(begin())
            except StopIteration as made:
                # Nothing of it is read from the store, which nobody has to wait for then.
                return made.value
        return await read(begin)
