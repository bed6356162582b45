"""Several answers come over one response: as server-sent events, as Apollo's parts, in deferred parts."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientError
from structlog.testing import capture_logs

import models
from gql_server import answering, answers, streams
from gql_server.negotiation import EVENT_STREAM
from gql_server.open_connections import OPEN_CONNECTIONS
from gql_server.streams import STREAMS, end_streams

SSE = {"Accept": "text/event-stream"}
PARTS = {"Accept": "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"}
LIVE = {"query": "subscription { commentAdded { commentEdge { node { contentText } } } }"}
ONE = {"query": "subscription { commentAdded(first: 1) { commentEdge { node { contentText } } } }"}
REST = (
    '{ post(by: {slug: "de-klink-blijft-los"}) { title ...Rest @defer(label: "rest") } } '
    "fragment Rest on Post { slug authors { name } }"
)
DEFERRED = "multipart/mixed;incrementalSpec=v0.2, application/json"
PATIENCE = 20


@pytest.fixture
async def client(serve, demonstration_file) -> AsyncIterator[Any]:
    """Serve the demonstration blog to one test; how it is framed does not depend on the store."""
    async with serve(demonstration_file, defer="on") as client:
        yield client


async def comment(client: Any, text: str) -> None:
    async with client.post("/graphql", json={"query": "{ posts(first: 1) { nodes { id } } }"}) as answer:
        [post] = (await answer.json())["data"]["posts"]["nodes"]
    written = {"postId": post["id"], "authorName": "Ann", "authorEmail": "ann@example.org", "content": text}
    query = "mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { id } } }"
    async with client.post("/graphql", json={"query": query, "variables": {"input": written}}) as answer:
        assert (await answer.json())["data"]["addComment"]["comment"]


async def listening(number: int) -> None:
    def now() -> int:
        pulses = list(models.pulse._pulses.values())
        return sum(len(listeners) for pulse in pulses for listeners in pulse.listeners.values())

    async with asyncio.timeout(PATIENCE):
        while now() != number:  # noqa: ASYNC110 - nothing tells that somebody listens
            await asyncio.sleep(0.01)


def events(text: str) -> list[tuple[str, Any]]:
    """Read the events of a stream: their names, and their data."""
    blocks = re.findall(r"^event: (\w+)\ndata:(.*)\n\n", text, re.MULTILINE)
    return [(name, json.loads(data) if data else None) for name, data in blocks]


def parts(text: str) -> list[Any]:
    """Read the parts of a multipart answer; hold that it begins and ends as it should."""
    assert text.startswith("\r\n--graphql\r\n")
    assert text.endswith("\r\n--graphql--\r\n")
    blocks = re.findall(r"content-type: application/json\r\n\r\n(.*?)\r\n--graphql", text, re.DOTALL)
    return [json.loads(block) for block in blocks]


@pytest.mark.asyncio(loop_scope="session")
class TestOneAnswer:
    @pytest.mark.parametrize(
        ("query", "key"),
        [("{ site { title } }", "data"), ("{ colour }", "errors"), ("{", "errors")],
    )
    async def test_a_query_is_an_event_for_who_takes_nothing_else(self, doors, query, key):
        for answer in (
            await doors.post(json.dumps({"query": query}), SSE),
            await doors.request("GET", "/graphql", params={"query": query}, headers=SSE),
        ):
            assert answer.status == 200
            assert answer.media == "text/event-stream"
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Accel-Buffering"] == "no"
            [(first, told), last] = events(answer.body.decode())
            assert (first, last) == ("next", ("complete", None))
            assert key in told

    @pytest.mark.parametrize("body", ["{}", "{", "[]", '{"query": 7}'])
    async def test_what_is_no_request_is_told_in_json(self, doors, body):
        answer = await doors.post(body, SSE)
        answer.assert_refused(400)
        assert answer.media == "application/json"

    async def test_a_mutation_is_not_run_by_get(self, doors):
        query = 'mutation { unsubscribe(input: {token: "x"}) { errors { __typename } } }'
        answer = await doors.request("GET", "/graphql", params={"query": query}, headers=SSE)
        answer.assert_refused(405)

    async def test_a_subscription_by_parts_of_a_wrong_document_is_told_in_json(self, doors):
        answer = await doors.post('{"query": "subscription { colour }"}', PARTS)
        answer.assert_refused(200)
        assert answer.media == "application/json"

    async def test_who_takes_parts_alone_has_no_answer_of_a_query(self, doors):
        only = {"Accept": "multipart/mixed;subscriptionSpec=1.0"}
        (await doors.post('{"query": "{ site { title } }"}', only)).assert_refused(406)


class TestEvents:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_an_operation_that_ends_completes_its_stream(self, client, method):
        asked = {"params": ONE} if method == "GET" else {"json": ONE}
        async with client.request(method, "/graphql", headers=SSE, **asked) as stream:
            await listening(1)
            await comment(client, "Een")
            async with asyncio.timeout(PATIENCE):
                [(name, told), last] = events(await stream.text())
        assert (name, last) == ("next", ("complete", None))
        assert told["data"]["commentAdded"]["commentEdge"]["node"]["contentText"] == "Een"
        await listening(0)

    async def test_apollo_gets_it_in_parts(self, client):
        async with client.post("/graphql", json=ONE, headers=PARTS) as stream:
            assert stream.headers["Content-Type"] == 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
            await listening(1)
            await comment(client, "Een")
            async with asyncio.timeout(PATIENCE):
                [told] = parts(await stream.text())
        assert told["payload"]["data"]["commentAdded"]["commentEdge"]["node"]["contentText"] == "Een"

    async def test_who_is_silent_for_long_is_sent_a_beat(self, client, monkeypatch):
        monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.02)
        async with client.post("/graphql", json=LIVE, headers=SSE) as stream, asyncio.timeout(PATIENCE):
            assert await stream.content.readexactly(9) == b":\n\n:\n\n:\n\n"
        async with client.post("/graphql", json=LIVE, headers=PARTS) as stream, asyncio.timeout(PATIENCE):
            beat = await stream.content.readuntil(b"{}\r\n--graphql")
            assert beat.startswith(b"\r\n--graphql\r\ncontent-type: application/json\r\n\r\n")

    @pytest.mark.parametrize("accept", [SSE, PARTS])
    async def test_who_has_left_is_not_listened_for(self, client, until, accept):
        async def is_over() -> bool:
            return not client.app[STREAMS] and client.app[OPEN_CONNECTIONS].open == 0

        async with client.post("/graphql", json=LIVE, headers=accept) as stream:
            await listening(1)
            stream.close()
        await listening(0)
        await until(is_over)

    async def test_a_server_that_stops_ends_a_stream_without_completing_it(self, client):
        async with client.post("/graphql", json=LIVE, headers=SSE) as stream:
            await listening(1)
            await end_streams(client.app)
            async with asyncio.timeout(PATIENCE):
                assert events(await stream.text()) == []
        await listening(0)

    async def test_what_cannot_be_listened_to_is_told_and_completed(self, client):
        asked = {"query": 'subscription { commentAdded(postId: "x") { post { id } } }'}
        async with client.post("/graphql", json=asked, headers=SSE) as stream:
            [(_, told), last] = events(await stream.text())
        assert told["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        assert "data" not in told
        assert last == ("complete", None)

    @pytest.mark.parametrize("first", [0, -1])
    async def test_no_events_are_none_to_listen_to(self, client, first):
        asked = {"query": f"subscription {{ postPublished(first: {first}) {{ isUpdate }} }}"}
        async with client.post("/graphql", json=asked, headers=SSE) as stream:
            [(_, told), _last] = events(await stream.text())
        assert told["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": "first"}

    async def test_a_failure_while_listening_is_masked_and_ends_the_stream(self, client, monkeypatch):
        async with client.post("/graphql", json=LIVE, headers=SSE) as stream:
            await listening(1)
            monkeypatch.setattr("schema.live.Told.__anext__", _broken)
            await comment(client, "Een")
            async with asyncio.timeout(PATIENCE):
                text = await stream.text()
        [(_, first), (_, last), _end] = events(text)
        assert first["data"]["commentAdded"]
        assert last["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert "s3cret" not in text


async def _broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("s3cret")


class TestDeferred:
    @pytest.mark.parametrize(
        ("accept", "second"),
        [
            (
                "multipart/mixed;deferSpec=20220824, application/json",
                {
                    "incremental": [
                        {
                            "data": {"slug": "de-klink-blijft-los", "authors": [{"name": "Marit Oldekamp"}]},
                            "path": ["post"],
                            "label": "rest",
                        }
                    ],
                    "hasNext": False,
                },
            ),
            (
                "multipart/mixed;incrementalSpec=v0.2, application/json",
                {
                    "incremental": [
                        {
                            "id": "0",
                            "data": {"slug": "de-klink-blijft-los", "authors": [{"name": "Marit Oldekamp"}]},
                        }
                    ],
                    "completed": [{"id": "0"}],
                    "hasNext": False,
                },
            ),
        ],
        ids=["2022", "draft"],
    )
    async def test_parts_come_in_the_format_that_is_asked_for(self, client, accept, second):
        async with client.post("/graphql", json={"query": REST}, headers={"Accept": accept}) as answer:
            first, *rest = parts(await answer.text())
        assert first["data"] == {"post": {"title": "De klink blijft los"}}
        assert first["hasNext"] is True
        assert rest == [second]

    async def test_who_takes_one_answer_gets_all_in_one(self, client):
        async with client.post("/graphql", json={"query": REST}) as answer:
            told = await answer.json()
        assert told == {
            "data": {
                "post": {
                    "title": "De klink blijft los",
                    "slug": "de-klink-blijft-los",
                    "authors": [{"name": "Marit Oldekamp"}],
                }
            }
        }

    @pytest.mark.parametrize("spec", ["deferSpec=20220824", "incrementalSpec=v0.2"])
    async def test_what_fails_later_is_told_later(self, client, spec):
        query = "{ site { title } ... @defer { posts(first: -1) { totalCount } } }"
        accept = {"Accept": f"multipart/mixed;{spec}, application/json"}
        async with client.post("/graphql", json={"query": query}, headers=accept) as answer:
            first, *rest = parts(await answer.text())
        assert "errors" not in first
        assert "BAD_USER_INPUT" in json.dumps(rest)
        async with client.post("/graphql", json={"query": query}) as answer:
            told = await answer.json()
        assert told["data"] == {"site": {"title": "Achterom"}, "posts": None}
        assert told["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"

    async def test_variables_that_do_not_fit_are_told_in_the_one_part(self, client):
        query = "query ($n: Int!) { ... @defer { posts(first: $n) { totalCount } } }"
        accept = {"Accept": "multipart/mixed;deferSpec=20220824, application/json"}
        async with client.post("/graphql", json={"query": query}, headers=accept) as answer:
            [told] = parts(await answer.text())
        assert told["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"

    async def test_nothing_is_deferred_without_the_setting(self, serve, databases):
        asked = {"query": "{ ... @defer { site { title } } }"}
        async with (
            serve(databases.empty("sqlite")) as client,
            client.post("/graphql", json=asked) as answer,
        ):
            told = await answer.json()
        assert "@defer" in told["errors"][0]["message"]


async def test_a_stream_that_fails_is_logged_and_broken_off(client, monkeypatch):
    def fail(_body: bytes) -> bytes:
        raise RuntimeError("a failure of ours")

    monkeypatch.setitem(streams.FRAMINGS, EVENT_STREAM, replace(streams.EVENTS, answer=fail))
    with capture_logs() as lines:
        async with client.post("/graphql", json={"query": "{ site { title } }"}, headers=SSE) as answer:
            with pytest.raises(ClientError):
                await answer.read()
    assert "failed" not in [line["event"] for line in lines]
    [line] = [line for line in lines if line["event"] == "an answer broke off"]
    assert line["log_level"] == "error"


async def test_a_failure_beside_the_parts_is_told_and_counted(client, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("a failure of ours")

    monkeypatch.setattr(answering, "parts", fail)
    with capture_logs() as lines:
        async with client.post("/graphql", json={"query": REST}, headers={"Accept": DEFERRED}) as answer:
            told = await answer.text()
    assert "INTERNAL_SERVER_ERROR" in told
    assert "a failure of ours" not in told
    assert [line["codes"] for line in lines if line["event"] == "answered"] == [["INTERNAL_SERVER_ERROR"]]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TimeoutError(), "DEADLINE_EXCEEDED"),
        (models.Unavailable("the line was cut"), "UNAVAILABLE"),
        (RecursionError(), "BAD_USER_INPUT"),
        (RuntimeError("a failure of ours"), "INTERNAL_SERVER_ERROR"),
    ],
    ids=repr,
)
async def test_whatever_ends_the_parts_the_last_one_says_that_it_is_the_last(
    client, monkeypatch, error, code
):
    async def begin(*_: object) -> AsyncGenerator[Any, None]:
        yield {"data": {"post": {"title": "De klink"}}, "hasNext": True}
        raise error

    monkeypatch.setattr(answering, "parts", begin)
    with capture_logs() as lines:
        async with client.post("/graphql", json={"query": REST}, headers={"Accept": DEFERRED}) as answer:
            first, last = parts(await answer.text())
    assert (first["hasNext"], last["hasNext"]) == (True, False)
    assert [one["extensions"]["code"] for one in last["errors"]] == [code]
    assert [line["codes"] for line in lines if line["event"] == "answered"] == [[code]]


async def test_a_part_that_is_too_large_is_the_last_and_is_logged(client, monkeypatch):
    monkeypatch.setattr(answers, "MOST_BYTES", 120)
    with capture_logs() as lines:
        async with client.post("/graphql", json={"query": REST}, headers={"Accept": DEFERRED}) as answer:
            *_, last = parts(await answer.text())
    assert last["hasNext"] is False
    assert [one["extensions"]["code"] for one in last["errors"]] == ["RESPONSE_TOO_LARGE"]
    assert [line["codes"] for line in lines if line["event"] == "answered"] == [["RESPONSE_TOO_LARGE"]]


async def test_what_is_wrong_with_a_part_is_logged_of_the_answer(client):
    query = "{ site { title } ... @defer { posts(first: -1) { totalCount } } }"
    with capture_logs() as lines:
        async with client.post("/graphql", json={"query": query}, headers={"Accept": DEFERRED}) as answer:
            assert "BAD_USER_INPUT" in await answer.text()
    assert [line["codes"] for line in lines if line["event"] == "answered"] == [["BAD_USER_INPUT"]]
