"""Long lists and hostile ones, asked in bulk and in few statements; lists that restore who was on them."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

import models
from models.deliveries import Delivery, LetterKind
from models.engines.queues import LEASE
from models.jobs import queue
from models.roster_lines import read_line, says_no
from models.subscriptions import Subscription, SubscriptionStatus
from tests.nouns.rosters import DOOR, NO, YES, bring, everything, sign_up

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
HOSTILE = [
    "x@localhost", "x@example..org", ".x@example.org", '"a@b"@example.org', "x@[127.0.0.1]",
    "Name <x@example.org>", "x@example.org,y@example.org", "x@example.org\r\nBcc: y@example.org",
    "|touch /tmp/x@example.org", "${7*7}@example.org", "x'OR'1'='1@example.org", "x@xn--",
    "\u202e@example.org",
    "x" * 10_000 + "@example.org", "x@" + "a." * 500 + "org", "=cmd()@example.org", "\ud800@example.org",
]  # fmt: skip


def corpus(name: str) -> list[str]:
    file = CORPUS / name
    found = json.loads(file.read_text("utf-8")) if file.exists() else []
    return [str(text) for text in (found.values() if isinstance(found, dict) else found)]


def many(number: int, **cells: str) -> list[dict[str, str]]:
    return [{"email": f"reader{one}@example.org", **cells} for one in range(number)]


async def handed_out(site: models.Site) -> list[models.RosterLine]:
    return [line async for line in models.hand_out(site)]


async def forget_everybody() -> None:
    await Subscription.all().delete()
    await models.Suppression.all().delete()


async def test_who_is_pending_is_asked_in_bulk_and_can_say_yes(site):
    brought = await bring(site, *many(450), {"email": "ann@example.org", **YES}, ask=True)
    assert (brought.asked, brought.unasked) == (450, 0)
    letters = await Delivery.all()
    assert {letter.kind for letter in letters} == {LetterKind.CONFIRMATION}
    assert len(letters) == 450
    bulk = {"works": [models.Work.SEND_LETTERS], "lane": models.Lane.BULK, "limit": 10, "lease": LEASE}
    sent = await queue().claim(uuid4(), **bulk)
    assert len(sent) == 3
    token = letters[0].facts["paths"]["link"].rpartition("/")[2]
    await Subscription.confirm(site, token, DOOR)
    assert await Subscription.confirmed().count() == 2


async def test_nobody_is_asked_twice(site):
    with time_machine.travel("2026-05-01", tick=False) as clock:
        await sign_up(site, "known@example.org")
        await bring(site, {"email": "first@example.org"})
        for _ in range(3):
            await bring(
                site, *many(3), {"email": "known@example.org"}, {"email": "first@example.org"}, ask=True
            )
            clock.shift(timedelta(days=2))
    assert await Delivery.all().count() == 5


async def test_one_inbox_is_asked_once_a_day_by_lists_and_doors_together(site):
    with time_machine.travel("2026-05-01", tick=False) as clock:
        names = ["a.nn", "ann+1", "ann+2"]
        boxes = [{"email": f"{name}@example.org"} for name in names]
        await sign_up(site, "ann@example.org")
        brought = await bring(site, *boxes, {"email": "bob@example.org"}, ask=True)
        assert (brought.asked, brought.unasked) == (1, 3)
        clock.shift(timedelta(days=1))
        brought = await bring(site, *boxes, ask=True)
        assert (brought.asked, brought.unasked) == (1, 2)
        await models.SignUp.ask(site, "ann+9@example.org", DOOR)
        await models.answer_sign_up((await models.SignUp.get()).id)
        assert await Subscription.filter(mailbox="ann+9@example.org").count() == 0


async def test_whoever_left_once_or_is_suppressed_elsewhere_is_not_asked(site):
    brought = await bring(
        site,
        {"email": "ann@example.org", "status": "pending", "left_at": "2021-01-01"},
        {"email": "bob@example.org", "status": "pending", "suppressed": "lists"},
        {"email": "cas@example.org", **NO},
        {"email": "dee@example.org", "status": "bounced"},
        ask=True,
    )
    assert (brought.asked, brought.unasked, await Delivery.all().count()) == (0, 0, 0)


async def test_who_never_confirms_is_forgotten_and_who_left_is_not(site):
    with time_machine.travel("2026-05-01", tick=False) as clock:
        await bring(site, *many(2), {"email": "cas@example.org", **NO}, {"email": "ann@example.org", **YES})
        clock.shift(timedelta(days=29))
        await models.purge()
        assert await Subscription.all().count() == 4
        clock.shift(timedelta(days=2))
        await models.purge()
    kept = await Subscription.all().order_by("mailbox").values_list("mailbox", flat=True)
    assert kept == ["ann@example.org", "cas@example.org"]


@pytest.mark.parametrize("ask", [False, True])
async def test_a_chunk_costs_as_many_statements_as_a_line(site, statements, ask):
    counts = []
    for number, domain in ((1, "one"), (500, "many")):
        lines = [{"email": f"{one}@{domain}.example", **(YES if one % 2 else {})} for one in range(number)]
        with statements() as sent:
            await bring(site, {"email": f"first@{domain}.example", **YES}, *lines[: number - 1], ask=ask)
        counts.append(len([statement for statement in sent if "job" not in statement.lower()]))
    assert max(counts) <= 20


async def test_what_is_handed_out_restores_everybody_as_they_were(site):
    tag = await models.Newsletter.start(site, "Weekly")
    with time_machine.travel("2026-04-01", tick=False) as clock:
        confirmed = await sign_up(site, "ann@example.org", "yes")
        await confirmed.choose(site, DOOR, name='\'=Ann, "A"', topics=[("newsletter", tag.id)], language="nl")
        await confirmed.choose(site, DOOR, paused_until=models.now() + timedelta(days=90))
        left = await sign_up(site, "Bob@Example.org", "yes")
        await left.leave(site, DOOR, reason="too many letters")
        await sign_up(site, "cas@example.org")
        clock.shift(timedelta(days=8))
        await sign_up(site, "bob@example.org")
        await sign_up(site, "dee@example.org", "yes")
        await models.suppress(site, "dee@example.org", DOOR)
        await bring(
            site, {"email": "eve@example.org", **YES, "confirmed_ip": "2001:db8::/48", "frequency": "weekly"}
        )
        await bring(site, {"email": "fay@example.org", "status": "bounced", "suppressed": "lists"})
        lines = await handed_out(site)
        assert [line.cells["status"] for line in lines] == [
            "confirmed", "pending", "pending", "unsubscribed", "confirmed", "bounced",
        ]  # fmt: skip
        await forget_everybody()
        brought = await bring(site, *(dict(line.cells) for line in lines))
        assert brought.problems == []
        assert _comparable(await handed_out(site)) == _comparable(lines)
        before = await everything()
        await bring(site, *(dict(line.cells) for line in lines))
        assert await everything() == before


def _comparable(lines: list[models.RosterLine]) -> list[dict[str, str]]:
    # A yes that somebody took back, or that waits for a new one, is not handed on by who is pending.
    no_proof = {"confirmed_at": "", "confirmed_source": "", "confirmed_ip": ""}
    return sorted(
        (dict(line.cells) | (no_proof if line.cells["status"] == "pending" else {}) for line in lines),
        key=lambda cells: cells["email"].lower(),
    )


async def test_a_long_roster_is_handed_out_in_order_and_in_few_statements(site, statements):
    await bring(site, *many(1100))
    with statements() as sent:
        lines = await handed_out(site)
    assert [line.number for line in lines] == list(range(1, 1101))
    assert {line.cells["email"] for line in lines} == {one["email"] for one in many(1100)}
    assert len(sent) <= 3 * 6 + 1


async def test_two_who_bring_in_the_same_at_once_bring_it_in_once(site):
    lines = [*many(700), *many(1, **YES)]
    first, second = await asyncio.gather(
        bring(site, *lines, ask=True), bring(site, *reversed(lines), ask=True), return_exceptions=True
    )
    assert await Subscription.all().count() == 700
    assert await Delivery.all().count() == first.asked + second.asked <= 700
    assert first.came.total() == second.came.total() == 701


async def test_who_signs_up_while_the_list_is_brought_in_is_asked_once(site):
    lines = many(40)
    for line in lines:
        await models.SignUp.ask(site, line["email"], DOOR)
    asked = await models.SignUp.all().order_by("-id").values_list("id", flat=True)
    await asyncio.gather(bring(site, *lines, ask=True), *map(models.answer_sign_up, asked))
    assert await Subscription.filter(status=SubscriptionStatus.PENDING).count() == 40
    assert await Delivery.filter(kind=LetterKind.CONFIRMATION).count() == 40
    assert await models.SignUp.all().count() == 0


async def test_no_hostile_address_does_harm(site):
    lines = [{"email": text} for text in [*HOSTILE, *corpus("email_hostile.json")]]
    brought = await bring(site, *lines, {"email": "ann@example.org"}, ask=True)
    assert brought.came.total() == len(lines) + 1
    assert brought.came[models.Came.LEFT_OUT] >= 10
    kept = await Subscription.all().values_list("email", flat=True)
    assert "ann@example.org" in kept
    assert all(models.Address.of(email).text == email for email in kept)
    assert not any(set("\r\n\x00,<> ") & set(email) for email in kept)


async def test_no_hostile_text_does_harm(site):
    texts = [
        "\x00",
        "\ud800",
        "=1+1",
        "{{7*7}}",
        "%s",
        "'; DROP TABLE x;--",
        "\u202e",
        "a\r\nb",
        "x" * 10_000,
    ]
    texts += corpus("text_edge.json")
    columns = [column for column in models.ROSTER_COLUMNS if column != "email"]
    lines = [
        {"email": f"{number}-{column}@example.org", column: text}
        for number, text in enumerate(texts)
        for column in columns
    ]
    brought = await bring(site, *lines)
    assert brought.came.total() == len(lines)
    assert await Subscription.confirmed().count() == 0
    assert len(await handed_out(site)) == await Subscription.all().count()


CELLS = st.dictionaries(
    st.sampled_from(models.ROSTER_COLUMNS),
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            ["ann@example.org", "2020-01-01", "pending", "confirmed", "unsubscribed", "bounced", "all"]
        ),
    ),
)


@given(CELLS)
def test_whether_a_line_says_no_is_told_before_and_after_alike(cells):
    line = models.RosterLine(2, {"email": "ann@example.org", **cells})
    listed, problems = read_line(models.Site(language="en"), line)
    assert listed is not None or problems
    if listed is not None:
        assert says_no(line) == listed.says_no
        is_proven = listed.status is SubscriptionStatus.CONFIRMED
        assert not is_proven or (cells.get("confirmed_at") and cells.get("confirmed_source"))
