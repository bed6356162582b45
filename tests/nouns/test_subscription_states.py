"""Whatever happens in any order: a yes needs a proof of its own, and what was said or taken back stays so."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import models
from models.caps import Cap
from models.deliveries import OPEN, Delivery
from models.tokens import Token

NOON = datetime(2021, 3, 31, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGE = models.Trace(door="page")
# The first two have one inbox, but are not the same.
ADDRESSES = ("ann@example.org", "A.nn+news@example.org", "bob@example.org")
PURPOSES = ("confirm", "prefs", "unsub", "undo")
TWISTS = ("cut", "longer", "another purpose", "another owner", "an owner beyond all", "without a secret")
NO_TOKENS = (
    "", "_", "confirm", "confirm_1", "confirm_1_", "confirm_0_x", "confirm_01_x", "confirm_-1_x",
    "confirm_٣_x", f"confirm_{2**31}_x", f"confirm_{2**63}_x", f"confirm_{10**17}_x", "confirm_1_a b",
    "confirm_1_a\x00", "confirm_1_\ud800", "confirm_1_a\n", "Confirm_1_a", "confirm_1_" + "a" * 129,
    "confirm_1_" + "a" * 10**6, "confirm_1_.", "confirm_1_..", "confirm_1_é", "%63onfirm_1_a",
)  # fmt: skip
# From how it stood to how it stands after a verb; a verb not named changes no status.
PASSAGES = {
    "answer": {(None, "pending"), ("unsubscribed", "pending"), ("bounced", "pending")},
    "use confirm": {("pending", "confirmed"), ("bounced", "confirmed")},
    "use undo": {("unsubscribed", "confirmed")},
    "use unsub": {(status, "unsubscribed") for status in ("pending", "confirmed", "bounced")},
    "type code": {("pending", "confirmed"), ("bounced", "confirmed")},
    "settle": {("pending", "bounced"), ("confirmed", "bounced")},
    "purge": {
        ("pending", None), ("bounced", None), ("pending", "unsubscribed"), ("bounced", "unsubscribed"),
        ("pending", "bounced"),
    },
    "erase": {(status, None) for status in ("pending", "confirmed", "unsubscribed", "bounced")},
}  # fmt: skip
ASKED = (("ask", 0), ("answer",))
CONFIRMED = (*ASKED, ("use", "confirm", 0, None))
LEFT = (*CONFIRMED, ("use", "unsub", 0, None))
ASKED_AGAIN = (*LEFT, ("wait", 24), *ASKED)
BOUNCED = (*CONFIRMED, ("settle", 0, models.State.FAILED, True))
BEGINNINGS = st.sampled_from(
    [ASKED, CONFIRMED, LEFT, LEFT, ASKED_AGAIN, BOUNCED, (*BOUNCED, ("wait", 24), *ASKED)]
)
WHO, WHICH = st.sampled_from([0, 0, 0, 1, 2]), st.one_of(st.integers(0, 2), st.integers(0, 99))
TWIST = st.sampled_from([None, None, None, *TWISTS])
STEPS = st.one_of(
    st.tuples(st.just("ask"), WHO),
    st.tuples(st.just("answer")),
    st.tuples(st.just("answer")),
    st.tuples(st.just("ask for link"), WHO),
    st.tuples(st.just("use"), st.just("confirm"), WHICH, st.none()),
    st.tuples(st.just("use"), st.just("undo"), WHICH, st.none()),
    st.tuples(st.just("use"), st.just("undo"), st.just(0), st.none()),
    st.tuples(st.just("use"), st.just("unsub"), WHICH, st.none()),
    st.tuples(st.just("use"), st.sampled_from(PURPOSES), WHICH, TWIST),
    st.tuples(st.just("type code"), WHO, WHICH),
    st.tuples(st.just("settle"), WHICH, st.sampled_from(models.State), st.sampled_from([False, False, True])),
    st.tuples(st.just("erase"), WHO),
    st.tuples(st.just("purge")),
    st.tuples(st.just("wait"), st.sampled_from([1, 23, 24, 24 * 7, 24 * 30])),
    st.tuples(st.just("wait"), st.sampled_from([1, 24])),
)
STORIES = st.lists(STEPS, min_size=5, max_size=20)
UNHURRIED = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Known(NamedTuple):
    """A token that was once given, to whom, and for which version."""

    kind: str
    seed: str
    version: int
    text: str
    code: str = ""


class Picture(NamedTuple):
    """All that stands in the store at a moment."""

    rows: dict[str, dict[str, Any]]
    ledger: dict[int, list[Any]]
    letters: dict[int, dict[str, Any]]


class Desk:
    """Does the steps of a story, and knows what each may do."""

    def __init__(self, site: models.Site, clock: time_machine.Traveller) -> None:
        self.site, self.clock = site, clock
        self.tokens: dict[str, Known] = {}
        self.written = defaultdict[str, list[datetime]](list)
        self.tries = defaultdict[str, list[datetime]](list)

    async def begin(self) -> None:
        for noun in (models.SignUp, models.Subscription, Cap, models.Suppression):
            await noun.all().delete()
        self.before = await picture()

    async def do(self, verb: str, *said: Any) -> None:
        await getattr(self, verb.replace(" ", "_"))(*said)
        name = f"{verb} {said[0]}" if verb == "use" else verb
        after = await picture()
        holds(name, self.before, after)
        for letter in after.letters.values():
            self.read(letter)
        for row in after.rows.values():
            await self.take_tokens(row)
        self.before = after

    async def ask(self, who: int) -> None:
        await models.SignUp.ask(self.site, ADDRESSES[who], PAGE, name="Mallory", language="nl")

    async def ask_for_link(self, who: int) -> None:
        await models.SignUp.ask_for_link(self.site, ADDRESSES[who], PAGE)

    async def answer(self) -> None:
        for asked in await models.SignUp.all().order_by("id"):
            written = self.written[models.Address(asked.email).folded]
            promised = set((await picture()).letters)
            await models.answer_sign_up(asked.id)
            new = (await picture()).letters.keys() - promised
            if asked.wish == "letters":
                is_free = all(has_room(written, *limit) for limit in ((1, DAY), (3, 7 * DAY)))
                assert len(new) == is_free
                written += [models.now()] * len(new)

    async def use(self, kind: str, which: int, twist: str | None) -> None:
        fitting = [known for known in self.tokens.values() if twist or known.kind == kind]
        if not fitting:
            return
        known = fitting[-1 - which % len(fitting)]
        text = twisted(twist, known.text, kind, which + 1)
        row = self.before.rows.get(known.seed)
        may = known.kind == kind and text == known.text and row is not None and is_alive(kind, row, known)
        assert await self._uses(kind, text) == may, (kind, twist, known, row)

    async def _uses(self, kind: str, text: str) -> bool:
        try:
            match kind:
                case "confirm":
                    await models.Subscription.confirm(self.site, text, PAGE)
                case "undo":
                    await models.Subscription.undo(self.site, text, PAGE)
                case _:
                    row, topic = await models.Subscription.behind(self.site, text, kind)
                    verb = row.leave if kind == "unsub" else row.choose
                    await verb(self.site, PAGE, **{"topics": [topic]} if topic else {})
        except models.Unproven:
            return False
        return True

    async def type_code(self, who: int, which: int) -> None:
        mailbox = models.Address(ADDRESSES[who]).mailbox
        if not (codes := [known for known in self.tokens.values() if known.code]):
            return
        known = codes[-1 - which % len(codes)]
        row = self.before.rows.get(known.seed)
        is_right = row is not None and row["mailbox"] == mailbox and is_alive("confirm", row, known)
        allowed = has_room(self.tries[mailbox], 5, DAY)
        self.tries[mailbox] += [models.now()] * allowed
        try:
            await models.Subscription.confirm_by_code(self.site, ADDRESSES[who], known.code, PAGE)
        except models.Unproven:
            assert not (allowed and is_right)
        else:
            assert allowed
            assert is_right

    async def settle(self, which: int, state: models.State, bounced: bool) -> None:
        rows = await Delivery.all().order_by("-id")
        if rows and state not in (models.State.QUEUED, models.State.CANCELLED):
            key = rows[which % len(rows)].key
            bounced = bounced and state is models.State.FAILED
            await models.settle([models.Outcome(key=key, state=state, bounced=bounced, wording="x")])

    async def erase(self, who: int) -> None:
        mailbox = models.Address(ADDRESSES[who]).mailbox
        if row := await models.Subscription.filter(mailbox=mailbox).first():
            await models.erase(row)

    async def purge(self) -> None:
        await models.purge()

    async def wait(self, hours: int) -> None:
        self.clock.shift(hours * HOUR)

    def read(self, letter: dict[str, Any]) -> None:
        if letter["kind"] == "confirmation" and letter["facts"]:
            _, seed, version = letter["key"].split(":")
            text = letter["facts"]["paths"]["link"].rpartition("/")[2]
            self.tokens[text] = Known("confirm", seed, int(version), text, letter["facts"]["code"])

    async def take_tokens(self, row: dict[str, Any]) -> None:
        noun = await models.Subscription.get(id=row["id"])
        topics = await models.topics_of(noun.id)
        paths = [noun.path_to_preferences(self.site), noun.path_out(self.site), noun.path_back(self.site)]
        paths += [path(self.site, topics[0]) for path in (noun.path_out, noun.path_back) if topics]
        for path in paths:
            text = path.rpartition("/")[2]
            self.tokens[text] = Known(text.partition("_")[0], noun.seed, noun.version, text)


def twisted(how: str | None, token: str, kind: str, other: int) -> str:
    """Do to a token what somebody may try."""
    purpose, owner, secret = token.split("_", 2)
    return {
        None: token,
        "cut": token[:-1],
        "longer": f"{token}A",
        "another purpose": f"{kind}_{owner}_{secret}",
        "another owner": f"{purpose}_{other}_{secret}",
        "an owner beyond all": f"{purpose}_{'9' * 18}_{secret}",
        "without a secret": f"{purpose}_{owner}",
    }[how]


def has_room(moments: list[datetime], most: int, span: timedelta) -> bool:
    return sum(models.now() - moment < span for moment in moments) < most


def is_alive(kind: str, row: dict[str, Any], known: Known) -> bool:
    """Tell whether a token of an existing subscription still proves something."""
    if kind in ("prefs", "unsub"):
        return True
    since, life = (row["asked_at"], 7 * DAY) if kind == "confirm" else (row["left_at"], 30 * DAY)
    return row["version"] == known.version and (since is None or models.now() - since < life)


async def picture() -> Picture:
    rows = {row["seed"]: row for row in await models.Subscription.all().values()}
    ledger = defaultdict[int, list[Any]](list)
    for act in await models.Consent.all().order_by("id").values():
        ledger[act["subscription_id"]].append(act)
    letters = {row["id"]: row for row in await Delivery.all().values()}
    return Picture(rows, ledger, letters)


def holds(verb: str, before: Picture, after: Picture) -> None:
    """Hold what a step may have changed against what it did."""
    for seed in before.rows.keys() | after.rows.keys():
        was, now = before.rows.get(seed), after.rows.get(seed)
        passage = (was and str(was["status"]), now and str(now["status"]))
        assert passage[0] == passage[1] or passage in PASSAGES.get(verb, set()), (verb, passage)
        if passage == ("unsubscribed", "confirmed"):
            assert was["asked_at"] <= was["confirmed_at"] <= was["left_at"]
        if now is not None:
            acts = after.ledger[now["id"]]
            assert acts[: len(before.ledger[now["id"]])] == before.ledger[now["id"]]
            assert passage[0] == passage[1] or verb == "purge" or len(acts) > len(before.ledger[now["id"]])
            row_holds(now)
        if was is not None and was["status"] == "confirmed" and verb == "answer":
            assert now == was
    for id, letter in after.letters.items():
        was_in, now_in = before.letters.get(id, letter)["state"], letter["state"]
        assert was_in in OPEN or now_in in (was_in, models.State.SENT)
        assert bool(letter["facts"]) == (now_in in OPEN)


def row_holds(row: dict[str, Any]) -> None:
    match row["status"]:
        case "confirmed":
            assert row["confirmed_at"] is not None
            assert row["left_at"] is None
        case "unsubscribed":
            assert row["left_at"] is not None
            assert row["proof"] is None
        case "pending":
            assert row["proof"] is not None


@UNHURRIED
@given(beginning=BEGINNINGS, story=STORIES)
async def test_every_yes_has_its_proof_whatever_happens(site, beginning, story):
    await run(site, [*beginning, *story])


@pytest.mark.faults
@settings(UNHURRIED, max_examples=300)
@given(beginning=BEGINNINGS, story=st.lists(STEPS, min_size=20, max_size=80))
async def test_every_yes_has_its_proof_whatever_happens_at_length(site, beginning, story):
    await run(site, [*beginning, *story])


async def run(site: models.Site, story: list[tuple[Any, ...]]) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        desk = Desk(site, clock)
        await desk.begin()
        for step in story:
            await desk.do(*step)


async def test_what_is_no_token_is_refused_like_any_other(site):
    for text in [text.replace("confirm", kind) for text in NO_TOKENS for kind in PURPOSES]:
        for look in (
            models.Subscription.to_confirm(site, text),
            models.Subscription.confirm(site, text, PAGE),
            models.Subscription.behind(site, text, *PURPOSES),
            models.Subscription.undo(site, text, PAGE),
        ):
            with pytest.raises(models.Unproven) as refused:
                await look
            assert type(refused.value) is models.Unproven


async def test_a_token_of_another_site_or_of_an_erased_reader_opens_nothing(ann, site):
    row = await ann.joins()
    tokens = {
        "prefs": row.path_to_preferences(site),
        "unsub": row.path_out(site),
        "undo": row.path_back(site),
    }
    elsewhere = models.Site(id=site.id, secret="another")
    foreign = {
        "prefs": row.path_to_preferences(elsewhere),
        "unsub": row.path_out(elsewhere),
        "undo": row.path_back(elsewhere),
    }
    await refuses_all(site, foreign)
    await models.erase(row)
    # Even where the id comes back, as in a store that was restored.
    await models.Subscription.create(
        id=row.id, site_id=site.id, email="bob@example.org", mailbox="bob@example.org", language="en",
        seed="another", version=row.version, created_at=models.now(),
    )  # fmt: skip
    await refuses_all(site, tokens)


async def refuses_all(site: models.Site, tokens: dict[str, str]) -> None:
    for kind, path in tokens.items():
        with pytest.raises(models.Unproven):
            await models.Subscription.behind(site, path.rpartition("/")[2], kind)


async def test_a_secret_that_is_changed_renews_every_signed_link(ann, site):
    row = await ann.joins()
    old = row.preferences_token(site)
    site.secret = "renewed"
    with pytest.raises(models.Unproven):
        await models.Subscription.behind(site, str(old), "prefs")
    assert Token.read(str(old), "prefs").secret[:6] != row.preferences_token(site).secret[:6]
