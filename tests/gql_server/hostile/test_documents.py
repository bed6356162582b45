"""Documents that mean harm are answered soon, alike on both stores, and leave nothing behind."""

import asyncio
import hashlib
import time
from contextlib import AsyncExitStack
from itertools import islice
from urllib.parse import urlencode

import pytest

from tests.gql_server.hostile.documents import KINDS, Hostile, hostile_documents
from tests.gql_server.hostile.wire import GRAPHQL, JSON, Line, line_to, posted, request, written

FEW = len(KINDS) * 3
BATCH = 200
MOST_GROWTH = 20
LONGEST_URL = 8_000
# The statuses, last messages and close codes for who asks, or asks badly.
FINE = {200, 400, 405, 413, "next", "error", "complete", 4400, 1009}


class Sender:
    """Sends documents to one server in turn by every way in; keeps how long each took."""

    def __init__(self, port: int, lines: AsyncExitStack) -> None:
        self._port = port
        self._lines = lines
        self._http: Line | None = None
        self._socket: Line | None = None
        self.number = 0
        self.seconds: list[tuple[float, str]] = []

    async def send(self, document: Hostile) -> tuple[object, bytes]:
        """Send a document; give the status or the close code, and the answer."""
        self.number += 1
        ways = (
            self._posted,
            self._asked_by_url,
            self._over_socket,
            self._posted_as_graphql,
            self._registered,
        )
        begun = time.perf_counter()
        try:
            return await ways[self.number % len(ways)](document)
        finally:
            self.seconds.append((time.perf_counter() - begun, document.kind))

    @property
    def figures(self) -> str:
        """Tell how many milliseconds half of them, 99 % and all took at most, and which took longest."""
        ordered = [seconds * 1000 for seconds, _ in sorted(self.seconds)]
        median, late, last = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100], ordered[-1]
        longest = ", ".join(kind for _, kind in sorted(self.seconds)[-5:])
        return f"median {median:.0f} ms, p99 {late:.0f} ms, at most {last:.0f} ms (longest: {longest})"

    async def _posted(self, document: Hostile) -> tuple[object, bytes]:
        return await self._ask(posted(document.asked))

    async def _posted_as_graphql(self, document: Hostile) -> tuple[object, bytes]:
        return await self._ask(posted(document.asked, GRAPHQL))

    async def _registered(self, document: Hostile) -> tuple[object, bytes]:
        digest = hashlib.sha256(document.query.encode()).hexdigest()
        known = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
        return await self._ask(posted(document.asked | {"extensions": known}))

    async def _asked_by_url(self, document: Hostile) -> tuple[object, bytes]:
        asked = {"query": document.query, "variables": written(document.variables).decode()}
        if len(target := f"/graphql?{urlencode(asked)}") > LONGEST_URL:
            return await self._posted(document)
        return await self._ask(request("GET", target, Accept=JSON))

    async def _ask(self, sent: bytes) -> tuple[object, bytes]:
        self._http = self._http or await self._lines.enter_async_context(line_to(self._port))
        reply = await self._http.ask(sent)
        if reply.headers.get("connection") == "close":
            self._http = None
        return reply.status, reply.body

    async def _over_socket(self, document: Hostile) -> tuple[object, bytes]:
        if self._socket is None:
            self._socket = await self._lines.enter_async_context(line_to(self._port))
            await self._socket.init()
        self._socket.say({"id": "1", "type": "subscribe", "payload": document.asked})
        told = b""
        while isinstance(message := await self._socket.heard(), dict):
            told += written(message)
            if message["type"] != "next":
                return message["type"], told
        self._socket = None
        return message, told


@pytest.mark.parametrize("count", [FEW, pytest.param(10_000, marks=pytest.mark.faults)])
async def test_documents_that_mean_harm_are_answered_alike_on_both_stores(blogs, count, figures, megabytes):
    async with AsyncExitStack() as lines:
        senders = [Sender(blog.port, lines) for blog in blogs]
        before = [0.0, 0.0]
        written_before = [len(blog.log) for blog in blogs]
        documents = hostile_documents(count)
        while batch := list(islice(documents, BATCH)):
            first, second = await asyncio.gather(*[answers(sender, batch) for sender in senders])
            for document, one, other in zip(batch, first, second, strict=True):
                shown = f"{document.kind}: {document.query[:300]!r}: {one[0]} {one[1][:300]!r}"
                assert one == other, shown
                assert one[0] in FINE, shown
            if not before[0] and senders[0].number >= count * 3 / 4:
                before = [megabytes(blog.process.pid) for blog in blogs]  # the caches are full by now
        for blog, sender, was, length in zip(blogs, senders, before, written_before, strict=True):
            growth = megabytes(blog.process.pid) - was
            figures(f"{count} documents: {sender.figures}; {growth:+.1f} MB from {was:.0f} MB")
            assert growth <= MOST_GROWTH
            assert "Traceback" not in blog.log[length:]
            assert '"failed"' not in blog.log[length:]


async def test_each_document_is_another_and_the_same_next_time():
    documents = list(hostile_documents(FEW))
    assert documents == list(hostile_documents(FEW))
    assert len({written(document.asked) for document in documents}) == FEW
    assert {document.kind for document in documents} == set(KINDS)


async def answers(sender, batch):
    """Send documents one after the other."""
    return [await sender.send(document) for document in batch]
