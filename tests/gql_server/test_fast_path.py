"""A kept answer goes the fast path to plain requests, and the others notice no difference but the time."""

import asyncio
import os
import socket
from contextlib import asynccontextmanager, suppress
from contextvars import copy_context
from urllib.parse import quote

import pytest

from gql_server.admission import ADMISSION, Lane
from gql_server.fast_path import FastPath
from gql_server.publication import PUBLICATION
from gql_server.visitors import VISITORS
from tests.gql_server.keeping import kitchen

BODY = b'{"query": "{ site { title } }"}'
PATH = b"/graphql?query=" + quote("{ site { title } }").encode()
HEAD = b"Host: 127.0.0.1\r\nContent-Type: application/json\r\n"
GET = b"GET " + PATH + b" HTTP/1.1\r\n" + HEAD + b"\r\n"


def posted(*headers: bytes, body: bytes = BODY, version: bytes = b"1.1") -> bytes:
    lines = b"".join(header + b"\r\n" for header in (*headers, b"Content-Length: %d" % len(body)))
    return b"POST /graphql HTTP/" + version + b"\r\n" + HEAD + lines + b"\r\n" + body


@pytest.fixture
def dialect():
    """It is a way through the process, whatever its store."""
    return "sqlite"


@pytest.fixture
def taken(monkeypatch):
    """Count who goes the fast path, and let what others write not be looked for meanwhile."""
    monkeypatch.setattr("models.changes.LOOK_SECONDS", 3600)
    written, seen = FastPath.written, []

    def write(self, whole, request):
        found = written(self, whole, request)
        if found is not None:
            seen.append(request.method)
        return found

    monkeypatch.setattr(FastPath, "written", write)
    return seen


@pytest.fixture
async def client(serve, database_url, taken):
    """Serve a store, with the answers kept that are asked for here."""
    behind = {"trusted_proxies": "127.0.0.1", "cors_origins": "*", "rate_limit": 200}
    with kitchen() as cook:
        async with serve(database_url, **behind) as client:
            client.cook = cook
            let_no_time_pass(client)
            async with line(client) as (reader, writer):
                for sent in (GET, posted()):
                    await say(reader, writer, sent)
            cook.made.clear()
            taken.clear()
            yield client


def let_no_time_pass(client):
    """However long it takes to ask, let nobody ask once more for it, and the masthead be known."""
    client.app[VISITORS]._questions._clock = lambda: 0.0
    client.app[PUBLICATION].keep_seconds = 3600


@asynccontextmanager
async def line(client):
    reader, writer = await asyncio.open_connection(client.host, client.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def read(reader):
    """Read one answer; give its first line, its headers and its bytes."""
    async with asyncio.timeout(30):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().removesuffix("\r\n\r\n")
        first, *lines = head.split("\r\n")
        headers = dict(one.split(": ", 1) for one in lines)
        return first, headers, await reader.readexactly(int(headers.get("Content-Length", 0)))


async def say(reader, writer, sent):
    writer.write(sent)
    return await read(reader)


@pytest.mark.parametrize("sent", [GET, posted()], ids=["GET", "POST"])
async def test_both_ways_give_the_same(client, taken, sent, monkeypatch):
    async with line(client) as (reader, writer):
        short = await say(reader, writer, sent)
        assert len(taken) == 1
        monkeypatch.setattr(FastPath, "find", lambda *_: None)
        long = await say(reader, writer, sent)
        assert len(taken) == 1
    for _, headers, _ in (short, long):
        assert len(headers.pop("X-Request-ID")) == 16
        assert headers.pop("Date").endswith(" GMT")
    assert short == long
    assert client.cook.made == []


async def test_that_there_is_nothing_new_is_said_the_same_both_ways(client, taken, monkeypatch):
    async with line(client) as (reader, writer):
        etag = (await say(reader, writer, GET))[1]["ETag"]
        known = GET.replace(
            b"\r\n\r\n", b"\r\nOrigin: https://app.example\r\nIf-None-Match: %b\r\n\r\n" % etag.encode()
        )
        short = await say(reader, writer, known)
        assert len(taken) == 2
        monkeypatch.setattr(FastPath, "find", lambda *_: None)
        long = await say(reader, writer, known)
    for first, headers, _ in (short, long):
        assert first == "HTTP/1.1 304 Not Modified"
        assert headers["Access-Control-Allow-Origin"] == "https://app.example"
        del headers["X-Request-ID"], headers["Date"]
    assert short == long


@pytest.fixture
async def forgetful(serve, database_url, taken):
    """Serve a store, with no answer kept, and one document read."""
    async with serve(database_url, cache_mb=0, trusted_proxies="127.0.0.1", rate_limit=20) as client:
        let_no_time_pass(client)
        async with line(client) as (reader, writer):
            for sent in (GET, posted()):
                await say(reader, writer, sent)
        taken.clear()
        yield client


@pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="there are no plans")
@pytest.mark.parametrize("sent", [GET, posted()], ids=["GET", "POST"])
async def test_what_can_be_read_at_once_is_given_the_same_both_ways(forgetful, taken, sent, monkeypatch):
    packed = sent.replace(b"\r\n\r\n", b"\r\nAccept-Encoding: gzip\r\n\r\n")
    async with line(forgetful) as (reader, writer):
        short = [await say(reader, writer, one) for one in (sent, packed)]
        assert len(taken) == 2
        monkeypatch.setattr(FastPath, "find", lambda *_: None)
        long = [await say(reader, writer, one) for one in (sent, packed)]
        assert len(taken) == 2
    for _, headers, _ in (*short, *long):
        del headers["X-Request-ID"], headers["Date"]
    assert short == long


