"""A client speaks graphql-transport-ws: each operation is answered for itself; a broken rule ends all."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, WSServerHandshakeError
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

import models
from gql_server import sockets
from gql_server.admission import ADMISSION, Lane
from gql_server.app import WORKER, build
from gql_server.listening import Listening
from gql_server.open_connections import OPEN_CONNECTIONS
from gql_server.settings import Settings
from gql_server.sockets import SOCKETS, leave_sockets
from tests.gql_server.talking import Talk, talking
from tests.gql_server.test_failures import change

TITLE = {"query": "{ site { title } }"}
LIVE = {"query": "subscription { commentAdded { commentEdge { node { contentText } } post { slug } } }"}
PATIENCE = 20


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def blog(blogs) -> AsyncIterator[ClientSession]:
    """Lend a server that many tests share; nothing behind it is changed."""
    async with ClientSession(blogs[0].url) as session:
        yield session


@pytest.fixture
async def client(serve, demonstration_file) -> AsyncIterator[Any]:
    """Serve the demonstration blog to one test; how a socket is spoken to does not depend on the store."""
    async with serve(demonstration_file) as client:
        yield client


async def comment(client: Any, text: str = "Hallo") -> None:
    async with client.post("/graphql", json={"query": "{ posts(first: 1) { nodes { id } } }"}) as answer:
        [post] = (await answer.json())["data"]["posts"]["nodes"]
    written = {"postId": post["id"], "authorName": "Ann", "authorEmail": "ann@example.org", "content": text}
    query = "mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { status } } }"
    async with client.post("/graphql", json={"query": query, "variables": {"input": written}}) as answer:
        assert (await answer.json())["data"]["addComment"]["comment"]["status"] == "APPROVED"


def listening() -> int:
    """Count who listens, whatever store it is to: a test's server has a store of its own."""
    pulses = list(models.pulse._pulses.values())
    return sum(len(listeners) for pulse in pulses for listeners in pulse.listeners.values())


async def until_listening(number: int = 1) -> None:
    async with asyncio.timeout(PATIENCE):
        while listening() != number:  # noqa: ASYNC110 - nothing tells that somebody listens
            await asyncio.sleep(0.01)


