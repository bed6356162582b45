"""Whoever waits for the same statement shares a transaction; who cannot go fails alone."""

import asyncio

import asyncpg
import pytest
from garden.nouns import Bed
from tortoise.context import require_context
from tortoise.exceptions import IntegrityError, OperationalError

from models.engines.postgres_ferry import PATIENCE_SECONDS
from models.engines.transactions import Unavailable
from tests.models.test_engines_postgres import cut_everyone

ADD = """
    WITH bed AS (INSERT INTO bed (name) VALUES ($1) RETURNING id, name)
    SELECT id, name, pg_current_xact_id()::text AS transaction FROM bed"""
SLOWLY = """
    INSERT INTO bed (name) SELECT $1 FROM pg_sleep(0.3)
    RETURNING name, pg_current_xact_id()::text AS transaction"""
DIVIDE = "SELECT 6 / $1::int AS found"
DIG = "UPDATE bed SET plants = plants + 1 WHERE name = $1 RETURNING plants"


@pytest.fixture
def dialect() -> str:
    return "postgres"


@pytest.fixture
def take(garden):
    """Have a statement asked at once with other values each: `await take(ADD, "north", "south")`."""

    async def take(statement, *values, ranks=None):
        ranks = ranks or [0] * len(values)
        db = require_context().db()
        asked = (db.at_once(statement, [value], rank=rank) for value, rank in zip(values, ranks, strict=True))
        return await asyncio.gather(*asked, return_exceptions=True)

    return take


@pytest.fixture
def begun(garden_url, until):
    """Wait until the server is at a statement."""

    async def begun(statement):
        connection = await asyncpg.connect(garden_url)
        busy = "SELECT count(*) FROM pg_stat_activity WHERE query = $1 AND state = 'active'"
        await until(lambda: connection.fetchval(busy, statement))
        await connection.close()

    return begun


async def test_those_who_wait_share_a_transaction_and_each_gets_a_row_of_its_own(take):
    names = [f"bed {number}" for number in range(20)]
    rows = await take(ADD, *names)
    assert [row["name"] for row in rows] == names
    assert len({row["transaction"] for row in rows}) == 1
    [alone] = await take(ADD, "another")
    assert alone["transaction"] not in {row["transaction"] for row in rows}
    assert await Bed.all().count() == 21


async def test_whoever_comes_during_a_crossing_goes_with_the_next_one(take, begun):
    first = asyncio.create_task(take(SLOWLY, "north"))
    await begun(SLOWLY)
    rows = await take(SLOWLY, "south", "east")
    [before] = await first
    assert rows[0]["transaction"] == rows[1]["transaction"] != before["transaction"]


async def test_they_go_in_the_order_of_their_ranks(take):
    rows = await take(ADD, "north", "south", "east", "west", ranks=[3, 1, 2, 1])
    assert [name for _, name in sorted((row["id"], row["name"]) for row in rows)] == [
        "south", "west", "east", "north",
    ]  # fmt: skip


@pytest.mark.parametrize("bad", [0, 2**40, "six"])
async def test_what_the_server_or_the_driver_refuses_fails_alone(take, bad):
    one, refused, other = await take(DIVIDE, 1, bad, 3)
    assert (one["found"], other["found"]) == (6, 2)
    assert isinstance(refused, OperationalError)
    assert [row["found"] for row in await take(DIVIDE, 2)] == [3]


async def test_of_two_that_are_the_same_one_is_kept_and_all_others_are(take):
    rows = await take(ADD, "north", "south", "north", "east")
    assert sorted(type(row) is IntegrityError for row in rows) == [False, False, False, True]
    assert sorted(await Bed.all().values_list("name", flat=True)) == ["east", "north", "south"]


async def test_when_the_line_is_lost_all_aboard_are_told_and_none_is_sent_twice(take, begun, garden_url):
    taking = asyncio.create_task(take(SLOWLY, "north", "south", "east"))
    await begun(SLOWLY)
    await cut_everyone(garden_url)
    assert [type(row) for row in await taking] == [Unavailable] * 3
    assert await Bed.all().count() == 0
    assert [row["name"] for row in await take(SLOWLY, "north")] == ["north"]


async def test_whoever_leaves_is_taken_over_all_the_same(take, begun):
    leaving, staying = (asyncio.create_task(take(SLOWLY, name)) for name in ("north", "south"))
    await begun(SLOWLY)
    leaving.cancel()
    assert [row["name"] for row in await staying] == ["south"]
    assert await Bed.all().count() == 2


async def test_a_row_that_is_locked_keeps_nobody_who_comes_later(take, begun, garden_url):
    await take(ADD, "north", "south")
    holder = await asyncpg.connect(garden_url)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("SELECT * FROM bed WHERE name = 'north' FOR UPDATE")
    db = require_context().db()
    kept = asyncio.create_task(db.at_once(DIG, ["north"]))
    await begun(DIG)
    [row] = await take(DIG, "south")
    assert (row["plants"], kept.done()) == (1, False)
    await transaction.rollback()
    await holder.close()
    assert (await kept)["plants"] == 1
    assert [row["plants"] for row in await take(DIG, "north", "south")] == [2, 2]


async def test_with_nobody_aboard_any_more_none_is_under_way(take):
    await take(ADD, "north", "north", "south")
    ferry = require_context().db()._ferry(ADD)
    await asyncio.sleep(2 * PATIENCE_SECONDS)
    assert (ferry._next, ferry._crossings, ferry._waiting) == (None, set(), [])
