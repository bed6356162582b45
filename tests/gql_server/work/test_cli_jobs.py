"""Whoever runs the server sees the work there is, and decides about what is buried."""

import asyncio
from signal import SIGTERM
from uuid import uuid4

import pytest
from aiohttp.test_utils import TestClient, TestServer
from click.testing import CliRunner

import models
from gql_server.app import WORKER, build
from gql_server.cli import main
from gql_server.settings import Settings
from models.engines.queues import LEASE
from models.jobs import queue

WORK = models.Work.COUNT_DUE


async def bury(error):
    """Promise work, and let it fail for good; give its number."""
    await models.Job.promise(WORK)
    [entry] = await queue().claim(uuid4(), works=[WORK], lane=models.Lane.NORMAL, limit=1, lease=LEASE)
    await queue().bury(entry.id, error)
    return entry.id


async def is_done():
    return (await models.Job.counts()).waiting + (await models.Job.counts()).running == 0


@pytest.fixture
def say(database_url):
    """Give a command and read its answer."""

    async def say(*words):
        runner, settings = CliRunner(), {"GQL_SERVER_DATABASE_URL": database_url}
        # A command runs a loop of its own, so it gets a thread of its own.
        result = await asyncio.to_thread(runner.invoke, main, words, env=settings)
        return result.exit_code, result.output.splitlines()

    return say


@pytest.mark.parametrize(
    ("words", "greeting"), [(("work",), "Working on"), (("serve", "--port", "0"), "The blog lives at")]
)
async def test_a_server_and_a_worker_both_work_until_they_are_told_to_stop(
    store, start, until, words, greeting
):
    process = await start("-m", "gql_server", *words)
    await process.tells(greeting)
    await models.Job.promise(WORK)
    await until(is_done)
    assert await process.end(SIGTERM) == 0
    assert any('"event":"done"' in line for line in process.lines)


async def test_the_buried_are_counted_listed_dug_up_and_dropped(store, say):
    one, two = await bury("Timeout"), await bury("NoSuchAddress")
    assert await say("jobs") == (0, ["0 waiting, 0 running, 2 buried"])
    assert await say("jobs", "list") == (
        0,
        [f"{two}  count_due  1 tries  NoSuchAddress", f"{one}  count_due  1 tries  Timeout"],
    )
    assert await say("jobs", "drop", str(two)) == (0, [f"Job {two} is forgotten."])
    assert await say("jobs", "retry", str(one)) == (0, [f"Job {one} is tried again."])
    assert await say("jobs", "list") == (0, ["Nothing is buried."])
    assert await say("jobs", "retry", str(one)) == (1, ["Error: There is no such buried job."])
    _, [line] = await say("jobs")
    assert line.startswith("1 waiting, 0 running, 0 buried; the oldest could be done since ")


async def test_a_server_that_is_only_built_does_no_work_until_it_is_drained(store, database_url):
    async with TestClient(TestServer(build(Settings(database_url=database_url)))) as client:
        await models.Job.promise(WORK)
        assert (await client.get("/readyz")).status == 200
        assert not await is_done()
        await client.app[WORKER].drain()
        assert await is_done()
