"""Plans: documents made once into statements and functions, which answer as graphql-core would.

A plan gives answers without errors. Whatever it does not take, and whatever errs, graphql-core answers: the
whole room may go, and a slower server remains that passes every test. What came of a mutation is told so too.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple

import orjson
import structlog
from graphql import GraphQLError, GraphQLSchema, OperationType
from graphql.execution.values import VariableValues

import models
from models.engines.steps import Steps, TooLong
from models.reading import POSTGRES, dialect, read, read_at_once, reads_at_once
from schema.context import Context
from schema.documents import Operation
from schema.kept import Kept, Made
from schema.plans.arguments import arguments_of
from schema.plans.asking import READERS, Asking, NotPlanned
from schema.plans.changes import Change
from schema.plans.compiling import Compiling
from schema.plans.fields import shown
from schema.plans.roots import Root, plan_of
from schema.plans.selections import Selections, deciding
from schema.plans.variables import Variables

# A document with conditions has a plan for each way of deciding them; more ways than these go without.
MOST_WAYS = 8
ASKED_ONCE = object()
log = structlog.get_logger("plans")


class Planned(NamedTuple):
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
    number: int = field(default_factory=count().__next__)

    def key(self, x: Asking) -> Hashable:
        """Name what is asked: by the number of the plan, the values it needs, and what begins every path.

        Not by the plan, which would stay with what is kept when its document is forgotten.
        """
        values = {name: x.sent[name] for name in self.variables if name in x.sent}
        return x.audience, self.number, x.context.root_url, orjson.dumps(values)


class _Read(NamedTuple):
    """A segment as bytes, and what it has read; None when that does not tell all it depends on."""

    body: bytes
    reads: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """The fields of an operation by response name, in order: written already, or None; which of them are
    read, and which change something.
    """

    fields: dict[str, bytes | None] = field(default_factory=dict)
    segments: dict[str, _Segment] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)

    def written(self, parts: Mapping[str, bytes]) -> bytes:
        """Write an answer of parts that are written already."""
        told = [
            b'"%s":%s' % (name.encode(), parts[name] if known is None else known)
            for name, known in self.fields.items()
        ]
        return b'{"data":{%s}}' % b",".join(told)


@dataclass(frozen=True, slots=True)
class _Ways:
    """What is known of an operation: its variables, those its conditions depend on, and its plans.

    There is one for each way of deciding the conditions; None where no plan takes it.
    """

    variables: Variables
    deciding: tuple[str, ...]
    plans: dict[Hashable, _Plan | None] = field(default_factory=dict)


class Plans:
    """Makes plans of operations on one store, keeps each with its operation, and answers by them.

    A mutation is done as ever; a plan tells what came of it.

    Fields of the root are kept one by one in `kept`, when an answer has several: the others stay when one of
    them has read what is changed.
    """

    def __init__(self, schema: GraphQLSchema, kept: Kept | None = None) -> None:
        self._schema = schema
        self._kept = kept

    @cached_property
    def are_at_once(self) -> bool:
        """Whether the store lets a plan answer at once."""
        return reads_at_once()

    @cached_property
    def _dialect(self) -> str:
        return dialect()

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
        with _Leaving(operation):
            if (reading := self._reading(operation, given, context, begun, audience)) is None:
                return None
            if reading.kept is not None and not models.pulse.is_current():
                await models.pulse.catch_up()
            reading.take_what_is_kept()
            return reading.answer(await read(reading.begin, is_long=reading.is_long) if reading.open else {})
        return None

    async def change(
        self, operation: Operation, given: dict[str, Any], context: Context, *, outcomes: dict[str, Any]
    ) -> Planned | None:
        """Do what a mutation of a reader asks for, and answer it; None when graphql-core is to answer.

        What came of each field is noted in `outcomes` by response name; that must not be done again.
        """
        if operation.plans is None:
            # A document that has its values written into it comes once; to make a plan of it takes longer.
            operation.plans = ASKED_ONCE
            return None
        with _Leaving(operation):
            if (found := self._asking(operation, given, context, READERS)) is None:
                return None
            plan, x = found
            arguments = {name: change.given(x) for name, change in plan.changes.items()}
            parts: dict[str, bytes] = {}
            for name, change in plan.changes.items():
                try:
                    outcomes[name] = await change.do(arguments[name], context)
                except Exception as error:
                    outcomes[name] = error
                    return None
                try:
                    parts[name] = orjson.dumps(await change.tell(outcomes[name], x))
                except models.Unavailable:
                    # What is yet to be done may well be possible, and is graphql-core's then.
                    return None
            return Planned(plan.written(parts), None, None)
        return None

    def answer_at_once(
        self, operation: Operation, given: dict[str, Any], context: Context, *, begun: int
    ) -> Planned | None:
        """Answer a query while everybody waits; None when that is not a plan's to do, or would take long."""
        with _Leaving(operation):
            if (reading := self._reading(operation, given, context, begun, READERS)) is None:
                return None
            reading.take_what_is_kept()
            if not reading.is_long:
                return reading.answer(read_at_once(reading.begin) if reading.open else {})
        return None

    def _reading(
        self, operation: Operation, given: dict[str, Any], context: Context, begun: int, audience: str
    ) -> "_Reading | None":
        if operation.kind is not OperationType.QUERY:
            return None
        if (found := self._asking(operation, given, context, audience)) is None:
            return None
        plan, x = found
        return _Reading(plan, x, self._kept if len(plan.segments) > 1 else None, begun)

    def _asking(
        self, operation: Operation, given: dict[str, Any], context: Context, audience: str
    ) -> tuple[_Plan, Asking] | None:
        if operation.is_deferred:
            return None
        ways = self._ways(operation)
        if (variables := ways.variables.read(given)) is None:
            return None
        spoken = self._dialect
        plan = self._plan(ways, operation, variables, (audience, spoken))
        if plan is None:
            return None
        return plan, Asking(context, given, variables, is_postgres=spoken == POSTGRES, audience=audience)

    def _ways(self, operation: Operation) -> "_Ways":
        if not isinstance(operation.plans, _Ways):
            operation.plans = _Ways(
                Variables(self._schema, operation.node.variable_definitions or ()),
                tuple(sorted(deciding(operation.document, operation.node))),
            )
        return operation.plans

    def _plan(
        self, ways: "_Ways", operation: Operation, variables: VariableValues, whose: tuple[str, str]
    ) -> _Plan | None:
        decided = {name: variables.coerced.get(name) for name in ways.deciding}
        key = (*whose, *decided.values())
        if key not in ways.plans:
            if len(ways.plans) >= MOST_WAYS:
                return None
            ways.plans[key] = self._made(operation, decided)
        return ways.plans[key]

    def _made(self, operation: Operation, decided: dict[str, bool | None]) -> _Plan | None:
        root = self._schema.get_root_type(operation.kind)
        assert root is not None
        selections = Selections(self._schema, operation.document, decided)
        plan = _Plan()
        try:
            for name, nodes in selections.of(root, [operation.node.selection_set]).items():
                field = nodes[0].name.value
                if field == "__typename":
                    plan.fields[name] = orjson.dumps(root.name)
                    continue
                plan.fields[name] = None
                definition = root.fields.get(field)
                if definition is None:
                    return None
                compiling = Compiling(self._schema, selections, shown, is_postgres=self._dialect == POSTGRES)
                if operation.kind is OperationType.MUTATION:
                    plan.changes[name] = Change(compiling, definition, nodes)
                    continue
                given = arguments_of(self._schema, definition, nodes[0])
                read = plan_of(compiling, definition, field, nodes, given)
                variables = tuple(sorted(selections.variables(nodes)))
                plan.segments[name] = _Segment(read, compiling, variables)
        except (NotPlanned, GraphQLError, models.Refused):
            return None
        return plan


