"""What an operation may cost, by the @cost and @listSize of the schema; worked out once for a document.

A field of an object costs its weight, a list so many times as it may be long. Where a variable says how long,
the sum is finished for each request. Looking at the schema itself is counted apart, in fields of the answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLCompositeType,
    GraphQLSchema,
    IntValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)

from schema.limits import too_complex
from schema.prices import ASSUMED, Price, Prices

MOST_COST = 5_000
# What happens is told to all who listen at once.
MOST_LIVE_COST = 500
# Values in an answer: each takes its time and its place, though it costs nothing to find.
MOST_VALUES = 20_000
# Between two and three times the introspection query of GraphiQL.
MOST_INTROSPECTED = 80_000
LONGEST_PAGE = 100
OF_THE_SCHEMA = {"__schema", "__type"}
Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Length:
    """How long a list may get: a number, or what the longest of some variables says."""

    number: int
    variables: tuple[str, ...] = ()

    def given(self, variables: Variables) -> int:
        """Give the length; what is no number is refused later, by who reads it."""
        asked = [found for name in self.variables if (found := _number(variables.get(name))) is not None]
        # A page that is too long is refused with a sentence of its own.
        return int(min(max(asked), LONGEST_PAGE)) if asked else self.number


@dataclass(frozen=True, slots=True)
class Given(Length):
    """Once where a variable says something, or something of a `field`, and not at all where it does not."""

    field: str | None = None

    def given(self, variables: Variables) -> int:
        """Tell how often."""
        said = variables.get(self.variables[0])
        if self.field is not None:
            said = said.get(self.field) if isinstance(said, Mapping) else None
        return int(said is not None)


@dataclass(frozen=True, slots=True)
class Term:
    """So much by itself, and so many times what is below."""

    own: int
    below: tuple[tuple[Length, "Term"], ...] = ()

    def worth(self, variables: Variables, known: dict[int, int]) -> int:
        """Add up; `known` has what several places share."""
        if not self.below:
            return self.own
        if id(self) not in known:
            parts = (length.given(variables) * term.worth(variables, known) for length, term in self.below)
            known[id(self)] = self.own + sum(parts)
        return known[id(self)]


@dataclass(frozen=True, slots=True)
class OperationCost:
    """What an operation costs, but for its variables."""

    term: Term
    values: Term
    most: int
    defaults: Variables

    def given(self, variables: Variables) -> int:
        """Work it out for these variables; raise when it is beyond the limit."""
        known = {**self.defaults, **variables}
        cost, values = self.term.worth(known, {}), self.values.worth(known, {})
        if cost > self.most:
            raise too_complex("cost", self.most, cost=cost)
        if values > MOST_VALUES:
            raise too_complex("values", MOST_VALUES, cost=values)
        return cost


Selected = tuple[SelectionSetNode, GraphQLCompositeType]


class Costs:
    """Works out what documents cost on a schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._prices = Prices(schema)

    def of(self, document: DocumentNode) -> dict[int, OperationCost]:
        """Work out each operation of a valid document, by its node's id; raise when it looks at too much."""
        work, count = _Work(self._prices, document), _Work(self._prices, document, counts=True)
        return {
            id(part): OperationCost(work.operation(part), count.operation(part), _most(part), _defaults(part))
            for part in document.definitions
            if isinstance(part, OperationDefinitionNode)
        }


