"""Clients and the graph agree on media types, methods and status codes."""

import json

import pytest

from gql_server.negotiation import GRAPHQL, JSON

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = "{ site { title } }"
WRONG = {
    "does not parse": {"query": "{ site {"},
    "does not fit the schema": {"query": "{ colour }"},
    "has no operation of that name": {"query": "query A { site { title } }", "operationName": "B"},
    "has a variable that does not fit": {
        "query": "query ($first: Int) { posts(first: $first) { totalCount } }",
        "variables": {"first": "many"},
    },
}


async def negotiate(doors, accept, asked=None):
    return await doors.post(json.dumps(asked or {"query": TITLE}), {"Accept": accept})


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        ("*/*", JSON),
        ("application/*", JSON),
        ("", JSON),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON};q=0.9, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON};q=0.6", JSON),
        (f"{GRAPHQL}, */*;q=0.1", GRAPHQL),
        (f"{JSON};q=0, */*", GRAPHQL),
        (f"{GRAPHQL};q=0, application/*", JSON),
        (f"text/html, {JSON.upper()}", JSON),
        (f"{GRAPHQL}; charset=utf-8", GRAPHQL),
        (f"multipart/mixed;deferSpec=20220824, {GRAPHQL}, {JSON}", GRAPHQL),
        (f",,{JSON}", JSON),
        (f"{JSON};q=none, {GRAPHQL};q=0.001", GRAPHQL),
        ("text/html, " * 500 + JSON, JSON),
    ],
)
async def test_the_answer_comes_in_the_media_type_preferred(doors, accept, media):
    answer = await negotiate(doors, accept)
    assert (answer.status, answer.media) == (200, media)
    assert answer.headers["Content-Type"].endswith("; charset=utf-8")


@pytest.mark.parametrize(
    "accept",
    ["text/html", "image/*", f"{JSON};q=0", "*/*;q=0", "json", "application", f"{JSON};q=nan", ";", "ÿ"],
)
async def test_a_client_that_takes_neither_is_told_which_there_are(doors, accept):
    answer = await negotiate(doors, accept)
    answer.assert_refused(406)
    assert JSON in answer.message
    assert answer.media == JSON


async def test_several_accept_headers_are_one(doors):
    headers = [("Accept", "text/html"), ("Accept", GRAPHQL), ("Content-Type", JSON)]
    answer = await doors.request("POST", "/graphql", data=json.dumps({"query": TITLE}), headers=headers)
    assert answer.media == GRAPHQL


@pytest.mark.parametrize(("at", "status"), [(0, 200), (3, 406)])
async def test_of_accept_headers_without_end_as_many_are_read_as_one_may_hold(doors, at, status):
    accepted = ["text/x;q=0.1," * 500] * 3
    accepted.insert(at, JSON)
    headers = [("Content-Type", JSON), *(("Accept", one) for one in accepted)]
    answer = await doors.request("POST", "/graphql", data=json.dumps({"query": TITLE}), headers=headers)
    assert answer.status == status


@pytest.mark.parametrize("asked", WRONG.values(), ids=WRONG)
async def test_a_wrong_document_is_no_broken_line(doors, asked):
    lenient, strict = await negotiate(doors, JSON, asked), await negotiate(doors, GRAPHQL, asked)
    lenient.assert_refused(200)
    strict.assert_refused(400)
    assert lenient.json == strict.json
    assert "data" not in strict.json


@pytest.mark.parametrize("media", [JSON, GRAPHQL])
async def test_a_field_that_fails_leaves_the_rest(doors, media):
    answer = await negotiate(doors, media, {"query": "{ site { title } posts(first: -1) { totalCount } }"})
    answer.assert_refused(200)
    assert answer.json["data"] == {"site": {"title": "Achterom"}, "posts": None}


@pytest.mark.parametrize(
    "sent",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/graphql",
        "application/jsonx",
        "application/problem+json",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        "application/json; charset=",
        "json",
        "*/*",
        ";;;=",
        "/",
        "application/json, application/json",
        "ÿþ/ÿ",
        "a" * 5_000,
    ],
)
async def test_another_content_type_is_refused(doors, sent):
    (await doors.post(json.dumps({"query": TITLE}), {"Content-Type": sent})).assert_refused(415)
    await doors.assert_still_work()


