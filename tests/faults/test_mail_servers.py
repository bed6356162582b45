"""Whatever a mail server does, no letter is lost, and each waits for its moment and comes when it may."""

import asyncio
import random
from datetime import timedelta
from itertools import count

import pytest

import models
from mailers import connection, pace
from models.jobs import LADDER
from tests.faults import lab
from tests.faults.conftest import NONE, Sink, states, work_left
from tests.mailers.smtp import DROP

State = models.State
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NOISE = "\xff\xfe\x00 \xe9"
LONG = "x" * 400 + "\r\n"
OPEN = (State.QUEUED, State.DEFERRED, State.UNCERTAIN)

# What the server does; where the letter stands then; how many tries that cost; how often it came already.
UNWILLING = {
    "refuses lines": ({"BANNER": "421 no service"}, State.DEFERRED, 0, 0),
    "hangs up at once": ({"BANNER": DROP}, State.DEFERRED, 0, 0),
    "greets with noise": ({"BANNER": NOISE}, State.DEFERRED, 0, 0),
    "does not know us": ({"MAIL": "550 5.7.1 sender refused"}, State.DEFERRED, 0, 0),
    "has no room for lines": ({"MAIL": "421 4.7.0 too many"}, State.DEFERRED, 1, 0),
    "asks to slow down": ({"MAIL": "450 4.7.1 slow down"}, State.DEFERRED, 1, 0),
    "greylists": ({"RCPT": "451 4.7.1 greylisted"}, State.DEFERRED, 1, 0),
    "has a full mailbox": ({"RCPT": "450 4.2.0 try later"}, State.DEFERRED, 1, 0),
    "hangs up at the address": ({"RCPT": DROP}, State.DEFERRED, 1, 0),
    "has a full disk": ({"DOT": "451 4.3.0 disk full"}, State.DEFERRED, 1, 0),
    "hangs up in the letter": ({"CONTENT": DROP}, State.UNCERTAIN, 1, 0),
    "hangs up after the letter": ({"DOT": DROP}, State.UNCERTAIN, 1, 1),
    "answers the letter with noise": ({"DOT": NOISE}, State.UNCERTAIN, 1, 1),
}
NEVER = {
    "refuses the letter": ({"DOT": "554 5.6.0 refused content"}, models.SubscriptionStatus.PENDING),
    "knows no such address": ({"RCPT": "550 5.1.1 no such user"}, models.SubscriptionStatus.BOUNCED),
}
WILLING = {
    "says noise": {"BANNER": f"220 {NOISE}", "MAIL": f"250 {NOISE}", "DOT": f"250 {NOISE}"},
    "says much": dict.fromkeys(("MAIL", "RCPT", "DOT"), f"250-{LONG}" * 250 + "250 ok"),
    "hangs up at the goodbye": {"QUIT": DROP},
}


async def the_letter():
    return await models.Delivery.get()


@pytest.mark.parametrize("way", UNWILLING)
async def test_a_letter_waits_until_the_server_takes_it(way, site, sink, drain, time_goes_by):
    answers, state, tries, came = UNWILLING[way]
    await models.SignUp.ask(site, "ann@example.org", lab.FORM)
    sink.answers = answers
    await drain(sink)
    letter = await the_letter()
    assert (letter.state, letter.tries) == (state, tries)
    wait = letter.not_before - models.now()
    if state is State.UNCERTAIN:
        assert timedelta(minutes=14) < wait <= timedelta(minutes=15)
    else:
        assert wait <= (LADDER[0] * 1.2 if tries else 10 * MINUTE)

    sink.answers = {}
    await time_goes_by(wait - 10 * SECOND)
    await drain(sink)
    assert (await the_letter()).state == state
    await time_goes_by(11 * SECOND)
    await drain(sink)
    assert (await the_letter()).state is State.SENT
    assert sink.copies == {"ann@example.org": came + 1}
    sink.assert_copies_are_alike()
    assert await work_left() == NONE


@pytest.mark.parametrize("way", NEVER)
async def test_a_letter_that_nobody_will_ever_take_is_tried_once(way, site, sink, drain):
    answers, status = NEVER[way]
    await models.SignUp.ask(site, "ann@example.org", lab.FORM)
    sink.answers = answers
    await drain(sink)
    letter = await the_letter()
    assert (letter.state, letter.facts) == (State.FAILED, {})
    assert letter.reason
    assert (await models.Subscription.get()).status is status
    assert await work_left() == NONE


@pytest.mark.parametrize("way", WILLING)
async def test_odd_manners_cost_nothing(way, sink, promise, drain):
    readers = await promise(f"reader{number}" for number in range(50))
    sink.answers = WILLING[way]
    await drain(sink)
    assert sink.copies == {reader.email: 1 for reader in readers}
    assert await states() == {State.SENT: 50}