class _Work:
    """Works out one document, or counts the values of its answer; what several places select is done once."""

    def __init__(self, prices: Prices, document: DocumentNode, *, counts: bool = False) -> None:
        self._counts = counts
        self._prices = prices
        self._fragments = {
            part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)
        }
        self._known: dict[Any, Term] = {}

    def operation(self, operation: OperationDefinitionNode) -> Term:
        root = self._prices.root(operation)
        introspected = 0
        terms: list[tuple[Length, Term]] = []
        for (_, parent), nodes in self._merged([(operation.selection_set, root)]).items():
            if nodes[0].name.value in OF_THE_SCHEMA:
                introspected += self._field(nodes, parent, None).worth({}, {})
            else:
                terms.append((ONCE, self._field(nodes, parent, None)))
        if introspected > MOST_INTROSPECTED:
            raise too_complex("introspection", MOST_INTROSPECTED)
        return _folded(0, terms)

    def _field(self, nodes: Sequence[FieldNode], parent: GraphQLCompositeType, size: Length | None) -> Term:
        """Work out fields that are answered as one; `size` says how long the list is when one above does."""
        name = nodes[0].name.value
        if name == "__typename":
            return Term(int(self._counts))
        price = self._prices.of(parent, name)
        length = size or (None if price.length is None else _length(nodes[0], price))
        if self._counts and length is not None and not price.weight:
            # What stands in memory is short, and no asking makes it longer.
            length = Length(ASSUMED)
        kind = get_named_type(self._prices.field(parent, name).type)
        below = [] if self._counts else list(_inputs(nodes[0], price))
        if is_composite_type(kind):
            sets = [(node.selection_set, kind) for node in nodes if node.selection_set is not None]
            below.append((ONCE, self._selected(sets, price.sized, length if price.sized else None)))
        one = _folded(1 if self._counts else price.weight, below)
        return one if length is None or price.sized else _folded(0, [(length, one)])

    def _selected(self, sets: list[Selected], sized: tuple[str, ...], length: Length | None) -> Term:
        key = (tuple(id(selected) for selected, _ in sets), sets[0][1].name, sized, length)
        if key not in self._known:
            terms = [
                (ONCE, self._field(nodes, parent, length if nodes[0].name.value in sized else None))
                for (_, parent), nodes in self._merged(sets).items()
            ]
            self._known[key] = _folded(0, terms)
        return self._known[key]

    def _merged(self, sets: list[Selected]) -> dict[tuple[str, GraphQLCompositeType], list[FieldNode]]:
        """Gather fields by the names they are answered under, and the type they are asked of."""
        found: dict[tuple[str, GraphQLCompositeType], list[FieldNode]] = {}
        spread: set[str] = set()
        waiting: list[tuple[SelectionNode, GraphQLCompositeType]] = [
            (node, kind) for selected, kind in sets for node in selected.selections
        ]
        while waiting:
            node, kind = waiting.pop()
            if isinstance(node, FieldNode):
                found.setdefault(((node.alias or node.name).value, kind), []).append(node)
                continue
            part: Any = node
            if not hasattr(node, "selection_set"):
                if part.name.value in spread:
                    continue
                spread.add(part.name.value)
                part = self._fragments[part.name.value]
            inner = self._prices.named(part.type_condition.name.value) if part.type_condition else kind
            waiting += [(below, inner) for below in part.selection_set.selections]
        return found


def _number(value: Any) -> float | None:
    """Read what a list may be told of its length: 100.0 is a whole number to GraphQL, and true is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return max(0, value) if is_number else None


def _length(node: FieldNode, price: Price) -> Length:
    numbers: list[int] = []
    variables: list[str] = []
    for argument in node.arguments or ():
        if argument.name.value in price.slicing:
            if isinstance(argument.value, VariableNode):
                variables.append(argument.value.name.value)
            elif isinstance(argument.value, IntValueNode):
                # The text first: a number of thousands of digits is none that Python reads.
                numbers.append(int(argument.value.value[:6]))
    assert price.length is not None
    number = max(0, min(LONGEST_PAGE, max(numbers))) if numbers else price.length
    return Length(number, tuple(variables))


def _inputs(node: FieldNode, price: Price) -> Iterator[tuple[Length, Term]]:
    """Give what costs more in the arguments of a field."""
    for name, field, weight in price.inputs:
        for argument in node.arguments or ():
            if argument.name.value == name and (often := _often(argument.value, field)):
                yield often, Term(weight)


def _often(argument: ValueNode, field: str) -> Length | None:
    """Tell how often a field of an argument is given."""
    if isinstance(argument, VariableNode):
        return Given(0, (argument.name.value,), field)
    said = _fields(argument).get(field)
    if isinstance(said, VariableNode):
        return Given(0, (said.name.value,))
    return ONCE if said else None


def _fields(value: ValueNode) -> dict[str, ValueNode]:
    """Give the fields of an object that are not null."""
    fields = value.fields if isinstance(value, ObjectValueNode) else ()
    return {field.name.value: field.value for field in fields if not isinstance(field.value, NullValueNode)}


def _folded(own: int, terms: list[tuple[Length, Term]]) -> Term:
    """Add up what no variable changes."""
    open_ended: list[tuple[Length, Term]] = []
    for length, term in terms:
        if length.variables or term.below:
            open_ended.append((length, term))
        else:
            own += length.number * term.own
    return Term(own, tuple(open_ended))


def _most(operation: OperationDefinitionNode) -> int:
    return MOST_LIVE_COST if operation.operation is OperationType.SUBSCRIPTION else MOST_COST


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        part.variable.name.value: _default(part.default_value)
        for part in operation.variable_definitions or ()
        if part.default_value is not None
    }


def _default(value: ValueNode) -> Any:
    """Read as much of a default as tells what it costs: a number, and what is given."""
    match value:
        case IntValueNode():
            return int(value.value[:6])
        case ObjectValueNode():
            return _fields(value)
    return None if isinstance(value, NullValueNode) else value


ONCE = Length(1)
