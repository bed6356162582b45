"""Clients that vanish at any moment, by any way in, leave nothing held and nothing half done."""

import asyncio
import gc
import socket
import struct
from itertools import count
from random import Random

import pytest

import models
from models.store import open_store
from tests.gql_server.hostile.wire import EVENTS, PARTS, Line, posted

AT_ONCE = 20
# So many may write at once without a wait.
SEATS = 8
LONGEST_STAY = 0.12
AFTERWARDS = 60
LIVE = "subscription { commentAdded { commentEdge { node { id author { name } } } post { id title } } }"
ADD = "mutation ($input: AddCommentInput!) { addComment(input: $input) { errors { __typename } } }"
SUBSCRIBE = "mutation ($input: SubscribeInput!) { subscribe(input: $input) { errors { __typename } } }"
READ = "{ posts { totalCount nodes { title contentHtml comments(first: 20) { nodes { contentText } } } } }"


NUMBERS = count()


def adding(blog, text):
    """Ask for a comment to be added."""
    # What is said twice waits.
    said = f"{text} {next(NUMBERS)}"
    given = {"postId": blog.post, "content": said, "authorName": "Ann", "authorEmail": "ann@example.org"}
    return {"query": ADD, "variables": {"input": given}}


def signing_up(number):
    """Ask for letters."""
    return {"query": SUBSCRIBE, "variables": {"input": {"email": f"ann-{number}@example.org"}}}


class Wanderer:
    """A client that comes by one of the ways in, stays for a moment, and is gone."""

    def __init__(self, blog, number, some):
        self._blog, self._number, self._some = blog, number, some

    async def pass_by(self):
        ways = (
            self._listens_on_a_socket,
            self._asks_on_a_socket,
            self._listens_to_events,
            self._listens_to_parts,
            self._adds_a_comment,
            self._signs_up,
            self._reads,
            self._stops_half_way,
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", self._blog.port)
        coming = asyncio.ensure_future(ways[self._number % len(ways)](Line(reader, writer)))
        await asyncio.wait([coming], timeout=self._some.random() * LONGEST_STAY)
        await self._vanish(writer)
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        writer.transport.abort()

    async def _vanish(self, writer):
        """Leave with a reset, with a plain close, or first with one half of the line."""
        way = self._some.randrange(3)
        if way == 0:
            # Without lingering a close is a reset.
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            writer.transport.abort()
        elif way == 1:
            writer.close()
        elif not writer.transport.is_closing():
            writer.write_eof()
            await asyncio.sleep(0.01)

    async def _listens_on_a_socket(self, line):
        await line.init()
        line.say({"type": "subscribe", "id": "1", "payload": {"query": LIVE}})
        while isinstance(await line.heard(), dict):
            pass

    async def _asks_on_a_socket(self, line):
        await line.init()
        for id, asked in enumerate(
            [{"query": READ}, adding(self._blog, "Over a socket"), signing_up(self._number)]
        ):
            line.say({"type": "subscribe", "id": str(id), "payload": asked})
        while isinstance(await line.heard(), dict):
            pass

    async def _listens_to_events(self, line):
        line.writer.write(posted({"query": LIVE}, EVENTS))
        await line.rest()

    async def _listens_to_parts(self, line):
        line.writer.write(posted({"query": LIVE}, PARTS))
        await line.rest()

    async def _adds_a_comment(self, line):
        await line.ask(posted(adding(self._blog, "By post")))

    async def _signs_up(self, line):
        await line.ask(posted(signing_up(self._number)))

    async def _reads(self, line):
        await line.ask(posted({"query": READ}))

    async def _stops_half_way(self, line):
        whole = posted(adding(self._blog, "Half"))
        line.writer.write(whole[: self._some.randrange(1, len(whole))])
        await line.rest()


# What graphql-core had only just begun when its request was cancelled.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.parametrize("count", [64, pytest.param(1_000, marks=pytest.mark.faults)])
async def test_who_walks_away_leaves_nothing_behind(database_url, blog, count, figures):
    async with blog(database_url) as served:
        await works(served)
        tasks_before = len(asyncio.all_tasks())
        some, turn = Random(7), asyncio.Semaphore(AT_ONCE)

        async def one(number):
            async with turn:
                await Wanderer(served, number, some).pass_by()

        async with asyncio.timeout(300), asyncio.TaskGroup() as coming:
            for number in range(count):
                coming.create_task(one(number))
        async with asyncio.timeout(AFTERWARDS):
            while served.held or len(asyncio.all_tasks()) > tasks_before:  # noqa: ASYNC110 - no event says so
                await asyncio.sleep(0.02)
        await works(served)
        async with asyncio.timeout(AFTERWARDS):
            await asyncio.gather(*[works(served) for _ in range(SEATS)])
        gc.collect()
    async with open_store(database_url, migrate=False):
        comments = await models.Comment.all().count()
        figures(f"{count} walked away, and {comments} comments were kept")
        assert comments == await models.Comment.filter(is_shown=True).count()
        post = await models.Post.all().first()
        assert post.comment_count == comments


async def works(served):
    """Hold that a query and a mutation are answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    line = Line(reader, writer)
    assert (await line.ask(posted({"query": READ}))).json["data"]["posts"]["totalCount"] == 1
    reply = await line.ask(posted(adding(served, "Still here")))
    added = reply.json["data"]["addComment"]
    assert added["errors"] == []
    writer.close()
