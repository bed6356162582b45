"""What an answer costs does not grow with the archive: counted in steps of SQLite, not by a clock."""

import os
import sqlite3
from collections.abc import Callable
from itertools import cycle, product

import pytest

import models
from benchmarks.asks import MUTATIONS, QUERIES, asks
from benchmarks.blog import generate
from models.engines import sqlite_loop
from models.store import APPS, open_store
from schema.context import Publication
from schema.plans import Plans
from tests.conftest import answering

SMALL, LARGE = 1_000, 5_000
MOST = 1.3
# Of somebody who wrote much and somebody who did little; of a tag that many posts have, and of one of few.
PAGE = "first: 10) { nodes { title } pageInfo { hasNextPage endCursor } totalCount }"
BY_NAME = {
    "author {}": 'author(by: {{ slug: "{}" }}) {{ name postCount posts({page} }}',
    "posts by {}": 'posts(filter: {{ authorSlugs: ["{}"] }}, {page}',
    "posts on {1}": 'posts(filter: {{ tagSlugs: ["{1}"] }}, {page}',
    "posts on {1} or another": 'posts(filter: {{ tagSlugs: ["{1}", "onderwerp-7"] }}, {short}',
}
SHORT = PAGE.replace("totalCount", "")  # of several together posts are counted each time
NAMES = (("auteur-5", "onderwerp-5"), ("zeldzaam", "zelden"))
A_LOOK = 10  # steps
A_FEW = 100  # steps, of which a look may miss some in each statement


@pytest.fixture
def blogs(databases) -> dict[int, str]:
    """Name a store for each size."""
    return {size: databases.migrated("sqlite", APPS) for size in (SMALL, LARGE)}


@pytest.fixture
def steps(monkeypatch) -> Callable[[], int]:
    """Count the steps of all connections that are opened from now on; give how many there were."""
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1

    class Counted(sqlite3.Connection):
        def __init__(self, *args, **more):
            super().__init__(*args, **more)
            super().set_progress_handler(look, A_LOOK)

        def set_progress_handler(self, *_):
            """Let nobody else be told."""

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **more: connect(*args, factory=Counted, **more))
    # What is begun anew on a busy machine would be counted twice.
    monkeypatch.setattr(sqlite_loop, "MOST_SECONDS", 60)
    return lambda: looks * A_LOOK


@pytest.fixture(params=["planned", "field by field"])
def may_grow(request, monkeypatch) -> set[str]:
    """Answer by plans and without them; name what may cost more then."""
    if request.param == "planned":
        if os.environ.get("GQL_SERVER_PLANS") == "off":
            pytest.skip("plans are off")
        return set()

    async def never(*_, **__):
        return None

    monkeypatch.setattr(Plans, "answer", never)
    monkeypatch.setattr(Plans, "change", never)
    # All posts of an author or a tag are looked at, to find the newest; a plan walks as far as it is asked.
    return {"authors", *(name.format(*names) for name in BY_NAME for names in NAMES)} - {"author auteur-5"}


async def test_no_answer_costs_more_because_there_is_more(blogs, steps, may_grow):
    small, large = [await _costs(blogs[size], size, steps) for size in (SMALL, LARGE)]
    assert {name for name, cost in small.items() if large[name] > MOST * cost + A_FEW} == may_grow


async def _write_little():
    """Have a few of the oldest posts be by somebody else too, and about something else."""
    site = (await models.read_masthead()).site
    who, what = await models.Author.named(site.id, "Zeldzaam"), await models.Tag.named(site.id, "Zelden")
    for post in await models.Post.published().order_by("id").limit(5):
        more = {"post_id": post.id, "published_at": post.published_at}
        await models.Byline.create(author_id=who.id, position=2, **more)
        await models.Tagging.create(tag_id=what.id, **more)
    await models.recount(site)


async def _costs(url, size, steps):
    costs = {}

    async def count(name, work):
        # A connection learns first what stands in the store; on a busy machine another is opened at any time.
        counted = []
        for _ in range(4):
            before = steps()
            await work()
            counted.append(steps() - before)
        costs[name] = min(counted)

    async with open_store(url, migrate=False):
        await generate(size)
        await _write_little()
        publication = Publication("http://127.0.0.1:8000", keep_seconds=60)
        answer = answering(publication)
        for ask in asks(size, (*QUERIES, *MUTATIONS)):
            variables = cycle(ask.variables)

            async def answered(ask=ask, variables=variables):
                assert (await answer(ask.document, **next(variables))).errors is None

            await count(ask.name, answered)
        for (name, query), names in product(BY_NAME.items(), NAMES):
            asked = f"{{ {query.format(*names, page=PAGE, short=SHORT)} }}"

            async def answered_by_name(asked=asked):
                told = await answer(asked)
                assert told.errors is None
                assert "title" in str(told.data)

            await count(name.format(*names), answered_by_name)
        await count("the masthead", models.read_masthead)
        await count("what appeared meanwhile", models.count_due)
        assert sum(costs.values()) > 10_000
    return costs
