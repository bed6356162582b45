"""The door /graphql: GraphQL over HTTP, the answering half."""

from collections.abc import AsyncGenerator, Mapping

import orjson
from aiohttp import web
from graphql import OperationType

from gql_server import origins, sockets
from gql_server.answering import ANSWERING
from gql_server.answers import DEADLINE_EXCEEDED, Answer, overloaded
from gql_server.crowd import CROWD, RETRY_SECONDS
from gql_server.listening import LISTENING
from gql_server.middleware import REQUEST_ID
from gql_server.negotiation import EVENT_STREAM, JSON, MULTIPART, Accepted, accepted, takes_gzip
from gql_server.origins import ORIGINS
from gql_server.persisted import NOT_FOUND, Missing
from gql_server.questions import Question, Unreadable
from gql_server.requests import read_question
from gql_server.streams import stream
from gql_server.visitors import VISITORS
from schema.errors import refusal

# A packet; smaller answers gain nothing.
PACKED_FROM = 1_400
# For as long a CDN or a browser may give the same answer again.
PUBLIC = "public, max-age=10, stale-while-revalidate=60"
NO_STORE = "no-store"
MISSING = orjson.dumps({"errors": [refusal("PersistedQueryNotFound", NOT_FOUND)]})
TURNED_AWAY = overloaded().written()
# Whether statuses are those of the draft of August 2026.
HTTP_DRAFT = web.AppKey("http_draft", bool)


async def graphql(request: web.Request) -> web.StreamResponse:
    """Answer a GraphQL request: one answer, a stream of them, or a socket."""
    if request.app[CROWD].is_full:
        return _reply(request, 503, TURNED_AWAY, JSON, {"Retry-After": str(RETRY_SECONDS)})
    takes = Accepted(JSON)
    try:
        origins.check(request)
        request.app[VISITORS].admit(request)
        if sockets.is_asked_for(request):
            return await sockets.serve(request)
        takes = accepted(", ".join(request.headers.getall("Accept", ())))
        takes.check()
        return await _answered(request, await read_question(request), takes)
    except Missing:
        # With 200, so that clients read it, and so not as a GraphQL response, which would have `data`.
        return _reply(request, 200, MISSING, JSON)
    except Unreadable as error:
        error.record(request[REQUEST_ID])
        return _reply(request, error.status, error.body, takes.single or JSON, error.headers)


async def _answered(request: web.Request, question: Question, takes: Accepted) -> web.StreamResponse:
    answering, asker = request.app[ANSWERING], request.app[VISITORS].asker(request)
    operation = await answering.operation(question, asker)
    if isinstance(operation, Answer):
        return await _single(request, operation, takes.for_errors)
    if operation.kind is OperationType.SUBSCRIPTION:
        events = request.app[LISTENING].events(operation, question, asker)
        return await stream(request, events, takes.for_many)
    if operation.kind is OperationType.MUTATION and not question.may_change:
        raise Unreadable(405, "A GET changes nothing; send mutations by POST.", Allow="POST")
    if operation.is_deferred and takes.deferred is not None:
        answers = answering.deferred(operation, question, asker, form=takes.deferred)
        return await stream(request, answers, f"{MULTIPART};{takes.deferred}")
    media = takes.for_one
    answer = await answering.once(operation, question, asker)
    return await _single(request, answer, media, is_shared=operation.is_public and not question.may_change)


async def _single(
    request: web.Request, answer: Answer, media: str, *, is_shared: bool = False
) -> web.StreamResponse:
    if media == EVENT_STREAM:
        return await stream(request, _only(answer), media)
    body = answer.written()
    headers = {"Cache-Control": PUBLIC if is_shared and not answer.codes else NO_STORE}
    if answer.is_unavailable:
        headers["Retry-After"] = str(RETRY_SECONDS)
    return _reply(request, _status(request, answer, media), body, media, headers)


async def _only(answer: Answer) -> AsyncGenerator[Answer, None]:
    yield answer


def _status(request: web.Request, answer: Answer, media: str) -> int:
    if answer.is_unavailable:
        return 503
    if DEADLINE_EXCEEDED in answer.codes:
        return 504
    if media == JSON:
        # Clients that accept plain JSON alone read a status other than 200 as a broken line.
        return 200
    return answer.status(draft=request.app[HTTP_DRAFT])


def _reply(
    request: web.Request, status: int, body: bytes, media: str, more: Mapping[str, str] | None = None
) -> web.Response:
    headers = {
        "Content-Type": f"{media}; charset=utf-8",
        "Cache-Control": NO_STORE,
        "Vary": "Accept, Accept-Encoding, Origin",
    }
    headers |= request.app[ORIGINS].headers(request) | dict(more or {})
    response = web.Response(status=status, body=body, headers=headers)
    if len(body) >= PACKED_FROM and takes_gzip(request.headers.get("Accept-Encoding", "")):
        response.enable_compression(web.ContentCoding.gzip)
    return response
