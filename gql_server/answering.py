"""What becomes of a question, whichever transport brought it: its document, a seat, execution, errors."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from inspect import isawaitable
from time import perf_counter
from typing import Any

from aiohttp import web
from graphql import (
    ExecutionResult,
    Executor,
    GraphQLError,
    create_source_event_stream,
    execute,
    execute_subscription_event,
    experimental_execute_incrementally,
)  # fmt: skip
from graphql import ExperimentalIncrementalExecutionResults as InParts

import models
from gql_server.answers import DEADLINE_EXCEEDED, Answer, Asker, overloaded, record
from gql_server.crowd import Crowd, Full
from gql_server.deferred import parts, whole
from gql_server.persisted import Persisted
from gql_server.questions import Question
from schema.context import Context, Publication
from schema.costs import MOST_COST
from schema.documents import TOO_DEEP, Documents, Operation
from schema.errors import UNAVAILABLE, formatted, refusal

DEADLINE_SECONDS = 6


class Answering:
    """Answers questions on a graph."""

    def __init__(
        self, documents: Documents, persisted: Persisted, publication: Publication, crowd: Crowd
    ) -> None:
        self._graph = documents.core
        self._hides_suggestions = not documents.suggestions
        self._defers = documents.defer
        self._persisted = persisted
        self._publication = publication
        self._crowd = crowd

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
        answer = self._refused(asker, *errors)
        record(asker, question.operation_name, answer, seconds=perf_counter() - begun)
        return answer

    async def once(self, operation: Operation, question: Question, asker: Asker) -> Answer:
        """Execute a query or a mutation."""
        begun = perf_counter()
        try:
            async with asyncio.timeout(DEADLINE_SECONDS), self._crowd.lane(operation.kind).seat():
                answer = await self._execute(operation, question, asker)
        except TimeoutError:
            answer = late()
        except Full:
            answer = overloaded()
        record(asker, operation.name or question.operation_name, answer, seconds=perf_counter() - begun)
        return answer

    async def deferred(
        self, operation: Operation, question: Question, asker: Asker, *, form: str
    ) -> AsyncGenerator[Answer, None]:
        """Execute a query or a mutation, and give its parts as they come."""
        coming: asyncio.Queue[Answer | None] = asyncio.Queue()

        async def execute_in_parts() -> None:
            try:
                async with asyncio.timeout(DEADLINE_SECONDS), self._crowd.lane(operation.kind).seat():
                    result = await self._begin(operation, question, asker)
                    if isinstance(result, InParts):
                        async for part in parts(result, form, lambda errors: self._errors(errors, asker)):
                            coming.put_nowait(Answer(part))
                    else:
                        coming.put_nowait(self._told(result, asker))
            except TimeoutError:
                coming.put_nowait(late())
            except Full:
                coming.put_nowait(overloaded())
            except models.Unavailable as error:
                coming.put_nowait(self._refused(asker, GraphQLError("", original_error=error)))
            finally:
                coming.put_nowait(None)

        # In a task of its own: whoever takes the parts may do so from another one each time.
        executing = asyncio.create_task(execute_in_parts())
        try:
            while (answer := await coming.get()) is not None:
                yield answer
        finally:
            executing.cancel()
            await asyncio.gather(executing, return_exceptions=True)

    async def events(
        self, operation: Operation, question: Question, asker: Asker
    ) -> AsyncGenerator[Answer, None]:
        """Execute a subscription: an answer for each event, for as long as somebody listens."""
        begun = perf_counter()
        source = await self._source(operation, question, asker)
        if not isinstance(source, ExecutionResult):
            answer = Answer({"data": None})
            record(asker, operation.name or question.operation_name, answer, seconds=perf_counter() - begun)
            try:
                async for event in source:
                    yield await self._event(operation, question, asker, event)
            except Exception as error:
                # The rows of an event are read while it is waited for.
                yield self._refused(asker, GraphQLError(str(error), original_error=error))
            finally:
                if close := getattr(source, "aclose", None):
                    await close()
        else:
            yield self._refused(asker, *(source.errors or ()))

    async def _execute(self, operation: Operation, question: Question, asker: Asker) -> Answer:
        try:
            result = await self._begin(operation, question, asker)
            if isinstance(result, InParts):
                result = await whole(result)
        except models.Unavailable as error:
            result = ExecutionResult(None, [GraphQLError("", original_error=error)])
        except RecursionError:
            result = ExecutionResult(None, [GraphQLError(TOO_DEEP)])
        answer = self._told(result, asker)
        if question.asks_cost:
            cost = {"requestedCost": operation.cost_with(question.variables), "maximumCost": MOST_COST}
            answer.told["extensions"] = {"cost": cost}
        return answer

    async def _begin(self, operation: Operation, question: Question, asker: Asker) -> Any:
        """Execute an operation; of one that is deferred the parts that come later are only begun."""
        run = experimental_execute_incrementally if self._defers else execute
        result = run(
            self._graph,
            operation.document,
            context_value=await self._publication.context(asker.visit),
            variable_values=question.variables,
            operation_name=operation.name,
            hide_suggestions=self._hides_suggestions,
        )
        return await result if isawaitable(result) else result

    async def _source(
        self, operation: Operation, question: Question, asker: Asker
    ) -> AsyncIterable[Any] | ExecutionResult:
        try:
            executor = self._executor(operation, question, await self._publication.context(asker.visit))
            if not isinstance(executor, Executor):
                return ExecutionResult(None, executor)
            source = create_source_event_stream(executor)
            return await source if isawaitable(source) else source
        except models.Unavailable as error:
            return ExecutionResult(None, [GraphQLError("", original_error=error)])

    async def _event(self, operation: Operation, question: Question, asker: Asker, event: Any) -> Answer:
        """Execute the selection for one event, with a context of its own."""
        asker.is_reported = False
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                context = await self._publication.context(asker.visit)
                # What several listeners ask about one event is read once for them all.
                context.loaders = getattr(event, "loaders", context.loaders)
                executor = self._executor(operation, question, context)
                assert isinstance(executor, Executor)
                result = execute_subscription_event(executor.build_per_event_executor(event))
                return self._told(await result if isawaitable(result) else result, asker)
        except models.Unavailable as error:
            return self._refused(asker, GraphQLError("", original_error=error))
        except TimeoutError:
            return late()

    def _executor(
        self, operation: Operation, question: Question, context: Context
    ) -> Executor[Any] | list[GraphQLError]:
        return Executor.build(
            self._graph,
            operation.document,
            context_value=context,
            raw_variable_values=question.variables,
            operation_name=operation.name,
            hide_suggestions=self._hides_suggestions,
        )

    def _told(self, result: ExecutionResult, asker: Asker) -> Answer:
        errors = [formatted(error, asker.report) for error in result.errors or ()]
        if not errors:
            return Answer({"data": result.data})
        if any(error["extensions"]["code"] == UNAVAILABLE for error in errors):
            return Answer({"errors": errors, "data": None})
        if result.data is None and not any("path" in error for error in errors):
            # Nothing was executed: a variable that does not fit, say.
            return Answer({"errors": errors}, was_executed=False)
        return Answer({"errors": errors, "data": result.data})

    def _errors(self, errors: list[GraphQLError] | None, asker: Asker) -> dict[str, Any]:
        return {"errors": [formatted(error, asker.report) for error in errors]} if errors else {}

    def _refused(self, asker: Asker, *errors: GraphQLError) -> Answer:
        told = {"errors": [formatted(error, asker.report) for error in errors]}
        return Answer(told, was_executed=False)


def late() -> Answer:
    """Answer that it took too long."""
    message = f"The answer took longer than {DEADLINE_SECONDS} seconds; ask for less at once."
    return Answer({"errors": [refusal(message, DEADLINE_EXCEEDED)]}, was_executed=False)


ANSWERING = web.AppKey("answering", Answering)
DOCUMENTS = web.AppKey("documents", Documents)
PUBLICATION = web.AppKey("publication", Publication)
