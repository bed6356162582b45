"""What becomes of a subscription, whichever transport brought it: an answer for each event."""

import asyncio
from collections.abc import AsyncGenerator
from inspect import isawaitable
from time import perf_counter
from typing import Any

import orjson
from aiohttp import web
from graphql import (
    ExecutionResult,
    Executor,
    GraphQLError,
    create_source_event_stream,
    execute_subscription_event,
)  # fmt: skip

import models
from gql_server.admission import Admission
from gql_server.answers import (
    DEADLINE_SECONDS,
    Answer,
    Asker,
    Line,
    fitting,
    late,
    overloaded,
    record,
    refused,
    seated,
    told,
)  # fmt: skip
from gql_server.questions import Question
from schema.context import Context, Publication
from schema.documents import Documents, Operation

# So many tell of events at once, beside those who are answered; the others wait for their turn.
AT_ONCE = 4
MOST_LISTENERS = 5_000


class Listening:
    """Listens for clients to what happens on a graph."""

    def __init__(self, documents: Documents, publication: Publication, admission: Admission) -> None:
        self._graph = documents.core
        self._hides_suggestions = not documents.suggestions
        self._publication = publication
        self._admission = admission
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._listeners = 0

    async def events(
        self, operation: Operation, question: Question, asker: Asker, *, turn: asyncio.Lock | None = None
    ) -> AsyncGenerator[Answer, None]:
        """Execute a subscription: an answer for each event, for as long as somebody listens; none is made
        before the one that has the `turn` is sent.
        """
        turn = turn or asyncio.Lock()
        begun = perf_counter()
        source = await self._begin(operation, question, asker)
        answer = source if isinstance(source, Answer) else Answer({})
        record(Line(asker.number, operation.name, perf_counter() - begun), answer)
        if isinstance(source, Answer):
            yield source
            return
        self._listeners += 1
        try:
            async for event in source:
                async with turn:
                    yield await self._shared(operation, question, asker, event)
        except Exception as error:
            # The rows of an event are read while it is waited for.
            yield refused(asker, GraphQLError(str(error), original_error=error))
        finally:
            self._listeners -= 1
            if close := getattr(source, "aclose", None):
                await close()

    async def _begin(self, operation: Operation, question: Question, asker: Asker) -> Any:
        """Begin to listen; answer why when that cannot be."""
        if self._listeners >= MOST_LISTENERS:
            return overloaded()
        lane = self._admission.lane(operation.kind)
        source = await seated(lane, asker, lambda: self._source(operation, question, asker))
        return refused(asker, *(source.errors or ())) if isinstance(source, ExecutionResult) else source

    async def _source(self, operation: Operation, question: Question, asker: Asker) -> Any:
        context = await self._publication.context(asker.visit, asker.principal)
        executor = self._executor(operation, question, context)
        if not isinstance(executor, Executor):
            return refused(asker, *executor)
        source = create_source_event_stream(executor)
        return await source if isawaitable(source) else source

    async def _shared(self, operation: Operation, question: Question, asker: Asker, event: Any) -> Answer:
        """Answer what others asked about the same event with what they were answered."""
        # No reader who listens is told anything that everybody may not see.
        answers = getattr(getattr(event, "loaders", None), "answers", None)
        if answers is None or asker.principal.is_known:
            return await self._event(operation, question, asker, event)
        key = (id(operation), orjson.dumps(question.variables, option=orjson.OPT_SORT_KEYS))
        if key not in answers:
            telling = asyncio.ensure_future(self._event(operation, question, asker, event))
            # With the operation, for no other may have its identity meanwhile.
            answers[key] = (operation, telling)
        answer: Answer = await asyncio.shield(answers[key][1])
        return answer

    async def _event(self, operation: Operation, question: Question, asker: Asker, event: Any) -> Answer:
        """Execute the selection for one event, with a context of its own."""
        asker.is_reported = False
        try:
            async with self._turns, asyncio.timeout(DEADLINE_SECONDS):
                context = await self._publication.context(asker.visit, asker.principal)
                if not asker.principal.is_known:
                    # What several listeners ask about one event is read once for them all.
                    context.loaders = getattr(event, "loaders", context.loaders)
                executor = self._executor(operation, question, context)
                assert isinstance(executor, Executor)
                result = execute_subscription_event(executor.build_per_event_executor(event))
                return fitting(told(await result if isawaitable(result) else result, asker))
        except models.Unavailable as error:
            return refused(asker, GraphQLError("", original_error=error))
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


LISTENING = web.AppKey("listening", Listening)
