"""Talks graphql-transport-ws with a server, as a client does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType

from gql_server.sockets import PROTOCOL

PATIENCE = 20


class Talk:
    """A conversation over a socket."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, **message: Any) -> None:
        await self.socket.send_json(message)

    async def hear(self) -> Any:
        async with asyncio.timeout(PATIENCE):
            message = await self.socket.receive()
        assert message.type is WSMsgType.TEXT, message
        return json.loads(message.data)

    async def begin(self) -> "Talk":
        await self.say(type="connection_init")
        assert await self.hear() == {"type": "connection_ack"}
        return self

    async def ask(self, id: str, **payload: Any) -> None:
        await self.say(id=id, type="subscribe", payload=payload)

    async def is_there(self) -> None:
        """Hold that the socket is open, and that nothing was said meanwhile."""
        await self.say(type="ping", payload={"still": "there"})
        assert await self.hear() == {"type": "pong", "payload": {"still": "there"}}

    async def closed(self) -> int:
        async with asyncio.timeout(PATIENCE):
            while (await self.socket.receive()).type is WSMsgType.TEXT:
                pass
        assert self.socket.close_code is not None
        return self.socket.close_code


@asynccontextmanager
async def talking(client: Any, **more: Any) -> AsyncIterator[Talk]:
    async with client.ws_connect("/graphql", protocols=(PROTOCOL,), **more) as socket:
        yield Talk(socket)
