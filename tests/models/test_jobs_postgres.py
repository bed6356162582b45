"""What only the queue on PostgreSQL promises: it is pgqueuer's, and stays so."""

import asyncio

import asyncpg
import pytest
from pgqueuer import AsyncpgDriver, Queries
from tortoise.context import require_context

import models
from models.engines.postgres_queue import Names
from models.jobs import queue

LISTENERS = """
    FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND state = 'idle' AND datname = current_database()"""


@pytest.fixture
def dialect() -> str:
    return "postgres"


@pytest.fixture
async def stranger(database_url):
    """Connect from elsewhere."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_the_migration_makes_what_pgqueuer_wants(store, stranger):
    plan = await Queries(AsyncpgDriver(stranger)).plan_upgrade()
    assert list(plan.statements) == []


def test_the_environment_does_not_rename_the_tables(monkeypatch):
    for name in ("CHANNEL", "QUEUE_TABLE", "PGQUEUER_PREFIX", "PGQUEUER_SCHEMA"):
        monkeypatch.setenv(name, "stray")
    names = Names()
    assert (names.channel, names.queue_table, names.prefix) == ("ch_pgqueuer", "pgqueuer", "")
    assert names.db_schema is None


async def test_nobody_is_told_of_what_promises_nothing(store, stranger):
    heard = []
    await stranger.add_listener(Names().channel, lambda *told: heard.append(told))
    db = require_context().db()
    for statement in ("INSERT INTO pgqueuer SELECT * FROM pgqueuer", "DELETE FROM pgqueuer"):
        await db.execute_query(statement)
    # Who asks has heard what was committed before.
    await stranger.execute("SELECT 1")
    assert heard == []
    await models.Job.promise(models.Work.COUNT_DUE)
    assert (await db.execute_query("DELETE FROM pgqueuer"))[0] == 1
    await stranger.execute("SELECT 1")
    await asyncio.sleep(0)
    assert len(heard) == 1


async def test_a_promise_wakes_who_listens_in_another_process(store, stranger, until):
    heard = asyncio.Event()
    listening = asyncio.create_task(queue().listen(heard.set))
    await until(lambda: stranger.fetch(f"SELECT 1 {LISTENERS}"))
    await models.Job.promise(models.Work.COUNT_DUE)
    async with asyncio.timeout(60):
        await heard.wait()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening


async def test_listening_ends_with_its_connection(store, stranger, until):
    listening = asyncio.create_task(queue().listen(lambda: None))
    await until(lambda: stranger.fetch(f"SELECT pg_terminate_backend(pid) {LISTENERS}"))
    async with asyncio.timeout(60):
        await listening


async def test_what_is_long_done_leaves_no_trace(store):
    db = require_context().db()
    await models.Job.promise(models.Work.COUNT_DUE)
    await db.execute_query("UPDATE pgqueuer_log SET created = now() - interval '2 days'")
    await models.Job.promise(models.Work.COUNT_DUE)
    await models.jobs.tidy()
    [row] = await db.execute_query_dict("SELECT count(*) AS left_over FROM pgqueuer_log")
    assert row["left_over"] == 1
