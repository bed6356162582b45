"""The door /graphql: GraphQL over HTTP, the answering half."""

from collections.abc import AsyncGenerator

import orjson
from aiohttp import web
from graphql import OperationType

import models
from gql_server import origins, sockets
from gql_server.admission import ADMISSION, RETRY_SECONDS
from gql_server.answer_cache import ANSWER_CACHE, Key, may_be_shared
from gql_server.answering import ANSWERING
from gql_server.answers import Answer, overloaded
from gql_server.identity import principal_of
from gql_server.listening import LISTENING
from gql_server.middleware import REQUEST_ID
from gql_server.negotiation import EVENT_STREAM, JSON, MULTIPART, Accepted, accepted, takes_gzip
from gql_server.origins import ORIGINS
from gql_server.persisted import NOT_FOUND, Missing
from gql_server.questions import Question, Unreadable
from gql_server.replies import NO_STORE, VARY, Reply, reply_to, unsent
from gql_server.requests import may_mutate, question_in, read_asking
from gql_server.streams import stream
from gql_server.uploads import UPLOADS, brings_files
from gql_server.visitors import VISITORS
from schema.errors import refusal

MISSING = orjson.dumps({"errors": [refusal("PersistedQueryNotFound", NOT_FOUND)]})
TURNED_AWAY = overloaded().written()


# A reply is yet to be sent; a stream or a socket is sent already.
Replied = Reply | web.StreamResponse


async def graphql(request: web.Request) -> web.StreamResponse:
    """Answer a GraphQL request: one answer, a stream of them, or a socket."""
    replied = await reply_of(request)
    return _sent(request, replied) if isinstance(replied, Reply) else replied


async def reply_of(request: web.Request) -> Replied:
    """Find what a GraphQL request is answered."""
    if request.app[ADMISSION].is_full:
        return _refusal(503, TURNED_AWAY, JSON, **{"Retry-After": str(RETRY_SECONDS)})
    takes = Accepted(JSON)
    try:
        origins.check(request)
        request.app[VISITORS].admit(request)
        if sockets.is_asked_for(request):
            return await sockets.serve(request)
        takes = accepted(", ".join(request.headers.getall("Accept", ())))
        takes.check()
        principal = await principal_of(request)
        if brings_files(request):
            async with request.app[UPLOADS].question(request, principal) as question:
                return await _answered(request, question, takes, None, principal)
        if principal.is_known:
            question = question_in(request, await read_asking(request))
            return await _answered(request, question, takes, None, principal)
        return await _kept_or_made(request, takes)
    except Missing:
        # With 200, so that clients read it, and so not as a GraphQL response, which would have `data`.
        return _refusal(200, MISSING, JSON)
    except Unreadable as error:
        error.record(request[REQUEST_ID])
        return _refusal(error.status, error.body, takes.single or JSON, **error.headers)


async def _kept_or_made(request: web.Request, takes: Accepted) -> Replied:
    asking, cache = await read_asking(request), request.app[ANSWER_CACHE]
    key = cache.key(asking, takes, request.headers.get("Accept-Encoding", ""))
    # Whoever writes does not wait for what others have written.
    if key is not None and not may_mutate(asking) and (whole := await cache.found(key)) is not None:
        return whole.reply
    return await _answered(request, question_in(request, asking), takes, key, models.NOBODY)


async def _answered(
    request: web.Request,
    question: Question,
    takes: Accepted,
    key: Key | None,
    principal: models.Principal,
) -> Replied:
    answering, asker = request.app[ANSWERING], request.app[VISITORS].asker(request, principal)
    operation = await answering.operation(question, asker)
    if isinstance(operation, Answer):
        return await _single(request, operation, takes.for_errors)
    if operation.kind is OperationType.SUBSCRIPTION:
        events = request.app[LISTENING].events(operation, question, asker)
        return await stream(request, events, takes.for_many, principal)
    if operation.kind is OperationType.MUTATION and not question.may_change:
        raise Unreadable(405, "A GET changes nothing; send mutations by POST.", Allow="POST")
    if operation.is_deferred and takes.deferred is not None:
        answers = answering.deferred(operation, question, asker, form=takes.deferred)
        return await stream(request, answers, f"{MULTIPART};{takes.deferred}")
    media = takes.for_one
    if key is not None and may_be_shared(operation, question):
        return await request.app[ANSWER_CACHE].get(key, lambda: answering.once(operation, question, asker))
    answer = await answering.once(operation, question, asker)
    is_shared = operation.is_public and not question.may_change and not principal.is_known
    return await _single(request, answer, media, is_shared=is_shared, is_private=principal.is_known)


async def _single(
    request: web.Request,
    answer: Answer,
    media: str,
    *,
    is_shared: bool = False,
    is_private: bool = False,
) -> Replied:
    if media == EVENT_STREAM:
        return await stream(request, _only(answer), media)
    packs = takes_gzip(request.headers.get("Accept-Encoding", ""))
    form = request.app[ANSWER_CACHE].form(media, packs, is_shared)
    return await reply_to(answer, form._replace(is_private=is_private))


async def _only(answer: Answer) -> AsyncGenerator[Answer, None]:
    yield answer


def _sent(request: web.Request, reply: Reply) -> web.Response:
    """Send a reply, or that whoever asks has it already."""
    headers = reply.headers_now() | request.app[ORIGINS].headers(request)
    if reply.is_known(request.headers.getall("If-None-Match", ())):
        request.app[ANSWER_CACHE].unchanged += 1
        return web.Response(status=304, headers=unsent(headers))
    return web.Response(status=reply.status, body=reply.body, headers=headers)


def _refusal(status: int, body: bytes, media: str, **more: str) -> Reply:
    headers = {"Content-Type": f"{media}; charset=utf-8", "Cache-Control": NO_STORE, "Vary": VARY}
    return Reply(status, body, headers | more)
