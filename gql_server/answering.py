"""What becomes of a question, whichever transport brought it: its document, a seat, and one answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from inspect import isawaitable
from time import perf_counter
from typing import Any, NamedTuple

import orjson
from aiohttp import web
from graphql import ExecutionResult, GraphQLError, OperationType, execute, experimental_execute_incrementally
from graphql import ExperimentalIncrementalExecutionResults as InParts

import models
from gql_server.admission import Admission
from gql_server.answers import (
    DEADLINE_SECONDS,
    FILES_SECONDS,
    TOO_LARGE,
    Answer,
    Asker,
    Line,
    fitting,
    record,
    record_all,
    refused,
    seated,
    told,
    told_errors,
)
from gql_server.deferred import parts, whole
from gql_server.persisted import Persisted
from gql_server.questions import Question
from gql_server.replies import PACKED_APART_FROM
from schema.context import Context, Publication
from schema.costs import MOST_COST
from schema.documents import TOO_DEEP, Documents, Operation
from schema.plans import Planned, Plans

Coming = asyncio.Queue[Answer | None]
# Who asks for more takes a seat, and others are served meanwhile.
MOST_COST_AT_ONCE = 1_000
# Seconds; with each answer anew, writing lines took a twentieth of the time of a sign-up.
RECORDED_AFTER = 0.02


class Ready(NamedTuple):
    """A question that may be answered at once; `begun` is the moment before its context was read."""

    operation: Operation
    question: Question
    context: Context
    begun: int


class Answering:
    """Answers questions on a graph."""

    def __init__(
        self,
        documents: Documents,
        persisted: Persisted,
        publication: Publication,
        admission: Admission,
        plans: Plans | None = None,
    ) -> None:
        self._graph = documents.core
        self._hides_suggestions = not documents.suggestions
        self._defers = documents.defer
        self._persisted = persisted
        self._publication = publication
        self._admission = admission
        self._plans = plans
        self.answered: Counter[str] = Counter()
        self._unrecorded: list[Line] = []

    @property
    def is_at_once(self) -> bool:
        """Whether there are plans that may answer while everybody waits."""
        return self._plans is not None and self._plans.are_at_once

    async def operation(self, question: Question, asker: Asker) -> Operation | Answer:
        """Find the operation that is asked for, or answer what is wrong with the document; raise Missing, or
        Unreadable when it may not be registered."""
        begun = perf_counter()
        try:
            document = await self._persisted.document(question)
            errors: tuple[GraphQLError, ...] = document.errors
            if not errors:
                operation = document.operation(question.operation_name)
                operation.cost_with(question.variables)
                return operation
        except GraphQLError as error:
            errors = (error,)
        except models.Unavailable as error:
            errors = (GraphQLError("", original_error=error),)
        answer = refused(asker, *errors)
        self.answered["refused"] += 1
        self._record_failure(Line(asker.number, question.operation_name, perf_counter() - begun), answer)
        return answer

    async def once(self, operation: Operation, question: Question, asker: Asker) -> Answer:
        """Execute a query or a mutation."""
        begun = perf_counter()
        lane = self._admission.lane(operation.kind)
        seconds = FILES_SECONDS if question.brings_files else DEADLINE_SECONDS
        answer = await seated(lane, asker, lambda: self._execute(operation, question, asker), seconds=seconds)
        answer = fitting(answer)
        self._record(operation, asker, answer, begun=begun)
        return answer

    def known(self, question: Question) -> Operation | None:
        """Find the query that is asked for, if its document is known and nothing is wrong with it."""
        if question.asks_cost or self._admission.is_full_of_readers:
            return None
        document = self._persisted.known(question)
        if document is None or document.errors:
            return None
        try:
            operation = document.operation(question.operation_name)
            operation.cost_with(question.variables)
        except GraphQLError:
            return None
        return operation if operation.kind is OperationType.QUERY and operation.is_public else None

    def ready(self, operation: Operation, question: Question, asker: Asker) -> "Ready | None":
        """Find what a question needs to be answered at once; None when it has to wait for anything."""
        assert self._plans is not None
        if operation.cost_with(question.variables) > MOST_COST_AT_ONCE:
            return None
        begun = self._plans.moment()
        context = self._publication.context_at_once(asker.visit) if models.pulse.is_current() else None
        return None if context is None else Ready(operation, question, context, begun)

    def at_once(self, ready: "Ready", asker: Asker) -> Answer | None:
        """Answer with a plan while everybody waits; None when that is not done."""
        begun, operation = perf_counter(), ready.operation
        assert self._plans is not None
        try:
            planned = self._plans.answer_at_once(
                operation, ready.question.variables, ready.context, begun=ready.begun
            )
        except models.Unavailable:
            return None
        if planned is None or len(planned.body) >= PACKED_APART_FROM:
            return None  # and what is shorter is never too large
        answer = _planned(planned, None)
        self._record(operation, asker, answer, begun=begun)
        return answer

    async def deferred(
        self, operation: Operation, question: Question, asker: Asker, *, form: str
    ) -> AsyncGenerator[Answer, None]:
        """Execute a query or a mutation, and give its parts as they come."""
        coming: Coming = asyncio.Queue()
        # In a task of its own: whoever takes the parts may do so from another one each time.
        executing = asyncio.create_task(self._in_parts(operation, question, asker, form, coming))
        try:
            while (answer := await coming.get()) is not None:
                yield answer
        finally:
            executing.cancel()
            await asyncio.gather(executing, return_exceptions=True)

    async def _in_parts(
        self, operation: Operation, question: Question, asker: Asker, form: str, coming: Coming
    ) -> None:
        begun, last, errors = perf_counter(), Answer({}), list[dict[str, Any]]()

        def tell_errors(found: Collection[GraphQLError] | None) -> dict[str, Any]:
            told = told_errors(found, asker)
            errors.extend(told.get("errors", ()))
            return told

        async def execute_each() -> Answer:
            context = await self._publication.context(asker.visit, asker.principal)
            result = await self._begin(operation, question, context)
            if not isinstance(result, InParts):
                return told(result, asker)
            async with aclosing(parts(result, form, tell_errors)) as coming_parts:
                async for part in coming_parts:
                    if TOO_LARGE in (answer := fitting(Answer(part))).codes:
                        return answer
                    coming.put_nowait(answer)
            return Answer({})

        try:
            last = await seated(self._admission.lane(operation.kind), asker, execute_each)
        except Exception as error:
            deep = GraphQLError(TOO_DEEP) if isinstance(error, RecursionError) else None
            last = refused(asker, deep or GraphQLError("", original_error=error))
        finally:
            if last.told:
                # Whatever it is: the first part may have said that there is more.
                last = fitting(Answer({**last.told, "hasNext": False}))
                errors += last.told.get("errors", ())
                coming.put_nowait(last)
            coming.put_nowait(None)
            self._record(operation, asker, Answer({"errors": errors} if errors else {}), begun=begun)

    async def _execute(self, operation: Operation, question: Question, asker: Asker) -> Answer:
        cost, until, outcomes = None, None, dict[str, Any]()
        if question.asks_cost:
            cost = {"requestedCost": operation.cost_with(question.variables), "maximumCost": MOST_COST}
        try:
            begun = self._plans.moment() if self._plans is not None else 0
            context = await self._publication.context(asker.visit, asker.principal)
            until = context.masthead.next_change
            # What somebody may see beyond readers is nothing to be kept, nor made once for all.
            if self._plans is not None and not asker.principal.is_known:
                if operation.kind is OperationType.MUTATION:
                    variables = question.variables
                    planned = await self._plans.change(operation, variables, context, outcomes=outcomes)
                else:
                    planned = await self._plans.answer(operation, question.variables, context, begun=begun)
                if planned is not None:
                    return _planned(planned, cost)
            result = await self._begin(operation, question, context, outcomes)
            if isinstance(result, InParts):
                result = await whole(result)
        except models.Unavailable as error:
            result = ExecutionResult(None, [GraphQLError("", original_error=error)])
        except RecursionError:
            result = ExecutionResult(None, [GraphQLError(TOO_DEEP)])
        answer = told(result, asker)
        answer.until = until
        if cost is not None:
            answer.told["extensions"] = {"cost": cost}
        return answer

    def _record(self, operation: Operation, asker: Asker, answer: Answer, *, begun: float) -> None:
        """Count it, and log a line. Lines of success are written together, a moment later."""
        self.answered[operation.kind.value] += 1
        line = Line(asker.number, operation.name, perf_counter() - begun)
        if answer.codes:
            self._record_failure(line, answer)
            return
        if not self._unrecorded:
            asyncio.get_running_loop().call_later(RECORDED_AFTER, self.record_all)
        self._unrecorded.append(line)

    def _record_failure(self, line: Line, answer: Answer) -> None:
        # In the order in which they were answered.
        self.record_all()
        record(line, answer)

    def record_all(self) -> None:
        """Write the lines that are waiting."""
        lines, self._unrecorded = self._unrecorded, []
        record_all(lines)

    async def _begin(
        self,
        operation: Operation,
        question: Question,
        context: Context,
        outcomes: dict[str, Any] | None = None,
    ) -> Any:
        """Execute an operation; of one that is deferred the parts that come later are only begun.

        What came of a mutation's fields already stands in `outcomes`, and is told without being done again.
        """
        run = experimental_execute_incrementally if self._defers else execute
        result = run(
            self._graph,
            operation.document,
            root_value=outcomes or None,
            context_value=context,
            variable_values=question.variables,
            operation_name=operation.name,
            hide_suggestions=self._hides_suggestions,
        )
        return await result if isawaitable(result) else result


def _planned(planned: Planned, cost: dict[str, int] | None) -> Answer:
    body = planned.body
    if cost is not None:
        body = b'%s,"extensions":%s}' % (body[:-1], orjson.dumps({"cost": cost}))
    return Answer({}, body=body, reads=planned.reads, until=planned.until)


ANSWERING = web.AppKey("answering", Answering)
