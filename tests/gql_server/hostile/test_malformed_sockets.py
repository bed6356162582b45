"""A websocket that breaks the rules is closed with the code for it, and the next one is served."""

import asyncio

import pytest

from gql_server import sockets
from gql_server.requests import LARGEST_BODY
from tests.gql_server.hostile.wire import BINARY, CLOSE, PING, PONG, TEXT, line_to, request, written

SECRET = "s3cret-0123456789"
TITLE = {"query": "{ site { title } }"}
LIVE = {"query": "subscription { commentAdded { post { id } } }"}
INIT = {"type": "connection_init"}
CONTINUED = 0
HANDSHAKES = {
    "no key": ({"Sec_WebSocket_Key": ""}, 400),
    "a short key": ({"Sec_WebSocket_Key": "abc"}, 400),
    "a key of letters": ({"Sec_WebSocket_Key": SECRET}, 400),
    "no version": ({"Sec_WebSocket_Version": ""}, 400),
    "version 99": ({"Sec_WebSocket_Version": "99"}, 400),
    "a version in words": ({"Sec_WebSocket_Version": SECRET}, 400),
    "no connection": ({"Connection": ""}, 400),
    "a connection kept": ({"Connection": "keep-alive"}, 400),
    "a page of another site": ({"Origin": "https://evil.example"}, 403),
}
BROKEN = {
    "nothing": (b"", 4400),
    "spaces": (b"  ", 4400),
    "no JSON": (b"{", 4400),
    "a word": (SECRET.encode(), 4400),
    "null": (b"null", 4400),
    "a number": (b"7", 4400),
    "a list": (written([INIT]), 4400),
    "no type": (b"{}", 4400),
    "a type of null": (b'{"type":null}', 4400),
    "a type of a list": (b'{"type":["connection_init"]}', 4400),
    "an unknown type": (written({"type": SECRET}), 4400),
    "a type of the server's": (b'{"type":"connection_ack"}', 4400),
    "a type of the older protocol": (b'{"type":"start","id":"1"}', 4400),
    "a payload of text": (written(INIT | {"payload": SECRET}), 4400),
    "a payload in a list": (written({"type": "ping", "payload": []}), 4400),
    "a second greeting": (written(INIT), 4429),
    "no id": (written({"type": "subscribe", "payload": TITLE}), 4400),
    "an id of nothing": (written({"type": "subscribe", "id": "", "payload": TITLE}), 4400),
    "an id of a number": (written({"type": "subscribe", "id": 1, "payload": TITLE}), 4400),
    "an id of a list": (written({"type": "subscribe", "id": [], "payload": TITLE}), 4400),
    "an id without end": (written({"type": "subscribe", "id": "x" * 5_000, "payload": TITLE}), 4400),
    "no payload": (written({"type": "subscribe", "id": "1"}), 4400),
    "a payload of null": (written({"type": "subscribe", "id": "1", "payload": None}), 4400),
    "an empty payload": (written({"type": "subscribe", "id": "1", "payload": {}}), 4400),
    "a query of a number": (written({"type": "subscribe", "id": "1", "payload": {"query": 1}}), 4400),
    "variables in a list": (
        written({"type": "subscribe", "id": "1", "payload": TITLE | {"variables": []}}),
        4400,
    ),
    "a NUL in a variable": (
        written({"type": "subscribe", "id": "1", "payload": TITLE | {"variables": {"a": "\0"}}}),
        4400,
    ),
    "a lone surrogate": (
        b'{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":{"a":"\\ud800"}}}',
        4400,
    ),
    "a persisted query of text": (
        written({"type": "subscribe", "id": "1", "payload": TITLE | {"extensions": {"persistedQuery": 1}}}),
        4400,
    ),
    "an end without an id": (b'{"type":"complete"}', 4400),
    "an end of a number": (b'{"type":"complete","id":1}', 4400),
    "brackets": (b"[" * 90_000, 4400),
    "a byte order mark": (b"\xef\xbb\xbf" + written({"type": "ping"}), 4400),
}
FRAMES = {
    "bytes that are no UTF-8": (lambda line: line.frame(b"\xff\xfe\xfa"), 1007),
    "half a letter": (lambda line: line.frame('{"type":"é'.encode()[:-1]), 1007),
    "a surrogate in UTF-8": (lambda line: line.frame(b'"\xed\xa0\x80"'), 1007),
    "a binary frame": (lambda line: line.frame(written({"type": "ping"}), BINARY), 4400),
    "an unknown kind": (lambda line: line.frame(b"x", 3), 1002),
    "an unknown control": (lambda line: line.frame(b"x", 11), 1002),
    "a reserved bit": (lambda line: line.frame(b"x", rsv=2), 1002),
    "packed without leave": (lambda line: line.frame(b"x", rsv=4), 1002),
    "a ping too long": (lambda line: line.frame(b"x" * 126, PING), 1002),
    "half a ping": (lambda line: line.frame(b"x", PING, last=False), 1002),
    "an end before a beginning": (lambda line: line.frame(b"x", CONTINUED), 1002),
    "a text within a text": (
        lambda line: (line.frame(b'{"type":', last=False), line.frame(b'"ping"}')),
        1002,
    ),
    "a message too large": (lambda line: line.frame(b" " * (LARGEST_BODY + 1)), 1009),
    "a message too large in pieces": (
        lambda line: (line.frame(b" " * 60_000, last=False), line.frame(b" " * 60_000, CONTINUED)),
        1009,
    ),
    "a size beyond measure": (lambda line: line.writer.write(b"\x81\xff" + b"\x7f" + b"\xff" * 7), 1009),
    "a close of one byte": (lambda line: line.frame(b"\x03", CLOSE), 1002),
    "a close that is no UTF-8": (lambda line: line.frame(b"\x03\xe8\xff", CLOSE), 1007),
    "a close of a code that nobody sends": (lambda line: line.frame(b"\x03\xed", CLOSE), 1002),
    "a close of code 0": (lambda line: line.frame(b"\0\0", CLOSE), 1002),
}


