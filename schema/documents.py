"""Query documents: read, held against the limits and the schema, and kept for who sends the same again."""

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLDeferDirective,
    GraphQLError,
    GraphQLSchema,
    MaxIntrospectionDepthRule,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)  # fmt: skip
from strawberry import Schema

import models
from schema.costs import Costs, OperationCost, Variables
from schema.graph import schema
from schema.limits import MOST_TOKENS, Shape

MOST_ERRORS = 10
MOST_KEPT = 500
# Characters of source, together; read and planned, each takes about two hundred bytes.
MOST_KEPT_TEXT = 100_000
# What somebody's token or machine opens; looked for in the text, for too much privacy does no harm.
PRIVATE = re.compile(r"\b(commentForm|newsletterSubscription|outbox|viewer)\b")
DEFERRED = re.compile(r"@\s*defer\b")
TOO_DEEP = "The document is nested too deeply."


class PlainText(ValidationRule):
    """Refuse characters that no text has and no store keeps."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if not models.text.is_plain(node.value):
            self.report_error(GraphQLError("A text holds no NUL and no lone surrogate.", node))


@dataclass(slots=True)
class Operation:
    """An operation of a document, ready to execute. A public one reads what everybody may, and a
    deferred one has parts that may come later.
    """

    document: DocumentNode
    node: OperationDefinitionNode
    cost: OperationCost
    is_public: bool
    is_deferred: bool
    # What plans make of it the first time it is asked.
    plans: object = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str | None:
        """What it is called."""
        return self.node.name.value if self.node.name else None

    @property
    def kind(self) -> OperationType:
        """Whether it reads, changes or listens."""
        return self.node.operation

    def cost_with(self, variables: Variables) -> int:
        """Work out what it costs at most; raise when that is too much."""
        return self.cost.given(variables)


@dataclass(frozen=True, slots=True)
class Document:
    """A document, or what is wrong with it."""

    operations: tuple[Operation, ...] = ()
    errors: tuple[GraphQLError, ...] = ()

    def operation(self, name: str | None) -> Operation:
        """Give the operation to execute; raise what is wrong, or when it is not said which."""
        # Most documents have one.
        if name is None and len(self.operations) == 1:
            return self.operations[0]
        found = [part for part in self.operations if name is None or part.name == name]
        if len(found) == 1:
            return found[0]
        if found:
            raise GraphQLError("The document has several operations; say which by `operationName`.")
        raise GraphQLError(
            "The document has no operation of that name." if name else "The document has no operation."
        )


@dataclass
class Documents:
    """Reads documents for a graph; a known one is neither read nor checked again.

    Without `introspection` nobody is shown the schema; with `suggestions` mistakes come with what is near.
    """

    graph: Schema = schema
    introspection: bool = True
    suggestions: bool = False
    defer: bool = False
    _trusted: dict[str, Document] = field(default_factory=dict)
    _kept: OrderedDict[str, Document] = field(default_factory=OrderedDict)
    _kept_text: int = 0

    def __post_init__(self) -> None:
        self.core = _deferring(self.graph._schema) if self.defer else self.graph._schema
        self._costs = Costs(self.core)
        self._rules = [*specified_rules, MaxIntrospectionDepthRule, PlainText]
        if not self.introspection:
            self._rules.append(NoSchemaIntrospectionCustomRule)

    def read(self, source: str) -> Document:
        """Give the document of a source text."""
        document = self.known(source)
        if document is None:
            document = self._read(source)
            self._keep(source, document)
        return document

    def known(self, source: str) -> Document | None:
        """Give the document of a source text that was read before and is kept."""
        if (trusted := self._trusted.get(source)) is not None:
            return trusted
        known = self._kept.get(source)
        if known is not None:
            self._kept.move_to_end(source)
        return known

    def trust(self, source: str) -> Document:
        """Give the document of a source text, and keep it for as long as the process lives."""
        self._trusted[source] = self._read(source)
        return self._trusted[source]

    def _keep(self, source: str, document: Document) -> None:
        self._kept[source] = document
        self._kept_text += len(source)
        while len(self._kept) > MOST_KEPT or self._kept_text > MOST_KEPT_TEXT:
            oldest, _ = self._kept.popitem(last=False)
            self._kept_text -= len(oldest)

    def _read(self, source: str) -> Document:
        try:
            node = _unlinked(parse(source, max_tokens=MOST_TOKENS, allow_empty_selection_sets=False))
            Shape(node).check()
            errors = self._invalid(node)
            if errors:
                return Document(errors=tuple(_coded(error, "GRAPHQL_VALIDATION_FAILED") for error in errors))
            return Document(self._operations(node, source))
        except GraphQLError as error:
            return Document(errors=(_coded(error, "GRAPHQL_PARSE_FAILED"),))
        except RecursionError:
            return Document(errors=(_coded(GraphQLError(TOO_DEEP), "GRAPHQL_PARSE_FAILED"),))

    def _invalid(self, node: DocumentNode) -> list[GraphQLError]:
        hidden = not self.suggestions
        return validate(self.core, node, self._rules, max_errors=MOST_ERRORS, hide_suggestions=hidden)

    def _operations(self, node: DocumentNode, source: str) -> tuple[Operation, ...]:
        costs = self._costs.of(node)
        is_public, is_deferred = not PRIVATE.search(source), bool(DEFERRED.search(source))
        return tuple(
            Operation(node, part, costs[id(part)], is_public, is_deferred)
            for part in node.definitions
            if isinstance(part, OperationDefinitionNode)
        )


def _unlinked(node: DocumentNode) -> DocumentNode:
    """Let a document's tokens go: each knows its neighbours, so that only the collector would free them."""
    token = node.loc.start_token if node.loc else None
    while token is not None:
        token.prev, token.next, token = None, None, token.next
    return node


def _deferring(core: GraphQLSchema) -> GraphQLSchema:
    """Add @defer to a schema."""
    known: dict[str, Any] = {**core.to_kwargs()}
    deferring = GraphQLSchema(**{**known, "directives": [*known["directives"], GraphQLDeferDirective]})
    # Strawberry's resolvers look for it there.
    deferring._strawberry_schema = core._strawberry_schema  # type: ignore[attr-defined]
    return deferring


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    # A number of 5 000 digits, say: Python refuses it in words about itself.
    is_graphqls = isinstance(error.original_error, (GraphQLError, NoneType))
    # Anew, with its places: where it was raised, and the document that nobody can execute, would be kept
    # with the other.
    return GraphQLError(
        error.message if is_graphqls else "This value cannot be read.",
        source=error.source,
        positions=error.positions,
        extensions={"code": code, **(error.extensions or {})},
    )
