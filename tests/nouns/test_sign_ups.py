"""Whatever stands in a sign-up: one answer, the same for every address, and no letter too many."""

import asyncio
import re

import pytest

import models
from models.caps import Cap
from models.deliveries import Delivery
from models.suppressions import Suppression

PAGE = models.Trace(door="page")
KNOWN = "known@example.org"
NAMES = [
    "{{ 7*7 }}{% raise x %}${7*7}<%= 7*7 %>#{7*7}",
    "<img src=x onerror=alert(1)>",
    "Ann\r\nBcc: bob@example.org\r\n\r\n",
    "\x00\x01\x1b[31mAnn\x7f\x85\u2028B.",
    "\u202eAnn\u2066",
    "%s%n%(name)s",
    "Robert'); DROP TABLE subscription;--",
    "Familie \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "=?utf-8?q?Ann?=",
    "n" * 100,
]
NO_LANGUAGES = [
    "xx", "en@currency=x", "../../etc/passwd", "a" * 10_000, "en-" * 1_000, "\x00", "en\x00", "\ud800",
    "nl;q=1", "{{ 7*7 }}", "١",
]  # fmt: skip


async def sign_up(site: models.Site, email: str) -> None:
    """Keep a request and answer it, as the worker does."""
    await models.SignUp.ask(site, email, PAGE)
    await answer_all()


async def answer_all() -> None:
    for id in await models.SignUp.all().order_by("id").values_list("id", flat=True):
        await models.answer_sign_up(id)


async def test_a_strange_name_is_a_name_and_nothing_else(reader):
    for number, name in enumerate(NAMES):
        ann = reader(f"ann{number}@example.org")
        row = await ann.joins(name=name)
        assert row.name == models.text.clean_line(name)
        letter = ann.letter("welcome")
        greeted = f" {row.name}" if models.text.is_name(row.name) else ""
        assert letter.text.startswith(f"Hello{greeted},")
        assert "<img src=x" not in letter.html
        assert "Bcc" not in str(letter.headers)


async def test_a_name_too_long_or_half_a_pair_is_refused(ann, site):
    for name in ("n" * 101, "n" * 10_000, "Ann\ud800"):
        with pytest.raises(models.Invalid) as refused:
            await models.SignUp.ask(site, ann.email, PAGE, name=name)
        assert refused.value.field == "name"
    assert not await models.SignUp.exists()


async def test_a_language_that_nobody_speaks_is_refused(ann, site):
    for tag in NO_LANGUAGES:
        with pytest.raises(models.Invalid) as refused:
            await models.SignUp.ask(site, ann.email, PAGE, language=tag)
        assert refused.value.field == "language"


async def test_a_language_without_letters_gets_them_in_english(ann):
    row = await ann.joins(language="ja")
    assert row.language == "ja"
    assert ann.letter("welcome").language == "en"


async def test_a_bad_address_is_refused_before_anything_is_kept(site, statements):
    for verb in (models.SignUp.ask, models.SignUp.ask_for_link):
        with pytest.raises(models.Invalid) as refused:
            await verb(site, "ann@example.org\r\nBcc: bob@example.org", PAGE)
        assert refused.value.field == "email"
    assert not await models.SignUp.exists()
    assert (await models.Job.counts()).waiting == 0


async def test_topics_that_are_gone_when_it_is_answered_are_left_out(ann, site):
    gone = await models.Newsletter.start(site, "Gone")
    await models.SignUp.ask(site, ann.email, PAGE, topics=[("newsletter", gone.id), ("tag", 2**31 - 1)])
    await gone.delete()
    await answer_all()
    main = await models.Newsletter.main(site)
    assert await models.topics_of((await ann.row()).id) == [("newsletter", main.id)]


async def test_the_same_is_done_for_every_address(reader, site, statements, clock):
    readers = {
        name: reader(f"{name}@example.org") for name in ("confirmed", "pending", "left", "bounced", "capped")
    }
    for one in readers.values():
        await one.asks()
    for name in ("confirmed", "left"):
        await readers[name].confirms()
    await readers["left"].leaves()
    await readers["bounced"].bounces()
    await Suppression.add(site, "suppressed@example.org", models.SuppressionScope.ALL, reason="complaint")
    for name in ("suppressed", "new"):
        readers[name] = reader(f"{name}@example.org")
    assert {name: await one.status() for name, one in readers.items() if name in ("bounced", "left")} == {
        "bounced": "bounced", "left": "unsubscribed",
    }  # fmt: skip
    for verb in (models.SignUp.ask, models.SignUp.ask_for_link):
        said = {}
        for name, one in readers.items():
            with statements() as sent:
                address = await verb(site, one.email.upper(), PAGE)
            assert address.text == f"{name.upper()}@example.org"
            said[name] = tuple(re.sub(r"savepoint_\d+", "savepoint", statement) for statement in sent)
        assert len(set(said.values())) == 1, said
        assert any("INSERT INTO" in statement for statement in said["new"])


