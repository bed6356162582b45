"""A receiver of webhooks on this machine: what it was sent, and how it behaves."""

import asyncio
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer


class Message(NamedTuple):
    """One message as it came in."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        return orjson.loads(self.body)

    def is_signed_with(self, secret: str) -> bool:
        """Verify it as the specification is written, with other tools than those that signed."""
        key = b64decode(secret.split("_")[1])
        signed = b".".join((self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body))
        expected = "v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return expected in self.headers["webhook-signature"].split(" ")


class Receiver:
    """Takes messages at /hook; answers with the `statuses` in turn, and with 204 when they are used up."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.elsewhere = 0
        self.statuses: list[int] = []
        self.says = ""
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.url = ""

    async def take(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.messages.append(Message(headers, await request.read()))
        await self.may_answer.wait()
        status = self.statuses.pop(0) if self.statuses else 204
        where = {"Location": "/elsewhere"} if 300 <= status < 400 else {}
        return web.Response(status=status, text=self.says or None, headers=where)

    async def never_end(self, request: web.Request) -> web.StreamResponse:
        """Answer without an end."""
        answer = web.StreamResponse(status=500)
        await answer.prepare(request)
        while True:
            await answer.write(b"x" * 65_536)

    async def lead(self, _request: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.Response()

    async def is_told(self, number: int) -> None:
        """Wait until so many messages have come in."""
        async with asyncio.timeout(60):
            while len(self.messages) < number:  # noqa: ASYNC110 - they come over a socket
                await asyncio.sleep(0.01)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Run a receiver."""
    receiver, app = Receiver(), web.Application()
    app.add_routes(
        [
            web.post("/hook", receiver.take),
            web.post("/endless", receiver.never_end),
            web.route("*", "/elsewhere", receiver.lead),
        ]
    )
    server = TestServer(app)
    await server.start_server()
    receiver.url = str(server.make_url("/hook"))
    try:
        yield receiver
    finally:
        receiver.may_answer.set()
        await server.close()
