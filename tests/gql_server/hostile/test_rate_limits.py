"""One network may ask so often and hold so many lines, whatever it says about itself."""

import asyncio

import pytest

from gql_server import open_connections
from tests.gql_server.hostile.wire import EVENTS, GRAPHQL, JSON, PARTS, line_to, posted, request

RATE = 5
TITLE = {"query": "{ site { title } }"}
LIVE = {"query": "subscription { commentAdded { post { id } } }"}
ANN, BOB = "203.0.113.7", "203.0.113.8"


@pytest.fixture
def dialect():
    """What is counted is counted by the process, whatever its store."""
    return "sqlite"


@pytest.fixture
async def served(database_url, blog):
    """Serve a blog behind a proxy on this machine."""
    async with blog(database_url, trusted_proxies="127.0.0.1", rate_limit=RATE) as served:
        yield served


@pytest.fixture
async def line(served):
    async with line_to(served.port) as line:
        yield line


def from_(network, asked=TITLE, accept=JSON):
    """Ask as the proxy does for somebody."""
    return posted(asked, accept, X_Forwarded_For=network)


async def spend_all(line, network):
    """Ask as often as a network may."""
    for _ in range(RATE):
        assert (await line.ask(from_(network))).status == 200


def assert_told_to_wait(reply, status=429, code="RATE_LIMITED"):
    """Hold that somebody is told, in JSON, when to come back."""
    assert reply.status == status
    assert reply.headers["content-type"].startswith("application/")
    assert 0 < int(reply.headers["retry-after"]) <= 60
    assert reply.codes == {code}
    assert "203.0.113" not in reply.body.decode()


@pytest.mark.parametrize("accept", [JSON, GRAPHQL, EVENTS, PARTS])
async def test_who_asks_too_often_is_told_when_to_come_back(line, accept):
    await spend_all(line, ANN)
    assert_told_to_wait(await line.ask(from_(ANN, accept=accept)))
    assert_told_to_wait(await line.ask(from_(ANN, LIVE, accept)))
    by_url = request("GET", "/graphql?query=%7Bsite%7Btitle%7D%7D", X_Forwarded_For=ANN)
    assert_told_to_wait(await line.ask(by_url))
    assert (await line.ask(from_(BOB))).status == 200


async def test_what_a_client_says_of_itself_before_the_proxy_does_not_count(line):
    await spend_all(line, ANN)
    for spoofed in (BOB, "127.0.0.1", "10.0.0.1", "::1", "unknown", "", "x" * 500, f"{BOB}, {BOB}"):
        assert_told_to_wait(await line.ask(from_(f"{spoofed}, {ANN}")))
        assert_told_to_wait(await line.ask(from_(f"{spoofed}, {ANN}, 127.0.0.1")))
    headers = request(X_Forwarded_For=f"{BOB}\r\nX-Forwarded-For: {ANN}", Content_Type=JSON, Accept=JSON)
    assert_told_to_wait(await line.ask(headers))
    other_names = posted(TITLE, JSON, X_Forwarded_For=ANN, X_Real_IP=BOB, Forwarded=f"for={BOB}")
    assert_told_to_wait(await line.ask(other_names))


async def test_the_word_of_a_stranger_is_not_taken(database_url, blog):
    async with blog(database_url, rate_limit=RATE) as served, line_to(served.port) as line:
        for _ in range(RATE * 3):  # from this machine, which is not counted, whoever it says it is
            assert (await line.ask(from_(ANN))).status == 200


async def test_this_machine_is_not_counted(line):
    for _ in range(RATE * 3):
        assert (await line.ask(posted(TITLE))).status == 200


async def test_a_household_is_one_network(line):
    for number in range(RATE):
        assert (await line.ask(from_(f"2001:db8:1:2::{number:x}"))).status == 200
    assert_told_to_wait(await line.ask(from_("2001:db8:1:2:ffff::1")))
    assert (await line.ask(from_("2001:db8:1:3::1"))).status == 200


async def test_what_is_asked_on_a_socket_counts_too(served, line):
    assert (await line.upgrade(X_Forwarded_For=ANN)).status == 101
    line.say({"type": "connection_init"})
    await line.heard()
    for number in range(RATE - 1):
        line.say({"type": "subscribe", "id": str(number), "payload": TITLE})
        assert [(await line.heard())["type"], (await line.heard())["type"]] == ["next", "complete"]
    line.say({"type": "subscribe", "id": "one more", "payload": TITLE})
    refusal = await line.heard()
    assert refusal["type"] == "error"
    assert refusal["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
    line.say({"type": "ping"})
    assert (await line.heard())["type"] == "pong"
    async with line_to(served.port) as other:
        assert_told_to_wait(await other.upgrade(X_Forwarded_For=ANN))


async def test_a_network_holds_so_many_lines_and_no_more(database_url, blog, monkeypatch):
    monkeypatch.setattr(open_connections, "MOST_OF_NETWORK", 3)
    async with blog(database_url, trusted_proxies="127.0.0.1") as served, line_to(served.port) as stream:
        async with line_to(served.port) as one, line_to(served.port) as two:
            for line in (one, two):
                assert (await line.upgrade(X_Forwarded_For=ANN)).status == 101
            stream.writer.write(from_(ANN, LIVE, EVENTS))
            assert (await stream.head())[0] == 200
            async with line_to(served.port) as other:
                assert_told_to_wait(await other.upgrade(X_Forwarded_For=ANN))
            async with line_to(served.port) as other:
                assert_told_to_wait(await other.ask(from_(ANN, LIVE, EVENTS)))
                assert_told_to_wait(await other.ask(from_(ANN, LIVE, PARTS)))
                assert (await other.ask(from_(ANN))).status == 200
            async with line_to(served.port) as other:
                assert (await other.upgrade(X_Forwarded_For=BOB)).status == 101
            async with line_to(served.port) as other:
                assert (await other.upgrade()).status == 101
        async with asyncio.timeout(60):
            while served.held["lines"] > 1:  # noqa: ASYNC110 - no event says so
                await asyncio.sleep(0.01)
        async with line_to(served.port) as other:
            assert (await other.upgrade(X_Forwarded_For=ANN)).status == 101


async def test_a_process_holds_so_many_lines_and_no_more(database_url, blog, monkeypatch):
    monkeypatch.setattr(open_connections, "MOST", 1)
    async with blog(database_url) as served, line_to(served.port) as socket:
        await socket.init()
        async with line_to(served.port) as other:
            assert_told_to_wait(await other.upgrade(), 503, "OVERLOADED")
        async with line_to(served.port) as other:
            assert_told_to_wait(await other.ask(posted(LIVE, EVENTS)), 503, "OVERLOADED")
            assert (await other.ask(posted(TITLE))).status == 200
