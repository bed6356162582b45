"""What becomes of a letter is kept once, and what was taken back or sent stays so."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

import models
from models.deliveries import LIFE, LIVES, OPEN, Delivery, LetterKind
from models.jobs import LADDER
from models.suppressions import Suppression

PAGE = models.Trace(door="page")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
State = models.State


async def promise(row: models.Subscription, site: models.Site, *keys: str, **more: Any) -> list[Delivery]:
    """Promise letters of which nothing has become yet."""
    for key in keys:
        letter = row.letter(LetterKind.WELCOME, site, key=key, paths={})
        letter.topic = more.get("topic")
        await Delivery.promise([letter], lane=models.Lane.BULK)
    return [await Delivery.get(key__endswith=f":{key}") for key in keys]


async def tell(letter: Delivery, state: models.State, **more: Any) -> Delivery:
    """Tell what became of a letter, and give how it stands then."""
    await models.settle([models.Outcome(key=letter.key, state=state, **more)])
    return await Delivery.get(id=letter.id)


@pytest.fixture
async def row(ann) -> models.Subscription:
    """Have a subscriber who said yes."""
    return await ann.joins()


@pytest.mark.parametrize("state", [State.SENT, State.FAILED])
async def test_a_letter_that_is_over_forgets_what_it_knew(row, site, state):
    [letter] = await promise(row, site, "a")
    assert letter.facts["to"] == "ann@example.org"
    letter = await tell(letter, state)
    assert (letter.state, letter.facts) == (state, {})
    assert letter.settled_at is not None


@pytest.mark.parametrize("state", [State.DEFERRED, State.UNCERTAIN])
async def test_a_letter_that_waits_keeps_what_it_knew_and_is_not_due_before_its_moment(
    row, site, state, clock
):
    [letter] = await promise(row, site, "a")
    later = models.now() + 15 * MINUTE
    waiting = await tell(letter, state, not_before=later, reason="451 busy")
    assert (waiting.state, waiting.facts, waiting.tries) == (state, letter.facts, 1)
    assert waiting.settled_at is None
    assert waiting.not_before == later
    assert not await Delivery.due(letter.batch).exists()
    assert await Delivery.next_moment(letter.batch) == later
    clock.shift(15 * MINUTE)
    assert await Delivery.due(letter.batch).count() == 1


async def test_a_letter_waits_longer_from_try_to_try_and_is_given_up_in_the_end(row, site, clock):
    [letter] = await promise(row, site, "a")
    begin, waits = models.now(), []
    while (letter := await tell(letter, State.DEFERRED)).state in OPEN:
        waits.append(letter.not_before - models.now())
        clock.move_to(letter.not_before)
    assert waits == sorted(waits)
    assert waits[0] >= LADDER[0]
    assert letter.state is State.FAILED
    assert letter.facts == {}
    assert LIFE - LADDER[-1] * 1.2 <= models.now() - begin <= LIFE
    # A confirmation is tried for as long as its link works.
    assert LIVES[LetterKind.CONFIRMATION] == timedelta(days=7)


async def test_an_outage_brings_no_letter_nearer_to_its_end(row, site, clock):
    [letter] = await promise(row, site, "a")
    for _ in range(50):
        letter = await tell(letter, State.DEFERRED, counted=False, not_before=models.now() + MINUTE)
        clock.move_to(letter.not_before)
    assert (letter.state, letter.tries) == ("deferred", 0)


@pytest.mark.parametrize("late", [State.DEFERRED, State.UNCERTAIN, State.FAILED])
async def test_a_letter_that_was_taken_back_stays_so_whatever_is_told_later(row, site, late):
    [letter] = await promise(row, site, "a", topic="tag-1")
    await Delivery.cancel(row.id, topic="tag-1")
    letter = await tell(letter, late, not_before=models.now())
    assert (letter.state, letter.facts) == ("cancelled", {})
    assert await Delivery.withdrawn([letter.id], batch=letter.batch) == {letter.id}


async def test_a_letter_that_was_out_when_it_was_taken_back_counts_as_sent(row, site):
    [letter] = await promise(row, site, "a")
    await Delivery.cancel(row.id)
    assert (await tell(letter, State.SENT)).state is State.SENT
    for late in (State.DEFERRED, State.UNCERTAIN, State.FAILED):
        assert (await tell(letter, late)).state is State.SENT


async def test_many_outcomes_are_kept_at_once_and_unknown_ones_are_none(row, site):
    a, b, c = await promise(row, site, "a", "b", "c")
    await models.settle(
        [
            models.Outcome(key=a.key, state=State.SENT),
            models.Outcome(key="nobody's", state=State.SENT, wording="x"),
            models.Outcome(key="nobody's either", state=State.FAILED, bounced=True),
            models.Outcome(key=b.key, state=State.DEFERRED),
            models.Outcome(key=c.key, state=State.FAILED, reason="x" * 10_000),
        ]
    )
    states = {row.key[-1]: row.state for row in await Delivery.filter(key__in=[a.key, b.key, c.key])}
    assert states == {"a": "sent", "b": "deferred", "c": "failed"}
    assert len((await Delivery.get(id=c.id)).reason) == 500
    await models.settle([])


async def test_an_address_that_is_none_any_more_gets_no_letter_of_topics(ann, row, site):
    a, b = await promise(row, site, "a", "b")
    await tell(a, State.FAILED, bounced=True)
    await tell(b, State.FAILED, bounced=True)
    assert await ann.status() == "bounced"
    assert (await Delivery.get(id=b.id)).state is State.CANCELLED
    assert (await ann.ledger())[3:] == ["bounced"]
    [suppressed] = await Suppression.all()
    assert (suppressed.scope, suppressed.reason) == ("lists", "bounce")
    assert "ann" not in suppressed.key


async def test_a_confirmation_that_bounces_leaves_nothing_but_its_ledger(ann, site):
    await models.SignUp.ask(site, ann.email, PAGE)
    await models.answer_sign_up((await models.SignUp.get()).id)
    await tell(await Delivery.get(), State.FAILED, bounced=True)
    assert await ann.status() == "bounced"
    assert await ann.ledger() == ["requested", "bounced"]
    assert not await Suppression.exists()


async def test_who_left_is_not_moved_by_a_letter_that_bounces(ann, row, site):
    [letter] = await promise(row, site, "a")
    await row.leave(site, PAGE)
    await tell(letter, State.FAILED, bounced=True)
    assert await ann.status() == "unsubscribed"
    assert (await ann.ledger())[-1] == "left"


async def test_the_ledger_says_which_letter_asked_and_in_which_words(ann, site, clock):
    await models.SignUp.ask(site, ann.email, PAGE)
    await models.answer_sign_up((await models.SignUp.get()).id)
    first = await Delivery.get()
    clock.shift(DAY)
    await models.SignUp.ask(site, ann.email, PAGE)
    await models.answer_sign_up((await models.SignUp.get()).id)
    second = await Delivery.get(state="queued")
    await models.settle(
        [models.Outcome(key=letter.key, state=State.SENT, wording=f"words {number}")
         for number, letter in enumerate((second, first))]
    )  # fmt: skip
    asked = await models.Consent.filter(act="asked").order_by("version")
    assert [(act.version, act.wording) for act in asked] == [(1, "words 1"), (2, "words 0")]


async def test_what_is_told_of_an_erased_readers_letter_is_heard_by_nobody(ann, row, site):
    a, b = await promise(row, site, "a", "b")
    await models.erase(row)
    await models.settle(
        [
            models.Outcome(key=a.key, state=State.SENT, wording="x"),
            models.Outcome(key=b.key, state=State.FAILED, bounced=True),
        ]
    )
    assert not await Delivery.exists()
    assert not await Suppression.exists()


@pytest.mark.parametrize("verb", ["leave", "erase", "choose", "confirm"])
async def test_who_acts_while_outcomes_are_kept_does_not_wait_for_them_in_vain(ann, site, clock, verb):
    for _ in range(8):
        await models.SignUp.ask(site, ann.email, PAGE)
        await models.answer_sign_up((await models.SignUp.get()).id)
        row, letter = await ann.row(), await Delivery.get(kind="confirmation")
        token = letter.facts["paths"]["link"].rpartition("/")[2]
        acts = {
            "leave": lambda row=row: row.leave(site, PAGE),
            "erase": lambda row=row: models.erase(row),
            "choose": lambda row=row: row.choose(site, PAGE, name="Ann"),
            "confirm": lambda token=token: models.Subscription.confirm(site, token, PAGE),
        }
        done = await asyncio.gather(
            acts[verb](),
            models.settle([models.Outcome(key=letter.key, state=State.SENT, wording="x")]),
            models.settle([models.Outcome(key=letter.key, state=State.FAILED, bounced=True)]),
            return_exceptions=True,
        )
        assert not [one for one in done if isinstance(one, Exception)], done
        await models.erase(row)
        clock.shift(8 * DAY)
