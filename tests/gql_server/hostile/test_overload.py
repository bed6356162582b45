"""When four times as many ask as can be answered, nearly as many are, and the rest is told so."""

import asyncio
import time

import pytest

from gql_server.admission import ADMISSION, Lane
from tests.gql_server.hostile.crowds import EACH_TIME, closed_loop, open_loop
from tests.gql_server.hostile.wire import EVENTS, line_to, posted, request

LIST = """{
  site { title }
  posts(first: 10) {
    totalCount
    nodes { title excerpt path commentCount authors { name } tags { label } }
    pageInfo { endCursor }
  }
}"""
QUESTION = posted({"query": LIST, "extensions": {"number": EACH_TIME}})
CLIENTS = 8
TIMES = 4
LEAST_GOODPUT = 0.7
MOST_GROWTH = 60


@pytest.fixture
def dialect():
    """Who is turned away does not come as far as a store."""
    return "sqlite"


@pytest.mark.parametrize("seconds", [1, pytest.param(30, marks=pytest.mark.faults)])
async def test_too_many_are_told_so_and_the_others_are_served(blogs, seconds, figures, megabytes):
    server = blogs[0]
    port, pid, calm = server.port, server.process.pid, max(1, seconds / 3)
    await closed_loop(port, QUESTION, clients=CLIENTS, seconds=0.5)
    before = await closed_loop(port, QUESTION, clients=CLIENTS, seconds=calm)
    assert set(before.statuses) == {200}
    was = megabytes(pid)
    asking = asyncio.create_task(
        open_loop(port, QUESTION, rate=max(before.goodput * TIMES, 400), seconds=seconds)
    )
    lives = [seconds async for seconds in life_signs(port, asking)]
    crowd = await asking
    growth = megabytes(pid) - was
    after = await closed_loop(port, QUESTION, clients=CLIENTS, seconds=calm)
    figures(
        f"capacity {before.goodput:.0f}/s, then {after.goodput:.0f}/s; {TIMES} times that for {seconds} s: "
        f"{crowd.goodput:.0f}/s, median {crowd.wait(0.5):.0f} ms, p99 {crowd.wait(0.99):.0f} ms, "
        f"{crowd.statuses[503]} refused, {growth:+.0f} MB, /healthz within {max(lives) * 1000:.0f} ms"
    )
    # On SQLite a plain read takes no seat: whoever is quick enough turns nobody away.
    assert {200} <= set(crowd.statuses) <= {200, 503}
    if crowd.statuses[503]:
        assert_is_a_refusal(crowd.samples[503])
    assert growth <= MOST_GROWTH
    assert set(after.statuses) == {200}
    async with line_to(port) as line:
        assert (await line.ask(posted({"query": "{ site { title } }"}))).status == 200
    assert "Traceback" not in server.log
    if seconds >= 30:
        # Both at the same moment of the same machine, as nearly as can be.
        assert crowd.goodput >= LEAST_GOODPUT * (before.goodput + after.goodput) / 2


ADD = "mutation ($input: AddCommentInput!) { addComment(input: $input) { errors { __typename } } }"


async def test_where_readers_fill_the_house_those_who_change_something_find_a_seat(database_url, blog):
    async with blog(database_url) as served, line_to(served.port) as line:
        served.app[ADMISSION]._reads = Lane(0, waiting=0, burst=0)
        given = {
            "postId": served.post,
            "content": "Hello",
            "authorName": "Ann",
            "authorEmail": "a@example.org",
        }
        added = await line.ask(posted({"query": ADD, "variables": {"input": given}}))
        assert added.json == {"data": {"addComment": {"errors": []}}}
        title = "{ site { title } }"
        readers = [
            posted({"query": title}),
            posted({"query": title}, EVENTS),
            posted({"query": f"# no mutation\n{title}"}),
            request("GET", "/graphql?query=%7Bsite%7Btitle%7D%7D"),
        ]
        for reader in readers:
            refusal = await line.ask(reader)
            assert (refusal.status, refusal.codes) == (503, {"OVERLOADED"})
        unknown = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}
        assert (await line.ask(posted(unknown))).codes == {"PERSISTED_QUERY_NOT_FOUND"}


async def life_signs(port, asking):
    """Ask whether the server lives until others have done asking; give how long each answer took."""
    async with line_to(port) as line:
        while not asking.done():
            begun = time.perf_counter()
            assert (await line.ask(request("GET", "/healthz"))).status == 200
            yield time.perf_counter() - begun
            await asyncio.sleep(0.05)


def assert_is_a_refusal(answer):
    """Hold that a refusal says in JSON what the matter is, and when to come back."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 1\r\n" in head
    assert b"\r\nContent-Type: application/json" in head
    assert b'"code":"OVERLOADED"' in body