@pytest.mark.asyncio(loop_scope="session")
class TestTheProtocol:
    async def test_queries_are_answered_and_completed(self, blog):
        async with talking(blog) as talk:
            await talk.begin()
            for id in ("a", "a", "é", "x" * 200):
                await talk.ask(id, **TITLE)
                told = await talk.hear()
                assert told == {
                    "id": id,
                    "type": "next",
                    "payload": {"data": {"site": {"title": "Achterom"}}},
                }
                assert await talk.hear() == {"id": id, "type": "complete"}

    async def test_a_mutation_is_answered_too(self, blog):
        async with talking(blog) as talk:
            await talk.begin()
            query = "mutation ($t: String!) { unsubscribe(input: {token: $t}) { errors { __typename } } }"
            await talk.ask("m", query=query, variables={"t": "x"})
            told = await talk.hear()
            assert told["payload"]["data"]["unsubscribe"]["errors"] == [{"__typename": "InvalidTokenError"}]
            assert (await talk.hear())["type"] == "complete"

    @pytest.mark.parametrize(
        ("payload", "code"),
        [
            ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
            ({"query": "{ colour }"}, "GRAPHQL_VALIDATION_FAILED"),
            ({"query": "query A { __typename }", "operationName": "B"}, "BAD_USER_INPUT"),
            ({"query": "query A { __typename } query B { __typename }"}, "BAD_USER_INPUT"),
            ({"query": "{ " + "a { " * 20 + "a" + " }" * 20 + " }"}, "QUERY_TOO_COMPLEX"),
            (
                {"query": "query ($n: Int) { posts(first: $n) { totalCount } }", "variables": {"n": "x"}},
                "BAD_USER_INPUT",
            ),
            ({"documentId": "nothing"}, "PERSISTED_QUERY_NOT_FOUND"),
            (
                {"query": "", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}},
                "PERSISTED_QUERY_NOT_FOUND",
            ),
            ({"query": 'subscription { commentAdded(postId: "x") { post { id } } }'}, "NOT_FOUND"),
        ],
        ids=str,
    )
    async def test_what_is_wrong_with_an_operation_ends_that_operation_alone(self, blog, payload, code):
        async with talking(blog) as talk:
            await talk.begin()
            await talk.ask("other", **LIVE)
            for _ in range(2):
                await talk.ask("a", **payload)
                told = await talk.hear()
                assert (told["type"], told["id"]) == ("error", "a")
                assert [error["extensions"]["code"] for error in told["payload"]] == [code]
            await talk.is_there()

    @pytest.mark.parametrize(
        "said",
        [
            {"type": "start", "id": "1"},
            {"type": 7},
            {"id": "1"},
            [],
            7,
            None,
            "x",
            {"type": "ping", "payload": 7},
            {"type": "connection_init", "payload": []},
            {"type": "subscribe", "id": "1"},
            {"type": "subscribe", "id": "1", "payload": None},
            {"type": "subscribe", "id": "1", "payload": {}},
            {"type": "subscribe", "id": "1", "payload": {"query": 7}},
            {"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}},
            {"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "operationName": 7}},
            {"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "extensions": []}},
            {"type": "subscribe", "id": "1", "payload": {"query": "{ a \u0000 }"}},
            {"type": "subscribe", "payload": TITLE},
            {"type": "subscribe", "id": "", "payload": TITLE},
            {"type": "subscribe", "id": 7, "payload": TITLE},
            {"type": "subscribe", "id": "x" * 201, "payload": TITLE},
            {"type": "complete"},
            {"type": "complete", "id": []},
            {"type": "next", "id": "1", "payload": {}},
        ],
        ids=str,
    )
    async def test_what_is_no_message_of_the_protocol_ends_the_socket(self, blog, said):
        async with talking(blog) as talk:
            await talk.begin()
            await talk.socket.send_json(said)
            assert await talk.closed() == 4400

    @pytest.mark.parametrize("sent", ["{", "", "\ufeff{}", '{"type": "ping"', "[" * 5_000])
    async def test_what_is_no_json_ends_the_socket(self, blog, sent):
        async with talking(blog) as talk:
            await talk.begin()
            await talk.socket.send_str(sent)
            assert await talk.closed() == 4400

    @pytest.mark.parametrize("depth", [200, 300, 900])
    async def test_a_ping_is_answered_with_what_it_brings_or_ends_the_socket(self, blog, depth):
        async with talking(blog) as talk:
            await talk.begin()
            brought = "[" * depth + "]" * depth
            await talk.socket.send_str(f'{{"type": "ping", "payload": {{"a": {brought}}}}}')
            if depth == 200:
                assert (await talk.hear())["payload"]["a"]
            else:
                assert await talk.closed() == 4400

    async def test_an_id_of_wide_letters_fits_into_the_reason(self, blog):
        async with talking(blog) as talk:
            await talk.begin()
            await talk.ask("\U0001f600" * 90, **LIVE)
            await talk.ask("\U0001f600" * 90, **LIVE)
            assert await talk.closed() == 4409

    async def test_who_says_much_without_end_is_hung_up_on(self, blog):
        async with talking(blog) as talk:
            await talk.begin()
            for _ in range(3_000):
                await talk.say(type="pong")
            assert await talk.closed() == 4429

    async def test_bytes_end_the_socket(self, blog):
        async with talking(blog) as talk:
            await talk.begin()
            await talk.socket.send_bytes(b'{"type": "ping"}')
            assert await talk.closed() == 4400

    async def test_a_message_beyond_measure_ends_the_socket(self, blog):
        async with talking(blog) as talk:
            await talk.begin()
            await talk.ask("a", query=f"# {'x' * 200_000}\n{{ __typename }}")
            assert await talk.closed() == 1009

    async def test_the_rules_of_beginning(self, blog):
        async with talking(blog) as talk:
            await talk.say(type="ping")
            assert await talk.hear() == {"type": "pong"}
            await talk.ask("a", **TITLE)
            assert await talk.closed() == 4401
        async with talking(blog) as talk:
            await talk.begin()
            await talk.say(type="connection_init", payload=None)
            assert await talk.closed() == 4429

    async def test_one_id_is_one_operation(self, blog):
        async with talking(blog) as talk:
            await talk.begin()
            await talk.ask("a", **LIVE)
            await talk.ask("a", **LIVE)
            assert await talk.closed() == 4409

    async def test_an_operation_that_is_ended_before_it_began_leaves_nothing(self, blog):
        async with talking(blog) as talk:
            await talk.begin()
            for number in range(120):
                await talk.ask(f"a{number % 60}", **LIVE)
                await talk.say(type="complete", id=f"a{number % 60}")
            await talk.ask("q", **TITLE)
            assert [(await talk.hear())["type"], (await talk.hear())["type"]] == ["next", "complete"]

    async def test_a_pong_and_the_end_of_nothing_ask_for_nothing(self, blog):
        async with talking(blog) as talk:
            await talk.begin()
            await talk.say(type="pong")
            await talk.say(type="complete", id="nothing")
            await talk.is_there()


@pytest.mark.asyncio(loop_scope="session")
class TestWhoMayConnect:
    @pytest.mark.parametrize("protocols", [(), ("graphql-ws",), ("nope",)])
    async def test_another_protocol_is_not_spoken(self, blog, protocols):
        async with blog.ws_connect("/graphql", protocols=protocols) as socket:
            assert await Talk(socket).closed() == 4406

    async def test_a_page_of_another_site_is_refused(self, blog):
        with pytest.raises(WSServerHandshakeError) as refused:
            async with talking(blog, headers={"Origin": "https://evil.example"}):
                pytest.fail("It may not connect.")
        assert refused.value.status == 403

    async def test_a_page_of_our_own_may(self, blog):
        async with talking(blog, headers={"Origin": "https://blog.example"}) as talk:
            await talk.begin()

    @pytest.mark.parametrize("headers", [{}, {"Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"}])
    async def test_half_a_handshake_is_a_bad_request(self, blog, headers):
        sent = {"Upgrade": "websocket", "Connection": "Upgrade", **headers}
        async with blog.get("/graphql", headers=sent) as answer:
            assert answer.status == 400
            assert (await answer.json())["errors"]


class TestLimits:
    async def test_who_does_not_begin_is_hung_up_on(self, client, until, monkeypatch):
        monkeypatch.setattr(sockets, "INIT_SECONDS", 0.05)
        async with talking(client) as talk:
            assert await talk.closed() == 4408
        await until(lambda: _is(client.app[OPEN_CONNECTIONS].open == 0))

    async def test_a_socket_runs_so_many_operations(self, client, monkeypatch):
        monkeypatch.setattr(sockets, "MOST_OPERATIONS", 3)
        async with talking(client) as talk:
            await talk.begin()
            for id in "abcd":
                await talk.ask(id, **LIVE)
            told = await talk.hear()
            assert (told["type"], told["id"]) == ("error", "d")
            assert told["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
            await talk.say(type="complete", id="a")
            await talk.ask("q", **TITLE)
            assert (await talk.hear())["id"] == "q"

    async def test_a_full_house_is_told_for_each_operation(self, client):
        client.app[ADMISSION]._reads = Lane(0, waiting=0, burst=0)
        async with talking(client) as talk:
            await talk.begin()
            await talk.ask("a", **TITLE)
            told = await talk.hear()
            assert (told["type"], told["payload"][0]["extensions"]["code"]) == ("error", "OVERLOADED")
            await talk.is_there()


class TestLive:
    async def test_events_come_until_the_client_has_had_enough(self, client):
        async with talking(client) as talk:
            await talk.begin()
            await talk.ask("a", **LIVE)
            await until_listening()
            await comment(client, "Een")
            told = await talk.hear()
            node = told["payload"]["data"]["commentAdded"]["commentEdge"]["node"]
            assert (told["type"], told["id"], node["contentText"]) == ("next", "a", "Een")
            await talk.say(type="complete", id="a")
            await talk.is_there()
            await comment(client, "Twee")
            await talk.is_there()
        await until_listening(0)

    async def test_those_who_ask_alike_are_told_with_one_execution(self, client, monkeypatch):
        monkeypatch.setattr("schema.live.SHARED_SECONDS", 60)
        executed = executions(monkeypatch)
        async with talking(client) as talk, talking(client) as other:
            for one in (talk, other):
                await one.begin()
                for number in range(10):
                    await one.ask(f"{number}", **LIVE)
            await other.ask("else", query="subscription { commentAdded { post { title } } }")
            await until_listening(21)
            await comment(client, "Een")
            told = [(await talk.hear())["payload"] for _ in range(10)]
            assert all(one == told[0] for one in told)
            assert {(await other.hear())["id"] for _ in range(11)} == {*map(str, range(10)), "else"}
        assert len(executed) == 2

    async def test_of_one_event_no_answer_is_made_before_the_last_one_is_taken(self, client, monkeypatch):
        made, taken, waiting = executions(monkeypatch), [], []
        tell = sockets.Socket._next

        async def slowly(*args: Any) -> None:
            for _ in range(100):  # others may go on meanwhile
                await asyncio.sleep(0)
            waiting.append(len(made) - len(taken))
            await tell(*args)
            taken.append(args)

        monkeypatch.setattr(sockets.Socket, "_next", slowly)
        async with talking(client) as talk:
            await talk.begin()
            for id in "abcde":
                await talk.ask(id, query=f"subscription {{ commentAdded {{ post {{ {id}: title }} }} }}")
            await until_listening(5)
            await comment(client, "Een")
            assert {(await talk.hear())["id"] for _ in range(5)} == set("abcde")
        assert waiting == [1] * 5

    async def test_who_has_gone_is_not_listened_for(self, client, until):
        async with talking(client) as talk:
            await talk.begin()
            for id in "abc":
                await talk.ask(id, **LIVE)
            await until_listening(3)
            # Without a word, as a phone that loses the network.
            talk.socket._response.connection.transport.abort()
        await until_listening(0)
        await until(lambda: _is(not client.app[SOCKETS] and client.app[OPEN_CONNECTIONS].open == 0))

    async def test_a_server_that_stops_tells_everybody(self, client):
        async with talking(client) as talk, talking(client) as other:
            await talk.begin()
            await talk.ask("a", **LIVE)
            await until_listening()
            leaving = asyncio.create_task(leave_sockets(client.app))
            assert await talk.closed() == 1001
            assert await other.closed() == 1001
            await leaving
        await until_listening(0)


def executions(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Count what is executed for events from here on."""
    executed: list[Any] = []
    event = Listening._event

    async def counted(*args: Any) -> Any:
        executed.append(args)
        return await event(*args)

    monkeypatch.setattr(Listening, "_event", counted)
    return executed


async def _is(true: bool) -> bool:
    return true


async def test_a_failure_of_ours_is_told_and_kept_under_a_number(serve, database_url):
    async with serve(database_url, cache_mb=0) as client, talking(client) as talk:
        await talk.begin()
        await asyncio.to_thread(change, database_url, "ALTER TABLE site RENAME TO hidden")
        with capture_logs() as lines:
            await talk.ask("a", **TITLE)
            told = await talk.hear()
        await asyncio.to_thread(change, database_url, "ALTER TABLE hidden RENAME TO site")
        assert (told["type"], told["id"]) == ("error", "a")
        [error] = told["payload"]
        assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
        [failed] = [line for line in lines if line["event"] == "failed"]
        assert failed["request_id"] in error["message"]
        await talk.ask("a", **TITLE)
        assert [(await talk.hear())["type"], (await talk.hear())["type"]] == ["next", "complete"]


async def test_a_socket_that_fails_is_hung_up_on_without_a_word_of_http(client, monkeypatch):
    async def fail(_self: object) -> None:
        raise RuntimeError("a failure of ours")

    monkeypatch.setattr(sockets.Socket, "live", fail)
    with capture_logs() as lines:
        async with talking(client) as talk:
            assert await talk.closed() == 1006
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["an answer broke off"]


async def test_a_slow_answer_is_given_before_the_server_stops(serve, database_url, monkeypatch):
    begun, go_on = asyncio.Event(), asyncio.Event()
    async with serve(database_url, plans="off") as client, talking(client) as talk:
        await talk.begin()
        found = models.archive_months

        async def slowly(**more: Any) -> Any:
            begun.set()
            await go_on.wait()
            return await found(**more)

        monkeypatch.setattr(models, "archive_months", slowly)
        await talk.ask("slow", query="{ archiveMonths { month } }")
        await begun.wait()
        leaving = asyncio.create_task(leave_sockets(client.app))
        await asyncio.sleep(0)
        go_on.set()
        assert (await talk.hear())["payload"] == {"data": {"archiveMonths": []}}
        assert (await talk.hear())["type"] == "complete"
        assert await talk.closed() == 1001
        await leaving


async def test_a_letter_comes_over_a_socket(database_url):
    settings = Settings(database_url=database_url)
    async with TestClient(TestServer(build(settings))) as client, talking(client) as talk:
        await talk.begin()
        await talk.ask("a", query="subscription { mailSent { to } }")
        await talk.is_there()
        query = 'mutation { subscribe(input: {email: "ann@example.org"}) { errors { __typename } } }'
        await talk.ask("b", query=query)
        assert [(await talk.hear())["id"], (await talk.hear())["type"]] == ["b", "complete"]
        await client.app[WORKER].drain()
        assert (await talk.hear())["payload"] == {"data": {"mailSent": {"to": "ann@example.org"}}}
