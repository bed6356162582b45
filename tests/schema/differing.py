"""Answers a question in two ways and holds the answers beside each other."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    execute,
    is_object_type,
    visit,
)
from hypothesis import Phase, given, settings
from hypothesis.strategies import SearchStrategy

import models
from schema.context import Publication
from schema.documents import Documents, Operation
from schema.errors import INTERNAL, formatted
from schema.graph import schema
from schema.permissions import EVERYBODY, who_may
from schema.plans.selections import deciding
from tests.schema.drawing import Question
from tests.schema.simpler import Complaint, simplest

# Two keys where there is to be one.
ARGUMENT = re.compile(r"\((length|language|width|first|last|after|before|orderBy): ")
BROKEN_DEFAULT = re.compile(r"\$\w+: \w+Lookup!? = \{([^{}]*,[^{}]*|\s*)\}")
OF_THE_SCHEMA = re.compile(r"\b__(schema|type)\b")
ROOT = "http://127.0.0.1:8000"


@dataclass
class Interpreted:
    """An answer of graphql-core: as JSON, in the order of the document, and what went wrong."""

    body: bytes
    errors: list[dict[str, Any]]
    was_executed: bool = True

    @property
    def told(self) -> bytes:
        """The whole response, as a server writes it."""
        if not self.errors:
            return self.body
        errors = orjson.dumps(self.errors)
        return (
            b'{"errors":%s,%s' % (errors, self.body[1:]) if self.was_executed else b'{"errors":%s}' % errors
        )


@dataclass
class Executor:
    """Executes questions as graphql-core does, on the store that is open."""

    # The masthead is read once: nothing changes while questions are compared.
    publication: Publication = field(default_factory=lambda: Publication(ROOT, keep_seconds=3600))
    documents: Documents = field(default_factory=Documents)

    async def ask(self, source: str) -> dict[str, Any]:
        """Answer a document that has nothing wrong with it."""
        answered = await self.answer(Question(source, {}, None))
        assert answered is not None
        assert answered.errors == []
        return orjson.loads(answered.body)["data"]

    async def answer(self, question: Question) -> Interpreted | None:
        """Answer a question; None when it is refused before anything is executed."""
        operation = self.operation(question)
        if isinstance(operation, GraphQLError):
            return None
        return await self.interpret(operation, question)

    def operation(self, question: Question) -> Operation | GraphQLError:
        """Read the document; give the limit that it passes when it does, and fail when it is not valid."""
        document = self.documents.read(question.source)
        codes = {(error.extensions or {})["code"] for error in document.errors}
        assert codes <= {"QUERY_TOO_COMPLEX"}, (document.errors, question)
        if document.errors:
            return document.errors[0]
        named = question.operation
        # What made a question simpler may have taken its operation out.
        assert named is None or re.search(rf"\b{named}\b", question.source), (named, question)
        operation = document.operation(named)
        try:
            operation.cost_with(question.variables)
        except GraphQLError as error:
            return error
        return operation

    async def interpret(
        self, operation: Operation, question: Question, principal: models.Principal = models.NOBODY,
        outcomes: dict[str, Any] | None = None,
    ) -> Interpreted:  # fmt: skip
        """Answer with graphql-core; of what was done already, tell what came of it."""
        result = execute(
            self.documents.core,
            operation.document,
            root_value=outcomes,
            context_value=await self.publication.context(principal=principal),
            variable_values=question.variables,
            operation_name=operation.name,
            hide_suggestions=not self.documents.suggestions,
        )
        answered = result if isinstance(result, ExecutionResult) else await result
        errors = [formatted(error, _fail) for error in answered.errors or ()]
        was_executed = answered.data is not None or any("path" in error for error in errors)
        return Interpreted(orjson.dumps({"data": answered.data}), errors, was_executed)


def _fail(cause: BaseException) -> str:
    raise AssertionError(f"{INTERNAL}: no question may break the server") from cause


def difference(
    operation: Operation, question: Question, interpreted: Interpreted, planned: bytes | None
) -> str | None:
    """Tell what is wrong with a plan's answer, or with there being none."""
    if planned is None:
        must = operation.is_public and not interpreted.errors and not OF_THE_SCHEMA.search(question.source)
        # A null condition errs where graphql-core comes to it; a plan decides all beforehand, and is none.
        conditions = deciding(operation.document, operation.node)
        must = must and not any(question.variables.get(name, "") is None for name in conditions)
        # graphql-core finds such a default out the first time that it is wanted, and then never again.
        must = must and not BROKEN_DEFAULT.search(question.source)
        # What readers may not ask for is graphql-core's to refuse, if it comes to it.
        must = must and not _asks_what_is_closed(operation)
        # Plans read what all menus lead to at once, and stumble over what is wrong with one not shown here.
        must = must and not ("target" in question.source and ARGUMENT.search(question.source))
        return "No plan took it, and nothing is wrong with it." if must else None
    if interpreted.errors:
        return f"A plan answered what errs: {interpreted.errors}"
    if planned == interpreted.body:
        return None
    return f"graphql-core:\n{interpreted.body.decode()}\nthe plan:\n{planned.decode()}"


