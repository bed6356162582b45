"""Query documents: read, checked against the schema, and kept for the next request that sends the same."""

from collections import OrderedDict
from dataclasses import dataclass
from types import NoneType
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    StringValueNode,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)  # fmt: skip
from strawberry import Schema

import models
from schema.graph import schema

MOST_TOKENS = 2_000
MOST_ERRORS = 10
MOST_KEPT = 500
LONGEST_KEPT = 10_000
TOO_DEEP = "The document is nested too deeply."


class PlainText(ValidationRule):
    """Refuse characters that no text has and no store keeps."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if not models.text.is_plain(node.value):
            self.report_error(GraphQLError("A text holds no NUL and no lone surrogate.", node))


@dataclass(frozen=True, slots=True)
class Document:
    """A document, or what is wrong with it."""

    node: DocumentNode | None
    errors: tuple[GraphQLError, ...]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Give the operation to execute; refuse when it is not said which."""
        assert self.node is not None
        operations = [part for part in self.node.definitions if isinstance(part, OperationDefinitionNode)]
        if name is not None:
            operations = [part for part in operations if part.name and part.name.value == name]
        if len(operations) == 1:
            return operations[0]
        if operations:
            raise GraphQLError("The document has several operations; say which by `operationName`.")
        raise GraphQLError(
            "The document has no operation of that name." if name else "The document has no operation."
        )


class Documents:
    """Keeps the documents asked last, so that a known one is neither read nor checked again."""

    def __init__(self, graph: Schema = schema) -> None:
        self.graph = graph
        self._kept: OrderedDict[str, Document] = OrderedDict()

    def read(self, source: str) -> Document:
        """Give the document of a source text."""
        known = self._kept.get(source)
        if known is not None:
            self._kept.move_to_end(source)
            return known
        document = _read(self.graph, source)
        if len(source) <= LONGEST_KEPT:
            self._kept[source] = document
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return document


def _read(graph: Schema, source: str) -> Document:
    try:
        node = parse(source, max_tokens=MOST_TOKENS, allow_empty_selection_sets=False)
        errors = validate(graph._schema, node, [*specified_rules, PlainText], max_errors=MOST_ERRORS)
    except GraphQLError as error:
        return Document(None, (_coded(error, "GRAPHQL_PARSE_FAILED"),))
    except RecursionError:
        return Document(None, (_coded(GraphQLError(TOO_DEEP), "GRAPHQL_PARSE_FAILED"),))
    return Document(node, tuple(_coded(error, "GRAPHQL_VALIDATION_FAILED") for error in errors))


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    if not isinstance(error.original_error, (GraphQLError, NoneType)):
        # A number of 5 000 digits, say: Python refuses it in words about itself.
        error = GraphQLError("This value cannot be read.", error.nodes)
    error.extensions = {"code": code, **(error.extensions or {})}
    return error
