"""What became of letters is kept in few statements, and keeping it twice is as good as once."""

from datetime import timedelta

import pytest

import models
from models.consents import Act, Consent
from models.deliveries import Delivery, LetterKind
from models.tokens import fresh_seed

State = models.State
FORM = models.Trace(door="test")


@pytest.fixture
def promise(site):
    """Promise a letter to each of so many readers; give the letters."""

    async def promise(number, kind=LetterKind.WELCOME):
        readers = [await _reader(site, f"reader{each}@example.org") for each in range(number)]
        await Delivery.promise([reader.letter(kind, site) for reader in readers], lane=models.Lane.BULK)
        return await Delivery.all().order_by("id")

    return promise


async def _reader(site, email):
    return await models.Subscription.create(
        site_id=site.id, email=email, mailbox=email, language="nl", seed=fresh_seed(),
        created_at=models.now(), status=models.SubscriptionStatus.CONFIRMED,
    )  # fmt: skip


def outcomes(letters, state, **more):
    return [models.Outcome(key=letter.key, state=state, **more) for letter in letters]


async def states():
    return [letter.state for letter in await Delivery.all().order_by("id")]


@pytest.mark.parametrize("state", [State.SENT, State.DEFERRED, State.UNCERTAIN, State.FAILED])
async def test_letters_that_fared_alike_cost_no_statement_each(promise, statements, state):
    letters = await promise(60)
    with statements() as for_two:
        await models.settle(outcomes(letters[:2], state))
    with statements() as for_many:
        await models.settle(outcomes(letters[2:], state))
    assert len(for_many) == len(for_two)
    assert await states() == [state] * 60


async def test_a_letter_is_noted_as_asked_once(promise):
    letters = await promise(3, LetterKind.CONFIRMATION)
    for _ in range(2):
        await models.settle(outcomes(letters, State.SENT, wording="confirmation/nl@1"))
    assert await Consent.filter(act=Act.ASKED, wording="confirmation/nl@1").count() == 3
    assert [letter.facts for letter in await Delivery.all()] == [{}] * 3


async def test_who_bounces_twice_at_once_has_bounced_once(site, promise):
    [letter] = await promise(1)
    reader = await models.Subscription.get()
    other = reader.letter(LetterKind.GOODBYE, site)
    await Delivery.promise([other], lane=models.Lane.URGENT)
    await models.settle(outcomes([letter, other], State.FAILED, bounced=True))
    assert await Consent.filter(act=Act.BOUNCED).count() == 1
    assert (await models.Subscription.get()).status is models.SubscriptionStatus.BOUNCED


async def test_what_was_taken_back_stays_so_unless_it_was_sent(promise):
    letters = await promise(3)
    for letter in letters:
        await Delivery.cancel(letter.subscription_id)
    for letter, state in zip(letters, [State.SENT, State.DEFERRED, State.FAILED], strict=True):
        await models.settle(outcomes([letter], state))
    assert await states() == [State.SENT, State.CANCELLED, State.CANCELLED]


async def test_who_was_erased_meanwhile_is_nobody(promise):
    erased, other = await promise(2, LetterKind.CONFIRMATION)
    await models.erase(await models.Subscription.get(id=erased.subscription_id))
    await models.settle(outcomes([erased], State.FAILED, bounced=True) + outcomes([other], State.SENT))
    assert await states() == [State.SENT]


async def test_letters_that_are_put_off_together_come_back_together(promise):
    letters = await promise(20)
    moment = models.now() + timedelta(minutes=10)
    await models.settle(outcomes(letters[:10], State.DEFERRED))
    await models.settle(outcomes(letters[10:], State.DEFERRED, not_before=moment, counted=False))
    counted, uncounted = (await Delivery.all().order_by("id"))[:10], await Delivery.filter(tries=0)
    assert len({letter.not_before for letter in counted}) == 1
    assert {letter.tries for letter in counted} == {1}
    assert {letter.not_before for letter in uncounted} == {moment}
