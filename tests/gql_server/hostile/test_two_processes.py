"""What happens in one process is known in the others on the same PostgreSQL within moments."""

import asyncio
import hashlib

import pytest

import models
from models.store import open_store
from tests.gql_server.hostile.wire import EVENTS, PARTS, line_to, posted

MOMENTS = 60
ADD = "mutation ($input: AddCommentInput!) { addComment(input: $input) { errors { __typename } } }"
COMMENTS = {"query": "subscription { commentAdded { commentEdge { node { contentText } } } }"}
POSTS = {"query": "subscription { postPublished { isUpdate postEdge { node { title } } } }"}


@pytest.fixture
def dialect():
    """SQLite has no way to tell other processes."""
    return "postgres"


@pytest.fixture
async def pair(start, found, database_url):
    """Run two servers on one PostgreSQL; give their ports, the store's url and a post."""
    url, post = database_url, await found(database_url)
    servers = [start("serve", "--port", "0", DATABASE_URL=url) for _ in range(2)]
    yield [await asyncio.to_thread(lambda one=one: one.port) for one in servers], url, post
    assert "Traceback" not in "".join(server.log for server in servers)


async def test_what_one_process_does_the_other_tells(pair):
    (here, there), url, post = pair
    async with (
        line_to(there) as socket,
        line_to(there) as events,
        line_to(there) as parts,
        line_to(here) as line,
    ):
        await socket.init()
        socket.say({"type": "subscribe", "id": "comments", "payload": COMMENTS})
        socket.say({"type": "subscribe", "id": "posts", "payload": POSTS})
        for listening, media in ((events, EVENTS), (parts, PARTS)):
            listening.writer.write(posted(COMMENTS, media))
            assert (await listening.head())[0] == 200
        # Answered after them, so all of them listen by now.
        socket.say({"type": "subscribe", "id": "title", "payload": {"query": "{ site { title } }"}})
        while (await socket.heard())["id"] != "title" or (await socket.heard())["type"] != "complete":
            pass

        given = {"postId": post, "content": "Hello", "authorName": "Ann", "authorEmail": "ann@example.org"}
        reply = await line.ask(posted({"query": ADD, "variables": {"input": given}}))
        assert reply.json == {"data": {"addComment": {"errors": []}}}
        told = {"data": {"commentAdded": {"commentEdge": {"node": {"contentText": "Hello"}}}}}
        async with asyncio.timeout(MOMENTS):
            assert (await socket.heard())["payload"] == told
            assert await first_piece_with(events, b'"contentText":"Hello"')
            assert await first_piece_with(parts, b'"contentText":"Hello"')

        async with open_store(url, migrate=False):  # this process is the third one
            site = await models.found()
            draft = await models.Post.draft(site, "Nieuws", "<p>Tekst.</p>", authors=[])
            await draft.publish()
        async with asyncio.timeout(MOMENTS):
            published = (await socket.heard())["payload"]["data"]["postPublished"]
        assert published == {"isUpdate": False, "postEdge": {"node": {"title": "Nieuws"}}}

        query = "{ site { title } posts { totalCount } }"
        registered = {
            "persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(query.encode()).hexdigest()}
        }
        assert (await line.ask(posted({"query": query, "extensions": registered}))).status == 200
        async with line_to(there) as other, asyncio.timeout(MOMENTS):
            while "data" not in (answer := (await other.ask(posted({"extensions": registered}))).json):  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # no event comes from there
            assert answer["data"]["posts"] == {"totalCount": 2}


async def first_piece_with(listening, words):
    """Read what comes until some words do."""
    async for piece in listening.pieces():
        if words in piece:
            return True
    return False
