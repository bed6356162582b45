"""What happens in one process is heard in the others, also after the store was away."""

import asyncio
import json

import pytest
import structlog.testing
from aiohttp import ClientSession

import models
from gql_server import pulse_listener
from models import pulse
from models.atomic import atomic
from models.changes import EVERYTHING
from models.store import open_store
from schema.ids import global_id

ADD = """mutation($post: ID!) { addComment(input: {postId: $post, content: "Van hiernaast",
  authorName: "Gast", authorEmail: "gast@example.org"}) { comment { id status } errors { __typename } } }"""
LIVE = "subscription { commentAdded { commentEdge { node { id contentText status } } post { title } } }"
POSTS = "{ posts(first: 1) { nodes { id title } } }"


@pytest.fixture
def dialect() -> str:
    return "postgres"


async def ask(url: str, query: str, **variables: object) -> dict:
    async with ClientSession() as session:
        reply = await session.post(f"{url}/graphql", json={"query": query, "variables": variables})
        return (await reply.json())["data"]


async def next_event(stream) -> dict:
    async with asyncio.timeout(30):
        async for line in stream.content:
            if line.startswith(b"data: "):
                return json.loads(line.removeprefix(b"data: "))["data"]
    raise EOFError


async def test_a_comment_left_at_one_server_is_heard_at_another_and_from_the_command_line(
    start, database_url
):
    one = start("serve", "--port", "0", "--demonstration", DATABASE_URL=database_url)
    assert one.url
    two = start("serve", "--port", "0", DATABASE_URL=database_url)
    [post] = (await ask(two.url, POSTS))["posts"]["nodes"]
    headers = {"Accept": "text/event-stream"}
    async with (
        ClientSession() as session,
        session.post(f"{two.url}/graphql", json={"query": LIVE}, headers=headers) as stream,
    ):
        comment = (await ask(one.url, ADD, post=post["id"]))["addComment"]["comment"]
        assert comment["status"] == "APPROVED"
        told = {"contentText": "Van hiernaast", **comment}
        assert (await next_event(stream))["commentAdded"] == {
            "commentEdge": {"node": told}, "post": {"title": post["title"]}
        }  # fmt: skip
        assert start("comments", "policy", "held", DATABASE_URL=database_url).ended() == 0
        held = (await ask(one.url, ADD, post=post["id"]))["addComment"]["comment"]
        assert held["status"] == "PENDING"
        number = next(id for id in range(2**10) if global_id("Comment", id) == held["id"])
        assert start("comments", "approve", str(number), DATABASE_URL=database_url).ended() == 0
        told = {"contentText": "Van hiernaast", "id": held["id"], "status": "APPROVED"}
        assert (await next_event(stream))["commentAdded"]["commentEdge"] == {"node": told}


@atomic
async def tell() -> None:
    pulse.tell(pulse.CommentShown(comment_id=1, post_id=1))


async def tell_elsewhere(url: str) -> None:
    async with open_store(url, migrate=False):
        await tell()


async def test_a_store_that_comes_back_is_heard_again_and_the_silence_is_told_once(
    own_server, until, monkeypatch
):
    monkeypatch.setattr(pulse_listener, "DEAF_SECONDS", 0.01)
    begun, tried, hearing_for_real = asyncio.Event(), asyncio.Event(), pulse.hearing

    async def told(event: str) -> bool:
        return any(line["event"].startswith(event) for line in logged)

    def hearing_once_more():
        tried.set()
        return hearing_for_real()

    monkeypatch.setattr(pulse, "hearing", hearing_once_more)
    async with open_store(own_server.url):
        listener, changed = pulse.listen(pulse.CommentShown), list[frozenset[str]]()
        pulse.watch(changed.append)
        with structlog.testing.capture_logs() as logged:
            hearing = asyncio.create_task(pulse_listener.hear_on(begun))
            await begun.wait()
            assert logged == []
            assert pulse.is_current()
            changed.clear()
            await asyncio.to_thread(own_server.go_down)
            await until(lambda: told("cannot hear"))
            assert changed == [{EVERYTHING}]
            assert not pulse.is_current()
            for _ in range(3):
                tried.clear()
                await tried.wait()
            with pytest.raises(models.Unavailable):
                await tell()
            await asyncio.to_thread(own_server.come_up)
            await until(lambda: told("hears the other processes again"))
        # Once more, for what was missed.
        assert changed == [{EVERYTHING}, {EVERYTHING}]
        assert pulse.is_current()
        assert [line["log_level"] for line in logged] == ["warning", "info"]
        await asyncio.create_task(tell_elsewhere(own_server.url))
        async with asyncio.timeout(30):
            assert (await anext(listener)).comment_id == 1
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
