"""Makes a question that shows a difference as small as it can be."""

from collections.abc import Awaitable, Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    print_ast,
)

from tests.schema.drawing import Question

MOST_TRIES = 1_000
Complaint = Callable[[Question], Awaitable[str | None]]


async def simplest(question: Question, complaint: Complaint) -> Question:
    """Leave out what can be left out while the complaint stays, whatever its words."""
    tries, before = 0, None
    while question != before:
        before, place = question, 0
        while (smaller := _smaller(question, place)) is not None:
            tries += 1
            if tries > MOST_TRIES:
                return question
            if await _still(complaint, smaller):
                question = smaller
            else:
                place += 1
    return question


async def _still(complaint: Complaint, question: Question) -> bool:
    try:
        return await complaint(question) is not None
    except AssertionError:
        # Nothing that could be asked.
        return False


def _smaller(question: Question, place: int) -> Question | None:
    """Make one cut; None when there are not so many."""
    document = parse(question.source)
    cuts = list(_cuts(document))
    if place < len(cuts):
        cuts[place]()
        return _question(document, question)
    parts = [
        (name, part)
        for name, value in question.variables.items()
        if isinstance(value, dict | list)
        for part in (list(value) if isinstance(value, dict) else range(len(value)))
    ]
    if place - len(cuts) >= len(parts):
        return _asked_less(question, place - len(cuts) - len(parts))
    name, part = parts[place - len(cuts)]
    changed = deepcopy(question.variables)
    del changed[name][part]
    return replace(question, variables=changed)


def _asked_less(question: Question, place: int) -> Question | None:
    if place >= len(question.before):
        return None
    return replace(question, before=question.before[:place] + question.before[place + 1 :])


def _cuts(document: DocumentNode) -> Iterator[Callable[[], None]]:
    """Tell each way to make a document smaller: the largest parts first."""
    for node in _nodes(document):
        for name in ("definitions", "selections", "directives", "arguments", "fields", "values"):
            parts = getattr(node, name, None) or ()
            least = 1 if name in {"definitions", "selections"} else 0
            if len(parts) > least:
                yield from (lambda n=node, k=name, p=part: _drop(n, k, p) for part in parts)
            for part in parts:
                if isinstance(part, InlineFragmentNode):
                    yield lambda n=node, p=part: _put(n, p, p.selection_set.selections)
                if isinstance(part, FragmentSpreadNode):
                    inlined = _inlined(document, part)
                    yield lambda n=node, p=part, i=inlined: _put(n, p, (i,))
        if isinstance(node, FieldNode) and node.alias is not None:
            yield lambda n=node: _set(n, "alias", None)


def _drop(node: Node, name: str, part: Node) -> None:
    _set(node, name, tuple(other for other in getattr(node, name) if other is not part))


def _put(node: SelectionSetNode, part: Node, others: tuple[Any, ...]) -> None:
    parts = [others if other is part else (other,) for other in node.selections]
    _set(node, "selections", tuple(other for some in parts for other in some))


def _inlined(document: DocumentNode, spread: FragmentSpreadNode) -> InlineFragmentNode:
    [fragment] = [
        part
        for part in document.definitions
        if isinstance(part, FragmentDefinitionNode) and part.name.value == spread.name.value
    ]
    return InlineFragmentNode(
        type_condition=fragment.type_condition,
        directives=spread.directives,
        selection_set=deepcopy(fragment.selection_set),
    )


def _set(node: Node, name: str, value: Any) -> None:
    # A node is frozen; this one is a copy that nobody else has.
    object.__setattr__(node, name, value)


def _nodes(document: DocumentNode) -> Iterator[Any]:
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop(0)
        yield node
        for key in node.keys:
            value = getattr(node, key, None)
            below = value if isinstance(value, list | tuple) else [value]
            waiting += [part for part in below if isinstance(part, Node)]


def _question(document: DocumentNode, question: Question) -> Question:
    """Write a document without the variables and fragments that it does not use any more."""
    while True:
        text = print_ast(document)
        spread = {node.name.value for node in _nodes(document) if node.kind == "fragment_spread"}
        kept = [
            part for part in document.definitions
            if isinstance(part, OperationDefinitionNode) or part.name.value in spread  # type: ignore[attr-defined]
        ]  # fmt: skip
        if len(kept) == len(document.definitions):
            break
        _set(document, "definitions", tuple(kept))
    used = {node.name.value for node in _nodes_used(document)}
    for part in document.definitions:
        if isinstance(part, OperationDefinitionNode):
            declared = part.variable_definitions or ()
            kept_ones = tuple(one for one in declared if one.variable.name.value in used)
            _set(part, "variable_definitions", kept_ones)
    text = print_ast(document)
    now, *before = (
        {key: value for key, value in given.items() if key in used}
        for given in (question.variables, *question.before)
    )
    return Question(text, now, question.operation, tuple(before))


def _nodes_used(document: DocumentNode) -> Iterator[Any]:
    """Give the variables that stand somewhere else than where they are declared."""
    declared = {
        id(one.variable)
        for part in document.definitions
        if isinstance(part, OperationDefinitionNode)
        for one in part.variable_definitions or ()
    }
    return (node for node in _nodes(document) if node.kind == "variable" and id(node) not in declared)
