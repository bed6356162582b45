"""Limits on the shape of a document: one pass before validation, linear however its fragments multiply."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
)  # fmt: skip

MOST_TOKENS = 2_000
MOST_DEPTH = 14
MOST_INTROSPECTION_DEPTH = 20
MOST_ROOT_FIELDS = 20
MOST_OPERATIONS = 20
MOST_FRAGMENTS = 100
MOST_ALIASES = 30
MOST_DIRECTIVES = 50
MOST_FIELDS = 5_000
# Validation compares the fields that are answered under one name in pairs.
MOST_ALIKE = 20
# What is looked at more than once, because several selections spread it, counts as often.
MOST_LOOKS = 20_000
ADVICE = {
    "depth": "The document nests more than {most} levels of fields; ask for less at once.",
    "root fields": "The document has more than {most} fields at its root; send several requests.",
    "operations": "The document has more than {most} operations; send several documents.",
    "fragments": "The document has more than {most} fragments; send several documents.",
    "aliases": "The document has more than {most} aliases; send several requests.",
    "directives": "The document has more than {most} directives; use fewer.",
    "fields": "The document asks for more than {most} fields with its fragments spread; ask for less.",
    "equal names": "The document selects one field more than {most} times in one place; select it once.",
    "cost": "This operation may cost {cost}, and {most} is allowed; ask for shorter lists or fewer fields.",
    "values": "The answer may hold {cost} values, and {most} are allowed; ask for less at once.",
    "introspection": "The document asks for more of the schema than one introspection query; ask for less.",
}


def too_complex(limit: str, most: int, *, cost: int = 0) -> GraphQLError:
    """Say which limit a document passes, and what to do."""
    told = {"code": "QUERY_TOO_COMPLEX", "limit": limit, "most": most}
    return GraphQLError(ADVICE[limit].format(most=most, cost=cost), extensions=told)


@dataclass(frozen=True, slots=True)
class Size:
    """How many levels of fields a selection has, and how many fields when all fragments are spread."""

    depth: int
    fields: int


Selections = Sequence[SelectionSetNode]


class Shape:
    """The shape of one document; what several places share is measured once."""

    def __init__(self, document: DocumentNode) -> None:
        self._document = document
        self._fragments = {
            part.name.value: part.selection_set
            for part in document.definitions
            if isinstance(part, FragmentDefinitionNode)
        }
        self._known: dict[tuple[int, ...], Size] = {}
        self._reached: set[int] = set()
        self._looks = 0

    def check(self) -> None:
        """Raise what passes a limit."""
        definitions = self._document.definitions
        if sum(isinstance(part, OperationDefinitionNode) for part in definitions) > MOST_OPERATIONS:
            raise too_complex("operations", MOST_OPERATIONS)
        if sum(isinstance(part, FragmentDefinitionNode) for part in definitions) > MOST_FRAGMENTS:
            raise too_complex("fragments", MOST_FRAGMENTS)
        self._count()
        for part in self._document.definitions:
            if isinstance(part, OperationDefinitionNode):
                fields = self._merged([part.selection_set])
                if sum(map(len, fields.values())) > MOST_ROOT_FIELDS:
                    raise too_complex("root fields", MOST_ROOT_FIELDS)
                if self._size([part.selection_set], 1).fields > MOST_FIELDS:
                    raise too_complex("fields", MOST_FIELDS)
        for part in self._document.definitions:
            # Validation looks at fragments that nobody spreads all the same.
            if isinstance(part, FragmentDefinitionNode) and id(part.selection_set) not in self._reached:
                self._size([part.selection_set], 1)

    def _count(self) -> None:
        """Count what is written down, spread or not."""
        aliases = directives = 0
        waiting: list[Node] = list(self._document.definitions)
        while waiting:
            node = waiting.pop()
            aliases += getattr(node, "alias", None) is not None
            directives += len(getattr(node, "directives", None) or ())
            waiting += getattr(node, "variable_definitions", None) or ()
            if (selected := getattr(node, "selection_set", None)) is not None:
                waiting += selected.selections
        if aliases > MOST_ALIASES:
            raise too_complex("aliases", MOST_ALIASES)
        if directives > MOST_DIRECTIVES:
            raise too_complex("directives", MOST_DIRECTIVES)

    def _size(self, sets: Selections, level: int, most: int = MOST_DEPTH) -> Size:
        """Measure selections that are answered as one object, at some level; circles are too deep."""
        key = (most, *map(id, sets))
        known = self._known.get(key)
        if level + (known.depth - 1 if known else 0) > most:
            raise too_complex("depth", MOST_DEPTH)
        if known is None:
            known = self._known[key] = self._measure(sets, level, most)
        return known

    def _measure(self, sets: Selections, level: int, most: int) -> Size:
        depth, fields = 1, 0
        for nodes in self._merged(sets).values():
            below = [node.selection_set for node in nodes if node.selection_set is not None]
            fields += 1
            if below:
                is_schema = nodes[0].name.value in {"__schema", "__type"}
                size = self._size(below, level + 1, MOST_INTROSPECTION_DEPTH if is_schema else most)
                depth, fields = max(depth, size.depth + 1), fields + size.fields
        return Size(depth, fields)

    def _merged(self, sets: Selections) -> dict[str, list[FieldNode]]:
        """Gather the fields of selections by the names they are answered under, as execution will."""
        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        waiting: list[Node] = [node for selected in sets for node in selected.selections]
        self._look(len(waiting))
        while waiting:
            node = waiting.pop()
            if isinstance(node, FieldNode):
                alike = found.setdefault((node.alias or node.name).value, [])
                alike.append(node)
                if len(alike) > MOST_ALIKE:
                    raise too_complex("equal names", MOST_ALIKE)
            elif (selected := self._spread(node, spread)) is not None:
                waiting += selected.selections
                self._look(len(selected.selections))
        return found

    def _spread(self, node: Node, spread: set[str]) -> SelectionSetNode | None:
        if (inline := getattr(node, "selection_set", None)) is not None:
            return inline  # type: ignore[no-any-return]
        name = node.name.value  # type: ignore[attr-defined]
        if name in spread:
            return None
        spread.add(name)
        fragment = self._fragments.get(name)
        self._reached.add(id(fragment))
        return fragment

    def _look(self, nodes: int) -> None:
        self._looks += nodes
        if self._looks > MOST_LOOKS:
            raise too_complex("fields", MOST_FIELDS)