def _asks_what_is_closed(operation: Operation) -> bool:
    types, closed = TypeInfo(schema._schema), list[str]()

    class Closed(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent, name = types.get_parent_type(), node.name.value
            if not is_object_type(parent) or name.startswith("__"):
                return
            if who_may(parent.name, name) != EVERYBODY:
                closed.append(name)

    visit(operation.document, TypeInfoVisitor(types, Closed()))
    return bool(closed)


@dataclass
class Tally:
    """Counts what became of the questions, so that nobody is fooled by a test that asks nothing."""

    counts: Counter[str] = field(default_factory=Counter)

    def count(self, what: str) -> None:
        """Count one."""
        self.counts[what] += 1

    def note(self, answered: Interpreted | None) -> None:
        """Count an answer by how it went."""
        self.count("asked")
        if answered is None:
            self.count("refused")
            return
        if not answered.was_executed:
            self.count("not executed")
        elif answered.errors:
            self.count("erring")
        else:
            self.count("clear")
        self.counts["bytes"] += len(answered.body)

    def check(self) -> None:
        """Tell the shares; fail when hardly anything was asked for in earnest."""
        asked = self.counts["asked"]
        shares = {name: f"{100 * number / asked:.1f} %" for name, number in self.counts.items()}
        print(f"{asked} questions:", {**shares, "bytes": self.counts["bytes"] // asked})  # noqa: T201
        assert self.counts["clear"] >= 0.5 * asked
        assert self.counts["erring"] >= 0.05 * asked
        assert 0 < self.counts["not executed"] <= 0.1 * asked
        assert self.counts["refused"] <= 0.1 * asked
        assert self.counts["bytes"] >= 150 * asked


async def try_each(
    drawn: SearchStrategy[Question], complaint: Complaint, *, examples: int, at_random: bool
) -> None:
    """Ask each question drawn, in this loop and on the store open here; show the simplest that is wrong."""
    loop, known = asyncio.get_running_loop(), dict[str, str]()

    async def ask(question: Question) -> None:
        if (first := await complaint(question)) is not None:
            # Hypothesis asks once more what was wrong.
            if str(question) not in known:
                least = await simplest(question, complaint)
                known[str(question)] = f"{least}\n{await complaint(least) or first}"
            raise AssertionError(known[str(question)])

    # Hypothesis waits for each example, so it does so beside the loop.
    @settings(max_examples=examples, derandomize=not at_random, database=None, phases=[Phase.generate])
    @given(drawn)
    def each(question: Question) -> None:
        asyncio.run_coroutine_threadsafe(ask(question), loop).result()

    await asyncio.to_thread(each)
