"""A worker that is killed while a receiver thinks it over loses nothing: the same message comes again."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

import models

ROOT = Path(__file__).parents[2]


@pytest.fixture
def labour(database_url):
    """Start a process that works on the store, on a private server's settings."""
    processes = []

    async def start():
        others = {name: value for name, value in os.environ.items() if not name.startswith("GQL_SERVER_")}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gql_server", "work"),
            env=others | {"GQL_SERVER_DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.returncode is None:
            process.kill()


async def test_a_kill_between_a_call_and_its_outcome_repeats_the_message_under_its_id(
    receiver, add, write, labour, time_passes, until
):
    webhook = await add()
    post = await write()
    await post.publish()
    receiver.may_answer.clear()
    first = await labour()
    await receiver.is_told(1)
    first.kill()
    await first.wait()
    receiver.may_answer.set()
    # Its lease runs out.
    await time_passes(models.jobs.LADDER[0])
    second = await labour()
    await receiver.is_told(2)

    async def is_delivered():
        return await models.WebhookCall.filter(state=models.CallState.DELIVERED).exists()

    await until(is_delivered)
    second.send_signal(signal.SIGTERM)
    assert await second.wait() == 0
    first_told, second_told = receiver.messages
    assert (first_told.id, first_told.body) == (second_told.id, second_told.body)
    assert second_told.is_signed_with(webhook.secret)
    assert (await models.Job.counts()).waiting == 0