@pytest.mark.parametrize(
    "sent",
    [
        posted(body=b'{"query": "{ site { title url } }"}'),
        posted(body=b'{"query": "{ site { title } }", "extensions": {"cost": true}}'),
        posted(body=b'{"query": "{ site { title } }", "operationName": "Other"}'),
        posted(body=b'{"query": "{ posts(after: \\"?\\") { totalCount } }"}'),
        posted(body=b'{"query": "mutation { __typename }"}'),
        posted(body=b'{"query": 1}'),
    ],
    ids=["new", "cost", "operation", "cursor", "mutation", "nonsense"],
)
async def test_what_cannot_is_asked_the_long_way_and_counted_once(forgetful, taken, sent):
    behind = sent.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n")
    async with line(forgetful) as (reader, writer):
        statuses = [(await say(reader, writer, behind))[0].split()[1] for _ in range(21)]
    assert "429" not in statuses[:20]
    assert statuses[20] == "429"
    assert taken == [] or b"title url" in sent


async def test_what_takes_long_is_not_waited_for_by_everybody(forgetful, taken, monkeypatch):
    monkeypatch.setattr("models.engines.sqlite_loop.MOST_SECONDS", -1)
    ask = posted(body=b'{"query": "{ tags { label } }"}')
    async with line(forgetful) as (reader, writer):
        for _ in range(2):
            assert b'"tags"' in (await say(reader, writer, ask))[2]
    assert taken == []


async def test_readers_who_find_no_seat_do_not_get_around_it(forgetful, taken):
    forgetful.app[ADMISSION]._reads = Lane(0, waiting=0, burst=0)
    async with line(forgetful) as (reader, writer):
        assert (await say(reader, writer, posted()))[0].split()[1] == "503"
    assert taken == []


async def test_one_line_takes_many_requests_one_after_the_other_and_all_at_once(client, taken):
    async with line(client) as (reader, writer):
        for _ in range(50):
            assert (await say(reader, writer, posted()))[0] == "HTTP/1.1 200 OK"
        assert len(taken) == 50
        other = posted(body=b'{"query": "{ __typename }"}')
        writer.write((posted() + other + GET) * 5)
        answers = [await read(reader) for _ in range(15)]
        assert [b"title" in body for _, _, body in answers] == [True, False, True] * 5
        assert (await say(reader, writer, GET))[0] == "HTTP/1.1 200 OK"


@pytest.mark.parametrize("sent", [GET, posted()], ids=["GET", "POST"])
async def test_a_request_may_come_in_pieces(client, sent):
    async with line(client) as (reader, writer):
        for cut in range(1, len(sent) - 1, 13):
            writer.write(sent[:cut])
            await writer.drain()
            await asyncio.sleep(0)
            first, _, body = await say(reader, writer, sent[cut:])
            assert (first, b"title" in body) == ("HTTP/1.1 200 OK", True)


@pytest.mark.parametrize(
    ("sent", "status", "closes"),
    [
        (posted(b"Connection: close"), "200", True),
        (posted(version=b"1.0"), "200", True),
        (posted(b"Content-Encoding: gzip"), "415", False),
        (posted(b"Expect: 200-ok"), "417", False),
        (posted().replace(b"application/json", b"text/plain"), "415", False),
        (posted(b"Accept: text/plain"), "406", False),
        (posted(b"Accept: text/event-stream"), "200", False),
        (posted(b"Sec-Fetch-Site: cross-site"), "403", False),
        (posted().replace(b"POST", b"PUT"), "405", False),
        (posted().replace(b"/graphql", b"/graphq1"), "405", False),
        (b"HEAD" + GET[3:], "200", False),
        (GET.replace(b"\r\n\r\n", b"\r\nUpgrade: websocket\r\n\r\n"), "400", False),
        (b"nonsense\r\n\r\n", "400", True),
    ],
    ids=str,
)
async def test_what_is_not_plain_goes_the_long_way(client, taken, sent, status, closes):
    async with line(client) as (reader, writer):
        writer.write(sent)
        async with asyncio.timeout(30):
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.split()[1].decode() == status
            assert taken == []
            if closes:
                await reader.read()
                assert reader.at_eof()
    assert client.cook.made == ([] if "text/event-stream" not in str(sent) else client.cook.made)


