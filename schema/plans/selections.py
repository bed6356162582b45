"""Selections: which fields an answer has at a place, with fragments spread and directives decided."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)  # fmt: skip

from schema.permissions import EVERYBODY, who_may
from schema.plans.asking import NotPlanned

Nodes = tuple[FieldNode, ...]


class Selections:
    """Gathers the fields of a document, as its conditions are decided."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, decided: Mapping[str, Any]) -> None:
        self._schema = schema
        self._decided = decided
        self._fragments = _fragments_of(document)

    def below(self, parent: GraphQLObjectType, nodes: Nodes) -> dict[str, Nodes]:
        """Give what is selected of an object that these fields give, by response name, in order."""
        return self.of(parent, [node.selection_set for node in nodes if node.selection_set is not None])

    def of(self, parent: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> dict[str, Nodes]:
        """Give what some selection sets select of an object."""
        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for part in sets:
            self._gather(parent, part, found, spread)
        return {name: tuple(nodes) for name, nodes in found.items()}

    def variables(self, nodes: Nodes) -> set[str]:
        """Name the variables on which these fields depend, in the fragments that they spread too."""
        reached = _reached(nodes, self._fragments)
        return {part.name.value for part in reached if isinstance(part, VariableNode)}

    def _gather(
        self,
        parent: GraphQLObjectType,
        part: SelectionSetNode,
        found: dict[str, list[FieldNode]],
        spread: set[str],
    ) -> None:
        for node in part.selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                name = node.alias.value if node.alias else node.name.value
                _require_everybodys(parent, node.name.value)
                found.setdefault(name, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if self._fits(parent, node):
                    self._gather(parent, node.selection_set, found, spread)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                spread.add(node.name.value)
                fragment = self._fragments[node.name.value]
                if self._fits(parent, fragment):
                    self._gather(parent, fragment.selection_set, found, spread)

    def _is_included(self, node: Any) -> bool:
        conditions = {directive.name.value: directive for directive in node.directives or ()}
        # In this order, as graphql-core: what is skipped need not be decided in any other way.
        for name, is_out in ((GraphQLSkipDirective.name, True), (GraphQLIncludeDirective.name, False)):
            if name in conditions and self._is_true(conditions[name].arguments[0].value) is is_out:
                return False
        return True

    def _is_true(self, value: Any) -> bool:
        decided = self._decided[value.name.value] if isinstance(value, VariableNode) else value.value
        if decided is None:
            raise NotPlanned("a condition is null")
        return bool(decided)

    def _fits(self, parent: GraphQLObjectType, node: InlineFragmentNode | FragmentDefinitionNode) -> bool:
        if node.type_condition is None:
            return True
        condition = self._schema.type_map[node.type_condition.name.value]
        return condition is parent or (
            is_abstract_type(condition) and self._schema.is_sub_type(condition, parent)
        )


def _require_everybodys(parent: GraphQLObjectType, field: str) -> None:
    # All that a plan answers goes through here; a plan does not look at who asks.
    if not field.startswith("__") and who_may(parent.name, field) != EVERYBODY:
        raise NotPlanned(f"{parent.name}.{field} is not for everybody")


def deciding(document: DocumentNode, operation: OperationDefinitionNode) -> frozenset[str]:
    """Name the variables that conditions of an operation depend on, in the fragments that it spreads too."""
    # Not those of other operations: what is called the same there may be anything here.
    return frozenset(
        name
        for part in _reached([operation], _fragments_of(document))
        if isinstance(part, DirectiveNode)
        if part.name.value in (GraphQLSkipDirective.name, GraphQLIncludeDirective.name)
        for name in variables_in(part)
    )


def variables_in(node: Node) -> set[str]:
    """Name the variables that stand in a part of a document."""
    return {found.name.value for found in _walk(node) if isinstance(found, VariableNode)}


def _fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)
    }


def _reached(nodes: Iterable[Node], fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[Node]:
    """Go through parts of a document, and once through each fragment that is spread in them."""
    waiting = list(nodes)
    spread: set[str] = set()
    while waiting:
        for part in _walk(waiting.pop()):
            yield part
            if isinstance(part, FragmentSpreadNode) and part.name.value not in spread:
                spread.add(part.name.value)
                waiting.append(fragments[part.name.value])


def _walk(node: Node) -> Iterable[Node]:
    waiting: list[Any] = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Node):
            yield found
            waiting += [getattr(found, key) for key in found.keys if key != "loc"]
        elif isinstance(found, (list, tuple)):
            waiting += found
