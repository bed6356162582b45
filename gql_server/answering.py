"""What becomes of a question, whichever transport brought it: its document, a seat, and one answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from inspect import isawaitable
from time import perf_counter
from typing import Any

import orjson
from aiohttp import web
from graphql import ExecutionResult, GraphQLError, execute, experimental_execute_incrementally
from graphql import ExperimentalIncrementalExecutionResults as InParts

import models
from gql_server.answers import Answer, Asker, record, refused, seated, told, told_errors
from gql_server.crowd import Crowd
from gql_server.deferred import parts, whole
from gql_server.persisted import Persisted
from gql_server.questions import Question
from schema.context import Context, Publication
from schema.costs import MOST_COST
from schema.documents import TOO_DEEP, Documents, Operation
from schema.kept import Kept
from schema.plans import Planned, Plans

Coming = asyncio.Queue[Answer | None]


class Answering:
    """Answers questions on a graph."""

    def __init__(
        self,
        documents: Documents,
        persisted: Persisted,
        publication: Publication,
        crowd: Crowd,
        plans: Plans | None = None,
    ) -> None:
        self._graph = documents.core
        self._hides_suggestions = not documents.suggestions
        self._defers = documents.defer
        self._persisted = persisted
        self._publication = publication
        self._crowd = crowd
        self._plans = plans
        self.answered: Counter[str] = Counter()

    async def operation(self, question: Question, asker: Asker) -> Operation | Answer:
        """Find the operation that is asked for, or answer what is wrong with the document; raise Missing."""
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
        record(asker, question.operation_name, answer, seconds=perf_counter() - begun)
        return answer

    async def once(self, operation: Operation, question: Question, asker: Asker) -> Answer:
        """Execute a query or a mutation."""
        begun = perf_counter()
        lane = self._crowd.lane(operation.kind)
        answer = await seated(lane, asker, lambda: self._execute(operation, question, asker))
        self.answered[operation.kind.value] += 1
        record(asker, operation.name, answer, seconds=perf_counter() - begun)
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
        begun, answer = perf_counter(), Answer({})

        async def execute_each() -> Answer:
            context = await self._publication.context(asker.visit, asker.principal)
            result = await self._begin(operation, question, context)
            if not isinstance(result, InParts):
                return told(result, asker)
            async for part in parts(result, form, lambda errors: told_errors(errors, asker)):
                coming.put_nowait(Answer(part))
            return answer

        try:
            answer = await seated(self._crowd.lane(operation.kind), asker, execute_each)
            if answer.told:
                coming.put_nowait(answer)
        finally:
            coming.put_nowait(None)
            self.answered[operation.kind.value] += 1
            record(asker, operation.name, answer, seconds=perf_counter() - begun)

    async def _execute(self, operation: Operation, question: Question, asker: Asker) -> Answer:
        cost, until = None, None
        if question.asks_cost:
            cost = {"requestedCost": operation.cost_with(question.variables), "maximumCost": MOST_COST}
        try:
            begun = self._plans.moment() if self._plans is not None else 0
            context = await self._publication.context(asker.visit, asker.principal)
            until = context.masthead.next_change
            # What somebody may see beyond readers is nothing to be kept, nor made once for all.
            if self._plans is not None and not asker.principal.is_known:
                planned = await self._plans.answer(operation, question.variables, context, begun=begun)
                if planned is not None:
                    return _planned(planned, cost)
            result = await self._begin(operation, question, context)
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

    async def _begin(self, operation: Operation, question: Question, context: Context) -> Any:
        """Execute an operation; of one that is deferred the parts that come later are only begun."""
        run = experimental_execute_incrementally if self._defers else execute
        result = run(
            self._graph,
            operation.document,
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
# Fields of the root, kept one by one.
SEGMENTS = web.AppKey("segments", Kept)
DOCUMENTS = web.AppKey("documents", Documents)
PUBLICATION = web.AppKey("publication", Publication)
