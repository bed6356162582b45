"""What is kept for a time only is forgotten after it, and nothing before."""

import asyncio
from datetime import timedelta

import pytest

import models
from models.caps import Cap
from models.deliveries import Delivery
from models.purge import LETTERS_KEPT, UNCONFIRMED_KEPT
from models.repeats import Repeat

PAGE = models.Trace(door="page")
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


async def test_who_never_confirms_is_forgotten_after_thirty_days(ann, reader, clock):
    bob = reader("bob@example.org")
    await ann.asks()
    await bob.joins()
    clock.shift(UNCONFIRMED_KEPT)
    await models.purge()
    assert await ann.status() == "pending"
    clock.shift(SECOND)
    await models.purge()
    assert await models.Subscription.all().values_list("mailbox", flat=True) == [bob.email]
    assert len(await models.Consent.all()) == 3
    assert await Delivery.filter(subscription_id=(await bob.row()).id).count() == await Delivery.all().count()


async def test_who_asks_again_is_kept_for_another_thirty_days(ann, clock):
    await ann.asks()
    clock.shift(20 * DAY)
    await ann.asks()
    clock.shift(20 * DAY)
    await models.purge()
    assert await ann.status() == "pending"


async def test_whose_first_letter_bounced_is_forgotten_too(ann, site, clock):
    await ann.asks()
    await ann.bounces()
    clock.shift(UNCONFIRMED_KEPT + SECOND)
    await models.purge()
    assert not await models.Subscription.exists()


async def test_the_no_of_who_left_outlives_a_strangers_sign_up(ann, site, clock):
    await ann.joins()
    await ann.leaves()
    clock.shift(DAY)
    await ann.asks()
    clock.shift(UNCONFIRMED_KEPT + SECOND)
    await models.purge()
    row = await ann.row()
    assert (row.status, row.proof, row.code) == ("unsubscribed", None, None)
    with pytest.raises(models.Unproven):
        await models.Subscription.confirm(site, ann.token("confirm"), PAGE)


async def test_who_confirmed_once_and_bounced_is_kept_and_does_not_wait_for_a_yes_for_ever(ann, site, clock):
    await ann.joins()
    await ann.bounces()
    clock.shift(DAY)
    await ann.asks()
    assert await ann.status() == "pending"
    clock.shift(UNCONFIRMED_KEPT + SECOND)
    for _ in range(2):
        await models.purge()
    row = await ann.row()
    assert (row.status, row.proof, row.code) == ("bounced", None, None)


async def test_requests_that_nobody_answered_are_forgotten(ann, site, clock):
    await models.SignUp.ask(site, ann.email, PAGE)
    clock.shift(UNCONFIRMED_KEPT + SECOND)
    await models.purge()
    assert not await models.SignUp.exists()


async def test_letters_caps_and_answers_are_forgotten_when_nothing_looks_back_at_them(ann, clock):
    async def answer() -> str:
        return "done"

    await ann.joins()
    await Repeat.once("key", answer)
    clock.shift(2 * DAY)
    await models.purge()
    assert (await Delivery.all().count(), await Cap.all().count(), await Repeat.all().count()) == (2, 1, 0)
    clock.shift(29 * DAY)
    await models.purge()
    assert (await Delivery.all().count(), await Cap.all().count()) == (2, 0)
    clock.shift(LETTERS_KEPT)
    await models.purge()
    assert await Delivery.all().count() == 0
    assert await ann.status() == "confirmed"
    assert await ann.ledger() == ["requested", "asked", "confirmed"]


async def test_what_is_forgotten_is_scrubbed_and_what_is_not_is_not(ann, site, clock):
    await ann.joins()
    await models.purge()
    assert (await models.Job.counts()).waiting == 0
    await ann.leaves()
    clock.shift(DAY)
    await ann.asks()
    clock.shift(UNCONFIRMED_KEPT + SECOND)
    await models.purge()
    await models.purge()
    assert (await models.Job.counts()).waiting == 1


async def test_two_purges_and_whoever_asks_meanwhile_do_not_wait_for_each_other_in_vain(
    ann, reader, site, clock
):
    for number in range(5):
        await models.SignUp.ask(site, f"reader{number}@example.org", PAGE)
    await ann.post.comes()
    clock.shift(UNCONFIRMED_KEPT + SECOND)
    rows = await models.Subscription.all()
    done = await asyncio.gather(
        models.purge(), models.purge(), *(models.erase(row) for row in rows),
        *(models.SignUp.ask(site, row.email, PAGE) for row in rows),
        return_exceptions=True,
    )  # fmt: skip
    assert not [one for one in done if isinstance(one, Exception)], done
    assert not await models.Subscription.exists()
