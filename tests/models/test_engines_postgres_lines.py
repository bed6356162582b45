"""Single statements go over lines that are lent again and again, and given up when one may be broken."""

import asyncio

import asyncpg
import pytest
from garden.nouns import Bed
from tortoise.context import require_context
from tortoise.exceptions import OperationalError

from models.atomic import atomic
from models.engines import postgres_lines
from models.engines.postgres_lines import MOST_LINES
from models.engines.transactions import Unavailable
from models.reading import read
from tests.models.test_engines_postgres import cut_everyone

WHO = "SELECT pg_backend_pid()"
SLOWLY = "SELECT pg_backend_pid() FROM pg_sleep(0.05)"
# Of those that have asked that last; the server takes a moment to let one go.
OPEN = "SELECT pid FROM pg_stat_activity WHERE query = $1 AND pg_sleep(0.05) IS NOT NULL"


@pytest.fixture
def dialect() -> str:
    return "postgres"


def asking(*statements):
    def begin():
        told = {}
        for number, statement in enumerate(statements):
            told[number] = (yield statement, ())[0][0]
        return [*told.values()]

    return begin


async def who() -> int:
    """Read by a plan, and tell on which connection."""
    [process] = await read(asking(WHO))
    return process


async def test_one_after_the_other_is_read_on_the_same_connection(garden):
    assert len({await who() for _ in range(5)}) == 1
    first, second = await read(asking(WHO, WHO))
    assert first == second == await who()


async def test_many_at_once_take_turns_on_no_more_than_so_many_connections(garden):
    told = await asyncio.gather(*(read(asking(SLOWLY)) for _ in range(3 * MOST_LINES)))
    assert len({process for [process] in told}) == MOST_LINES


async def test_one_on_which_a_statement_was_refused_is_as_good_as_before(garden):
    before = await who()
    for _ in range(2 * MOST_LINES):
        with pytest.raises(OperationalError):
            await read(asking("SELECT nothing FROM nowhere"))
    assert await who() == before


async def test_what_a_noun_asks_by_itself_goes_over_the_same_line(garden):
    before = await who()
    await Bed.create(name="north")
    [row] = await require_context().db().execute_query_dict(WHO)
    assert row["pg_backend_pid"] == before == await who()


async def test_one_between_whose_statements_a_plan_gave_up_is_as_good_as_before(garden):
    def begin():
        yield WHO, ()
        raise LookupError

    before = await who()
    with pytest.raises(LookupError):
        await read(begin)
    assert await who() == before


async def test_whoever_leaves_in_the_middle_takes_no_place_along(garden):
    for _ in range(2 * MOST_LINES):
        leaving = asyncio.create_task(read(asking("SELECT 1 FROM pg_sleep(5)")))
        await asyncio.sleep(0.01)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
    assert await who()


async def test_a_lost_connection_is_unavailable_once_at_most_and_replaced(garden, garden_url):
    before = await who()
    await cut_everyone(garden_url)
    ends = await asyncio.gather(*(who() for _ in range(5)), return_exceptions=True)
    assert all(isinstance(end, int | Unavailable) for end in ends)
    assert before != await who() == await who()


async def test_one_that_was_idle_for_long_is_not_lent_again(garden, monkeypatch):
    before = await who()
    monkeypatch.setattr(postgres_lines, "IDLE_SECONDS", 0.0)
    assert await who() != before


async def test_in_a_transaction_its_own_connection_is_read(garden):
    @atomic
    async def inside() -> tuple[int, int]:
        [row] = await require_context().db().execute_query_dict(WHO)
        return row["pg_backend_pid"], await who()

    own, told = await inside()
    assert own == told != await who()


async def test_what_is_closed_is_read_no_more_and_keeps_no_connection(garden, garden_url):
    db = require_context().db()
    await asyncio.gather(*(read(asking(SLOWLY)) for _ in range(3)))
    other = await asyncpg.connect(garden_url)
    try:
        assert len(await other.fetch(OPEN, SLOWLY)) == 3
        await db.close()
        left = [await other.fetch(OPEN, SLOWLY) for _ in range(20)]
        assert left[-1] == []
    finally:
        await other.close()
    with pytest.raises(Unavailable, match="closed"):
        await db.read(asking(WHO), is_long=False)
