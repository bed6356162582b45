"""The roster: subscribers brought in and handed out in bulk.

Who is brought in with a proof of their yes is confirmed; everybody else stays pending until they say yes
themselves. Nobody who is known is changed by it, but for a pending one whose yes is proven. Each chunk is one
transaction, so an import that is killed is finished by running it again.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from operator import attrgetter
from typing import Any

from models.addresses import Address
from models.atomic import atomic
from models.caps import LETTERS, Cap
from models.consents import Act, Consent
from models.deliveries import Delivery
from models.errors import Invalid
from models.instants import now, rfc_3339
from models.interests import Slug, Topic, seen_topics, set_topics_of_each, topic_code
from models.jobs import Lane
from models.newsletters import Newsletter
from models.roster_lines import Line, Listed, Problem, read_line, says_no
from models.signups import Wish, cap_key
from models.site import Site
from models.subscriptions import Subscription, SubscriptionStatus
from models.suppressions import Suppression, SuppressionScope
from models.tokens import fresh_seed

A_CHUNK = 500
DOOR = "import"
PENDING, CONFIRMED = SubscriptionStatus.PENDING, SubscriptionStatus.CONFIRMED
VALUES = ("email", "name", "language", "frequency", "status", "paused_until", "confirmed_at")
STILL_CONFIRMED = (
    "This line says that somebody left who is confirmed here; an import changes nobody who is known. "
    "Say `subscribers suppress ADDRESS` if they are not to be written to."
)


class Came(StrEnum):
    """What became of a line."""

    CONFIRMED = "confirmed"
    PENDING = "pending"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    PROVEN = "proven"
    KNOWN = "known"
    SUPPRESSED = "suppressed"
    LEFT_OUT = "left out"


@dataclass(slots=True)
class Brought:
    """What became of some lines.

    `asked` got a letter promised that asks to confirm, `unasked` are pending and wait for one; `unproven`
    came in as pending though their line claims a yes, because it does not say both when and where.
    """

    came: Counter[Came] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    asked: int = 0
    unasked: int = 0
    unproven: int = 0


async def bring_in(
    site: Site, lines: Iterable[Line | Problem], *, ask: bool = False
) -> AsyncIterator[Brought]:
    """Bring in the lines of a roster, which is gone through twice; tell of each chunk what became of it.

    With `ask`, who is pending and was not asked yet gets a letter that asks to confirm, as the caps allow.
    """
    sieve, main = _Sieve(lines), await Newsletter.main(site)
    rest = iter(lines)
    while part := list(islice(rest, A_CHUNK)):
        brought = Brought()
        read = [one for line in part if (one := _readable(site, line, brought.problems))]
        wanted = {slug for one in read for slug in one.topics}
        found = await seen_topics(site, wanted) if wanted else {}
        # Whose topics are not here stands in nobody's way: a later line of that address may be good.
        good = [one for one in read if _may_come(one, found, brought.problems)]
        listed = [one for one in good if sieve.lets_through(one, brought.problems)]
        await _Chunk(site, main, listed, found, brought).bring_in(ask=ask)
        brought.came[Came.LEFT_OUT] = len(part) - brought.came.total()
        brought.problems.sort(key=attrgetter("line"))
        yield brought


def _readable(site: Site, line: Line | Problem, problems: list[Problem]) -> Listed | None:
    """Read a line; None when it is left out. What is wrong with it is added to `problems`."""
    if isinstance(line, Problem):
        problems.append(line)
        return None
    listed, wrong = read_line(site, line)
    problems.extend(wrong)
    return listed


def _may_come(one: Listed, found: Mapping[Slug, Topic], problems: list[Problem]) -> bool:
    """Tell whether all topics of a line are here; a no is kept whatever it names."""
    missing = [slug for slug in one.topics if slug not in found]
    for kind, _ in missing:
        start = "start it first, or write another" if kind == "newsletter" else "write another"
        problems.append(Problem(one.line, "topics", f"There is no {kind} of that name here; {start}."))
    return one.says_no or not missing


class _Sieve:
    """Lets one line of each address through: the first that can be read, but no yes where there is a no."""

    def __init__(self, lines: Iterable[Line | Problem]) -> None:
        # Hashes, so that what is remembered of a long roster stays small.
        self._noes = {
            hash(mailbox)
            for line in lines
            if isinstance(line, Line) and says_no(line) and (mailbox := _mailbox(line))
        }
        self._seen: dict[int, int] = {}

    def lets_through(self, one: Listed, problems: list[Problem]) -> bool:
        """Tell whether a line counts; why it does not is added to `problems`."""
        key = hash(one.mailbox)
        if key in self._noes and not one.says_no:
            reason = "Another line says that this address left; that one counts."
        elif key in self._seen:
            reason = f"This is the address of line {self._seen[key]} again; that one counts."
        else:
            self._seen[key] = one.line
            return True
        problems.append(Problem(one.line, "email", reason))
        return False


def _mailbox(line: Line) -> str | None:
    try:
        return Address.of(line.cells.get("email", "")).mailbox
    except Invalid:
        return None


class _Chunk:
    """Some lines of a roster, each of another address, on their way into the store."""

    def __init__(
        self,
        site: Site,
        main: Newsletter,
        listed: Sequence[Listed],
        found: Mapping[Slug, Topic],
        brought: Brought,
    ) -> None:
        self._site = site
        self._listed = {one.mailbox: one for one in listed}
        self._brought = brought
        main_alone = [("newsletter", main.id)]
        self._topics: dict[str, list[Topic]] = {
            one.mailbox: [found[slug] for slug in one.topics if slug in found] or main_alone for one in listed
        }
        self._fresh: dict[str, Subscription] = {}
        self._proven: set[str] = set()
        self._unasked: list[Listed] = []

    @atomic
    async def bring_in(self, *, ask: bool) -> None:
        """Bring them in; nobody is asked to confirm more often than a sign-up would."""
        await self._sort_out()
        # The caps come before the rows, as with a sign-up: so the two never wait for each other.
        allowed = await self._allowed() if ask else set()
        await Subscription.bulk_create(
            [self._fresh[mailbox] for mailbox in sorted(self._fresh)], ignore_conflicts=True
        )
        rows = await self._rows_for_update()
        await self._keep([row for row in rows if self._is_new(row)])
        await self._confirm([row for row in rows if self._is_proven(row)])
        await self._ask([row for row in rows if row.mailbox in allowed and _is_unasked(row)])

    async def _sort_out(self) -> None:
        mailboxes = list(self._listed)
        barred = await Suppression.barred(self._site, mailboxes, SuppressionScope.LISTS)
        rows = await Subscription.filter(site_id=self._site.id, mailbox__in=mailboxes)
        here = {row.mailbox: row for row in rows}
        for mailbox, one in self._listed.items():
            row = here.get(mailbox)
            if mailbox in barred:
                self._brought.came[Came.SUPPRESSED] += 1
            elif row is None:
                self._welcome(one)
            elif _can_be_proven(row, one):
                self._proven.add(mailbox)
            else:
                self._know(row, one)

    def _welcome(self, one: Listed) -> None:
        self._fresh[one.mailbox] = row = _row(self._site, one)
        if _is_unasked(row) and not one.says_no:
            self._unasked.append(one)

    def _know(self, row: Subscription, one: Listed) -> None:
        self._brought.came[Came.KNOWN] += 1
        if row.status is CONFIRMED and one.says_no:
            self._brought.problems.append(Problem(one.line, "status", STILL_CONFIRMED))
        if _is_unasked(row) and not one.says_no:
            self._unasked.append(one)

    async def _allowed(self) -> set[str]:
        keys = [cap_key(self._site, Wish.LETTERS, one.email) for one in self._unasked]
        answers = await Cap.take_each(keys, LETTERS) if keys else []
        return {one.mailbox for one, may in zip(self._unasked, answers, strict=True) if may}

    async def _rows_for_update(self) -> list[Subscription]:
        mailboxes = {*self._fresh, *self._proven, *(one.mailbox for one in self._unasked)}
        if not mailboxes:
            return []
        # bulk_create leaves a row without its id, so all are read again, by their address.
        rows = Subscription.select_for_update().filter(site_id=self._site.id, mailbox__in=mailboxes)
        return await rows.order_by("id")

    def _is_new(self, row: Subscription) -> bool:
        return row.mailbox in self._fresh and self._fresh[row.mailbox].seed == row.seed

    def _is_proven(self, row: Subscription) -> bool:
        return row.mailbox in self._proven and _can_be_proven(row, self._listed[row.mailbox])

    async def _keep(self, rows: Sequence[Subscription]) -> None:
        came = self._brought.came
        came.update(Came(row.status) for row in rows)
        came[Came.KNOWN] += len(self._fresh) - len(rows)  # who signed up a moment ago
        listed = [self._listed[row.mailbox] for row in rows]
        self._brought.unproven += sum(one.is_unproven for one in listed)
        scopes = {one.mailbox: one.suppressed for one in listed if one.suppressed is not None}
        await Suppression.add_each(self._site, scopes, reason=DOOR)
        await self._note(rows)

    async def _confirm(self, rows: Sequence[Subscription]) -> None:
        self._brought.came[Came.PROVEN] += len(rows)
        self._brought.came[Came.KNOWN] += len(self._proven) - len(rows)
        for row in rows:
            # All is taken from the line: what stands here may have been asked for by a stranger.
            row.update_from_dict(_values(self._listed[row.mailbox]))
        if rows:
            await Subscription.bulk_update(rows, VALUES)
            await self._note(rows)

    async def _note(self, rows: Sequence[Subscription]) -> None:
        await set_topics_of_each({row.id: self._topics[row.mailbox] for row in rows})
        await Consent.bulk_create([self._imported(row) for row in rows])

    def _imported(self, row: Subscription) -> Consent:
        detail = _detail(self._listed[row.mailbox], self._topics[row.mailbox])
        return Consent(
            subscription_id=row.id, act=Act.IMPORTED, at=now(), version=row.version, door=DOOR,
            language=row.language, detail=detail,
        )  # fmt: skip

    async def _ask(self, rows: Sequence[Subscription]) -> None:
        self._brought.asked += len(rows)
        self._brought.unasked += len(self._unasked) - len(rows)
        if rows:
            letters = [row.ask_to_confirm(self._site) for row in rows]
            await Subscription.bulk_update(rows, ["version", "proof", "code", "asked_at"])
            await Delivery.promise(letters, lane=Lane.BULK)


def _row(site: Site, one: Listed) -> Subscription:
    moment = now()
    has_left = one.status is SubscriptionStatus.UNSUBSCRIBED
    return Subscription(
        site_id=site.id,
        mailbox=one.mailbox,
        seed=fresh_seed(),
        # Who never says yes is forgotten some time after this moment.
        asked_at=moment if one.status in (PENDING, SubscriptionStatus.BOUNCED) else None,
        left_at=one.left_at or (moment if has_left else None),
        leaving_reason=one.leaving_reason,
        created_at=one.created_at or moment,
        **_values(one),
    )


def _values(one: Listed) -> dict[str, Any]:
    # What is pending has no yes yet, whatever was once proven.
    proof = None if one.status is PENDING else one.proof
    confirmed_at = proof.at if proof else None
    return {name: getattr(one, name) for name in VALUES if name != "confirmed_at"} | {
        "confirmed_at": confirmed_at
    }


def _detail(one: Listed, topics: Sequence[Topic]) -> dict[str, Any]:
    """Give what is kept of a line for the day that somebody asks how an address came here."""
    proof = one.proof
    shown = {"confirmed_at": rfc_3339(proof.at), "source": proof.source, "ip": proof.ip} if proof else {}
    return {"status": one.status, "topics": list(map(topic_code, topics)), **shown}


def _is_unasked(row: Subscription) -> bool:
    return row.status is PENDING and row.proof is None and row.left_at is None


def _can_be_proven(row: Subscription, one: Listed) -> bool:
    # Who left once says yes themselves, or not at all.
    is_yes = one.status is CONFIRMED and not one.says_no
    return row.status is PENDING and row.left_at is None and is_yes