@pytest.fixture
def ports(blogs):
    return [blog.port for blog in blogs]


@pytest.fixture(autouse=True)
async def still_serving(ports, blogs):
    """After each of these, the next one is served, and nothing of it stands in the log."""
    yield
    for port, blog in zip(ports, blogs, strict=True):
        async with line_to(port) as line:
            await line.init()
            line.say({"type": "subscribe", "id": "1", "payload": TITLE})
            assert (await line.heard())["payload"] == {"data": {"site": {"title": "Achterom"}}}
        assert "Traceback" not in blog.log
        assert SECRET not in blog.log


@pytest.mark.parametrize(("headers", "status"), HANDSHAKES.values(), ids=HANDSHAKES)
async def test_a_wrong_handshake_is_refused_in_json(ports, headers, status):
    for port in ports:
        async with line_to(port) as line:
            reply = await line.upgrade(**headers)
            assert reply.status == status
            assert reply.json["errors"][0]["message"]
            assert SECRET.encode() not in reply.body


@pytest.mark.parametrize(
    "protocol", [None, "graphql-ws", SECRET, "soap, chat", ",,,", "GRAPHQL-TRANSPORT-WS"]
)
async def test_another_protocol_is_closed_as_such(ports, protocol):
    for port in ports:
        async with line_to(port) as line:
            assert (await line.upgrade(protocol)).status == 101
            assert await line.heard() == 4406


async def test_a_handshake_by_post_is_no_handshake(ports):
    for port in ports:
        async with line_to(port) as line:
            known = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13"}
            reply = await line.ask(
                request("POST", "/graphql", b"{}", Sec_WebSocket_Key="x" * 22 + "==", **known)
            )
            assert 400 <= reply.status < 500


