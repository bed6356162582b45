"""Who has a CDN is told by the answers what they were made from, and by a hook what has changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import pytest
import structlog.testing
from aiohttp import web
from aiohttp.test_utils import TestServer

from gql_server import purging, tags
from gql_server.purging import PURGING
from gql_server.settings import SettingsError, read_settings
from schema.ids import row_id
from tests.gql_server.keeping import kitchen

TITLE = {"query": "{ site { title } }"}
POSTS = {"query": "{ posts(first: 1) { nodes { id } } }"}
ADD = """mutation($post: ID!, $said: String!) { addComment(input: {postId: $post, content: $said,
  authorName: "Gast", authorEmail: "gast@example.org"}) { comment { id status } errors { __typename } } }"""
NUMBERS = count()
HEADERS = ("Surrogate-Key", "Cache-Tag", "CDN-Tag")


class Hook:
    """A purge hook: what it was told, and how it behaves."""

    def __init__(self) -> None:
        self.told: list[list[str]] = []
        self.headers: list[str | None] = []
        self.statuses: list[int] = []
        self.hangs = asyncio.Event()
        self.hangs.set()
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.headers.append(request.headers.get("Authorization"))
        status = self.statuses.pop(0) if self.statuses else 204
        await self.hangs.wait()
        if status < 300:
            self.told.append((await request.json())["tags"])
        return web.Response(status=status, headers={"Location": "/elsewhere"} if status == 302 else {})

    async def tells(self, *wanted: str) -> list[str]:
        """Wait until it was told of these; give all that it was told."""
        async with asyncio.timeout(60):
            while not set(wanted) <= {tag for told in self.told for tag in told}:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return [tag for told in self.told for tag in told]


@pytest.fixture
def dialect():
    """What is told does not depend on the store, but where a test says so."""
    return "sqlite"


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """Run a hook."""
    async with hooked() as hook:
        yield hook


@asynccontextmanager
async def hooked(port: int = 0) -> AsyncIterator[Hook]:
    hook, app = Hook(), web.Application()
    app.add_routes([web.post("/purge", hook.take)])
    server = TestServer(app, port=port)
    await server.start_server()
    hook.url = str(server.make_url("/purge"))
    try:
        yield hook
    finally:
        hook.hangs.set()
        await server.close()


async def ask(client, body):
    async with client.post("/graphql", json=body) as answer:
        return (await answer.json())["data"]


async def comment(client):
    """Leave a comment below the newest post; give the tag of what that changes."""
    [post] = (await ask(client, POSTS))["posts"]["nodes"]
    # What is said twice waits.
    said = f"Nummer {next(NUMBERS)}"
    added = await ask(client, {"query": ADD, "variables": {"post": post["id"], "said": said}})
    assert added["addComment"]["comment"]["status"] == "APPROVED"
    return f"comments-{row_id(post['id'], 'Post')}"


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
async def test_the_hook_is_told_what_was_changed_and_nothing_else(serve, database_url, hook):
    async with serve(database_url, demonstration=True, purge_url=hook.url, purge_token="s3cret") as client:
        tag = await comment(client)
        assert set(await hook.tells(tag)) == {"anything", "many-comments", tag}
        assert set(hook.headers) == {"Bearer s3cret"}
        async with client.get("/metrics") as answer:
            told = await answer.text()
        assert 'gql_server_purges_total{outcome="failed"} 0' in told
        assert "gql_server_purge_waiting 0" in told


async def test_what_is_not_taken_is_told_again_and_the_log_tells_it_once(
    serve, database_url, hook, monkeypatch
):
    monkeypatch.setattr(purging, "FIRST_WAIT", 0.01)
    with structlog.testing.capture_logs() as logs:
        async with serve(database_url, demonstration=True, purge_url=hook.url) as client:
            hook.statuses = [500, 302, 401, 429]
            tag = await comment(client)
            await hook.tells(tag)
            assert client.app[PURGING][0].failed == 4
    seen = [(log["log_level"], log.get("reason")) for log in logs if "purge hook" in log["event"]]
    assert seen == [("warning", "status 500"), ("info", None)]


async def test_a_hook_that_hangs_keeps_no_writer_waiting(serve, database_url, hook, monkeypatch):
    monkeypatch.setattr(purging, "LAST_SECONDS", 0.1)
    async with serve(database_url, demonstration=True, purge_url=hook.url) as client:
        hook.hangs.clear()
        tags = {await comment(client) for _ in range(3)}
        assert not hook.told
        hook.hangs.set()
        await hook.tells(*tags)
        hook.hangs.clear()
        await comment(client)
    # It has stopped by now, though nobody answered.


async def test_a_hook_that_was_away_is_told_when_it_is_back(serve, database_url, monkeypatch):
    monkeypatch.setattr(purging, "FIRST_WAIT", 0.01)
    async with hooked() as hook:
        port = int(hook.url.rsplit(":", 1)[1].partition("/")[0])
    async with serve(database_url, demonstration=True, purge_url=hook.url) as client:
        tag = await comment(client)
        async with asyncio.timeout(30):
            while not client.app[PURGING][0].failed:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        async with hooked(port) as hook:
            await hook.tells(tag)


async def test_what_is_left_is_told_before_the_end(serve, database_url, hook, monkeypatch):
    monkeypatch.setattr(purging, "BATCH_SECONDS", 3600)
    monkeypatch.setattr(purging, "LAST_SECONDS", 60)
    async with serve(database_url, demonstration=True, purge_url=hook.url) as client:
        tag = await comment(client)
        assert not hook.told
    assert hook.told == [["anything", tag, "many-comments"]]


@pytest.mark.parametrize("dialect", ["postgres"])
async def test_each_change_is_told_by_the_process_that_made_it(serve, database_url, hook):
    async with (
        hooked() as other,
        serve(database_url, demonstration=True, purge_url=hook.url) as one,
        serve(database_url, purge_url=other.url) as two,
    ):
        tag = await comment(two)
        await other.tells(tag)
        mine = await comment(one)
        await hook.tells(mine)
        # What one has heard of before its own it would have told before.
        assert len(hook.told) == len(other.told) == 1


async def test_the_command_line_tells_what_it_has_changed(start, database_url, hook):
    start("migrate", DATABASE_URL=database_url).ended()
    assert not hook.told
    held = start("comments", "policy", "shown", DATABASE_URL=database_url, PURGE_URL=hook.url)
    told = await asyncio.to_thread(held.ended)
    assert told == 0
    assert "any-site" in await hook.tells("any-site")


async def test_too_much_to_name_is_everything(hook):
    told = purging.Purging(hook.url, "")
    told.note(f"post-{number}" for number in range(purging.MOST_WAITING + 1))
    assert told.waiting == 1
    assert tags.purged(["everything", "post-1"]) == ["everything"]


def test_a_purge_also_names_what_stands_for_many():
    assert tags.purged(["post-12", "posts"]) == ["anything", "many-post", "post-12", "posts"]
    assert tags.purged(["comments-3", "any-site"]) == ["any-site", "anything", "comments-3", "many-comments"]


async def test_answers_say_what_they_were_made_from_where_there_is_a_hook(serve, database_url, hook):
    with kitchen() as cook:
        cook.reads = frozenset(["any-site", "any-post", "post-12"])
        async with serve(database_url, purge_url=hook.url) as client, serve(database_url) as without:
            for _ in range(2):
                async with client.get("/graphql", params=TITLE) as answer:
                    assert answer.headers["Surrogate-Key"] == "everything any-post any-site post-12"
                    assert answer.headers["Cache-Tag"] == "everything,any-post,any-site,post-12"
                    assert answer.headers["CDN-Tag"] == answer.headers["Cache-Tag"]
                async with client.post("/graphql", json=TITLE) as answer:
                    assert not set(HEADERS) & set(answer.headers)
                async with without.get("/graphql", params=TITLE) as answer:
                    assert not set(HEADERS) & set(answer.headers)


def test_long_answers_name_what_stands_for_many():
    reads = {"any-post", "posts", *(f"post-{number}" for number in range(1_000))}
    told = tags.headers_of(reads)
    assert set(told["Surrogate-Key"].split()) == {"everything", "any-post", "posts", "many-post"}
    purge = set(tags.purged(["post-7"]))
    assert purge & set(told["Surrogate-Key"].split())
    assert max(map(len, told.values())) <= tags.LONGEST
    assert tags.headers_of(None)["Cache-Tag"] == "everything,anything"
    assert "anything" in tags.purged(["any-menu"])


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"PURGE_URL": "hooks.example"}, "PURGE_URL needs an address such as"),
        ({"PURGE_URL": "ftp://hooks.example/s3cret"}, "PURGE_URL needs an address such as"),
        ({"PURGE_URL": "https://"}, "PURGE_URL needs an address such as"),
        ({"PURGE_URL": "https://a.example/ s3cret"}, "PURGE_URL needs an address such as"),
        ({"PURGE_TOKEN": "s3cret"}, "PURGE_TOKEN needs GQL_SERVER_PURGE_URL"),
        ({"PURGE_URL": "https://a.example", "PURGE_TOKEN": "s3cret\nX: y"}, "PURGE_TOKEN is letters"),
        ({"PURGE_URL": "https://a.example", "PURGE_TOKEN": "s3cret é"}, "PURGE_TOKEN is letters"),
        ({"CACHE_MB": "-1"}, "GQL_SERVER_CACHE_MB is '-1', but it needs a number of megabytes"),
        ({"CACHE_MB": "lots"}, "GQL_SERVER_CACHE_MB is 'lots', but it needs a number of megabytes"),
        ({"CACHE_MB": ""}, "GQL_SERVER_CACHE_MB is '', but it needs a number of megabytes"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_explained_without_its_secret(settings, reason):
    with pytest.raises(SettingsError) as refused:
        read_settings({f"GQL_SERVER_{name}": value for name, value in settings.items()})
    assert reason in str(refused.value)
    assert "s3cret" not in str(refused.value)
