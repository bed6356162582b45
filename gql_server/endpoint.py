"""The door /graphql: GraphQL over HTTP, the answering half."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from inspect import isawaitable
from time import perf_counter
from typing import Any

import orjson
import structlog
from aiohttp import web
from graphql import ExecutionResult, GraphQLError, OperationType, execute, subscribe

import models
from gql_server.middleware import REQUEST_ID
from gql_server.requests import (
    EVENT_STREAM,
    JSON,
    Question,
    Unreadable,
    acceptable,
    read_question,
    takes_events,
)
from gql_server.streams import stream
from gql_server.visitors import VISITORS
from schema.context import Context, Publication
from schema.documents import TOO_DEEP, Documents
from schema.errors import INTERNAL, UNAVAILABLE, formatted, refusal

DEADLINE_SECONDS = 6
LIVE = OperationType.SUBSCRIPTION
PUBLICATION = web.AppKey("publication", Publication)
DOCUMENTS = web.AppKey("documents", Documents)
REPORTED = web.RequestKey("reported", bool)
OPERATION = re.compile(r"^\s*(?:query|mutation|subscription)\s+([A-Za-z_][A-Za-z0-9_]*)")
log = structlog.get_logger("graphql")


async def graphql(request: web.Request) -> web.StreamResponse:
    """Answer a GraphQL request."""
    begun = perf_counter()
    accepted = ", ".join(request.headers.getall("Accept", ()))
    media = JSON
    try:
        wanted = acceptable(accepted)
        question = await read_question(request)
        # What goes wrong is told in JSON to who takes nothing but events.
        media = JSON if wanted == EVENT_STREAM else wanted
        async with asyncio.timeout(DEADLINE_SECONDS):
            status, answer = await _answer(request, question, wanted, takes_events(accepted))
        if isinstance(answer, AsyncIterator):
            return await stream(request, answer, lambda event: _written(_told(request, event)))
    except TimeoutError:
        message = f"The answer took longer than {DEADLINE_SECONDS} seconds; ask for less at once."
        status, answer = 504, {"errors": [refusal(message, "DEADLINE_EXCEEDED")]}
    except Unreadable as error:
        return _reply(error.status, error.body, media, **error.headers)
    _record(request, question, status, answer, perf_counter() - begun)
    return _reply(status, _written(answer), media, **({"Retry-After": "1"} if status == 503 else {}))


async def _answer(
    request: web.Request, question: Question, wanted: str, may_listen: bool
) -> tuple[int, dict[str, Any] | AsyncIterator[ExecutionResult]]:
    document = request.app[DOCUMENTS].read(question.query)
    errors: list[GraphQLError] = list(document.errors)
    if not errors:
        try:
            operation = document.operation(question.operation_name).operation
        except GraphQLError as error:
            errors = [error]
        else:
            if operation is LIVE:
                if not may_listen:
                    raise Unreadable(400, f"A subscription needs `Accept: {EVENT_STREAM}`.")
                return 200, await _events(request, question, document.node)
            if wanted == EVENT_STREAM:
                raise Unreadable(406, f"Only subscriptions come as {EVENT_STREAM}; accept {JSON}.")
            if operation is OperationType.MUTATION and not question.may_change:
                raise Unreadable(405, "A GET changes nothing; send mutations by POST.", Allow="POST")
            return await _execute(request, question, document.node, wanted)
    return _refused(wanted), {"errors": [_formatted(request, error) for error in errors]}


async def _events(request: web.Request, question: Question, document: Any) -> AsyncIterator[ExecutionResult]:
    """Begin to listen to a subscription."""
    events = subscribe(
        request.app[DOCUMENTS].graph._schema,
        document,
        context_value=await _context(request),
        variable_values=question.variables,
        operation_name=question.operation_name,
    )
    if isawaitable(events):
        events = await events
    return _only(events) if isinstance(events, ExecutionResult) else events


async def _context(request: web.Request) -> Context:
    visitors = request.app[VISITORS]
    return await request.app[PUBLICATION].context(lambda: visitors.of(request, "graph"))


async def _only(result: ExecutionResult) -> AsyncIterator[ExecutionResult]:
    yield result


async def _execute(
    request: web.Request, question: Question, document: Any, media: str
) -> tuple[int, dict[str, Any]]:
    try:
        result = execute(
            request.app[DOCUMENTS].graph._schema,
            document,
            context_value=await _context(request),
            variable_values=question.variables,
            operation_name=question.operation_name,
        )
        if isawaitable(result):
            result = await result
    except models.Unavailable as error:
        result = ExecutionResult(None, [GraphQLError("", original_error=error)])
    except RecursionError:
        result = ExecutionResult(None, [GraphQLError(TOO_DEEP)])
    assert isinstance(result, ExecutionResult)
    told = _told(request, result)
    errors = told.get("errors", ())
    if any(error["extensions"]["code"] == UNAVAILABLE for error in errors):
        return 503, {"errors": errors, "data": None}
    if result.data is None and not any("path" in error for error in errors):
        # Nothing was executed: a variable that does not fit, say.
        return _refused(media), {"errors": errors}
    return 200, told


def _told(request: web.Request, result: ExecutionResult) -> dict[str, Any]:
    errors = [_formatted(request, error) for error in result.errors or ()]
    return {"errors": errors, "data": result.data} if errors else {"data": result.data}


def _refused(media: str) -> int:
    # Clients that accept plain JSON alone read a status other than 200 as a broken line.
    return 200 if media == JSON else 400


def _formatted(request: web.Request, error: GraphQLError) -> dict[str, Any]:
    def report(cause: BaseException) -> str:
        # One account a request: a query of many rows fails the same way at each.
        if REPORTED not in request:
            request[REPORTED] = True
            log.error("failed", request_id=request[REQUEST_ID], exc_info=cause)
        return str(request[REQUEST_ID])

    return formatted(error, report)


def _record(
    request: web.Request, question: Question, status: int, answer: dict[str, Any], seconds: float
) -> None:
    # Most clients name the operation in the document alone.
    named = OPERATION.search(question.query)
    name = question.operation_name or (named[1] if named else "-")
    codes = sorted({error["extensions"]["code"] for error in answer.get("errors", ())})
    tell = log.error if INTERNAL in codes else log.info
    tell(
        "answered",
        operation=name[:60] if name.isidentifier() else "-",
        status=status,
        ms=round(seconds * 1000, 1),
        request_id=request[REQUEST_ID],
        **({"codes": codes} if codes else {}),
    )


def _written(answer: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(answer)
    except orjson.JSONEncodeError:
        # It stops at 254 levels, and lists within objects get there sooner than the document itself.
        return json.dumps(answer).encode()


def _reply(status: int, body: bytes, media: str, **headers: str) -> web.Response:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    headers |= {"Content-Type": f"{media}; charset=utf-8", "Cache-Control": "no-store", "Vary": "Accept"}
    return web.Response(status=status, body=body, headers=headers)
