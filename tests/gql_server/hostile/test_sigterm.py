"""A server that is told to stop answers what is under way, says goodbye, and ends soon."""

import asyncio
import signal
import sqlite3
import time
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import pytest

from tests.gql_server.hostile.wire import EVENTS, JSON, PARTS, PATIENCE, line_to, posted
from tests.ports import is_open

TITLE = {"query": "{ site { title } }"}
LIVE = {"query": "subscription { commentAdded { post { id } } }"}
ADD = "mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { contentText } } }"
ADDED = {"data": {"addComment": {"comment": {"contentText": "Hello"}}}}
GOING_AWAY = 1001
# Beyond the slowest request; and what a process needs to end on a machine that has other work.
GRACE_SECONDS, MACHINE_SECONDS = 1, 2


@asynccontextmanager
async def nobody_writes(url):
    """Keep everybody from writing comments."""
    if url.startswith("sqlite"):
        store = sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)
        store.execute("BEGIN IMMEDIATE")
        yield
        store.execute("ROLLBACK")
        store.close()
    else:
        connection = await asyncpg.connect(url)
        async with connection.transaction():
            await connection.execute("LOCK TABLE comment IN EXCLUSIVE MODE")
            yield
        await connection.close()


@pytest.mark.parametrize("count", [2, pytest.param(20, marks=pytest.mark.faults)])
async def test_a_server_that_stops_lets_down_nobody(start, found, database_url, count, figures):
    post = await found(database_url)
    given = {"postId": post, "content": "Hello", "authorName": "Ann", "authorEmail": "ann@example.org"}
    adding = {"query": ADD, "variables": {"input": given}}
    server = await asyncio.to_thread(start, "serve", "--port", "0", DATABASE_URL=database_url)
    port = await asyncio.to_thread(lambda: server.port)
    async with AsyncExitStack() as lines:

        async def several(most=count):
            return [await lines.enter_async_context(line_to(port)) for _ in range(most)]

        silent, idle, slow = await several(), await several(), await several(3)
        sockets, busy = await several(), await several(2)
        leaving = await several()
        events, parts = await several(), await several()
        for line in idle:
            assert (await line.ask(posted(TITLE))).status == 200
        for line in (*sockets, *busy, *leaving):
            await line.init()
        for line in sockets:
            line.say({"type": "subscribe", "id": "live", "payload": LIVE})
        for line, media in [(line, EVENTS) for line in events] + [(line, PARTS) for line in parts]:
            line.writer.write(posted(LIVE, media))
            assert (await line.head())[0] == 200
        async with nobody_writes(database_url):
            for line in slow:
                line.writer.write(posted(adding))
            for line in (*busy, *leaving):
                line.say({"type": "subscribe", "id": "slow", "payload": adding})
                line.say({"type": "subscribe", "id": "live", "payload": LIVE})
            for line in idle:
                assert (await line.ask(posted(TITLE))).status == 200  # so all those before have come in
            server.process.send_signal(signal.SIGTERM)
            await leaves(port)
            for line in leaving:
                line.cut()  # while the server waits for what they have asked
            assert server.process.poll() is None
        let_go = time.monotonic()
        for line in slow:
            reply = await line.reply()
            assert (reply.status, reply.json) == (200, ADDED)
        for line in busy:
            heard = [message async for message in until_closed(line)]
            answers = [message for message in heard[:-1] if message["id"] == "slow"]
            assert [message["type"] for message in answers] == ["next", "complete"]
            assert answers[0]["payload"] == ADDED
            assert heard[-1] == GOING_AWAY
        for line in sockets:
            assert [message async for message in until_closed(line)][-1] == GOING_AWAY
        for line in events:
            assert b"complete" not in await line.rest()
        for line in parts:
            assert not (await line.rest()).rstrip().endswith(b"--")
        for line in (*silent, *idle):
            assert await line.rest() == b""
        assert await asyncio.to_thread(server.ended) == 0
        took = time.monotonic() - let_go
    figures(f"ended {took:.2f} s after the slowest request could be answered")
    if count >= 20:
        assert took < GRACE_SECONDS + MACHINE_SECONDS
    assert "Traceback" not in server.log


@pytest.mark.faults
async def test_nobody_new_is_served_while_the_server_stops(start, found, database_url):
    post = await found(database_url)
    given = {"postId": post, "content": "Hello", "authorName": "Ann", "authorEmail": "ann@example.org"}
    server = await asyncio.to_thread(start, "serve", "--port", "0", DATABASE_URL=database_url)
    port = await asyncio.to_thread(lambda: server.port)
    async with line_to(port) as slow:
        async with nobody_writes(database_url):
            slow.writer.write(posted({"query": ADD, "variables": {"input": given}}, JSON))
            async with line_to(port) as other:
                assert (await other.ask(posted(TITLE))).status == 200
            server.process.send_signal(signal.SIGTERM)
            await leaves(port)
        assert (await slow.reply()).json == ADDED
    assert await asyncio.to_thread(server.ended) == 0


async def leaves(port):
    """Wait until nobody new is let in."""
    async with asyncio.timeout(PATIENCE):
        while await is_open(port):
            pass


async def until_closed(line):
    """Give each message, and the close code as the last."""
    while isinstance(message := await line.heard(), dict):
        yield message
    yield message
