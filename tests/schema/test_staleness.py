"""No stale answer is given: at once after a writer of this process has its own, soon after one of another."""

import asyncio
import logging
import random
from collections import defaultdict
from contextlib import AsyncExitStack
from time import monotonic

import pytest
from tortoise.context import require_context

import models
from models import pulse
from models.changes import LOOK_SECONDS
from models.store import open_store
from schema.ids import global_id
from schema.kept import Kept, Made

PAGE = "query($id: ID!) { post(by: { id: $id }) { title commentCount comments { totalCount } } }"
LIST = "{ posts { totalCount nodes { title } } }"
SHORT, LONG = 60, 1000
HERE = range(3)
# Whoever takes time to make an answer gives others time to write meanwhile.
LINGER = 0.005
log = logging.getLogger("staleness")


class Blog:
    """Some posts whose titles and counts only grow, and readers who know what writers were told.

    `answered` holds for each page the highest number that some writer knows to be in the store, with the
    moment it was told so; `stale` by how many seconds answers were older than that.
    """

    def __init__(self, ask, write, *, kept: Kept) -> None:
        self.ask, self.write, self.kept = ask, write, kept
        self.ids: list[int] = []
        self.numbers: defaultdict[str, int] = defaultdict(int)
        self.answered: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        self.stale: list[float] = []
        self.reads = 0

    async def begin(self, site: models.Site) -> None:
        await site.change(comment_policy=models.CommentPolicy.SHOWN)
        for _ in HERE:
            post = await self.write("0")
            await post.publish()
            self.ids.append(post.id)

    async def change(self, chance: random.Random) -> None:
        id = chance.choice(self.ids)
        if chance.random() < 0.5:
            await models.Comment.leave(id, models.Writer(name="Gast", email="gast@example.org"), "Hoi")
            self._was_answered(f"comments {id}")
            return
        post = await models.Post.get(id=id)
        number = int(post.title) + 1
        try:
            await post.rewrite(f"{number}", "<p>x</p>", authors=[], tags=[])
        except models.Changed:
            return
        self._was_answered(f"title {id}", number)

    def _was_answered(self, what: str, number: int | None = None) -> None:
        self.numbers[what] = max(self.numbers[what], number or self.numbers[what] + 1)
        self.answered[what].append((self.numbers[what], monotonic()))

    async def look(self, chance: random.Random) -> None:
        id, begun = chance.choice(self.ids), monotonic()
        known = {what: list(told) for what, told in self.answered.items()}
        if chance.random() < 0.3:
            titles = await self.kept.get("list", self._list)
            seen = {f"title {each}": number for each, number in titles.items()}
        else:
            seen = await self.kept.get(("page", id), lambda: self._page(id))
        self.reads += 1
        for what, number in seen.items():
            missed = [at for told, at in known.get(what, ()) if told > number]
            if missed:
                self.stale.append(begun - min(missed))

    async def _page(self, id: int) -> Made:
        post = (await self.ask(PAGE, id=global_id("Post", id)))["post"]
        await asyncio.sleep(LINGER)
        # They are read one after the other, and somebody may write in between.
        count = min(post["commentCount"], post["comments"]["totalCount"])
        seen = {f"title {id}": int(post["title"]), f"comments {id}": count}
        return Made(seen, 100, frozenset((f"post-{id}", f"comments-{id}", "any-post", "any-comment")))

    async def _list(self) -> Made:
        posts = (await self.ask(LIST))["posts"]
        await asyncio.sleep(LINGER)
        assert posts["totalCount"] == len(self.ids)
        # All were published in the order of their numbers, and the newest come first.
        titles = [int(node["title"]) for node in posts["nodes"]]
        seen = dict(zip(sorted(self.ids, reverse=True), titles, strict=True))
        return Made(seen, 100, frozenset(("posts", "any-post", "any-month_count")))


@pytest.fixture
async def blog(site, ask, write):
    """Open a blog with a few posts, and hear of others where they can be heard."""
    kept = Kept(10_000_000, seconds=1000)
    kept.listen()
    blog = Blog(ask, write, kept=kept)
    await blog.begin(site)
    async with pulse.hearing():
        yield blog


async def soak(blog: Blog, writes: int, *, seed: int, writer_at: str = "") -> None:
    """Let some write and others read meanwhile, by chance but alike for the same seed."""
    chance = random.Random(seed)
    left = [writes]

    async def write() -> None:
        async with AsyncExitStack() as stack:
            if writer_at:
                await stack.enter_async_context(open_store(writer_at, migrate=False))
            while left[0] > 0:
                left[0] -= 1
                await blog.change(chance)
                await asyncio.sleep(chance.random() * 0.01)

    async def read() -> None:
        while left[0] > 0:
            await blog.look(chance)
            await asyncio.sleep(chance.choice((0, 0, 0.001, 0.005)))

    await asyncio.gather(write(), write(), read(), read(), read())


@pytest.mark.parametrize("writes", [SHORT, pytest.param(LONG, marks=pytest.mark.faults)])
@pytest.mark.parametrize("seed", [1, 2])
async def test_whoever_writes_here_makes_every_later_answer_new(blog, writes, seed):
    await soak(blog, writes, seed=seed)
    assert blog.stale == []
    assert blog.kept.hits > 0
    assert blog.kept.forgotten > 0


@pytest.mark.parametrize("writes", [SHORT, pytest.param(LONG, marks=pytest.mark.faults)])
async def test_whoever_writes_elsewhere_makes_answers_new_soon(blog, store, database_url, writes, until):
    await soak(blog, writes, seed=3, writer_at=database_url)
    late = [seconds for seconds in blog.stale if seconds > 0.05]
    oldest = max(blog.stale, default=0) * 1000
    figures = blog.reads, blog.kept.hits, len(blog.stale), len(late), oldest
    log.info("%d reads, %d kept; %d stale, %d after 50 ms; the oldest after %.1f ms", *figures)
    assert blog.kept.hits > 0
    if store.dialect == "sqlite":
        # By looking this is certain, however slow the machine is: nothing kept is given without a look.
        assert [seconds for seconds in blog.stale if seconds > LOOK_SECONDS] == []
    chance = random.Random(4)

    async def nothing_is_stale() -> bool:
        blog.stale.clear()
        for _ in range(20):
            await blog.look(chance)
        return not blog.stale

    await until(nothing_is_stale)


class TestOnPostgres:
    """What one process tells another may be lost."""

    @pytest.fixture
    def dialect(self) -> str:
        return "postgres"

    async def test_what_was_never_told_is_given_no_longer_than_what_is_kept_lives(
        self, blog, database_url, until, monkeypatch
    ):
        async def lose(self, channel: str, payload: str) -> None:
            pass

        blog.kept.seconds = 0.5
        [id, *_] = blog.ids
        page = lambda: blog.kept.get("page", lambda: blog._page(id))  # noqa: E731
        monkeypatch.setattr(type(require_context().db()), "notify", lose)

        async def write_elsewhere() -> None:
            async with open_store(database_url, migrate=False):
                await models.Comment.leave(id, models.Writer(name="Gast", email="gast@example.org"), "Hoi")

        async def is_new() -> bool:
            return (await page())[f"comments {id}"] == 1

        await page()
        await asyncio.create_task(write_elsewhere())
        await until(is_new)