async def test_the_short_way_is_counted_like_the_other(client, taken):
    async with line(client) as (reader, writer):
        statuses = [
            (await say(reader, writer, posted(b"X-Forwarded-For: 203.0.113.7")))[0].split()[1]
            for _ in range(202)
        ]
    assert statuses == ["200"] * 200 + ["429"] * 2
    assert len(taken) == 200


async def test_whoever_reads_nothing_is_not_written_to_without_end(client, taken):
    ask = posted(body=b'{"query": "{ __schema { types { name description fields { name } } } }"}')
    async with line(client) as (reader, writer):
        _, headers, _ = await say(reader, writer, ask)
        size = int(headers["Content-Length"])
        assert size > 10_000
        async with line(client) as (_, silent):
            for _ in range(20_000_000 // size):
                silent.write(ask)
                await asyncio.sleep(0)
            [*connections] = client.server.runner.server.connections
            held = [one.transport.get_write_buffer_size() for one in connections if one.transport]
            assert max(held) < 65_536 + 4 * size
        assert (await say(reader, writer, GET))[0] == "HTTP/1.1 200 OK"
    assert taken


async def test_a_stopping_server_answers_on_no_old_line(client, taken):
    async with line(client) as (reader, writer):
        assert (await say(reader, writer, GET))[0] == "HTTP/1.1 200 OK"
        client.server.runner.server.pre_shutdown()
        writer.write(GET)
        await writer.drain()
        await client.server.runner.server.shutdown(1)
        async with asyncio.timeout(30):
            # It may be cut before it is read.
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
    assert taken == ["GET"]


async def test_a_stopping_server_waits_until_an_answer_is_taken(client, taken, until):
    ask = posted(body=b'{"query": "{ __schema { types { name description fields { name } } } }"}')
    loop, server = asyncio.get_running_loop(), client.server.runner.server
    async with line(client) as (reader, writer):
        size = len((await say(reader, writer, ask))[2])
    await until(_are_there(server, 0))
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.setblocking(False)
        await loop.sock_connect(slow, (client.host, client.port))
        await until(_are_there(server, 1))
        [connection] = server.connections
        transport = connection.transport
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        await loop.sock_sendall(slow, ask)
        await until(_is_untaken(transport))
        server.pre_shutdown()
        stopping = asyncio.create_task(server.shutdown(60))
        got = 0
        async with asyncio.timeout(60):
            while got < size:
                await asyncio.sleep(0)
                # A loop that runs no more would send nothing of what is left.
                assert not stopping.done() or not transport.get_write_buffer_size()
                got += len(await loop.sock_recv(slow, size))
            await stopping
    assert taken == ["POST"]


def _are_there(server, number):
    async def look():
        return len(server.connections) == number

    return look


def _is_untaken(transport):
    async def look():
        return transport.get_write_buffer_size() > 0

    return look


@pytest.mark.parametrize("ending", ["eof_received", "close"])
async def test_an_answer_goes_out_before_the_connection_ends(client, taken, ending, monkeypatch):
    """It is written a turn of the loop after it was found."""
    find, contexts = FastPath.find, []

    def find_and_look(*asked):
        contexts.append(copy_context())
        return find(*asked)

    monkeypatch.setattr(FastPath, "find", find_and_look)
    async with line(client) as (reader, writer):
        await say(reader, writer, GET)
        [connection] = client.server.runner.server.connections
        contexts[0].run(connection.data_received, posted())
        assert len(taken) == 2
        getattr(connection, ending)()
        connection.transport.close()
        assert (await read(reader))[0] == "HTTP/1.1 200 OK"
        async with asyncio.timeout(30):
            assert await reader.read() == b""


async def test_what_is_asked_together_is_answered_in_order(client, taken):
    """Some of it at once and some the long way, in one packet or in several."""
    unknown = posted(body=b'{"query": "{ nothing }"}')
    for packets in ([posted() + unknown + GET + posted()], [posted(), unknown, GET, posted()]):
        async with line(client) as (reader, writer):
            for packet in packets:
                writer.write(packet)
            told = [(await read(reader))[2] for _ in range(4)]
        assert b"GRAPHQL_VALIDATION_FAILED" in told[1]
        assert told[0] == told[2] == told[3]
