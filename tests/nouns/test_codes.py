"""A code may be guessed five times a day, and neither the answer nor the work says whose address is known."""

import asyncio
import re
from datetime import timedelta

import models
from models.caps import Cap

PAGE = models.Trace(door="page")
DAY = timedelta(days=1)
NOBODY = "nobody@example.org"
STRANGE = [
    "",
    " ",
    "1234567",
    "123456789",
    "١٢٣٤٥٦٧٨",
    "１２３４５６７８",
    "\x00" * 8,
    "\ud8001234567",
    "1" * 10**6,
    "0x123456",
]


async def guess(site: models.Site, email: str, code: str = "00000000") -> type[Exception] | None:
    """Try a code; give what it was refused with."""
    try:
        await models.Subscription.confirm_by_code(site, email, code, PAGE)
    except models.Refused as refused:
        return type(refused)
    return None


async def test_the_right_code_is_refused_after_five_wrong_ones(ann, site, clock):
    await ann.asks()
    for _ in range(5):
        assert await guess(site, ann.email) is models.Unproven
    assert await guess(site, ann.email, ann.code()) is models.Unproven
    assert await ann.status() == "pending"
    clock.shift(DAY)
    assert await guess(site, ann.email, ann.code()) is None
    assert await ann.status() == "confirmed"


async def test_the_right_code_is_good_after_four_wrong_ones(ann, site):
    await ann.asks()
    for _ in range(4):
        await guess(site, ann.email)
    assert await guess(site, ann.email, ann.code()) is None


async def test_tries_at_the_same_moment_are_counted_one_by_one(ann, site):
    await ann.asks()
    await asyncio.gather(*(guess(site, ann.email, f"{number:08d}") for number in range(20)))
    [tries] = [cap for cap in await Cap.all() if len(cap.moments) != 1]
    assert len(tries.moments) == 5
    assert await guess(site, ann.email, ann.code()) is models.Unproven


async def test_a_try_is_counted_though_it_is_refused_and_whoever_it_is_for(ann, site):
    await ann.asks()
    counted = await Cap.all().count()
    for email in (ann.email, NOBODY):
        await guess(site, email)
    assert await Cap.all().count() == counted + 2
    for _ in range(9):
        await guess(site, NOBODY)
    assert sorted(len(cap.moments) for cap in await Cap.all()) == [1, 1, 5]


async def test_a_code_is_for_one_address_and_one_letter(ann, reader, site, clock):
    bob = reader("bob@example.org")
    await ann.asks()
    await bob.asks()
    assert await guess(site, bob.email, ann.code()) is models.Unproven
    old = ann.code()
    clock.shift(DAY)
    await ann.asks()
    assert await guess(site, ann.email, old) is models.Unproven
    assert await guess(site, ann.email, ann.code()) is None


async def test_an_expired_code_is_told_to_nobody_but_who_has_it(ann, site, clock):
    await ann.asks()
    clock.shift(8 * DAY)
    assert await guess(site, ann.email, "00000000") is models.Unproven
    assert await guess(site, ann.email, ann.code()) is models.Expired


async def test_the_code_of_who_left_proves_nothing(ann, site):
    await ann.asks()
    code = ann.code()
    await ann.leaves()
    assert await guess(site, ann.email, code) is models.Unproven


async def test_what_is_no_code_is_refused_and_no_try(ann, site):
    await ann.asks()
    for code in STRANGE:
        assert await guess(site, ann.email, code) is models.Unproven
        assert await guess(site, "no address", code) is models.Unproven
    assert await guess(site, ann.email, ann.code()) is None


async def test_the_same_is_done_for_a_known_address_and_an_unknown_one(ann, site, statements, clock):
    said = {}
    for state in ("new", "pending", "confirmed", "left", "used up"):
        if state == "pending":
            await ann.asks()
        if state == "confirmed":
            await ann.confirms()
        if state == "left":
            await ann.leaves()
        if state == "used up":
            for _ in range(5):
                await guess(site, ann.email)
        with statements() as sent:
            assert await guess(site, ann.email, "00000000") is models.Unproven
        said[state] = tuple(re.sub(r"savepoint_\d+", "savepoint", statement) for statement in sent)
        clock.shift(DAY / 10)
    assert len(set(said.values())) == 1, said


async def test_no_code_and_no_token_stands_in_the_store_after_its_letter_is_out(ann, site):
    await ann.asks()
    secrets = {ann.code(), ann.token("confirm"), ann.token("confirm").split("_", 2)[2]}
    held = [
        str(row)
        for noun in (models.Subscription, models.Delivery, models.Consent)
        for row in await noun.all().values()
    ]
    assert not [row for row in held for secret in secrets if secret in row]
