"""GraphQL over server-sent events: what happens, as it happens (one operation a connection)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import web
from graphql import ExecutionResult

from gql_server.requests import EVENT_STREAM, Unreadable

# Proxies hang up on who is silent; a comment also finds out who has left.
HEARTBEAT_SECONDS = 15
MOST_STREAMS = 100
STREAMS: web.AppKey[set[asyncio.Task[Any]]] = web.AppKey("streams", set)


async def stream(
    request: web.Request, events: AsyncIterator[ExecutionResult], written: Callable[[ExecutionResult], bytes]
) -> web.StreamResponse:
    """Send each event as it comes, until there is none, nobody listens or the server stops."""
    if len(request.app[STREAMS]) >= MOST_STREAMS:
        raise Unreadable(503, "Too many are listening; try again in a moment.", Retry_After="1")
    response = web.StreamResponse(headers={"Content-Type": EVENT_STREAM, "Cache-Control": "no-store"})
    await response.prepare(request)
    sending = asyncio.ensure_future(_send(response, events, written))
    request.app[STREAMS].add(sending)
    try:
        await asyncio.wait([sending])
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
    response: web.StreamResponse,
    events: AsyncIterator[ExecutionResult],
    written: Callable[[ExecutionResult], bytes],
) -> None:
    coming = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            await asyncio.wait([coming], timeout=HEARTBEAT_SECONDS)
            if not coming.done():
                await response.write(b":\n\n")
            elif (event := coming.result()) is None:
                await response.write(b"event: complete\ndata:\n\n")
                return
            else:
                await response.write(b"event: next\ndata: " + written(event) + b"\n\n")
                coming = asyncio.ensure_future(anext(events, None))
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        if close := getattr(events, "aclose", None):
            await close()
