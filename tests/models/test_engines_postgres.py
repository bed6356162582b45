"""What the PostgreSQL engine promises beyond what both stores promise."""

import asyncio

import asyncpg
import pytest
from garden.nouns import Bed
from tortoise.context import require_context
from tortoise.exceptions import OperationalError

from models.atomic import atomic
from models.engines import postgres
from models.engines.transactions import Unavailable
from models.store import ready
from tests.conftest import SETTINGS_OF_POSTGRES


@pytest.fixture
def dialect() -> str:
    return "postgres"


@pytest.fixture
def as_outside_of_tests(monkeypatch):
    """Be as impatient as the engine is."""
    monkeypatch.setattr(postgres, "SETTINGS", SETTINGS_OF_POSTGRES)


@pytest.mark.usefixtures("as_outside_of_tests")
async def test_every_setting_is_in_force(garden):
    db = require_context().db()
    found = {
        name: (await db.execute_query_dict(f"SHOW {name}"))[0].popitem()[1].replace("000ms", "s")
        for name in SETTINGS_OF_POSTGRES
    }
    assert found == {
        "application_name": "gql-server",
        "timezone": "UTC",
        "statement_timeout": "3s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "10s",
        "jit": "off",
    }


async def test_a_lost_connection_is_unavailable_and_heals(garden, garden_url):
    @atomic
    async def lose() -> None:
        await Bed.create(name="north")
        await cut_everyone(garden_url)
        await Bed.create(name="south")

    with pytest.raises(Unavailable):
        await lose()
    await ready()
    assert await Bed.all().count() == 0
    await cut_everyone(garden_url)
    await asyncio.gather(*(ready() for _ in range(20)), return_exceptions=True)
    await ready()
    pool = require_context().db()._pool
    assert pool.get_idle_size() == pool.get_size()


@pytest.mark.parametrize(
    "impatient", ["SET LOCAL statement_timeout = 10", "SET LOCAL lock_timeout = 10"], ids=["slow", "locked"]
)
async def test_what_takes_too_long_is_unavailable(garden, garden_url, impatient):
    @atomic
    async def ask(how_long: str) -> None:
        db = require_context().db()
        await db.execute_query(how_long)
        await db.execute_query("LOCK TABLE bed")

    other = await asyncpg.connect(garden_url)
    try:
        async with other.transaction():
            await other.execute("LOCK TABLE bed")
            with pytest.raises(Unavailable):
                await ask(impatient)
    finally:
        await other.close()
    await ask("SET LOCAL statement_timeout = '60s'")


async def test_a_value_of_the_wrong_kind_is_an_error_of_the_statement(garden):
    with pytest.raises(OperationalError):
        await require_context().db().execute_query("SELECT $1::int", [2**40])


async def test_a_returned_connection_keeps_nothing_open(garden):
    @atomic
    async def fail() -> None:
        await require_context().db().execute_query("SELECT wrong")

    with pytest.raises(OperationalError):
        await fail()
    [row] = (
        await require_context()
        .db()
        .execute_query_dict(
            "SELECT count(*) AS open FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' "
            "AND datname = current_database()"
        )
    )
    assert row["open"] == 0


async def cut_everyone(url: str) -> None:
    """End every connection to the garden from outside."""
    other = await asyncpg.connect(url)
    try:
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await other.close()
