"""Workers in processes of their own may be killed, told to end, and be many."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from signal import SIGKILL, SIGTERM

import pytest

import models
from gql_server.worker import Worker
from models.atomic import atomic
from models.engines.queues import LEASE
from models.jobs import LADDER, queue
from models.store import open_store
from models.timetable import Schedule, promise_due

WORK = models.Work.COUNT_DUE
KILLS = [5, pytest.param(100, marks=pytest.mark.faults)]
SLOTS, JOBS = 20, 300


@atomic
async def promise(*ids):
    for id in ids:
        await models.Job.promise(WORK, id=id)
    return True


async def nothing_is_left():
    counts = await models.Job.counts()
    return (counts.waiting, counts.running, counts.buried) == (0, 0, 0)


async def done_here():
    """Do what is left, in this process; give the numbers."""
    did = []

    async def hand(id):
        did.append(id)

    await Worker({WORK: hand}, {}).drain()
    return did


async def test_work_whose_worker_is_killed_in_the_middle_is_done_again(store, labour, time_passes):
    await promise(1)
    labourer = await labour("work", "patient")
    await labourer.tells("begun 1")
    await labourer.end(SIGKILL)
    assert await done_here() == []
    await time_passes(LEASE + timedelta(seconds=1))
    assert await done_here() == [1]
    assert await nothing_is_left()


@pytest.mark.parametrize("kills", KILLS)
async def test_kills_at_any_moment_lose_nothing(store, labour, time_passes, kills):
    each = 20
    await models.Site.found()
    did = []
    for kill in range(kills):
        labourer = await labour("work", "quick")
        await labourer.tells("ready")
        await promise(*range(kill * each, (kill + 1) * each))
        for _ in range(random.randrange(each)):
            await labourer.tells("done")
        await labourer.end(SIGKILL)
        did += labourer.did()
        await time_passes(LEASE + timedelta(seconds=1))
    await time_passes(LADDER[0] * 1.2)
    did += await done_here()
    assert set(did) == set(range(kills * each))
    assert await nothing_is_left()


async def test_sigterm_ends_what_runs_and_takes_nothing_new(store, labour):
    await promise(1)
    labourer = await labour("work", "patient")
    await labourer.tells("begun 1")
    labourer.process.send_signal(SIGTERM)
    labourer.process.stdin.write(b"go on\n")
    assert await labourer.end() == 0
    await promise(2)
    assert labourer.did() == [1]
    assert await done_here() == [2]


async def test_two_workers_share_hundreds_of_jobs(store, labour, until):
    await models.Site.found()
    labourers = [await labour("work", "quick") for _ in range(2)]
    for labourer in labourers:
        await labourer.tells("ready")
    await promise(*range(JOBS))
    readers = [asyncio.create_task(labourer.end()) for labourer in labourers]
    await until(nothing_is_left)
    for labourer in labourers:
        labourer.process.send_signal(SIGTERM)
    assert await asyncio.gather(*readers) == [0, 0]
    times = Counter(number for labourer in labourers for number in labourer.did())
    assert times == Counter(range(JOBS))


async def test_two_processes_promise_each_slot_once(store, labour, until):
    site = await models.Site.found()
    await promise_due({WORK: LADDER[-1]})
    watchers = [await labour("watch", str(SLOTS)) for _ in range(2)]
    for watcher in watchers:
        await watcher.tells("ready")
    for slot in range(1, SLOTS + 1):
        moment = await queue().now()
        await Schedule.all().update(next_at=moment)

        async def is_gone(moment=moment):
            return not await Schedule.exists(next_at=moment)

        await until(is_gone)
        await models.Tag.named(site.id, f"slot {slot}")
    assert await asyncio.gather(*(watcher.end(0) for watcher in watchers)) == [0, 0]
    told = [line for watcher in watchers for line in watcher.lines if line == "promised"]
    assert len(told) == SLOTS


async def test_a_store_that_goes_away_and_comes_back_is_worked_on_again(own_server, until):
    begun, store_is_away, done = asyncio.Event(), asyncio.Event(), []

    async def hand(id):
        begun.set()
        if id == 1:
            await store_is_away.wait()
        done.append(id)

    async with open_store(own_server.url):
        worker = Worker({WORK: hand}, {})
        working = asyncio.create_task(worker.run())
        await promise(1)
        await begun.wait()
        await asyncio.to_thread(own_server.go_down)
        with pytest.raises(models.Unavailable):
            await promise(2)
        store_is_away.set()
        await asyncio.to_thread(own_server.come_up)
        await until(once_reached(promise, 3))
        await until(once_reached(nothing_is_left))
        assert done == [1, 3]
        worker.stop()
        await working


def once_reached(step, *values):
    """Make a condition of a step: that the store can be reached, and what the step says."""

    async def reached():
        try:
            return await step(*values)
        except models.Unavailable:
            return False

    return reached