@pytest.mark.parametrize(
    "sent", ["Application/JSON", "application/json;charset=UTF-8", 'application/json; charset="utf8"; x=y']
)
async def test_json_may_be_named_in_several_ways(doors, sent):
    assert (await doors.post(json.dumps({"query": TITLE}), {"Content-Type": sent})).status == 200


async def test_a_body_of_no_type_is_refused(doors):
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
    assert (await doors.say(head)).startswith(b"HTTP/1.1 415 ")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
async def test_another_method_is_told_which_ones_there_are(doors, method):
    answer = await doors.request(method, "/graphql")
    answer.assert_refused(405)
    assert set(answer.headers["Allow"].split(",")) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/posts/hello"])
async def test_nothing_else_can_be_posted_to(doors, path):
    answer = await doors.request("POST", path, data=b"x")
    answer.assert_refused(405)
    assert set(answer.headers["Allow"].split(",")) == {"GET", "HEAD"}


async def test_a_query_may_come_by_get(doors):
    query = "query ($first: Int) { posts(first: $first) { nodes { __typename } } }"
    answer = await doors.get(query=query, variables='{"first": 1}', operationName="", extensions="")
    assert answer.json == {"data": {"posts": {"nodes": [{"__typename": "Post"}]}}}


async def test_a_head_is_a_get_without_the_answer(doors):
    answer = await doors.request("HEAD", "/graphql", params={"query": TITLE})
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"query": ""},
        {"Query": TITLE},
        {"query": TITLE, "variables": "{"},
        {"query": TITLE, "variables": "[]"},
        {"query": TITLE, "variables": "7"},
        {"query": TITLE, "extensions": "[]"},
        {"query": "\0"},
        {"query": TITLE, "variables": '{"a": "\\u0000"}'},
        {"query": TITLE, "variables": '{"a": "\\ud800"}'},
    ],
    ids=str,
)
async def test_a_get_that_asks_nothing_is_a_bad_request(doors, asked):
    (await doors.get(**asked)).assert_refused(400)


@pytest.mark.parametrize("query", ["%ff", "%ed%a0%80", "%", "%zz", "%00", "%7b%00%7d"])
async def test_a_get_of_odd_letters_is_refused(doors, query):
    sent = f"GET /graphql?query={query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await doors.say(sent.encode())
    assert b'{"errors":[{"message":' in answer
    assert answer.split(b" ")[1] in {b"200", b"400"}


async def test_what_the_graph_does_not_do_is_a_request_error(doors):
    operation = "subscription { comments }"
    for answer in (await doors.ask(operation), await doors.get(query=operation)):
        answer.assert_refused(200)
        assert answer.codes == {"GRAPHQL_VALIDATION_FAILED"}


async def test_a_get_changes_nothing(doors):
    asked = 'mutation { unsubscribe(input: {token: "x"}) { errors { __typename } } }'
    refused = await doors.get(query=asked)
    refused.assert_refused(405)
    assert refused.headers["Allow"] == "POST"
    (await doors.ask(asked)).assert_answered()


async def test_every_answer_is_safe_to_show_and_says_who_may_keep_it(doors):
    posted, got = await doors.ask(TITLE), await doors.get(query=TITLE)
    refused, missing = await doors.post(b"x"), await doors.request("GET", "/nothing/here")
    for answer in (posted, got, refused, missing):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Server"] == "gql-server"
        assert len(answer.headers["X-Request-ID"]) == 16
    for answer in (posted, refused):
        assert answer.headers["Cache-Control"] == "no-store"
    assert got.headers["Cache-Control"].startswith("public, max-age=")
    for answer in (posted, got, refused):
        assert answer.headers["Vary"] == "Accept, Accept-Encoding, Origin"


async def test_no_two_requests_have_one_number(doors):
    answers = [await doors.ask(TITLE) for _ in range(20)]
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 20