async def test_a_handshake_with_a_body_harms_nobody(ports):
    for port in ports:
        async with line_to(port) as line:
            reply = await line.upgrade(Content_Length="5")
            assert reply.status in {101, 400}
            line.writer.write(b"hello")
            assert not isinstance(await line.heard(), dict)


@pytest.mark.parametrize(("message", "code"), BROKEN.values(), ids=BROKEN)
async def test_a_message_against_the_protocol_closes_the_socket(ports, message, code):
    for port in ports:
        async with line_to(port) as line:
            await line.init()
            line.frame(message)
            assert await line.heard() == code


@pytest.mark.parametrize(
    "message", [{"type": "subscribe", "id": "1", "payload": TITLE}, {"type": "subscribe"}]
)
async def test_who_does_not_greet_is_not_served(ports, message):
    for port in ports:
        async with line_to(port) as line:
            await line.upgrade()
            line.say(message)
            assert await line.heard() == 4401


async def test_an_id_that_is_in_use_closes_the_socket(ports):
    for port in ports:
        async with line_to(port) as line:
            await line.init()
            line.say({"type": "subscribe", "id": "1", "payload": LIVE})
            line.say({"type": "subscribe", "id": "1", "payload": LIVE})
            assert await line.heard() == 4409


async def test_an_end_of_what_never_began_is_no_error(ports):
    for port in ports:
        async with line_to(port) as line:
            await line.init()
            line.say({"type": "complete", "id": "nobody"})
            line.say({"type": "pong", "payload": {"a": 1}})
            line.say({"type": "ping", "payload": {"a": 1}})
            assert await line.heard() == {"type": "pong", "payload": {"a": 1}}


@pytest.mark.parametrize(("send", "code"), FRAMES.values(), ids=FRAMES)
async def test_a_frame_against_the_rules_closes_the_socket(ports, send, code):
    for port in ports:
        async with line_to(port) as line:
            await line.init()
            send(line)
            assert await line.heard() == code


async def test_nonsense_after_the_handshake_closes_the_socket(ports):
    for port in ports:
        async with line_to(port) as line:
            await line.upgrade()
            line.writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert isinstance(await line.heard(), int)


async def test_a_message_may_come_in_many_pieces_with_pings_between(ports):
    for port in ports:
        async with line_to(port) as line:
            await line.init()
            whole = written({"type": "subscribe", "id": "1", "payload": TITLE})
            for place in range(len(whole)):
                line.frame(
                    whole[place : place + 1], CONTINUED if place else TEXT, last=place == len(whole) - 1
                )
                if place == 7:
                    line.frame(b"x" * 125, PING)
            assert await line.next_frame() == (PONG, b"x" * 125)
            assert (await line.heard())["payload"] == {"data": {"site": {"title": "Achterom"}}}


async def test_a_close_is_answered_with_a_close(ports):
    for port in ports:
        for code in (1000, 1001, 1011, 3000, 4999):
            async with line_to(port) as line:
                await line.init()
                line.frame(code.to_bytes(2, "big"), CLOSE)
                assert await line.heard() == 1000


async def test_too_many_operations_are_refused_and_the_socket_stays(ports):
    for port in ports:
        async with line_to(port) as line:
            await line.init()
            for number in range(sockets.MOST_OPERATIONS + 1):
                line.say({"type": "subscribe", "id": str(number), "payload": LIVE})
            message = await line.heard()
            assert message["type"] == "error"
            assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
            line.say({"type": "complete", "id": "0"})
            line.say({"type": "subscribe", "id": "again", "payload": TITLE})
            assert (await line.heard())["id"] == "again"


async def test_who_asks_without_reading_and_leaves_is_no_failure(ports):
    for port in ports:
        async with line_to(port) as line:
            await line.init()
            for _ in range(300):
                line.say({"type": "ping", "payload": {"filler": "x" * 10_000}})
            await asyncio.sleep(0)
