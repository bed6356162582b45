"""Several answers over one HTTP response: server-sent events, and multipart as Apollo's clients take them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

import models
from gql_server.answers import TOO_LARGE, Answer
from gql_server.deferred import OF_2022, OF_DRAFT
from gql_server.identity import watched
from gql_server.negotiation import EVENT_STREAM, MULTIPART
from gql_server.open_connections import OPEN_CONNECTIONS
from gql_server.origins import ORIGINS
from gql_server.visitors import VISITORS

# Proxies hang up on who is silent; a beat also finds out who has left.
HEARTBEAT_SECONDS = 12
STREAMS: web.AppKey[set[asyncio.Task[Any]]] = web.AppKey("streams", set)


@dataclass(frozen=True, slots=True)
class Framing:
    """How a stream is written: before each answer and after it, when nothing happens, and at its end."""

    content_type: str
    opening: bytes
    answer: Callable[[bytes], bytes]
    beat: bytes
    end: bytes


EVENTS = Framing(
    EVENT_STREAM,
    opening=b":\n\n",
    answer=lambda body: b"event: next\ndata: " + body + b"\n\n",
    beat=b":\n\n",
    end=b"event: complete\ndata:\n\n",
)
# Apollo's protocol for subscriptions over multipart HTTP, 1.0: an empty object is a heartbeat.
PARTS = Framing(
    f'{MULTIPART};boundary="graphql";subscriptionSpec=1.0',
    opening=b"\r\n--graphql",
    answer=lambda body: b'\r\ncontent-type: application/json\r\n\r\n{"payload":' + body + b"}\r\n--graphql",
    beat=b"\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql",
    end=b"--\r\n",
)
FRAMINGS = {EVENT_STREAM: EVENTS, MULTIPART: PARTS} | {
    f"{MULTIPART};{form}": Framing(
        f'{MULTIPART};boundary="graphql";{form}',
        opening=b"\r\n--graphql",
        answer=lambda body: b"\r\ncontent-type: application/json\r\n\r\n" + body + b"\r\n--graphql",
        beat=b"",
        end=b"--\r\n",
    )
    for form in (OF_2022, OF_DRAFT)
}


async def stream(
    request: web.Request,
    answers: AsyncGenerator[Answer, None],
    media: str,
    principal: models.Principal = models.NOBODY,
) -> web.StreamResponse:
    """Send each answer as it comes, until there is none, nobody listens, may listen, or the server stops."""
    framing = FRAMINGS[media]
    headers = {
        "Content-Type": framing.content_type,
        "Cache-Control": "no-store",
        "Vary": "Accept, Origin",
        # nginx keeps what comes until it has a page full, unless told not to.
        "X-Accel-Buffering": "no",
    }
    with request.app[OPEN_CONNECTIONS].line(request.app[VISITORS].network_of(request)):
        response = web.StreamResponse(headers=headers | request.app[ORIGINS].headers(request))
        sending = asyncio.ensure_future(_send(request, response, answers, framing))
        request.app[STREAMS].add(sending)
        try:
            async with watched(principal, sending.cancel):
                await asyncio.wait([sending])
            if sending.done() and not sending.cancelled():
                sending.result()
        finally:
            request.app[STREAMS].discard(sending)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
    return response


async def end_streams(app: web.Application) -> None:
    """End what is being sent, so that a stopping server need not wait for it."""
    for sending in app[STREAMS]:
        sending.cancel()


async def _send(
    request: web.Request,
    response: web.StreamResponse,
    answers: AsyncGenerator[Answer, None],
    framing: Framing,
) -> None:
    coming = asyncio.ensure_future(anext(answers, None))
    try:
        await response.prepare(request)
        await response.write(framing.opening)
        while True:
            await asyncio.wait([coming], timeout=HEARTBEAT_SECONDS)
            if not coming.done():
                await response.write(framing.beat)
            elif (answer := coming.result()) is None:
                await response.write(framing.end)
                return
            else:
                await response.write(framing.answer(answer.written()))
                if TOO_LARGE in answer.codes:
                    await response.write(framing.end)
                    return
                coming = asyncio.ensure_future(anext(answers, None))
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await answers.aclose()
