"""An answer is made once and given again as it was, until what it was made from is changed."""

import asyncio
import gzip
import hashlib
import json
import sqlite3
from datetime import timedelta

import pytest
import time_machine

import models
from gql_server.answer_cache import ANSWER_CACHE
from tests.gql_server.keeping import kitchen

LIST = {"query": "{ posts(first: 10) { nodes { id title excerpt path url tags { label } } } }"}
TITLE = {"query": "{ site { title } }"}
COMMENTS = {"query": "{ posts(first: 1) { nodes { id commentCount } } }"}
ADD = """mutation($post: ID!, $said: String!) { addComment(input: {postId: $post, content: $said,
  authorName: "Gast", authorEmail: "gast@example.org"}) { comment { id status } errors { __typename } } }"""
MUTATION = 'mutation { requestPreferencesLink(input: {email: "a@example.org"}) { errors { __typename } } }'
PLAIN = {"Accept-Encoding": "identity"}


BOTH = pytest.mark.parametrize("dialect", ["sqlite", "postgres"])


@pytest.fixture
def dialect():
    """Where the store makes no difference, one will do."""
    return "sqlite"


@pytest.fixture
def cook():
    """Watch what is made."""
    with kitchen() as seen:
        yield seen


async def asked(client, body, method="POST", **headers):
    """Ask by POST or GET; give the status, the headers and the bytes."""
    how = {"json": body} if method == "POST" else {"params": body}
    async with client.request(method, "/graphql", headers=PLAIN | headers, **how) as answer:
        return answer.status, answer.headers, await answer.read()


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_an_answer_is_made_once_and_given_again(serve, database_url, cook, method):
    async with serve(database_url) as client:
        first = await asked(client, LIST, method)
        for _ in range(20):
            status, headers, body = await asked(client, LIST, method)
            assert (status, body) == (200, first[2])
            own = {"X-Request-ID", "Date"}
            assert {name: headers[name] for name in headers if name not in own} == {
                name: first[1][name] for name in first[1] if name not in own
            }
            assert headers["X-Request-ID"] != first[1]["X-Request-ID"]
        assert cook.made == [LIST["query"]]
        assert client.app[ANSWER_CACHE].kept.hits == 20


@BOTH
async def test_a_writer_sees_at_once_what_he_has_changed(serve, demonstration_url, cook):
    async with serve(demonstration_url) as client:
        for method in ("POST", "GET"):
            [post] = json.loads((await asked(client, COMMENTS, method))[2])["data"]["posts"]["nodes"]
            for count in range(post["commentCount"] + 1, post["commentCount"] + 4):
                # What is said twice waits.
                said = {"query": ADD, "variables": {"post": post["id"], "said": f"{method} {count}"}}
                assert b"APPROVED" in (await asked(client, said))[2]
                [now] = json.loads((await asked(client, COMMENTS, method))[2])["data"]["posts"]["nodes"]
                assert now["commentCount"] == count


async def test_what_was_not_read_may_change(serve, demonstration_url, cook):
    cook.reads = frozenset(["any-menu"])
    async with serve(demonstration_url) as client:
        [post] = json.loads((await asked(client, COMMENTS))[2])["data"]["posts"]["nodes"]
        await asked(client, {"query": ADD, "variables": {"post": post["id"], "said": "Nieuw"}})
        assert json.loads((await asked(client, COMMENTS))[2])["data"]["posts"]["nodes"] == [post]
        assert cook.made.count(COMMENTS["query"]) == 1


async def test_what_another_process_writes_to_the_file_is_seen_in_a_moment(serve, demonstration_url, cook):
    async with serve(demonstration_url) as client:
        assert b"Achterom" in (await asked(client, TITLE))[2]
        with sqlite3.connect(demonstration_url.removeprefix("sqlite://")) as other:
            other.execute("UPDATE site SET title = 'Voorom'")
        other.close()
        await asyncio.sleep(0.05)  # the bound itself
        assert b"Voorom" in (await asked(client, TITLE))[2]


