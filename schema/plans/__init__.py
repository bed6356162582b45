"""Plans: query documents made once into statements and functions, which answer as graphql-core would.

A plan gives answers without errors. Whatever it does not take, and whatever errs, graphql-core answers: the
whole room may go, and a slower server remains that passes every test.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import structlog
from graphql import GraphQLError, GraphQLSchema, OperationType
from graphql.execution.values import VariableValues

import models
from models.engines.steps import Steps
from models.reading import POSTGRES, dialect, read
from schema.context import Context
from schema.documents import Operation
from schema.kept import Kept, Made
from schema.plans.arguments import arguments_of
from schema.plans.asking import READERS, Asking, NotPlanned
from schema.plans.compiling import Compiling
from schema.plans.fields import shown
from schema.plans.roots import Root, plan_of
from schema.plans.selections import Selections, deciding
from schema.plans.variables import Variables

# A document with conditions has a plan for each way of deciding them; more ways than these go without.
MOST_WAYS = 8
log = structlog.get_logger("plans")


@dataclass(frozen=True, slots=True)
class Planned:
    """A whole answer as JSON, the tags of what it has read, and the moment at which it may be another."""

    body: bytes
    reads: frozenset[str] | None
    until: datetime | None


@dataclass(frozen=True, slots=True, eq=False)
class _Segment:
    """A field of the root as it is read on one store, and the variables it needs."""

    root: Root
    compiling: Compiling
    variables: tuple[str, ...]

    def key(self, x: Asking) -> Hashable:
        """Name what is asked: by the plan itself, the values it needs, and what stands before every path."""
        values = {name: x.sent[name] for name in self.variables if name in x.sent}
        return x.audience, self, x.context.root_url, orjson.dumps(values)


@dataclass(frozen=True, slots=True)
class _Read:
    """A segment as bytes, and what it has read; None when that does not tell all it depends on."""

    body: bytes
    reads: frozenset[str] | None


_Plan = dict[str, _Segment | bytes]


@dataclass(frozen=True, slots=True)
class _Ways:
    """What is known of an operation: its variables, those its conditions depend on, and its plans.

    There is one for each way of deciding the conditions; None where no plan takes it.
    """

    variables: Variables
    deciding: tuple[str, ...]
    plans: dict[Hashable, _Plan | None] = field(default_factory=dict)


class Plans:
    """Makes plans of operations, keeps each with its operation, and answers by them.

    Fields of the root are kept one by one in `kept`, when an answer has several: the others stay when one of
    them has read what is changed.
    """

    def __init__(self, schema: GraphQLSchema, kept: Kept | None = None) -> None:
        self._schema = schema
        self._kept = kept

    def moment(self) -> int:
        """Tell what is known now; take it before the context is read that an answer is made from."""
        return self._kept.moment() if self._kept is not None else 0

    async def answer(
        self, operation: Operation, given: dict[str, Any], context: Context, *,
        begun: int | None = None, audience: str = READERS,
    ) -> Planned | None:  # fmt: skip
        """Answer a query; None when that is not a plan's to do.

        `begun` is the moment before `context` was read; nothing that has changed since is kept.
        """
        begun = self.moment() if begun is None else begun
        if operation.kind is not OperationType.QUERY or operation.is_deferred:
            return None
        try:
            ways = self._ways(operation)
            if (variables := ways.variables.read(given)) is None:
                return None
            plan = self._plan(ways, operation, variables, audience)
            if plan is None:
                return None
            x = Asking(context, given, variables, is_postgres=dialect() == POSTGRES, audience=audience)
            return await self._answered(plan, x, begun)
        except (NotPlanned, GraphQLError, models.Refused):
            return None
        except models.Unavailable:
            raise
        except Exception as error:
            # Nobody has to miss an answer because of us; whoever runs the server has to know.
            log.error("a plan failed", operation=operation.name, exc_info=error)
            return None

    async def _answered(self, plan: _Plan, x: Asking, begun: int) -> Planned:
        segments = {name: segment for name, segment in plan.items() if isinstance(segment, _Segment)}
        if self._kept is None or len(segments) < 2:
            read = await _read(segments, x)
        else:
            read = await self._read_what_is_not_kept(self._kept, segments, x, begun)
        parts = [
            b'"%s":%s' % (name.encode(), segment if isinstance(segment, bytes) else read[name].body)
            for name, segment in plan.items()
        ]
        reads: set[str] | None = set()
        for segment in read.values():
            reads = None if reads is None or segment.reads is None else reads | segment.reads
        known = None if reads is None else frozenset(reads)
        return Planned(b'{"data":{%s}}' % b",".join(parts), known, x.context.masthead.next_change)

    async def _read_what_is_not_kept(
        self, kept: Kept, segments: dict[str, _Segment], x: Asking, begun: int
    ) -> dict[str, _Read]:
        if not models.pulse.is_current():
            await models.pulse.catch_up()
        keys = {name: segment.key(x) for name, segment in segments.items()}
        read = {name: found for name, key in keys.items() if (found := kept.find(key)) is not None}
        fresh = await _read({name: part for name, part in segments.items() if name not in read}, x)
        for name, part in fresh.items():
            if part.reads is not None:
                made = Made(part, len(part.body), part.reads, x.context.masthead.next_change)
                kept.keep(keys[name], made, begun=begun)
        return read | fresh

    def _ways(self, operation: Operation) -> "_Ways":
        if operation.plans is None:
            operation.plans = _Ways(
                Variables(self._schema, operation.node.variable_definitions or ()),
                tuple(sorted(deciding(operation.document))),
            )
        return operation.plans  # type: ignore[return-value]

    def _plan(
        self, ways: "_Ways", operation: Operation, variables: VariableValues, audience: str
    ) -> _Plan | None:
        decided = {name: variables.coerced.get(name) for name in ways.deciding}
        key = (audience, dialect(), *decided.values())
        if key not in ways.plans:
            if len(ways.plans) >= MOST_WAYS:
                return None
            ways.plans[key] = self._made(operation, decided)
        return ways.plans[key]

    def _made(self, operation: Operation, decided: dict[str, bool | None]) -> _Plan | None:
        query = self._schema.query_type
        assert query is not None
        selections = Selections(self._schema, operation.document, decided)
        plan: _Plan = {}
        try:
            for name, nodes in selections.of(query, [operation.node.selection_set]).items():
                field = nodes[0].name.value
                if field == "__typename":
                    plan[name] = orjson.dumps(query.name)
                    continue
                definition = query.fields.get(field)
                if definition is None:
                    return None
                compiling = Compiling(self._schema, selections, shown, is_postgres=dialect() == POSTGRES)
                given = arguments_of(self._schema, definition, nodes[0])
                root = plan_of(compiling, definition, field, nodes, given)
                plan[name] = _Segment(root, compiling, tuple(sorted(selections.variables(nodes))))
        except (NotPlanned, GraphQLError, models.Refused):
            return None
        return plan


async def _read(segments: dict[str, _Segment], x: Asking) -> dict[str, _Read]:
    if not segments:
        return {}
    is_long = any(segment.root.is_long(x) for segment in segments.values())
    # Begun anew, it is apart from others.
    ways = iter([not (is_long or x.is_postgres)])

    def begin() -> Steps[dict[str, _Read]]:
        return _steps(segments, x, holds_up_others=next(ways, False))

    return await read(begin, is_long=is_long)


def _steps(segments: dict[str, _Segment], x: Asking, *, holds_up_others: bool) -> Steps[dict[str, _Read]]:
    x.holds_up_others = holds_up_others
    parts: dict[str, _Read] = {}
    for name, segment in segments.items():
        x.begin()
        value = yield from segment.root.read(x)
        reads = frozenset(x.reads | segment.compiling.reads) if x.is_kept else None
        parts[name] = _Read(orjson.dumps(value), reads)
    return parts
