"""Plans are read at once, or in a thread when that takes long; nothing is left open behind them."""

import asyncio
import sqlite3
import threading

import pytest
from tortoise.context import require_context
from tortoise.exceptions import OperationalError

import models
from models.engines import sqlite_loop
from models.engines.sqlite import READERS
from models.reading import read
from tests.conftest import LONGEST_READ

# Some millions of steps, whatever the machine.
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)"
LONG = f"{NUMBERS} SELECT max(i) FROM n"
TITLE = ("SELECT title FROM site", [])


def steps(*statements):
    """Give a plan of some statements: it returns the first value of each, and the thread it was read in."""

    def begin():
        values = []
        for statement in statements:
            rows = yield statement
            values.append(rows[0][0])
        return values, threading.current_thread() is threading.main_thread()

    return begin


@pytest.fixture
def dialect():
    """Only SQLite is read in the loop."""
    return "sqlite"


async def test_what_is_brief_is_read_at_once(site):
    assert await read(steps(TITLE, TITLE)) == ([site.title] * 2, True)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
async def test_what_is_known_to_be_long_is_read_in_a_thread(site):
    assert await read(steps(TITLE), is_long=True) == ([site.title], False)


async def test_what_turns_out_to_be_long_is_begun_anew_in_a_thread_and_holds_up_nobody(site, monkeypatch):
    monkeypatch.setattr(sqlite_loop, "MOST_SECONDS", LONGEST_READ)
    turns = 0

    async def look_on():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    looking = asyncio.create_task(look_on())
    assert await read(steps(TITLE, (LONG, []))) == ([site.title, 3_000_000], False)
    looking.cancel()
    assert turns > 10
    monkeypatch.setattr(sqlite_loop, "MOST_SECONDS", 60)
    await _sees_what_is_new(site)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
async def test_nothing_more_is_read_for_whoever_leaves_between_two_statements(site):
    has_begun, may_go_on, went_on = threading.Event(), threading.Event(), []

    def begin():
        yield TITLE
        has_begun.set()
        may_go_on.wait(60)
        yield TITLE
        went_on.append(1)

    reading = asyncio.create_task(read(begin, is_long=True))
    await asyncio.to_thread(has_begun.wait, 60)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    may_go_on.set()
    # Of SQLite's few readers one is that one, and takes its turn when it has done with this.
    for _ in range(READERS):
        assert await read(steps(TITLE), is_long=True) == ([site.title], False)
    assert went_on == []


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
async def test_a_long_read_that_fails_leaves_nothing_open(site):
    with pytest.raises(OperationalError):
        await read(steps(TITLE, ("SELECT nothing FROM nowhere", [])), is_long=True)
    assert await read(steps(TITLE), is_long=True) == ([site.title], False)


async def test_a_statement_that_fails_leaves_nothing_open(site):
    with pytest.raises(OperationalError):
        await read(steps(TITLE, ("SELECT nothing FROM nowhere", [])))
    await _sees_what_is_new(site)


async def test_a_plan_that_fails_leaves_nothing_open(site):
    def begin():
        yield TITLE
        raise models.NotFound

    with pytest.raises(models.NotFound):
        await read(begin)
    await _sees_what_is_new(site)


async def test_nothing_can_be_written(site):
    for is_long in (False, True):
        with pytest.raises((OperationalError, models.Unavailable)):
            await read(steps(("UPDATE site SET title = 'x'", [])), is_long=is_long)


async def test_one_plan_sees_one_moment(site):

    def begin():
        [[before]] = yield TITLE
        # Committed meanwhile, by another connection.
        thread = threading.Thread(target=_change)
        thread.start()
        thread.join()
        [[after]] = yield TITLE
        return before, after

    path = require_context().db().filename

    def _change():

        connection = sqlite3.connect(path)
        connection.execute("UPDATE site SET title = 'Changed'")
        connection.commit()
        connection.close()

    before, after = await read(begin)
    assert before == after == site.title
    assert (await read(steps(TITLE)))[0] == ["Changed"]


async def _sees_what_is_new(site):
    await site.change(title="New")
    assert await read(steps(TITLE)) == (["New"], True)
