"""Whoever is killed in the middle of the post, at whatever step: no letter is lost, and few come twice."""

import asyncio
import random
from signal import SIGCONT, SIGSTOP, SIGTERM

import pytest

import models
from mailers.post_office import MOST_LINES, MOST_URGENT_LINES
from models.jobs import LADDER, MOST_TRIES
from tests.faults import lab
from tests.faults.conftest import NONE, Sink, states, work_left

AT_THE_SERVER = ("BANNER", "EHLO", "MAIL", "RCPT", "DATA", "DOT")
# The mail server has the letter, and nobody here knows.
AMBIGUOUS = {"DOT", "outcome known"}
# Letters that a postman brings to their end on each line, at most, before it is killed.
A_WAY = 26
KILLS = [8, pytest.param(100, marks=pytest.mark.faults)]


@pytest.mark.parametrize("step", [*lab.BEFORE_THE_LINE, *AT_THE_SERVER, *lab.AT_THE_LINE])
async def test_a_sign_up_gets_its_letter_though_the_post_is_killed(
    step, site, sink, postman, drain, the_dead_are_missed_by_who_waits, the_dead_are_missed
):
    await models.SignUp.ask(site, "ann@example.org", lab.FORM)
    if step in AT_THE_SERVER:
        sink.hold = {step: asyncio.Event()}
        killed = await postman(lab.work, sink)
        await sink.until(lambda: sink.heard_times(step))
    else:
        killed = await postman(lab.work, sink, step)
        await killed.tells(step)
    await killed.end()

    sink.hold = {}
    await the_dead_are_missed_by_who_waits()
    await drain(sink)
    assert sink.copies == {"ann@example.org": 1}
    await the_dead_are_missed()
    await drain(sink)
    assert sink.copies == {"ann@example.org": 2 if step in AMBIGUOUS else 1}
    sink.assert_copies_are_alike()
    assert await states() == {models.State.SENT: 1}
    assert await work_left() == NONE


async def test_who_was_only_asleep_sends_no_letter_that_another_has_at_its_server(
    site, sink, postman, working, the_dead_are_missed_by_who_waits, until
):
    await models.SignUp.ask(site, "ann@example.org", lab.FORM)

    async def hung_up():
        return not sink.open_lines

    go_on, may_answer = asyncio.Event(), asyncio.Event()
    sink.hold = {"DATA": go_on}
    asleep = await postman(lab.work, sink)
    await sink.until(lambda: sink.heard_times("DATA"))
    asleep.send_signal(SIGSTOP)
    await the_dead_are_missed_by_who_waits()
    async with Sink(hold={"DOT": may_answer}) as other, working(other):
        await other.until(lambda: other.heard_times("DOT"))
        asleep.send_signal(SIGCONT)
        go_on.set()
        await until(hung_up)
        may_answer.set()
        await until(models.Delivery.filter(state=models.State.SENT).exists)
    assert await asleep.end(SIGTERM) == 0
    assert (sink.copies, other.copies) == ({}, {"ann@example.org": 1})
    assert await work_left() == NONE


@pytest.mark.parametrize("most_lines", [1, MOST_LINES])
@pytest.mark.parametrize("kills", KILLS)
async def test_kills_at_any_moment_lose_no_letter_of_a_batch(
    kills, most_lines, sink, promise, postman, drain, the_dead_are_missed
):
    readers = await promise(f"reader{number}" for number in range(kills * A_WAY * most_lines))
    open_lines = 0
    for _ in range(kills):
        killed = await postman(lab.work, sink, "", most_lines)
        await come_some_way(killed)
        open_lines += sink.open_lines
        await killed.end()
        await the_dead_are_missed()
    await drain(sink)
    assert set(sink.copies) == {reader.email for reader in readers}
    # One line more where the last letter of a batch goes alone.
    assert sink.copies.total() - len(readers) <= open_lines <= kills * (most_lines + 1)
    sink.assert_copies_are_alike()
    assert await states() == {models.State.SENT: len(readers)}
    assert await work_left() == NONE


async def test_batches_that_get_on_are_never_given_up(sink, promise, postman, drain, the_dead_are_missed):
    # Three batches, of which one has the only line while the others wait, and die with it.
    readers = await promise(f"reader{number}" for number in range(600))
    for _ in range(MOST_TRIES + 2):
        killed = await postman(lab.work, sink, "outcome kept", 1)
        await killed.tells("outcome kept")
        await killed.end()
        await the_dead_are_missed()
    await drain(sink)
    assert set(sink.copies) == {reader.email for reader in readers}
    assert await work_left() == NONE


@pytest.mark.parametrize("kills", KILLS)
async def test_a_sign_up_that_was_acknowledged_gets_its_letter_whoever_is_killed(
    kills, sink, postman, drain, the_dead_are_missed, time_passes
):
    acknowledged = set()
    for kill in range(kills):
        killed = await postman(lab.sign_up, sink, f"ann{kill}")
        for _ in range(random.randrange(40)):
            await killed.next()
        await killed.end()
        acknowledged |= set(killed.tales) - {"ready"}
        await the_dead_are_missed()
    await drain(sink)
    # Some rest for a while, when one after the other died with them.
    await time_passes(LADDER[-1])
    await drain(sink)
    assert acknowledged <= set(sink.copies)
    assert len(sink.copies) - len(acknowledged) <= kills * lab.SIGNING_UP
    assert sink.copies.total() - len(sink.copies) <= kills * MOST_URGENT_LINES
    sink.assert_copies_are_alike()
    assert await work_left() == NONE


@pytest.mark.parametrize("ends", KILLS)
async def test_who_is_told_to_end_at_any_moment_sends_nothing_twice(ends, sink, promise, postman, drain):
    readers = await promise(f"reader{number}" for number in range(ends * A_WAY * MOST_LINES))
    for _ in range(ends):
        told = await postman(lab.work, sink)
        await come_some_way(told)
        assert await told.end(SIGTERM) == 0
    assert sink.heard_times("QUIT") == sink.lines
    await drain(sink)
    assert sink.copies == {reader.email: 1 for reader in readers}
    assert await states() == {models.State.SENT: len(readers)}
    assert await work_left() == NONE


async def come_some_way(postman):
    """Let a postman bring some letters to their end, and come to any step with the next."""
    for _ in range(random.randrange(15)):
        await postman.tells("outcome kept")
    for _ in range(random.randrange(20)):
        await postman.next()
