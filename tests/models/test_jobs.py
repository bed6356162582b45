"""What was promised in a transaction is kept after it, and on both stores in the same way."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

import models
from models.atomic import atomic
from models.engines.queues import GRIP, LEASE
from models.jobs import LADDER, delay_after, in_hand, queue
from models.timetable import Schedule, promise_due

WORK = models.Work.COUNT_DUE
ALL = tuple(models.Lane)
ANN, BOB = uuid4(), uuid4()
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
# More than a busy machine stands still for, and less than a lease.
A_MOMENT, SOON = timedelta(seconds=10), timedelta(seconds=20)


async def claimed(owner=ANN, lanes=ALL, limit=100):
    """Claim as a worker does; give the ids that were promised."""
    return [entry.payload.get("id") for entry in await claim(owner, lanes, limit)]


async def claim(owner=ANN, lanes=ALL, limit=100, lease=LEASE):
    found = []
    for lane in sorted(lanes, reverse=True):
        found += await queue().claim(owner, works=list(models.Work), lane=lane, limit=limit, lease=lease)
    return found


async def counted():
    """Count what waits, runs and is buried."""
    counts = await models.Job.counts()
    return counts.waiting, counts.running, counts.buried


@atomic
async def promise_and(then=None, /, **promised):
    """Promise in a transaction, and perhaps fail."""
    await models.Job.promise(WORK, **promised)
    if then is not None:
        raise then


async def test_what_is_committed_is_promised(store):
    await promise_and(id=7)
    [entry] = await claim()
    assert (entry.work, entry.payload, entry.tries) == (WORK, {"id": 7}, 1)


async def test_what_is_rolled_back_is_not(store):
    with pytest.raises(LookupError):
        await promise_and(LookupError(), id=7)
    assert await counted() == (0, 0, 0)


async def test_nobody_takes_a_promise_before_its_commit(store):
    promised, go_on = asyncio.Event(), asyncio.Event()

    @atomic
    async def linger():
        await models.Job.promise(WORK, id=7)
        promised.set()
        await go_on.wait()

    verb = asyncio.create_task(linger())
    await promised.wait()
    taker = asyncio.create_task(claimed())
    if store.dialect == "postgres":
        assert await taker == []
    go_on.set()
    await verb
    assert await taker == ([7] if store.dialect == "sqlite" else [])
    assert await counted() == ((0, 1, 0) if store.dialect == "sqlite" else (1, 0, 0))


async def test_a_second_promise_with_the_key_of_a_waiting_one_changes_nothing(store):
    for id in (1, 2):
        await promise_and(id=id, key="same")
    await promise_and(id=3, key="other")
    await promise_and(id=4)
    await promise_and(id=5)
    assert await claimed() == [1, 3, 4, 5]


async def test_a_key_is_free_again_once_its_work_has_begun(store):
    await promise_and(id=1, key="same")
    assert await claimed() == [1]
    await promise_and(id=2, key="same")
    assert await counted() == (1, 1, 0)


async def test_promised_work_cannot_begin_before_the_change_for_which_it_is_promised_again(store):
    await promise_and(id=1, key="same")
    promised, go_on = asyncio.Event(), asyncio.Event()

    @atomic
    async def change():
        await models.Job.promise(WORK, id=2, key="same")
        promised.set()
        await go_on.wait()
        await models.Tag.named((await models.Site.found()).id, "changed")

    verb = asyncio.create_task(change())
    await promised.wait()
    taker = asyncio.create_task(claimed())
    if store.dialect == "postgres":
        assert await taker == []
    go_on.set()
    await verb
    await taker
    assert await counted() in {(1, 0, 0), (0, 1, 0)}


@pytest.mark.parametrize("outcome", ["again", "retry"])
async def test_of_two_with_one_key_that_come_to_wait_one_is_kept(store, outcome):
    await promise_and(id=1, key="same")
    [entry] = await claim()
    if outcome == "retry":
        await queue().bury(entry.id, "Failure")
    await promise_and(id=2, key="same")
    if outcome == "retry":
        await models.Job.retry(entry.id)
    else:
        await queue().again(entry.id, ANN, after=HOUR, error="Failure")
    assert await counted() == (1, 0, 0)
    assert await claimed() == [2]


async def test_work_waits_for_its_moment(store, time_passes):
    await promise_and(id=1, run_at=models.now() + HOUR)
    assert await claimed() == []
    assert (await models.Job.counts()).overdue_since is None
    await time_passes(HOUR + A_MOMENT)
    assert (await models.Job.counts()).overdue_since is not None
    assert await claimed() == [1]


async def test_a_moment_that_has_passed_is_now(store):
    await promise_and(id=1, run_at=models.now() - HOUR)
    assert await claimed() == [1]


async def test_the_urgent_goes_first_and_then_the_older(store):
    lanes = [models.Lane.BULK, models.Lane.NORMAL, models.Lane.URGENT] * 2
    for id, lane in enumerate(lanes):
        await promise_and(id=id, lane=lane)
    assert await claimed() == [2, 5, 1, 4, 0, 3]


async def test_a_claim_may_leave_a_lane_alone(store):
    await promise_and(id=1, lane=models.Lane.BULK)
    assert await claimed(lanes=(models.Lane.NORMAL,)) == []
    assert await claimed(lanes=(models.Lane.BULK,)) == [1]


async def test_what_one_has_taken_another_does_not_get(store):
    for id in range(100):
        await promise_and(id=id)
    shares = await asyncio.gather(*(claimed(owner, limit=20) for owner in [ANN, BOB] * 5))
    assert sorted(id for share in shares for id in share) == list(range(100))


async def test_another_takes_over_when_the_lease_has_run_out(store, time_passes):
    await promise_and(id=1)
    await claim(ANN)
    assert await claimed(BOB) == []
    await time_passes(LEASE + A_MOMENT)
    [entry] = await claim(BOB)
    assert entry.tries == 2


async def claimed_often(store, time_passes):
    """Claim as one after the other does whose worker is killed; give what the last one got."""
    for tries, owner in enumerate([ANN, BOB, ANN, BOB], start=1):
        found = await claim(owner)
        assert {entry.tries for entry in found} == {tries}
        await time_passes(LEASE + A_MOMENT)
    return found


async def test_who_came_further_has_all_tries_again(store, time_passes):
    await promise_and(id=1)
    [entry] = await claimed_often(store, time_passes)
    await queue().progress(ANN, [entry.id])  # who lost the lease does not count
    with in_hand(entry, BOB):
        await models.Job.progress()
    await models.Job.progress()  # no work is in hand
    [entry] = await claim(ANN)
    assert entry.tries == 2


async def test_who_waits_for_one_that_came_further_has_all_tries_again(store, time_passes):
    await promise_and(id=1)
    await promise_and(id=2)
    await models.Job.promise(models.Work.PURGE, id=3)
    one, other, different = await claimed_often(store, time_passes)
    with in_hand(other, BOB), in_hand(different, BOB), in_hand(one, BOB):
        await models.Job.progress()
    assert [entry.tries for entry in await claim(ANN)] == [2, 2, 5]


async def test_a_lease_that_is_renewed_holds(store, time_passes):
    await promise_and(id=1)
    [entry] = await claim(ANN)
    await time_passes(LEASE - A_MOMENT)
    await queue().renew(ANN, [entry.id], LEASE)
    await time_passes(LEASE - A_MOMENT)
    assert await claimed(BOB) == []


async def test_who_holds_work_keeps_it_until_another_has_taken_it_over(store, time_passes):
    await promise_and(id=1)
    [entry] = await claim(ANN)
    for _ in range(3):
        await time_passes(LEASE - A_MOMENT)
        assert await queue().hold(entry.id, ANN)
        assert await claimed(BOB) == []
    await time_passes(LEASE + A_MOMENT)
    assert await claimed(BOB) == [1]
    assert not await queue().hold(entry.id, ANN)
    assert await models.Job.hold()  # no work is in hand


async def test_what_is_urgent_is_soon_taken_over_until_it_is_held(store, time_passes):
    await promise_and(id=1, lane=models.Lane.URGENT)
    [entry] = await claim(ANN, lease=SOON)
    assert await claimed(BOB) == []
    await time_passes(SOON)
    assert [entry.tries for entry in await claim(BOB, lease=SOON)] == [2]
    assert not await queue().hold(entry.id, ANN)
    assert await queue().hold(entry.id, BOB)
    await time_passes(LEASE - A_MOMENT)
    assert await claimed(ANN) == []
    await time_passes(A_MOMENT)
    assert await claimed(ANN) == [1]


async def test_a_short_renewal_makes_no_held_lease_shorter(store, time_passes):
    await promise_and(id=1)
    [entry] = await claim(ANN, lease=GRIP)
    await queue().hold(entry.id, ANN)
    await queue().renew(ANN, [entry.id], GRIP)
    await time_passes(LEASE - A_MOMENT)
    assert await claimed(BOB) == []


async def test_nobody_prolongs_the_lease_of_another(store, time_passes):
    await promise_and(id=1)
    [entry] = await claim(ANN)
    await time_passes(LEASE + A_MOMENT)
    await claim(BOB)
    await time_passes(LEASE - A_MOMENT)
    await queue().renew(ANN, [entry.id], LEASE)
    await time_passes(A_MOMENT)
    assert await claimed(ANN) == [1]


async def test_who_lost_the_lease_neither_ends_nor_buries_what_another_does(store, time_passes):
    await promise_and(id=1)
    [entry] = await claim(ANN)
    await time_passes(LEASE + A_MOMENT)
    await claim(BOB)
    await queue().done(entry.id, ANN)
    assert not await queue().bury(entry.id, "Late", ANN)
    assert await counted() == (0, 1, 0)
    await queue().done(entry.id, BOB)
    assert await counted() == (0, 0, 0)


async def test_one_who_lost_the_lease_cannot_put_it_back_into_the_line(store, time_passes):
    await promise_and(id=1)
    [entry] = await claim(ANN)
    await time_passes(LEASE + A_MOMENT)
    await claim(BOB)
    await queue().again(entry.id, ANN, after=timedelta(0), error="Late")
    assert await counted() == (0, 1, 0)


async def test_what_is_cancelled_is_not_done(store):
    await promise_and(id=1, key="one")
    await promise_and(id=2, key="two")
    assert await models.Job.cancel("one") == 1
    assert await models.Job.cancel("none") == 0
    assert await claimed() == [2]


async def test_what_is_cancelled_while_it_runs_is_not_tried_again(store):
    await promise_and(id=1, key="one")
    [entry] = await claim()
    await models.Job.cancel("one")
    await queue().again(entry.id, ANN, after=timedelta(0), error="Failure")
    assert await counted() == (0, 0, 0)


async def test_a_cancellation_that_is_rolled_back_cancels_nothing(store):
    await promise_and(id=1, key="one")

    @atomic
    async def regret():
        await models.Job.cancel("one")
        raise LookupError

    with pytest.raises(LookupError):
        await regret()
    assert await claimed() == [1]


async def test_the_buried_are_listed_dug_up_and_dropped(store):
    for id in (1, 2, 3):
        await promise_and(id=id)
    one, two, three = await claim()
    await queue().bury(one.id, "Timeout")
    await queue().bury(two.id, "NoSuchAddress")
    assert [(entry.id, entry.error) for entry in await models.Job.buried()] == [
        (two.id, "NoSuchAddress"),
        (one.id, "Timeout"),
    ]
    assert [entry.id for entry in await models.Job.buried(limit=1)] == [two.id]
    await models.Job.retry(one.id)
    await models.Job.drop(two.id)
    assert await counted() == (1, 1, 0)
    [again] = await claim()
    assert (again.id, again.tries) == (one.id, 1)
    for verb in (models.Job.retry, models.Job.drop, models.Job.bury):
        with pytest.raises(models.NotFound):
            await verb(two.id)
    with pytest.raises(models.NotFound):
        await models.Job.retry(three.id)


async def test_a_waiting_one_can_be_buried_by_hand(store):
    await promise_and(id=1, key="one")
    [entry] = await claim()
    await queue().again(entry.id, ANN, after=HOUR, error="Failure")
    await models.Job.bury(entry.id)
    assert await counted() == (0, 0, 1)
    await promise_and(id=2, key="one")
    assert await claimed() == [2]


def test_the_wait_grows_from_a_minute_to_days():
    waits = [delay_after(tries) for tries in range(1, len(LADDER) + 2)]
    for rung, wait in zip(LADDER, waits, strict=False):
        assert rung <= wait <= rung * 1.2
    assert list(LADDER) == sorted(LADDER)
    assert LADDER[0] == MINUTE
    assert timedelta(days=3) < sum(LADDER, timedelta(0)) < timedelta(days=3.1)


async def slot_comes(ago=A_MOMENT):
    await Schedule.filter(work=WORK).update(next_at=await queue().now() - ago)


async def test_a_slot_is_promised_once(store):
    timetable = {WORK: DAY}
    assert await promise_due(timetable) == 0
    await slot_comes()
    assert sorted(await asyncio.gather(*(promise_due(timetable) for _ in range(5)))) == [0, 0, 0, 0, 1]
    assert await counted() == (1, 0, 0)


async def test_slots_that_were_missed_are_made_up_for_once(store):
    await promise_due({WORK: DAY})
    await slot_comes(ago=timedelta(days=400))
    assert await promise_due({WORK: DAY}) == 1
    assert await promise_due({WORK: DAY}) == 0
    [schedule] = await Schedule.all()
    assert schedule.next_at > await queue().now()
    assert schedule.next_at.timestamp() % DAY.total_seconds() == 0


async def test_a_slot_set_while_the_clock_was_ahead_does_not_stop_the_timetable(store):
    await promise_due({WORK: DAY})
    await slot_comes(ago=-timedelta(days=400))
    assert await promise_due({WORK: DAY}) == 1
    assert await promise_due({WORK: DAY}) == 0


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
async def test_a_jump_of_the_clock_does_no_work_twice_and_loses_none(store, time_machine, jump):
    await promise_and(id=1)
    await promise_and(id=2)
    await claim(ANN, (models.Lane.NORMAL,), limit=1)
    time_machine.move_to(datetime.now(UTC) + jump)
    assert await claimed(ANN) == [2]
    await promise_and(id=3)
    assert await claimed(ANN) == [3]
    if store.dialect == "postgres":
        assert await claimed(BOB) == []
    time_machine.move_to(datetime.now(UTC) + LEASE * 3)
    assert await counted() == (0, 3, 0)


async def test_after_a_jump_of_the_clock_the_leases_of_the_dead_run_out(store, time_machine, time_passes):
    await promise_and(id=1)
    await claim(ANN)
    time_machine.move_to(datetime.now(UTC) - timedelta(days=400))
    await time_passes(LEASE + A_MOMENT)
    assert await claimed(BOB) == [1]
