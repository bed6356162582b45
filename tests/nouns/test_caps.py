"""Caps count what happened lately, and nothing else: no clock makes one hold for ever, or not at all."""

import asyncio
from datetime import timedelta

import pytest

from models.caps import CODES, KEPT, LETTERS, LINKS, Cap
from models.consents import Trace
from models.deliveries import Delivery
from models.instants import lasts, now

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
YEAR = timedelta(days=400)
PAGE = Trace(door="page")


async def take(limits=LETTERS, key="ann") -> bool:
    return await Cap.take(key, limits)


async def test_a_letter_a_day_and_three_a_week(store, clock):
    taken = []
    for _ in range(24 * 15):
        taken.append(await take())
        clock.shift(timedelta(hours=1))
    hours = [hour for hour, was in enumerate(taken) if was]
    assert hours == [0, 24, 48, 168, 192, 216, 336]


@pytest.mark.parametrize(
    ("limits", "most"), [(LETTERS, 1), (LINKS, 3), (CODES, 5)], ids=["letters", "links", "codes"]
)
async def test_each_cap_ends_to_the_second(store, clock, limits, most):
    assert [await take(limits) for _ in range(most + 2)] == [True] * most + [False] * 2
    clock.shift(DAY - SECOND)
    assert not await take(limits)
    clock.shift(SECOND)
    assert await take(limits)


async def test_what_is_refused_does_not_count(store, clock):
    assert await take()
    for _ in range(24):
        clock.shift(timedelta(hours=1) - SECOND)
        assert not await take()
    clock.shift(24 * SECOND)
    assert await take()


async def test_a_month_is_looked_back_at_as_a_whole(store, clock):
    limits = ((1, DAY), (3, timedelta(days=30)))
    taken = []
    for day in range(0, 60, 8):
        if await take(limits):
            taken.append(day)
        await Cap.forget()
        clock.shift(8 * DAY)
    assert taken == [0, 8, 16, 32, 40, 48]


async def test_no_limit_looks_further_back_than_is_remembered(store):
    with pytest.raises(AssertionError, match="forgotten"):
        await take(((1, KEPT + SECOND),))


async def test_keys_do_not_know_each_other(store):
    assert await take(key="ann")
    assert await take(key="bob")


async def test_of_many_at_once_one_is_let_through(store):
    assert sum(await asyncio.gather(*(take() for _ in range(20)))) == 1
    assert sum(await asyncio.gather(*(take(CODES, "codes") for _ in range(20)))) == 5


@pytest.mark.parametrize("step", [-SECOND, -timedelta(hours=1), -DAY / 2])
async def test_a_clock_that_is_a_little_behind_lets_nobody_through_twice(store, clock, step):
    assert await take()
    clock.shift(step)
    assert not await take()


@pytest.mark.parametrize("jump", [YEAR, -YEAR], ids=["forth", "back"])
async def test_a_clock_put_forth_and_back_locks_nobody_out(store, clock, jump):
    for step in (jump, -jump, jump):
        await take()
        assert not await take()
        clock.shift(step)
    clock.shift(DAY)
    assert await take()


async def test_a_clock_put_back_and_right_again_lets_nobody_through_twice(store, clock):
    assert await take()
    clock.shift(-YEAR)
    assert await take()
    clock.shift(YEAR)
    assert not await take()


async def test_a_clock_put_back_by_half_a_day_locks_nobody_out_for_longer_than_it_was_wrong(store, clock):
    assert await take()
    clock.shift(-DAY / 2)
    clock.shift(DAY * 1.5)
    assert await take()


async def test_what_nothing_looks_back_at_is_forgotten(store, clock):
    await take(key="ann")
    clock.shift(KEPT)
    await take(key="bob")
    assert await Cap.forget() == 0
    clock.shift(SECOND)
    assert await Cap.forget() == 1
    assert await Cap.all().values_list("key", flat=True) == ["bob"]


async def test_what_is_forgotten_at_that_moment_is_made_anew(store, clock):
    await take()
    clock.shift(KEPT + SECOND)
    for _ in range(10):
        done = await asyncio.gather(take(), Cap.forget(), Cap.all().delete(), return_exceptions=True)
        assert done[0] in (True, False), done


async def test_no_cap_grows(store, clock):
    for _ in range(30):
        await take(CODES)
        clock.shift(timedelta(hours=2))
    [cap] = await Cap.all()
    assert len(cap.moments) <= 5 * 8


async def test_a_letter_and_its_link_survive_a_clock_that_jumps(ann, site, clock):
    await ann.asks()
    clock.shift(-YEAR)
    await ann.asks()
    assert ann.letters() == ["confirmation"] * 2
    clock.shift(YEAR)
    await ann.asks()
    assert ann.letters() == ["confirmation"] * 2
    assert len({letter.key for letter in ann.post.letters(ann.email)}) == 2


@pytest.mark.parametrize("jump", [YEAR, -YEAR], ids=["forth", "back"])
async def test_a_letter_that_is_promised_before_a_jump_is_sent_once_after_it(ann, site, clock, jump):
    row = await ann.joins()
    await row.leave(site, PAGE)
    clock.shift(jump)
    await ann.post.comes()
    await ann.post.comes()
    assert ann.letters().count("goodbye") == 1
    assert not await Delivery.filter(settled_at__isnull=True).exists()


def test_what_lasts_lasts_neither_too_long_nor_for_ever(clock):
    assert not lasts(None, DAY)
    assert lasts(now(), DAY)
    assert lasts(now() - DAY + SECOND, DAY)
    assert not lasts(now() - DAY, DAY)
    assert not lasts(now() + YEAR, DAY)
