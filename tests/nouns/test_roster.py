"""Subscribers come in by the list; nobody gets a letter who did not say yes, and nobody's no is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

import models
from models.consents import Act, Consent
from models.deliveries import Delivery
from models.interests import set_topics, topic_code, topics_of
from models.subscriptions import Subscription, SubscriptionStatus
from tests.nouns.rosters import NO, YES, bring, everything, sign_up

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Stand still on a day in spring."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


async def test_who_is_on_a_list_stays_pending_and_gets_no_letter(site):
    brought = await bring(site, {"email": "Ann@Example.org", "name": "Ann", "status": "confirmed"})
    assert brought.came == {models.Came.PENDING: 1}
    assert (brought.unproven, brought.unasked, brought.asked) == (1, 1, 0)
    ann = await Subscription.of(site, "ann@example.org")
    assert (ann.status, ann.name, ann.confirmed_at) == (SubscriptionStatus.PENDING, "Ann", None)
    assert await Delivery.all().count() == 0
    assert (await models.Job.counts()).waiting == 0


async def test_who_is_on_a_list_with_a_proof_is_confirmed_and_the_ledger_keeps_the_proof(site):
    brought = await bring(site, {"email": "ann@example.org", **YES, "confirmed_ip": "192.0.2.7"})
    assert (brought.came, brought.problems) == ({models.Came.CONFIRMED: 1}, [])
    ann = await Subscription.confirmed().get()
    assert ann.confirmed_at == datetime(2020, 3, 1, 9, tzinfo=UTC)
    consent = await Consent.get(subscription_id=ann.id)
    assert (consent.act, consent.at, consent.door) == (Act.IMPORTED, NOW, "import")
    assert consent.detail == {
        "status": "confirmed",
        "topics": [topic_code(topic) for topic in await topics_of(ann.id)],
        "confirmed_at": "2020-03-01T09:00:00Z",
        "source": "https://old.example/form",
        "ip": "192.0.2.7",
    }
    assert (await models.export(site, ann))["consents"][0]["detail"] == consent.detail
    assert await Delivery.all().count() == 0


@pytest.mark.parametrize("half", YES)
async def test_half_a_proof_is_none(site, half):
    brought = await bring(site, {"email": "ann@example.org", half: YES[half]})
    assert (brought.came, brought.unproven) == ({models.Came.PENDING: 1}, 1)


async def test_who_chooses_nothing_gets_the_main_newsletter_and_the_language_of_the_site(site):
    weekly = await models.Newsletter.start(site, "Weekly")
    await bring(
        site,
        {"email": "ann@example.org"},
        {"email": "bob@example.org", "topics": "main newsletter:weekly", "language": "NL_nl",
         "frequency": "Weekly"},
    )  # fmt: skip
    ann, bob = [await Subscription.of(site, f"{name}@example.org") for name in ("ann", "bob")]
    main = await models.Newsletter.main(site)
    assert await topics_of(ann.id) == [("newsletter", main.id)]
    assert await topics_of(bob.id) == [("newsletter", main.id), ("newsletter", weekly.id)]
    assert (ann.language, ann.frequency) == (site.language, models.Frequency.IMMEDIATE)
    assert (bob.language, bob.frequency) == ("nl-NL", models.Frequency.WEEKLY)


@pytest.mark.parametrize("steps", [["yes"], ["yes", "leave"], ["bounce"], []], ids=" ".join)
@pytest.mark.parametrize("cells", [{}, NO, {"status": "bounced"}, {"name": "Eve"}], ids=str)
async def test_whoever_is_known_is_left_as_they_are(site, steps, cells):
    await sign_up(site, "ann@example.org", *steps)
    before = await everything()
    brought = await bring(site, {"email": "ANN@example.org", **cells}, ask=True)
    assert brought.came == {models.Came.KNOWN: 1}
    assert await everything() == before


@pytest.mark.parametrize("steps", [["yes"], ["yes", "leave"], ["bounce"]], ids=" ".join)
async def test_a_proof_changes_nobody_who_said_yes_left_or_bounced(site, steps):
    await sign_up(site, "ann@example.org", *steps)
    before = await everything()
    assert (await bring(site, {"email": "ann@example.org", **YES})).came == {models.Came.KNOWN: 1}
    assert await everything() == before


async def test_a_proof_confirms_who_is_pending_as_the_line_says_and_not_as_a_stranger_asked(site):
    tag = await models.Newsletter.start(site, "Other")
    await sign_up(site, "ann@example.org")
    ann = await Subscription.of(site, "ann@example.org")
    await set_topics(ann.id, [("newsletter", tag.id)])
    await Subscription.filter(id=ann.id).update(name="Buy now")
    brought = await bring(site, {"email": "ann@example.org", "name": "Ann", **YES})
    assert brought.came == {models.Came.PROVEN: 1}
    ann = await Subscription.confirmed().get()
    assert (ann.name, ann.confirmed_at) == ("Ann", datetime(2020, 3, 1, 9, tzinfo=UTC))
    assert await topics_of(ann.id) == [("newsletter", (await models.Newsletter.main(site)).id)]
    assert await Consent.filter(subscription_id=ann.id, act=Act.IMPORTED).count() == 1


async def test_a_proof_does_not_confirm_who_left_and_was_signed_up_again_by_a_stranger(site, clock):
    await sign_up(site, "ann@example.org", "yes", "leave")
    clock.shift(timedelta(days=2))
    ann = await sign_up(site, "ann@example.org")
    assert ann.status is SubscriptionStatus.PENDING
    assert (await bring(site, {"email": "ann@example.org", **YES}, ask=True)).came == {models.Came.KNOWN: 1}
    assert (await Subscription.of(site, "ann@example.org")).status is SubscriptionStatus.PENDING


@pytest.mark.parametrize("scope", models.SuppressionScope)
async def test_who_is_suppressed_is_left_out(site, scope):
    await models.Suppression.add(site, "ann@example.org", scope, reason="test")
    brought = await bring(site, {"email": "Ann@example.org", **YES}, {"email": "bob@example.org"}, ask=True)
    assert brought.came == {models.Came.SUPPRESSED: 1, models.Came.PENDING: 1}
    assert await Subscription.all().values_list("mailbox", flat=True) == ["bob@example.org"]


async def test_bringing_in_the_same_twice_changes_nothing(site):
    await sign_up(site, "old@example.org", "yes")
    roster = [
        {"email": "ann@example.org", **YES},
        {"email": "bob@example.org"},
        {"email": "cas@example.org", **NO},
        {"email": "dee@example.org", "status": "bounced"},
        {"email": "eve@example.org", "suppressed": "all"},
        {"email": "old@example.org", "name": "Old"},
    ]
    await bring(site, *roster, ask=True)
    before = await everything()
    brought = await bring(site, *roster, ask=True)
    assert await everything() == before
    assert brought.came == {models.Came.KNOWN: 5, models.Came.SUPPRESSED: 1}
    assert (brought.asked, brought.problems) == (0, [])


async def test_of_several_lines_of_an_address_the_first_counts(site):
    brought = await bring(
        site,
        {"email": "ann@example.org", "name": "Ann"},
        {"email": "bob@example.org"},
        {"email": "ANN@EXAMPLE.ORG", "name": "Eve", **YES},
    )
    [problem] = brought.problems
    assert (problem.line, problem.column) == (4, "email")
    assert "line 2" in problem.reason
    assert (await Subscription.of(site, "ann@example.org")).name == "Ann"
    assert brought.came == {models.Came.PENDING: 2, models.Came.LEFT_OUT: 1}


@pytest.mark.parametrize(
    "wrong", [{"topics": "newsletter:none"}, {"topics": "tag:none"}, {"language": "klingon"}], ids=str
)
@pytest.mark.parametrize("distance", [0, 600])
async def test_a_line_that_is_left_out_stands_in_no_way_of_a_good_one(site, wrong, distance):
    far = [{"email": f"{number}@example.org"} for number in range(distance)]
    brought = await bring(
        site, {"email": "ann@example.org", **wrong}, *far, {"email": "ann@example.org", "name": "Ann"}
    )
    assert [problem.line for problem in brought.problems] == [2]
    assert (await Subscription.of(site, "ann@example.org")).name == "Ann"
    assert brought.came == {models.Came.PENDING: distance + 1, models.Came.LEFT_OUT: 1}


async def test_what_is_wrong_is_told_in_the_order_of_lines_and_with_what_can_be_done(site):
    brought = await bring(
        site,
        {"email": "ann@example.org", "topics": "newsletter:none"},
        {"email": "bob"},
        {"email": "cas@example.org", "topics": "author:none"},
        {"email": "dee@example.org"},
        {"email": "dee@example.org"},
        {"email": "eve@example.org", "topics": "tag:none"},
    )
    told = {problem.line: problem.reason for problem in brought.problems}
    assert list(told) == [2, 3, 4, 6, 7]
    assert told[2] == "There is no newsletter of that name here; start it first, or write another."
    assert told[4] == "There is no author of that name here; write another."
    assert told[7] == "There is no tag of that name here; write another."


@pytest.mark.parametrize(
    "no", [NO, {"left_at": "2021"}, {"status": "bounced"}, {"suppressed": "lists"}], ids=str
)
@pytest.mark.parametrize("turn", [1, -1])
async def test_a_no_counts_more_than_a_yes_wherever_it_stands(site, no, turn):
    far = [{"email": f"{number}@example.org"} for number in range(600)]
    lines = [{"email": "ann@example.org", **YES}, *far, {"email": "Ann@example.org", **no}][::turn]
    brought = await bring(site, *lines, ask=True)
    ann = await Subscription.of(site, "ann@example.org")
    barred = await models.Suppression.bars(site, "ann@example.org", models.SuppressionScope.LISTS)
    assert ann.status is not SubscriptionStatus.CONFIRMED
    assert barred or ann.status in (SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.BOUNCED)
    assert brought.asked == 600
    assert any("left" in problem.reason for problem in brought.problems)


async def test_whoever_left_elsewhere_but_is_confirmed_here_is_told(site):
    await sign_up(site, "ann@example.org", "yes")
    [problem] = (await bring(site, {"email": "ann@example.org", **NO})).problems
    assert problem.line == 2
    assert "suppress" in problem.reason


WRONG = [
    ("email", ""), ("email", "zoe"), ("email", "a@b@c"), ("email", "x" * 300),
    ("email", "ann@example.org\x00"),
    ("name", "A" * 101), ("name", "\ud800"), ("language", "klingon"), ("language", "en@x"),
    ("frequency", "hourly"), ("topics", "nothing"), ("topics", "colour:red"), ("topics", "tag:none"),
    ("topics", " ".join(map(str, range(60)))), ("status", "enthusiastic"), ("suppressed", "perhaps"),
    ("confirmed_at", "2099-01-01"), ("confirmed_at", "1994-12-31T23:59:59Z"), ("confirmed_at", "01-02-2020"),
    ("confirmed_at", "2020-02-30"), ("confirmed_at", "yesterday"), ("confirmed_at", "0000-00-00 00:00:00"),
    ("confirmed_at", "9999-12-31T23:59:59-23:59"), ("confirmed_source", "x" * 501), ("confirmed_ip", "here"),
    ("created_at", "2026-05-01T12:00:01Z"), ("created_at", "1e9"), ("paused_until", "2099-01-01"),
    ("leaving_reason", "x" * 501),
]  # fmt: skip


@pytest.mark.parametrize(("column", "cell"), WRONG, ids=lambda value: ascii(value)[:30])
async def test_a_line_that_is_wrong_is_told_without_repeating_it_and_the_others_come_in(site, column, cell):
    brought = await bring(
        site, {"email": "ann@example.org", **YES, column: cell}, {"email": "bob@example.org"}
    )
    assert {(problem.line, problem.column) for problem in brought.problems} == {(2, column)}
    assert all(problem.reason.endswith(".") for problem in brought.problems)
    assert not any(cell and cell in problem.reason for problem in brought.problems)
    assert brought.came == {models.Came.LEFT_OUT: 1, models.Came.PENDING: 1}
    assert await Subscription.all().values_list("mailbox", flat=True) == ["bob@example.org"]


@pytest.mark.parametrize(
    ("column", "cell"), [wrong for wrong in WRONG if wrong[0] not in ("email", "status")]
)
async def test_a_no_is_kept_whatever_else_is_wrong(site, column, cell):
    brought = await bring(site, {"email": "ann@example.org", "status": "unsubscribed", column: cell})
    assert [problem.column for problem in brought.problems][:1] == [column]
    assert brought.came == {models.Came.UNSUBSCRIBED: 1}
    assert (await Subscription.of(site, "ann@example.org")).left_at == NOW


@pytest.mark.parametrize(
    "written",
    ["2020-03-01", "2020-03-01T01:00:00+01:00", "2020-03-01 00:00:00", "2020-03-01 00:00",
     "2020-03-01 00:00:00 UTC", "2020-03-01 02:00:00.000000001 +0200 CEST", "2020-03-01T00:00:00.000Z"],
)  # fmt: skip
async def test_a_moment_is_read_as_programs_write_it(site, written):
    brought = await bring(site, {"email": "ann@example.org", **YES, "confirmed_at": written})
    assert brought.problems == []
    assert (await Subscription.confirmed().get()).confirmed_at == datetime(2020, 3, 1, tzinfo=UTC)


async def test_an_hour_that_is_past_and_one_to_come_do_not_pause_alike(site):
    await bring(
        site,
        {"email": "ann@example.org", "paused_until": "2026-06-01"},
        {"email": "bob@example.org", "paused_until": "2026-04-01"},
    )
    assert (await Subscription.of(site, "ann@example.org")).is_paused
    assert not (await Subscription.of(site, "bob@example.org")).is_paused
