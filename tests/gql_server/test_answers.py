"""An answer is packed, counted, cut off and told in the statuses that were asked for."""

import gzip
import json

import pytest
from graphql import GraphQLError
from structlog.testing import capture_logs

import models
from gql_server import answering, answers
from gql_server.answers import Asker
from gql_server.negotiation import accepted, has_already, takes_gzip
from gql_server.outages import Outages
from gql_server.questions import Unreadable
from schema.context import Visitor

LONG = {"query": "{ posts(first: 40) { nodes { title excerpt path url tags { label } } } }"}
TITLE = {"query": "{ site { title } }"}
STRICT = {"Accept": "application/graphql-response+json"}
PAGED = "query ($n: Int) { posts(first: $n) { nodes { id } } }"


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.8", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("br, deflate", False),
        ("gzip;q=none", False),
        ("*;q=0", False),
    ],
)
def test_a_client_says_whether_it_takes_packed_answers(header, takes):
    assert takes_gzip(header) is takes


@pytest.mark.parametrize(
    ("named", "has"),
    [
        ([], False),
        ([""], False),
        (['"a"'], True),
        (['W/"a"'], True),
        (['"b", W/"a", "c"'], True),
        (['"b"', '"a"'], True),
        ([" * "], True),
        (["a"], False),
        (['"b", *'], False),
        (['"aa"'], False),
    ],
    ids=str,
)
def test_who_has_something_already_names_its_tag(named, has):
    assert has_already('"a"', named) is has


async def test_long_answers_are_packed_for_who_takes_them(serve, demonstration_url):
    async with serve(demonstration_url) as client:
        async with client.post("/graphql", json=LONG, headers={"Accept-Encoding": "gzip"}) as answer:
            packed = await answer.read()
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "Accept-Encoding" in answer.headers["Vary"]
        async with client.post("/graphql", json=LONG, headers={"Accept-Encoding": "identity"}) as answer:
            plain = await answer.read()
            assert "Content-Encoding" not in answer.headers
        assert json.loads(_unpacked(packed)) == json.loads(plain)
        async with client.post("/graphql", json=TITLE, headers={"Accept-Encoding": "gzip"}) as answer:
            assert "Content-Encoding" not in answer.headers


def _unpacked(body: bytes) -> bytes:
    # aiohttp's client unpacks by itself, unless the test client was told not to.
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


@pytest.mark.asyncio(loop_scope="session")
async def test_what_an_operation_costs_is_told_to_who_asks(doors):
    body = {"query": PAGED, "variables": {"n": 7}}
    plain = await doors.post(json.dumps(body))
    assert "extensions" not in plain.json
    told = await doors.post(json.dumps(body | {"extensions": {"cost": True}}))
    assert told.json["extensions"] == {"cost": {"requestedCost": 8, "maximumCost": 5000}}
    assert told.json["data"] == plain.json["data"]


@pytest.mark.asyncio(loop_scope="session")
async def test_what_costs_too_much_is_refused_before_it_runs(doors):
    query = "query ($n: Int) { posts(first: $n) { nodes { comments(first: 90) { nodes { id } } } } }"
    assert "errors" not in (await doors.ask(query, n=5)).json
    refused = await doors.ask(query, n=90)
    refused.assert_refused(200)
    assert refused.errors[0]["extensions"] == {"code": "QUERY_TOO_COMPLEX", "limit": "cost", "most": 5000}


async def test_an_answer_of_too_many_bytes_is_not_sent(serve, demonstration_url, monkeypatch):
    monkeypatch.setattr(answers, "MOST_BYTES", 1_000)
    # What is given at once is shorter than this, and so is never too large.
    monkeypatch.setattr(answering, "PACKED_APART_FROM", 1_000)
    async with serve(demonstration_url) as client:
        with capture_logs() as lines:
            async with client.post("/graphql", json=LONG) as answer:
                told = await answer.json()
        assert told["errors"][0]["extensions"]["code"] == "RESPONSE_TOO_LARGE"
        assert [line["codes"] for line in lines if line["event"] == "answered"] == [["RESPONSE_TOO_LARGE"]]
        async with client.post("/graphql", json=TITLE) as answer:
            assert (await answer.json())["data"]


@pytest.mark.parametrize(
    ("asked", "stable", "draft"),
    [
        (TITLE, 200, 200),
        ({"query": "{ site {"}, 400, 400),
        ({"query": "{ colour }"}, 400, 422),
        ({"query": PAGED, "variables": {"n": "many"}}, 400, 422),
        ({"query": "query A { __typename }", "operationName": "B"}, 400, 422),
        ({"query": "{ site { title } posts(first: -1) { totalCount } }"}, 200, 294),
        ({"query": 7}, 400, 400),
    ],
    ids=str,
)
async def test_statuses_are_stable_or_those_of_the_draft(serve, database_url, asked, stable, draft):
    for setting, status in (("stable", stable), ("draft", draft)):
        async with serve(database_url, http_statuses=setting) as client:
            async with client.post("/graphql", json=asked, headers=STRICT) as answer:
                assert answer.status == status
            async with client.post("/graphql", json=asked) as answer:
                assert answer.status == (400 if asked == {"query": 7} else 200)


async def test_a_server_that_hides_its_schema_shows_none(serve, database_url):
    async with serve(database_url, introspection="off") as client:
        for query in ("{ __schema { queryType { name } } }", '{ __type(name: "Post") { name } }'):
            async with client.post("/graphql", json={"query": query}) as answer:
                told = await answer.json()
                assert "data" not in told
        async with client.post("/graphql", json={"query": "{ sites { title } }"}) as answer:
            assert "Did you mean" not in await answer.text()


def test_clients_are_understood_by_what_they_accept():
    urql = accepted(
        "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, "
        "multipart/mixed"
    )
    assert (urql.for_one, urql.for_many) == ("application/graphql-response+json", "text/event-stream")
    assert urql.deferred == "deferSpec=20220824"
    apollo = accepted("multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json")
    assert (apollo.for_one, apollo.for_many, apollo.deferred) == ("application/json", "multipart/mixed", None)
    newer = accepted("multipart/mixed;incrementalSpec=v0.2, application/json")
    assert newer.deferred == "incrementalSpec=v0.2"
    source = accepted("text/event-stream")
    assert source.for_one == source.for_many == "text/event-stream"
    assert source.single is None


@pytest.mark.parametrize("header", ["application/json", "*/*", "", "multipart/mixed, application/json"])
def test_a_subscription_is_not_answered_at_once(header):
    with pytest.raises(Unreadable, match="graphql-transport-ws") as refused:
        _ = accepted(header).for_many
    assert refused.value.status == 400


def test_what_keeps_the_store_away_is_logged_once_for_all_who_ask(monkeypatch):
    monkeypatch.setattr(answers, "OUTAGES", Outages())
    asker = Asker("1", lambda: Visitor(models.Trace(door="test")))
    full = models.Unavailable("database or disk is full; free some space there")
    with capture_logs() as lines:
        for _ in range(3):
            told = answers.refused(asker, GraphQLError("", original_error=full))
            assert "full" not in str(told.told)
    [line] = [line for line in lines if line["event"] == "the store is away"]
    assert (line["log_level"], line["reason"]) == ("warning", str(full))
