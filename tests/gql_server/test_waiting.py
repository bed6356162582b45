"""Whoever has to wait for an answer waits on the fast path too, and notices no difference but the time."""

import asyncio
from contextlib import suppress

import pytest

from gql_server import fast_path
from gql_server.fast_path import FastPath
from tests.gql_server.test_fast_path import line, posted, read, say

SIGN_UP = posted(
    body=b'{"query": "mutation { subscribe(input: {email: \\"nobody\\"}) { errors { __typename } } }"}'
)
UNKNOWN = posted(body=b'{"query": "{ nothing }"}')
NO_JSON = posted(body=b"{")
TYPE = posted(body=b'{"query": "mutation { __typename }"}')


@pytest.fixture
async def client(serve, database_url):
    async with serve(database_url, cors_origins="*") as client:
        yield client


class Desk:
    """Where each request waits until it is called, in whatever order."""

    def __init__(self, monkeypatch):
        self._came = asyncio.Queue()
        self.left = asyncio.Event()
        answer = fast_path.reply_of

        async def wait_and_answer(request):
            self._came.put_nowait(called := asyncio.Event())
            try:
                await called.wait()
            except asyncio.CancelledError:
                self.left.set()
                raise
            return await answer(request)

        monkeypatch.setattr(fast_path, "reply_of", wait_and_answer)

    @property
    def is_empty(self):
        return self._came.empty()

    async def next(self):
        async with asyncio.timeout(60):
            return await self._came.get()


@pytest.fixture
def desk(monkeypatch):
    return Desk(monkeypatch)


def connection_of(client):
    [one] = client.server.runner.server.connections
    return one


def has_queued(client, number):
    async def look():
        return len(connection_of(client)._messages) == number

    return look


def is_alone(client):
    async def look():
        return not client.server.runner.server.connections

    return look


def waits_for_handlers(client):
    async def look():
        return connection_of(client)._handler_waiter is not None

    return look


async def said(desk, reader, writer, sent):
    """Ask and be called at once."""
    writer.write(sent)
    (await desk.next()).set()
    return await read(reader)


PLAIN = b"Accept: application/json"
GRAPH = b"Accept: application/graphql-response+json"
PACKED = b"Accept: application/json\r\nAccept-Encoding: gzip"
ALL_NAMES = posted(body=b'{"query": "{ __schema { types { name description } } }"}')


@pytest.mark.parametrize("more", [PLAIN, GRAPH, PACKED], ids=["json", "graph", "gzip"])
@pytest.mark.parametrize(
    "sent",
    [SIGN_UP, UNKNOWN, NO_JSON, TYPE, ALL_NAMES],
    ids=["sign-up", "unknown", "torn", "type", "long"],
)
async def test_both_ways_give_the_same(client, waited, sent, more, monkeypatch):
    sent = sent.replace(b"\r\n\r\n", b"\r\nOrigin: https://app.example\r\n%s\r\n\r\n" % more, 1)
    async with line(client) as (reader, writer):
        short = await say(reader, writer, sent)
        assert waited == ["POST"]
        monkeypatch.setattr(FastPath, "find", lambda *_: None)
        long = await say(reader, writer, sent)
    assert waited == ["POST"]
    for _, headers, _ in (short, long):
        assert len(headers.pop("X-Request-ID")) == 16
        del headers["Date"]
        assert headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert short == long


async def test_what_nobody_expected_is_told_by_its_number_alone(client, waited, monkeypatch):
    async def fail(_request):
        raise RuntimeError("somebody@example.org")

    monkeypatch.setattr(fast_path, "reply_of", fail)
    async with line(client) as (reader, writer):
        first, headers, body = await say(reader, writer, SIGN_UP)
        assert first == "HTTP/1.1 500 Internal Server Error"
        assert headers["X-Request-ID"].encode() in body
        assert b"somebody" not in body
        assert (await say(reader, writer, NO_JSON))[0].split()[1] == "500"
    assert waited == ["POST", "POST"]


async def test_what_may_be_a_stream_goes_the_long_way(client, waited):
    events = SIGN_UP.replace(b"\r\n\r\n", b"\r\nAccept: application/json, text/event-stream\r\n\r\n", 1)
    async with line(client) as (reader, writer):
        assert (await say(reader, writer, events))[0] == "HTTP/1.1 200 OK"
    assert waited == []


async def test_answers_come_in_the_order_of_what_is_asked(client, waited):
    async with line(client) as (reader, writer):
        writer.write((SIGN_UP + UNKNOWN + TYPE) * 40)
        for _ in range(40):
            assert b"subscribe" in (await read(reader))[2]
            assert b"GRAPHQL_VALIDATION_FAILED" in (await read(reader))[2]
            assert b"Mutation" in (await read(reader))[2]
        assert b"Mutation" in (await say(reader, writer, TYPE))[2]


