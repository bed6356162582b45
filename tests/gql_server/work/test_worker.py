"""The worker does each promise at least once, and makes of every verdict what it means."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from structlog.testing import capture_logs

import models
from gql_server import worker as worker_room
from gql_server.carrier import Carrier
from gql_server.handlers import HANDLERS, TIMETABLE, handlers_with
from gql_server.outages import Outages
from gql_server.webhook_calls import Caller
from gql_server.worker import SEATS, SEATS_FOR, Pace, Worker
from models.engines.queues import LEASE
from models.files.folder import Folder
from models.jobs import LADDER, MOST_TRIES, queue
from models.timetable import Schedule

WORK = models.Work.COUNT_DUE
HOUR = timedelta(hours=1)
SECRET = "ann@example.org"


class Hand:
    """A hand that remembers what it did, and answers as it is told."""

    def __init__(self, *answers):
        self.did = []
        self._answers = list(answers)

    async def __call__(self, id=0):
        self.did.append(id)
        answer = self._answers.pop(0) if self._answers else None
        if answer is not None:
            raise answer


class SlowHand(Hand):
    """A hand that ends when it is let go."""

    def __init__(self):
        super().__init__()
        self.may_end = asyncio.Event()
        self.begun = asyncio.Condition()

    async def __call__(self, id=0):
        async with self.begun:
            self.did.append(id)
            self.begun.notify_all()
        await self.may_end.wait()

    async def has_begun(self, number):
        async with asyncio.timeout(60), self.begun:
            await self.begun.wait_for(lambda: len(self.did) >= number)


def worker(hand):
    return Worker({WORK: hand}, {})


async def promise(*ids, **how):
    for id in ids:
        await models.Job.promise(WORK, id=id, **how)


async def counted():
    counts = await models.Job.counts()
    return counts.waiting, counts.running, counts.buried


def test_every_kind_of_work_has_one_hand():
    carrier, caller = Carrier(None), Caller(None, near=False)
    assert set(handlers_with(carrier, caller, files=Folder(Path()))) == set(models.Work)
    apart = {models.Work.SEND_LETTERS, models.Work.SEND_WEBHOOK, models.Work.DRAW_RENDITIONS}
    assert set(models.Work) - set(HANDLERS) == apart
    assert set(TIMETABLE) <= set(models.Work)
    assert len({work.value for work in models.Work}) == len(models.Work)


async def test_the_hands_that_recur_need_nothing_promised(store):
    for work in TIMETABLE:
        await models.Job.promise(work)
    await Worker().drain()
    assert await counted() == (0, 0, 0)


async def test_drain_does_all_that_is_due_to_the_end(store):
    class Chain(Hand):
        async def __call__(self, id=0):
            await super().__call__(id)
            if id < 3:
                await promise(id + 1, key="chain")

    hand = Chain()
    await promise(1, key="chain")
    await promise(9, run_at=models.now() + HOUR)
    await worker(hand).drain()
    assert hand.did == [1, 2, 3]
    assert await counted() == (1, 0, 0)


async def test_drain_does_what_was_promised_by_work_that_ended_while_it_looked(store):
    quick, slow, did = asyncio.Event(), asyncio.Event(), []

    async def hand(id):
        if id < 3:
            await (quick if id == 1 else slow).wait()
        if id == 2:
            await promise(3, lane=models.Lane.URGENT)
        did.append(id)

    class LooksSlowly(Worker):
        async def _look(self):
            taken = await super()._look()
            if taken:
                quick.set()
            elif self._running:
                # All lanes were looked into: too early for what is promised now.
                slow.set()
                await asyncio.wait(self._running.values())
            return taken

    await promise(1, 2)
    await LooksSlowly({WORK: hand}, {}).drain()
    assert did == [1, 2, 3]
    assert await counted() == (0, 0, 0)


async def test_what_recurs_is_done_when_its_slot_comes(store):
    hand = Hand()
    recurring = Worker({WORK: hand}, {WORK: 24 * HOUR})
    await recurring.drain()
    assert hand.did == []
    await Schedule.all().update(next_at=await queue().now())
    await recurring.drain()
    await recurring.drain()
    assert hand.did == [0]


async def test_a_failure_is_tried_again_later_and_later_and_then_buried(store, time_passes):
    hand = Hand(*[OSError(SECRET)] * MOST_TRIES)
    await promise(1)
    await worker(hand).drain()
    for tries, rung in enumerate(LADDER, start=1):
        assert len(hand.did) == tries
        await time_passes(rung * 0.7)
        await worker(hand).drain()
        assert len(hand.did) == tries
        await time_passes(rung * 0.51)
        await worker(hand).drain()
    assert len(hand.did) == MOST_TRIES
    [entry] = await models.Job.buried()
    assert (entry.error, entry.tries) == ("OSError", MOST_TRIES)
    await models.Job.retry(entry.id)
    await worker(hand).drain()
    assert await counted() == (0, 0, 0)


async def test_work_that_gives_up_is_buried_with_its_reason(store):
    await promise(1)
    await worker(Hand(models.GiveUp("no such mailbox"))).drain()
    [entry] = await models.Job.buried()
    assert (entry.error, entry.tries) == ("no such mailbox", 1)


async def test_work_may_name_its_own_moment_as_often_as_it_likes(store, time_passes):
    hand = Hand(*(models.TryLater(models.now() + HOUR) for _ in range(MOST_TRIES + 3)))
    await promise(1)
    for tries in range(1, MOST_TRIES + 4):
        await worker(hand).drain()
        assert len(hand.did) == tries
        await worker(hand).drain()
        assert len(hand.did) == tries
        await time_passes(HOUR)
    await worker(hand).drain()
    assert await counted() == (0, 0, 0)


async def test_later_without_a_moment_is_by_the_ladder(store, time_passes):
    hand = Hand(*[models.TryLater()] * MOST_TRIES)
    await promise(1)
    for _ in range(MOST_TRIES):
        await worker(hand).drain()
        await time_passes(LADDER[-1] * 1.3)
    [entry] = await models.Job.buried()
    assert entry.error == "TryLater"


async def test_work_that_kills_its_worker_each_time_rests_longer_and_longer_and_is_buried(store, time_passes):
    async def kill_a_worker():
        assert await queue().claim(uuid4(), works=[WORK], lane=models.Lane.NORMAL, limit=1, lease=LEASE)
        await time_passes(LEASE + timedelta(seconds=1))

    hand = Hand()
    await promise(1)
    for _ in range(MOST_TRIES):
        await kill_a_worker()
    for rung in LADDER:
        await worker(hand).drain()
        await time_passes(rung * 0.7)
        await worker(hand).drain()
        assert await counted() == (1, 0, 0)
        await time_passes(rung * 0.31)
        await kill_a_worker()
    await worker(hand).drain()
    assert hand.did == []
    assert await counted() == (0, 0, 1)


async def test_work_whose_workers_died_often_is_done_when_one_lives(store, time_passes):
    hand = Hand()
    await promise(1)
    for _ in range(MOST_TRIES):
        await queue().claim(uuid4(), works=[WORK], lane=models.Lane.NORMAL, limit=1, lease=LEASE)
        await time_passes(LEASE + timedelta(seconds=1))
    await worker(hand).drain()
    await time_passes(LADDER[0])
    await worker(hand).drain()
    assert hand.did == [1]
    assert await counted() == (0, 0, 0)


async def test_one_line_tells_what_was_done_and_nothing_of_its_content(store):
    await promise(4711)
    await promise(4712)
    with capture_logs() as lines:
        await worker(Hand(None, OSError(SECRET))).drain()
    done, later = sorted(lines, key=lambda line: line["event"])
    assert (done["event"], later["event"]) == ("done", "later")
    assert done.keys() == {"event", "log_level", "work", "id", "ms", "tried"}
    assert later.keys() == done.keys() | {"error", "at"}
    assert later["at"].startswith("test_worker.py:")
    assert not any(secret in str(lines) for secret in ("4711", "4712", SECRET))


async def test_a_worker_that_runs_hears_of_new_work_and_stops_in_good_order(store):
    slow = SlowHand()
    running_worker = worker(slow)
    running = asyncio.create_task(running_worker.run())
    await promise(1)
    await slow.has_begun(1)
    running_worker.stop()
    await promise(2)
    slow.may_end.set()
    await running
    assert slow.did == [1]
    assert await counted() == (1, 0, 0)


async def test_what_outstays_our_patience_goes_back_into_the_line(store, monkeypatch):
    monkeypatch.setattr("gql_server.worker.PATIENCE_SECONDS", 0.01)
    slow = SlowHand()
    running_worker = worker(slow)
    running = asyncio.create_task(running_worker.run())
    await promise(1)
    await slow.has_begun(1)
    running_worker.stop()
    await running
    hand = Hand()
    await worker(hand).drain()
    assert hand.did == [1]


async def test_bulk_never_takes_the_last_seats(store):
    slow = SlowHand()
    running_worker = worker(slow)
    await promise(*range(SEATS * 2), lane=models.Lane.BULK)
    running = asyncio.create_task(running_worker.run())
    await slow.has_begun(SEATS_FOR[Pace.BULK])
    urgent = range(100, 100 + SEATS)
    await promise(*urgent, lane=models.Lane.URGENT)
    await slow.has_begun(SEATS)
    assert slow.did == [*range(SEATS_FOR[Pace.BULK]), *urgent[: SEATS - SEATS_FOR[Pace.BULK]]]
    slow.may_end.set()
    await slow.has_begun(SEATS * 3)
    running_worker.stop()
    await running
    assert await counted() == (0, 0, 0)


async def test_letters_that_hang_leave_seats_to_the_work_of_the_store(store):
    hanging, quick = SlowHand(), SlowHand()
    quick.may_end.set()

    async def send(batch):
        await hanging(batch)

    running_worker = Worker({WORK: quick, models.Work.SEND_LETTERS: send}, {})
    for batch in range(SEATS):
        await models.Job.promise(models.Work.SEND_LETTERS, lane=models.Lane.URGENT, batch=batch)
        await models.Job.promise(models.Work.SEND_LETTERS, lane=models.Lane.BULK, batch=100 + batch)
    running = asyncio.create_task(running_worker.run())
    await hanging.has_begun(SEATS_FOR[Pace.LETTERS] + SEATS_FOR[Pace.BULK])
    await promise(1, 2, 3)
    await quick.has_begun(3)
    assert len(hanging.did) < SEATS
    hanging.may_end.set()
    await hanging.has_begun(SEATS * 2)
    running_worker.stop()
    await running


async def test_a_worker_outlives_what_it_cannot_do(store, monkeypatch):
    """Whatever a look for work raises, the next look finds what is there."""
    slow, real = SlowHand(), queue()
    failures = iter([RuntimeError(SECRET), models.Unavailable("the disk is full")])
    monkeypatch.setattr(worker_room, "OUTAGES", Outages())

    async def claim(*arguments, **more):
        for failure in failures:
            running_worker._awake.set()
            raise failure
        return await type(real).claim(real, *arguments, **more)

    monkeypatch.setattr(real, "claim", claim)
    running_worker = worker(slow)
    await promise(1)
    with capture_logs() as lines:
        running = asyncio.create_task(running_worker.run())
        slow.may_end.set()
        await slow.has_begun(1)
        running_worker.stop()
        await running
    assert [line["event"] for line in lines].count("cannot go on for now") == 1
    assert [line["reason"] for line in lines if line["event"] == "the store is away"] == ["the disk is full"]
    assert SECRET not in str(lines)