async def test_each_form_of_an_answer_is_kept_apart(serve, demonstration_url, cook):
    async with serve(demonstration_url) as client:
        forms = [
            {"Accept": media, "Accept-Encoding": coding}
            for media in ("application/json", "application/graphql-response+json")
            for coding in ("identity", "gzip")
        ]
        seen = []
        for _ in range(2):
            for form in forms:
                status, headers, body = await asked(client, LIST, "GET", **form)
                is_packed = headers.get("Content-Encoding") == "gzip"
                assert (status, is_packed) == (200, form["Accept-Encoding"] == "gzip")
                assert headers["Content-Type"] == f"{form['Accept']}; charset=utf-8"
                assert "Accept-Encoding" in headers["Vary"]
                told = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
                seen.append((headers["ETag"], told))
        assert seen[:4] == seen[4:]
        assert len({etag for etag, _ in seen}) == 4
        assert len({told for _, told in seen}) == 1
        assert len(cook.made) == 4


@BOTH
async def test_those_who_ask_the_same_together_are_answered_with_one_execution(serve, database_url, cook):
    async with serve(database_url) as client:
        answers = await asyncio.gather(*(asked(client, LIST) for _ in range(30)))
        assert len({body for _, _, body in answers}) == 1
        assert cook.made == [LIST["query"]]
        assert len({headers["X-Request-ID"] for _, headers, _ in answers}) == 30


async def test_together_is_also_what_may_not_be_kept(serve, database_url, cook):
    cook.reads = None
    async with serve(database_url, cache_mb=0) as client:
        await asyncio.gather(*(asked(client, LIST) for _ in range(30)))
        assert len(cook.made) < 30
        made = len(cook.made)
        await asked(client, LIST)
        assert len(cook.made) == made + 1


@pytest.mark.parametrize(
    "body",
    [
        {"query": '{ newsletterSubscription(token: "x") { email } }'},
        {"query": "{ outbox { subject } }"},
        {"query": "{ posts(first: -1) { totalCount } }"},
        {"query": "{ colour }"},
        {"query": MUTATION},
        {"query": LIST["query"] + "#" * 9_000},
    ],
    ids=str,
)
async def test_what_is_private_or_long_or_went_wrong_or_changes_something_is_not_kept(
    serve, database_url, cook, body
):
    async with serve(database_url) as client:
        for _ in range(2):
            status, headers, _ = await asked(client, body)
            assert status in {200, 400}
            assert headers["Cache-Control"] == "no-store"
        assert len(client.app[ANSWER_CACHE].kept) == 0


async def test_nothing_is_kept_when_there_is_no_room_for_it(serve, database_url, cook):
    async with serve(database_url, cache_mb=0) as client:
        for _ in range(3):
            await asked(client, LIST)
        assert len(cook.made) == 3
        assert client.app[ANSWER_CACHE].kept.bytes == 0


async def test_many_different_questions_take_no_more_room_than_there_is(serve, database_url, cook):
    async with serve(database_url, cache_mb=1) as client:
        for number in range(150):
            await asked(client, {"query": LIST["query"].replace("posts", f"a{number}: posts", 1)})
        kept = client.app[ANSWER_CACHE].kept
        assert 0 < kept.bytes <= 500_000
        assert kept.evicted > 0


async def test_a_document_that_comes_with_its_hash_is_registered(serve, database_url, cook):
    digest = hashlib.sha256(TITLE["query"].encode()).hexdigest()
    about = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}
    async with serve(database_url) as client:
        assert b"PersistedQueryNotFound" in (await asked(client, about))[2]
        for _ in range(2):
            assert b"data" in (await asked(client, TITLE | about))[2]
        assert len(cook.made) == 2
        for _ in range(3):
            assert b"data" in (await asked(client, about))[2]
            asked_by_get = {"extensions": json.dumps(about["extensions"])}
            assert b"data" in (await asked(client, asked_by_get, "GET"))[2]
        assert len(cook.made) == 4


async def test_what_it_costs_is_told_only_to_who_asks(serve, database_url, cook):
    async with serve(database_url) as client:
        for _ in range(2):
            assert b"requestedCost" not in (await asked(client, TITLE))[2]
            assert b"requestedCost" in (await asked(client, TITLE | {"extensions": {"cost": True}}))[2]