async def test_a_server_that_does_not_greet_is_given_up(site, sink, drain, time_goes_by, monkeypatch):
    monkeypatch.setattr(connection, "PATIENCE", 0.05)
    await models.SignUp.ask(site, "ann@example.org", lab.FORM)
    sink.hold = {"BANNER": asyncio.Event()}
    await drain(sink)
    assert ((await the_letter()).state, (await the_letter()).tries) == (State.DEFERRED, 0)
    sink.hold = {}
    await time_goes_by(MINUTE)
    await drain(sink)
    assert sink.copies == {"ann@example.org": 1}


async def test_a_server_that_is_away_for_hours_costs_no_tries(site, sink, drain, time_goes_by):
    await models.SignUp.ask(site, "ann@example.org", lab.FORM)
    async with Sink() as away:
        pass
    for _ in range(40):
        await drain(away)
        await time_goes_by(5 * MINUTE)
    assert ((await the_letter()).state, (await the_letter()).tries) == (State.DEFERRED, 0)
    await drain(sink)
    assert sink.copies == {"ann@example.org": 1}
    assert await work_left() == NONE


async def test_a_confirmation_is_tried_for_as_long_as_its_link_works(site, sink, drain, time_goes_by):
    await models.SignUp.ask(site, "ann@example.org", lab.FORM)
    sink.answers = {"RCPT": "450 4.2.0 try later"}
    began = models.now()
    await drain(sink)
    while (letter := await the_letter()).state is State.DEFERRED:
        await time_goes_by(letter.not_before - models.now() + SECOND)
        await drain(sink)
    assert (letter.state, letter.facts) == (State.FAILED, {})
    assert timedelta(days=4) < models.now() - began < timedelta(days=7)
    assert await work_left() == NONE


def few_a_line():
    """Take three letters over each line."""
    numbers = count(1)
    return {"MAIL": lambda _: "421 4.7.0 enough" if next(numbers) % 4 == 0 else "250 ok"}


def greylisting():
    """Take no letter at its first try."""
    seen = set()

    def rcpt(command):
        is_known = command in seen
        seen.add(command)
        return "250 ok" if is_known else "451 4.7.1 greylisted"

    return {"RCPT": rcpt}


def slowing_down():
    """Ask again and again to slow down."""
    numbers = count(1)
    return {"MAIL": lambda _: "450 4.7.1 slow down" if next(numbers) % 5 == 0 else "250 ok"}


def by_chance():
    """Fail at any step, in any way that is not for good."""
    replies = [DROP, "421 later", "450 later", "451 later"]

    def or_fail(answer):
        return lambda _: random.choice(replies) if random.random() < 0.05 else answer

    verbs = {"BANNER": "220 here", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", "DOT": "250 taken"}
    return {verb: or_fail(answer) for verb, answer in verbs.items()}


@pytest.mark.parametrize("way", [few_a_line, greylisting, slowing_down, by_chance])
@pytest.mark.parametrize("size", [40, pytest.param(2000, marks=pytest.mark.faults)])
async def test_a_whole_batch_arrives_in_the_end(way, size, sink, promise, drain, time_goes_by, monkeypatch):
    # How slowly we send to who asks for it is held elsewhere; here nobody waits.
    monkeypatch.setattr(pace, "FIRST", 900.0)
    monkeypatch.setattr(pace, "SLOWEST", 900.0)
    readers = await promise(f"reader{number}" for number in range(size))
    sink.answers = way()
    doubts = 0
    await drain(sink)
    while open_ones := await models.Delivery.filter(state__in=OPEN):
        doubts += sum(letter.state is State.UNCERTAIN for letter in open_ones)
        await time_goes_by(min(letter.not_before for letter in open_ones) - models.now() + MINUTE)
        await drain(sink)
    assert set(sink.copies) == {reader.email for reader in readers}
    assert sink.copies.total() - size <= doubts
    sink.assert_copies_are_alike()
    assert await states() == {State.SENT: size}
    assert await work_left() == NONE


async def test_a_letter_that_cannot_be_written_holds_up_no_other(sink, promise, drain, time_goes_by):
    readers = await promise(f"reader{number}" for number in range(50))
    broken = await models.Delivery.filter(subscription_id=readers[3].id).get()
    facts = broken.facts
    await models.Delivery.filter(id=broken.id).update(facts={"paths": {}})
    await drain(sink)
    assert await states() == {State.SENT: 49, State.DEFERRED: 1}
    assert (await models.Delivery.get(id=broken.id)).reason == "it cannot be written"

    await models.Delivery.filter(id=broken.id).update(facts=facts)
    await time_goes_by(LADDER[0] * 1.3)
    await drain(sink)
    assert sink.copies == {reader.email: 1 for reader in readers}
    assert await work_left() == NONE


async def test_a_confirmation_passes_thousands_of_letters_on_their_way(site, sink, promise, working):
    await promise(f"reader{number}" for number in range(2000))
    async with working(sink):
        await sink.until(lambda: len(sink.taken) >= 50)
        await models.SignUp.ask(site, "ann@example.org", lab.FORM)
        await sink.until(lambda: sink.copies["ann@example.org"])
        assert len(sink.taken) < 2000