async def test_a_suppressed_address_gets_no_letter_and_stands_nowhere(site, reader):
    dan = reader("dan@example.org")
    await Suppression.add(site, dan.email, models.SuppressionScope.ALL, reason="complaint")
    await dan.asks()
    await dan.asks_for_link()
    assert dan.letters() == []
    assert not await models.Subscription.exists()
    assert not await models.SignUp.exists()


async def test_whose_mail_bounced_may_ask_again_and_then_gets_letters_of_topics_again(ann, site, clock):
    await ann.joins()
    await ann.bounces()
    assert await ann.status() == "bounced"
    assert await Suppression.bars(site, ann.email, models.SuppressionScope.LISTS)
    clock.shift(86_400)
    await ann.joins()
    assert await ann.status() == "confirmed"
    assert not await Suppression.bars(site, ann.email, models.SuppressionScope.LISTS)


async def test_a_thousand_sign_ups_from_a_thousand_networks_bring_one_letter(site):
    ways = ("ann@example.org", "ANN@example.org", "a.n.n@example.org", "ann+{}@example.org")
    traces = [models.Trace(door="form", network=f"192.0.{number % 256}.0/24") for number in range(1000)]
    for begin in range(0, 1000, 50):
        part = range(begin, begin + 50)
        await asyncio.gather(*(models.SignUp.ask(site, ways[n % 4].format(n), traces[n]) for n in part))
        ids = await models.SignUp.all().values_list("id", flat=True)
        await asyncio.gather(*(models.answer_sign_up(id) for id in ids))
    assert await Delivery.all().count() == 1
    assert await models.Subscription.all().count() == 1
    assert not await models.SignUp.exists()
    [cap] = await Cap.all()
    assert len(cap.moments) == 1


async def test_who_asks_twice_at_once_is_one_and_gets_one_letter(ann, site):
    await asyncio.gather(*(models.SignUp.ask(site, ann.email, PAGE) for _ in range(8)))
    ids = await models.SignUp.all().values_list("id", flat=True)
    # Also the same one twice, as when a worker died after it had answered.
    await asyncio.gather(*(models.answer_sign_up(id) for id in [*ids, *ids]))
    assert await ann.promised() == [("confirmation", "queued")]
    assert await ann.ledger() == ["requested"]
    assert not await models.SignUp.exists()


async def test_many_who_ask_at_once_do_not_wait_for_each_other_in_vain(site):
    emails = [f"reader{number}@example.org" for number in range(12)]
    await asyncio.gather(*(models.SignUp.ask(site, email, PAGE) for email in emails * 2))
    ids = await models.SignUp.all().values_list("id", flat=True)
    await asyncio.gather(*(models.answer_sign_up(id) for id in ids))
    assert await Delivery.all().count() == await models.Subscription.all().count() == len(emails)


async def test_a_yes_at_the_moment_of_a_new_request_ends_one_way(ann, site, clock):
    for _ in range(6):
        await ann.asks()
        token = ann.token("confirm")
        clock.shift(2 * 86_400)
        await models.SignUp.ask(site, ann.email, PAGE, name="Mallory")
        await Cap.all().delete()
        asked = await models.SignUp.get()
        said, _ = await asyncio.gather(
            models.Subscription.confirm(site, token, PAGE),
            models.answer_sign_up(asked.id),
            return_exceptions=True,
        )
        row = await ann.row()
        # The yes came first, and the request was told that it subscribes already; or the request did.
        if isinstance(said, models.Unproven):
            assert row.status == "pending"
        else:
            assert (row.status, row.version, row.name) == ("confirmed", 1, "")
        await models.erase(row)
        await Cap.all().delete()


async def test_who_is_forgotten_while_a_request_is_answered_is_forgotten_whole_or_asked_anew(ann, site):
    for _ in range(6):
        await models.SignUp.ask(site, ann.email, PAGE)
        await answer_all()
        await Cap.all().delete()
        row = await ann.row()
        await models.SignUp.ask(site, ann.email, PAGE)
        asked = await models.SignUp.get()
        done = await asyncio.gather(
            models.answer_sign_up(asked.id), models.erase(row), return_exceptions=True
        )
        assert done == [None, None]
        assert not await models.Subscription.exists()
        assert not await Delivery.exists()
        await Cap.all().delete()


async def test_who_leaves_while_a_request_is_answered_ends_one_way(ann, site):
    for _ in range(6):
        await models.SignUp.ask(site, ann.email, PAGE)
        await answer_all()
        await Cap.all().delete()
        row = await ann.row()
        await models.SignUp.ask(site, ann.email, PAGE)
        asked = await models.SignUp.get()
        done = await asyncio.gather(
            models.answer_sign_up(asked.id), row.leave(site, PAGE), return_exceptions=True
        )
        assert not [one for one in done if isinstance(one, Exception)], done
        row = await ann.row()
        # Both raise the version: neither was done over what the other had read.
        assert row.version == 3
        assert (row.status == "pending") == (row.proof is not None)
        await models.erase(row)
        await Cap.all().delete()