class _Leaving:
    """Leaves to graphql-core what errs in a block that plans."""

    __slots__ = ("_operation",)

    def __init__(self, operation: Operation) -> None:
        self._operation = operation

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, (NotPlanned, TooLong, GraphQLError, models.Refused)):
            return True
        if not isinstance(error, Exception) or isinstance(error, models.Unavailable):
            return False
        # Nobody has to miss an answer because of us; whoever runs the server has to know.
        log.error("a plan failed", operation=self._operation.name, exc_info=error)
        return True


@dataclass(slots=True, eq=False)
class _Reading:
    """An answer that is being read: by its plan, and what is asked; some of it may be `kept`.

    `open` are the segments that are yet to be read.
    """

    plan: _Plan
    x: Asking
    kept: Kept | None
    begun: int
    open: dict[str, _Segment] = field(init=False)
    is_long: bool = False
    _keys: dict[str, Hashable] = field(default_factory=dict)
    _read: dict[str, _Read] = field(default_factory=dict)
    _times: int = 0

    def __post_init__(self) -> None:
        self.open = self.plan.segments

    def take_what_is_kept(self) -> None:
        """Look for segments that need not be read, and tell whether reading the others may take long."""
        if self.kept is not None:
            self._keys = {name: segment.key(self.x) for name, segment in self.open.items()}
            found = {name: self.kept.find(key) for name, key in self._keys.items()}
            self._read = {name: read for name, read in found.items() if read is not None}
            self.open = {name: segment for name, segment in self.open.items() if name not in self._read}
        self.is_long = any(segment.root.is_long(self.x) for segment in self.open.values())

    def begin(self) -> Steps[dict[str, _Read]]:
        """Read what is open."""
        # Begun anew, it is apart from others.
        self.x.begin_anew(holds_up_others=not (self._times or self.is_long or self.x.is_postgres))
        self._times += 1
        return self._steps()

    def answer(self, read: dict[str, _Read]) -> Planned:
        """Keep what was read, and put the answer together."""
        next_change = self.x.context.masthead.next_change
        if self.kept is not None:
            for name, part in read.items():
                if part.reads is not None:
                    made = Made(part, len(part.body), part.reads, next_change)
                    self.kept.keep(self._keys[name], made, begun=self.begun)
            read = self._read | read
        body = self.plan.written({name: part.body for name, part in read.items()})
        return Planned(body, _all_of(read.values()), next_change)

    def _steps(self) -> Steps[dict[str, _Read]]:
        parts: dict[str, _Read] = {}
        for name, segment in self.open.items():
            self.x.begin()
            value = yield from segment.root.read(self.x)
            reads = frozenset(self.x.reads | segment.compiling.reads) if self.x.is_kept else None
            parts[name] = _Read(orjson.dumps(value), reads)
        return parts


def _all_of(parts: Iterable[_Read]) -> frozenset[str] | None:
    """Put together what was read; None when that of one of them is not known."""
    reads = [part.reads for part in parts]
    known = [each for each in reads if each is not None]
    return frozenset().union(*known) if len(known) == len(reads) else None
