"""Speaks HTTP and websockets byte by byte: cheaply, and as badly as a test wants."""

import asyncio
import base64
import json
import os
import struct
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

PATIENCE = 60
JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENTS = "text/event-stream"
PARTS = "multipart/mixed;subscriptionSpec=1.0"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


@dataclass
class Reply:
    """A response to one request."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def codes(self) -> set[str]:
        return {error["extensions"]["code"] for error in self.json["errors"]}


def request(method: str = "POST", target: str = "/graphql", body: bytes = b"", **headers: str) -> bytes:
    """Write a request; `X_Y="z"` is the header X-Y."""
    lines = [f"{method} {target} HTTP/1.1", "Host: blog.example"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def posted(asked: Any, accept: str = JSON, **headers: str) -> bytes:
    """Write a request that posts JSON to the graph."""
    return request(body=written(asked), Content_Type=JSON, Accept=accept, **headers)


def written(value: Any) -> bytes:
    """Write JSON with whatever numbers and letters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Line:
    """A connection to a server, for one request after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, sent: bytes) -> Reply:
        """Send a request, and read what it is answered."""
        self.writer.write(sent)
        return await self.reply()

    async def reply(self) -> Reply:
        """Read a response, whole."""
        async with asyncio.timeout(PATIENCE):
            status, headers = await self.head()
            if headers.get("transfer-encoding") == "chunked":
                body = b"".join([piece async for piece in self.pieces()])
            else:
                body = await self.reader.readexactly(int(headers.get("content-length", "0")))
            return Reply(status, headers, body)

    async def head(self) -> tuple[int, dict[str, str]]:
        """Read the status and the headers of a response."""
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        pairs = [line.partition(":") for line in lines if line]
        return int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}

    async def pieces(self):
        """Give the pieces of a chunked body, until it ends; IncompleteReadError when it is cut short."""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            yield (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readexactly(2)

    async def rest(self) -> bytes:
        """Read until the server closes the connection, however it does so."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""

    def cut(self) -> None:
        """Let go without a word."""
        self.writer.transport.abort()

    # Websockets

    async def upgrade(self, protocol: str | None = "graphql-transport-ws", **headers: str) -> Reply:
        """Ask for a websocket."""
        offered = {"Sec_WebSocket_Protocol": protocol} if protocol else {}
        key = base64.b64encode(os.urandom(16)).decode()
        known = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13"}
        asked = known | {"Sec_WebSocket_Key": key} | offered | headers
        self.writer.write(
            request("GET", "/graphql", **{name: value for name, value in asked.items() if value})
        )
        return await self.reply()

    async def init(self) -> None:
        """Begin a conversation in graphql-transport-ws."""
        assert (await self.upgrade()).status == 101
        self.say({"type": "connection_init"})
        assert await self.heard() == {"type": "connection_ack"}

    def say(self, message: Any) -> None:
        """Send a message."""
        self.frame(written(message))

    def frame(
        self, payload: bytes, kind: int = TEXT, *, last: bool = True, masked: bool = True, rsv: int = 0
    ) -> None:
        """Send a frame, as wrong as it may be."""
        size, mask = len(payload), os.urandom(4)
        head = bytes([(0x80 if last else 0) | rsv << 4 | kind])
        bit = 0x80 if masked else 0
        if size < 126:
            head += bytes([bit | size])
        elif size < 65_536:
            head += bytes([bit | 126]) + struct.pack(">H", size)
        else:
            head += bytes([bit | 127]) + struct.pack(">Q", size)
        self.writer.write(head + mask + mask_with(mask, payload) if masked else head + payload)

    async def heard(self) -> Any:
        """Read the next message, and answer pings on the way; a close is heard as its code."""
        while True:
            kind, payload = await self.next_frame()
            if kind == TEXT:
                return json.loads(payload)
            if kind == CLOSE:
                self.frame(payload[:2], CLOSE)
                return int.from_bytes(payload[:2], "big")
            if kind == PING:
                self.frame(payload, PONG)

    async def next_frame(self) -> tuple[int, bytes]:
        """Read a frame; a connection that just ends is a close without a code."""
        try:
            async with asyncio.timeout(PATIENCE):
                first, size = await self.reader.readexactly(2)
                if size >= 126:
                    size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
                return first & 15, await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return CLOSE, b""


def mask_with(mask: bytes, payload: bytes) -> bytes:
    """Mask a payload, as clients have to."""
    size = len(payload)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")


@asynccontextmanager
async def line_to(port: int):
    """Lend a connection to a server of this machine."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4_000_000)
    try:
        yield Line(reader, writer)
    finally:
        writer.transport.abort()
