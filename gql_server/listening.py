"""What becomes of a subscription, whichever transport brought it: an answer for each event."""

import asyncio
from collections.abc import AsyncGenerator
from inspect import isawaitable
from time import perf_counter
from typing import Any

from aiohttp import web
from graphql import (
    ExecutionResult,
    Executor,
    GraphQLError,
    create_source_event_stream,
    execute_subscription_event,
)  # fmt: skip

import models
from gql_server.answers import (
    DEADLINE_SECONDS,
    Answer,
    Asker,
    late,
    overloaded,
    record,
    refused,
    told,
)  # fmt: skip
from gql_server.crowd import Crowd, Full
from gql_server.questions import Question
from schema.context import Context, Publication
from schema.documents import Documents, Operation


class Listening:
    """Listens for clients to what happens on a graph."""

    def __init__(self, documents: Documents, publication: Publication, crowd: Crowd) -> None:
        self._graph = documents.core
        self._hides_suggestions = not documents.suggestions
        self._publication = publication
        self._crowd = crowd

    async def events(
        self, operation: Operation, question: Question, asker: Asker
    ) -> AsyncGenerator[Answer, None]:
        """Execute a subscription: an answer for each event, for as long as somebody listens."""
        begun = perf_counter()
        source = await self._begin(operation, question, asker)
        answer = source if isinstance(source, Answer) else Answer({})
        record(asker, operation.name, answer, seconds=perf_counter() - begun)
        if isinstance(source, Answer):
            yield source
            return
        try:
            async for event in source:
                yield await self._event(operation, question, asker, event)
        except Exception as error:
            # The rows of an event are read while it is waited for.
            yield refused(asker, GraphQLError(str(error), original_error=error))
        finally:
            if close := getattr(source, "aclose", None):
                await close()

    async def _begin(self, operation: Operation, question: Question, asker: Asker) -> Any:
        """Begin to listen; answer why when that cannot be."""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS), self._crowd.lane(operation.kind).seat():
                context = await self._publication.context(asker.visit)
                executor = self._executor(operation, question, context)
                if not isinstance(executor, Executor):
                    return refused(asker, *executor)
                source = create_source_event_stream(executor)
                source = await source if isawaitable(source) else source
        except models.Unavailable as error:
            return refused(asker, GraphQLError("", original_error=error))
        except TimeoutError:
            return late()
        except Full:
            return overloaded()
        return refused(asker, *(source.errors or ())) if isinstance(source, ExecutionResult) else source

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
                return told(await result if isawaitable(result) else result, asker)
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