async def test_who_asks_more_while_waiting_is_answered_in_order_and_once(client, desk, until):
    async with line(client) as (reader, writer):
        writer.write(TYPE)
        first = await desk.next()
        for queued, sent in ((2, UNKNOWN + NO_JSON[:40]), (3, NO_JSON[40:])):
            writer.write(sent)
            await until(has_queued(client, queued))
        assert desk.is_empty
        first.set()
        assert b"Mutation" in (await read(reader))[2]
        # Two that came together go the long way, where nobody waits at the desk.
        assert b"GRAPHQL_VALIDATION_FAILED" in (await read(reader))[2]
        assert b"BAD_REQUEST" in (await read(reader))[2]
        writer.write(TYPE)
        (await desk.next()).set()
        assert b"Mutation" in (await read(reader))[2]
        # Whatever came twice would come before this.
        assert b"GRAPHQL_VALIDATION_FAILED" in (await said(desk, reader, writer, UNKNOWN))[2]


async def test_whoever_reads_nothing_goes_the_long_way_where_that_is_waited_for(client, desk, until):
    async with line(client) as (reader, writer):
        writer.write(TYPE)
        first = await desk.next()
        connection_of(client).pause_writing()
        writer.write(UNKNOWN)
        await until(has_queued(client, 2))
        first.set()
        assert b"Mutation" in (await read(reader))[2]
        assert b"GRAPHQL_VALIDATION_FAILED" in (await read(reader))[2]
        assert desk.is_empty
        connection_of(client).resume_writing()
        assert b"GRAPHQL_VALIDATION_FAILED" in (await said(desk, reader, writer, UNKNOWN))[2]


async def test_what_fails_beyond_all_answers_ends_the_connection(client, monkeypatch):
    async def fail(_self, _request):
        raise RuntimeError("somebody@example.org")

    monkeypatch.setattr(FastPath, "wait", fail)
    async with line(client) as (reader, writer):
        writer.write(TYPE)
        async with asyncio.timeout(60):
            with suppress(ConnectionResetError):
                assert await reader.read() == b""


async def test_a_connection_is_not_idle_while_somebody_waits(client, desk):
    async with line(client) as (reader, writer):
        writer.write(TYPE)
        first = await desk.next()
        connection = connection_of(client)
        connection._next_keepalive_close_time = 0
        connection._process_keepalive()
        first.set()
        assert b"Mutation" in (await read(reader))[2]
        connection._next_keepalive_close_time = 0
        connection._process_keepalive()
        async with asyncio.timeout(60):
            assert await reader.read() == b""


async def test_whoever_leaves_is_not_worked_for(client, desk, until):
    async with line(client) as (_, writer):
        writer.write(TYPE)
        await desk.next()
    async with asyncio.timeout(60):
        await desk.left.wait()
    await until(is_alone(client))


async def told_while_it_stops(client, reader, until, called):
    """Stop the server while somebody waits, who is called then; give what is told before it hangs up."""
    server = client.server.runner.server
    server.pre_shutdown()
    stopping = asyncio.create_task(server.shutdown(5))
    await until(waits_for_handlers(client))
    assert not stopping.done()
    called.set()
    _, _, body = await read(reader)
    await stopping
    async with asyncio.timeout(60):
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
    return body


async def test_a_stopping_server_answers_who_waits_and_hangs_up(client, desk, until):
    async with line(client) as (reader, writer):
        writer.write(TYPE)
        assert b"Mutation" in await told_while_it_stops(client, reader, until, await desk.next())


async def test_a_stopping_server_does_not_wait_for_ever(client, desk):
    server = client.server.runner.server
    async with line(client) as (reader, writer):
        writer.write(TYPE)
        await desk.next()
        server.pre_shutdown()
        await server.shutdown(0.1)
        async with asyncio.timeout(60):
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
    assert desk.left.is_set()


async def test_who_asks_again_at_once_is_waited_for(client, waited):
    """Between an answer and the wait for the next request there is a turn of the loop."""
    async with line(client) as (reader, writer):
        await say(reader, writer, TYPE)
        connection = connection_of(client)
        waiter, connection._waiter = connection._waiter, None
        for piece in (TYPE[:30], TYPE[30:60], TYPE[60:]):
            connection.data_received(piece)
        assert waited == ["POST"]
        connection._waiter = waiter
        assert b"Mutation" in (await read(reader))[2]
        assert b"Mutation" in (await say(reader, writer, TYPE))[2]
    assert waited == ["POST"] * 3


async def test_what_is_held_is_taken_before_the_input_ends(client, waited):
    async with line(client) as (reader, writer):
        await say(reader, writer, TYPE)
        connection = connection_of(client)
        waiter, connection._waiter = connection._waiter, None
        connection.data_received(TYPE)
        assert not connection._messages
        connection.eof_received()
        assert len(connection._messages) == 1
        connection._waiter = waiter
        waiter.set_result(None)
        assert b"Mutation" in (await read(reader))[2]
    assert waited == ["POST"]
