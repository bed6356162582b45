"""PostgreSQL plans a statement of ours once, and not each time it is asked: counted, not by a clock."""

import os
from itertools import cycle, islice

import pytest

from benchmarks.asks import QUERIES, asks
from benchmarks.blog import generate
from models.engines import postgres_lines
from models.reading import read
from models.store import APPS, open_store
from schema.context import Publication
from tests.conftest import answering

POSTS = 2_000
TIMES = 12
# PostgreSQL tries so many plans for the values that it is given, before it keeps one for all values.
TRIED = 5


@pytest.fixture
def blog(databases) -> str:
    """Name a store of PostgreSQL."""
    return databases.migrated("postgres", APPS)


@pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="plans are off")
async def test_no_statement_is_planned_each_time_it_is_asked(blog, monkeypatch):
    # What was planned is told to the connection alone that asked.
    monkeypatch.setattr(postgres_lines, "MOST_LINES", 1)
    async with open_store(blog, migrate=False):
        await generate(POSTS)
        answer = answering(Publication("http://127.0.0.1:8000", keep_seconds=60))
        for ask in asks(POSTS, QUERIES):
            for variables in islice(cycle(ask.variables), TIMES):
                assert (await answer(ask.document, **variables)).errors is None
        planned = await _planned()
    asked = {sql: anew for sql, (anew, kept) in planned.items() if anew + kept >= TIMES}
    assert len(asked) >= len(QUERIES)
    assert {sql: anew for sql, anew in asked.items() if anew > TRIED} == {}


async def _planned():
    """Tell of each statement how often it was planned anew, and how often by a plan that was kept."""

    def asking():
        return (yield "SELECT statement, custom_plans, generic_plans FROM pg_prepared_statements", ())

    return {sql: (anew, kept) for sql, anew, kept in await read(asking)}
