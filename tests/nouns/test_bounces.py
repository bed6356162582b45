"""A bounce or a complaint that comes by mail ends the subscription it is about, and no other."""

from datetime import timedelta

import pytest

import models
from models.suppressions import Suppression, SuppressionScope

A_DAY = timedelta(days=1)


@pytest.fixture
async def row(ann) -> models.Subscription:
    """Have a subscriber who said yes."""
    return await ann.joins()


def way_out(row, site) -> str:
    return row.path_out(site).rpartition("/")[2]


async def bounce(site, token, written_at):
    return await models.bounce(site, token, written_at, "ann@example.org")


@pytest.mark.parametrize("at", ["", "bo@example.org", "ann", "\0", "ann+x@example.org"])
async def test_what_failed_at_another_address_ends_nothing(ann, row, site, at):
    assert not await models.bounce(site, way_out(row, site), models.now(), at)
    assert await ann.status() == "confirmed"
    assert await models.bounce(site, way_out(row, site), models.now(), "Ann@EXAMPLE.org")


async def test_a_bounce_ends_a_subscription(ann, row, site):
    assert await models.bounce(site, way_out(row, site), models.now(), row.email)
    assert await ann.status() == "bounced"
    assert (await ann.ledger())[-1] == "bounced"
    assert await Suppression.bars(site, row.mailbox, SuppressionScope.LISTS)
    assert not await models.bounce(site, way_out(row, site), models.now(), row.email)


async def test_a_complaint_ends_a_subscription_without_another_letter(ann, row, site, post):
    before = ann.letters()
    assert await models.complain(site, way_out(row, site), None)
    await post.comes()
    assert await ann.status() == "unsubscribed"
    assert ann.letters() == before
    assert await Suppression.bars(site, row.mailbox, SuppressionScope.LISTS)
    assert not await models.complain(site, way_out(row, site), None)


@pytest.mark.parametrize("end", [bounce, models.complain])
async def test_a_report_about_a_letter_before_the_last_yes_proves_nothing(ann, row, site, end):
    assert not await end(site, way_out(row, site), row.confirmed_at - A_DAY)
    assert await ann.status() == "confirmed"


@pytest.mark.parametrize("end", [bounce, models.complain])
@pytest.mark.parametrize(
    "token", ["", "unsub_1_x", "prefs", "x" * 5_000, "unsub_99999999999999999999_x", "\0"]
)
async def test_who_cannot_prove_it_ends_nothing(ann, row, site, end, token):
    with pytest.raises(models.Unproven):
        await end(site, token, None)
    with pytest.raises(models.Unproven):
        await end(site, str(row.preferences_token(site)), None)
    assert await ann.status() == "confirmed"


async def test_who_confirms_again_gets_letters_again(ann, row, site):
    await models.bounce(site, way_out(row, site), models.now(), row.email)
    await ann.joins()
    assert await ann.status() == "confirmed"
    assert not await Suppression.bars(site, row.mailbox, SuppressionScope.LISTS)


async def test_who_undoes_a_complaint_gets_letters_again(ann, row, site):
    await models.complain(site, way_out(row, site), None)
    left = await models.Subscription.get(id=row.id)
    await models.Subscription.undo(site, left.path_back(site).rpartition("/")[2], models.Trace(door="test"))
    assert await ann.status() == "confirmed"
    assert not await Suppression.bars(site, row.mailbox, SuppressionScope.LISTS)