async def test_a_kept_answer_is_no_way_around_the_rate_limit(serve, database_url, cook):
    behind = {"trusted_proxies": "127.0.0.1", "rate_limit": 5}
    async with serve(database_url, **behind) as client:
        statuses = [(await asked(client, TITLE, **{"X-Forwarded-For": "203.0.113.7"}))[0] for _ in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        assert (await asked(client, TITLE, **{"X-Forwarded-For": "203.0.113.8"}))[0] == 200


async def test_a_kept_answer_is_no_way_around_the_origins(serve, database_url, cook):
    app = "https://app.example"
    async with serve(database_url, cors_origins=app) as client:
        for method in ("POST", "GET"):
            for _ in range(2):
                status, headers, _ = await asked(client, TITLE, method)
                assert status == 200
                assert "Access-Control-Allow-Origin" not in headers
                status, headers, _ = await asked(client, TITLE, method, Origin=app)
                assert (status, headers["Access-Control-Allow-Origin"]) == (200, app)
                assert (await asked(client, TITLE, method, Origin="https://evil.example"))[0] == 403
        assert len(cook.made) == 2


async def test_a_crowd_is_turned_away_also_from_what_is_kept(serve, database_url, cook, monkeypatch):
    async with serve(database_url) as client:
        assert (await asked(client, TITLE))[0] == 200
        monkeypatch.setattr("gql_server.admission.Admission.is_full", True)
        assert (await asked(client, TITLE))[0] == 503


async def test_whoever_has_the_bytes_is_told_just_that(serve, database_url, cook):
    async with serve(database_url, cors_origins="https://app.example") as client:
        _, first, body = await asked(client, LIST, "GET")
        assert body
        etag = first["ETag"]
        for named in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            headers = {"If-None-Match": named, "Origin": "https://app.example"}
            status, again, body = await asked(client, LIST, "GET", **headers)
            assert (status, body) == (304, b"")
            for name in ("ETag", "Vary", "Cache-Control"):
                assert again[name] == first[name]
            assert again["Access-Control-Allow-Origin"] == "https://app.example"
            assert "Content-Type" not in again
            assert "Content-Encoding" not in again
        for named in ('"other"', "", etag.strip('"'), f'"{etag}'):
            assert (await asked(client, LIST, "GET", **{"If-None-Match": named}))[0] == 200
        assert (await asked(client, LIST, "POST", **{"If-None-Match": etag}))[0] == 200
        async with client.head("/graphql", params=LIST, headers=PLAIN | {"If-None-Match": etag}) as head:
            assert (head.status, head.headers["ETag"]) == (304, etag)
        assert len(cook.made) == 2
        assert client.app[ANSWER_CACHE].unchanged == 5


async def test_whoever_has_the_bytes_is_told_so_after_they_were_made_again(serve, database_url, cook):
    async with serve(database_url, cache_mb=0) as client:
        etag = (await asked(client, LIST, "GET"))[1]["ETag"]
        status, _, body = await asked(client, LIST, "GET", **{"If-None-Match": etag})
        assert (status, body) == (304, b"")
        assert len(cook.made) == 2


async def test_an_answer_by_post_or_with_an_error_has_no_validator(serve, database_url, cook):
    async with serve(database_url) as client:
        assert "ETag" not in (await asked(client, TITLE))[1]
        wrong = {"query": "{ posts(first: -1) { totalCount } }"}
        assert "ETag" not in (await asked(client, wrong, "GET"))[1]
        assert "ETag" not in (await asked(client, {"query": "{ outbox { subject } }"}, "GET"))[1]


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (None, "public, max-age=10, stale-while-revalidate=60"),
        (600, "public, max-age=10, stale-while-revalidate=60"),
        (30.5, "public, max-age=10, stale-while-revalidate=20"),
        (4.5, "public, max-age=4, stale-while-revalidate=0"),
    ],
)
async def test_nobody_keeps_an_answer_past_the_moment_when_something_appears(
    serve, database_url, cook, left, told
):
    async with serve(database_url) as client:
        with time_machine.travel(models.now(), tick=False):
            cook.until = left and models.now() + timedelta(seconds=left)
            for _ in range(2):
                assert (await asked(client, TITLE, "GET"))[1]["Cache-Control"] == told
        assert len(cook.made) == 1


async def test_what_has_come_to_its_end_is_made_anew(serve, database_url, cook):
    cook.until = models.now() + timedelta(milliseconds=300)
    async with serve(database_url) as client:
        await asked(client, TITLE)
        while models.now() < cook.until:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asked(client, TITLE)
        assert len(cook.made) == 2
