"""Fan-outs: the letters of an issue, written, held and taken back a part at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F, Q

from models.atomic import atomic
from models.deliveries import A_BATCH, HELD, OPEN, Delivery, LetterKind, State, fresh_batch
from models.instants import lasts, now
from models.interests import Topic, read_topic, topics_of_each
from models.issues import Issue, IssueKind, IssueStatus
from models.jobs import Job, Lane, TryLater, Work
from models.posts import Post
from models.recipients import Recipient
from models.site import Site
from models.subscriptions import Frequency, Subscription, SubscriptionStatus
from models.suppressions import Suppression, SuppressionScope

A_CHUNK = A_BATCH
A_SWEEP = 2000
# Until then every worker knows that a letter was held, and has let go of it, or heard whether it was taken.
SETTLED = timedelta(seconds=30)
# A letter in hand when its worker died is another one if it is promised anew; none is for so long.
LONG = timedelta(days=1)
OFTEN, SELDOM = timedelta(seconds=1), timedelta(minutes=1)
FREQUENCIES = {
    IssueKind.POST: Frequency.IMMEDIATE,
    IssueKind.DAILY: Frequency.DAILY,
    IssueKind.WEEKLY: Frequency.WEEKLY,
}


class _Overtaken(Exception):
    """Somebody else came further with this issue."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one subscriber gets of an issue: by which topic, and of a digest which posts."""

    topic: str | None
    posts: tuple[int, ...] = ()


async def carry_issue(issue: int) -> None:
    """Do for an issue what its status asks; TryLater as long as letters of it are on their way."""
    while (row := await Issue.filter(id=issue, finished_at__isnull=True).first()) is not None:
        if not await Job.hold():
            raise TryLater  # another worker has it now
        try:
            if not await _STEPS[row.status](row):
                return
        except _Overtaken:
            continue


async def _send(issue: Issue) -> bool:
    is_out = issue.is_written and not await Delivery.filter(issue_id=issue.id, state__in=OPEN).exists()
    if not is_out and await _is_withdrawn(issue):
        # Nobody is written to about it any more, and what is not out yet is taken back.
        await _put(issue, status=IssueStatus.RECALLED)
        return True
    if issue.held_at is not None:
        if lasts(issue.held_at, SETTLED):
            raise TryLater(now() + SETTLED)
        return await _let_go(issue)
    if not issue.is_written:
        return await _write(issue)
    if not is_out:
        await _tell(issue)
        raise TryLater(now() + min(SELDOM, max(OFTEN, (now() - issue.started_at) / 60)))
    await _put(issue, status=IssueStatus.SENT, finished_at=now())
    return False


async def _is_withdrawn(issue: Issue) -> bool:
    about = Post.published().filter(id=issue.post_id)
    return issue.kind is IssueKind.POST and not await about.exists()


@atomic
async def _write(issue: Issue) -> bool:
    """Write the letters of a chunk, and move the cursor behind it, in one transaction."""
    ids = await Recipient.following(issue, A_CHUNK)
    if not ids:
        return await _end_writing(issue)
    # Locked in their order, before their letters are written: who leaves finds them, or is found gone.
    rows = await Subscription.select_for_update().filter(id__in=ids).order_by("id")
    # Then the issue: who merges tags changes whom it goes to, and after that what these want.
    now_is = await Issue.select_for_update().filter(id=issue.id).only("id", "topics").first()
    if now_is is None or now_is.topics != issue.topics:
        raise _Overtaken
    site = await Site.get(id=issue.site_id)
    letters = await _letters(issue, site, rows)
    await Delivery.promise([letter for letter in letters if letter.state in OPEN], lane=Lane.BULK)
    await Delivery.bulk_create(
        [letter for letter in letters if letter.state not in OPEN], ignore_conflicts=True
    )
    await _note_digested(issue, letters)
    gone = len(ids) - len(rows)
    await _change(issue, cursor=ids[-1], cancelled_out=F("cancelled_out") + gone)
    await Job.progress()
    return True


async def _letters(issue: Issue, site: Site, rows: Sequence[Subscription]) -> list[Delivery]:
    topics = await topics_of_each([row.id for row in rows])
    barred = await Suppression.barred(site, [row.mailbox for row in rows], SuppressionScope.LISTS)
    letters = []
    for row in rows:
        may = _may_have(row, issue) and row.mailbox not in barred
        share = share_of(issue, row, topics.get(row.id, [])) if may else None
        letters.append(_letter(issue, site, row, share))
    return letters


def _may_have(row: Subscription, issue: Issue) -> bool:
    is_theirs = row.frequency is FREQUENCIES[issue.kind]
    return row.status is SubscriptionStatus.CONFIRMED and is_theirs and not row.is_paused


def share_of(issue: Issue, row: Subscription, wanted: Sequence[Topic]) -> Share | None:
    """Tell what a subscriber with these topics gets of an issue; None when it is nothing any more."""
    if issue.kind is IssueKind.POST:
        topic = next((code for code in issue.topics if read_topic(code) in wanted), None)
        return None if topic is None else Share(topic)
    since = base_of(row.digested_until, issue)
    found = {
        item["id"]: codes
        for item in issue.facts["items"]
        if datetime.fromisoformat(item["since"]) > since
        and (codes := [code for code in item["topics"] if read_topic(code) in wanted])
    }
    alone, *others = {code for each in found.values() for code in each} or {None}
    return Share(None if others else alone, tuple(found)) if found else None


def base_of(digested_until: datetime | None, issue: Issue) -> datetime:
    """Tell what a digest begins after, for one who has had a digest until a moment, or none."""
    until, before = (datetime.fromisoformat(issue.facts[name]) for name in ("until", "before"))
    # What lies ahead was kept before the clock was put back.
    return before if digested_until is None or digested_until > until else digested_until


def _letter(issue: Issue, site: Site, row: Subscription, share: Share | None) -> Delivery:
    kind = LetterKind.NEWSLETTER if issue.kind is IssueKind.POST else LetterKind.DIGEST
    facts: dict[str, Any] = {}
    if share is not None:
        topic = read_topic(share.topic) if share.topic else None
        facts["paths"] = {
            "preferences_link": row.path_to_preferences(site),
            "leave_link": row.path_out(site, topic),
            "leave_all_link": row.path_out(site),
        }
        facts |= {"topic": share.topic} if kind is LetterKind.NEWSLETTER else {"posts": list(share.posts)}
    letter = row.letter(kind, site, key=f"{issue.id}:{row.id}", **facts)
    letter.issue_id = issue.id
    if share is None:
        letter.state, letter.facts, letter.batch, letter.settled_at = State.CANCELLED, {}, HELD, now()
    else:
        letter.topic = share.topic
    return letter


async def _note_digested(issue: Issue, letters: Sequence[Delivery]) -> None:
    if issue.kind is IssueKind.POST:
        return
    ids = [letter.subscription_id for letter in letters if letter.state in OPEN]
    until = datetime.fromisoformat(issue.facts["until"])
    # Not back to one that is sent once more; what lies ahead was kept before the clock was put back.
    is_news = Q(digested_until__isnull=True) | Q(digested_until__lt=until) | Q(digested_until__gt=now())
    await Subscription.filter(is_news, id__in=ids).update(digested_until=until)


async def _end_writing(issue: Issue) -> bool:
    await _change(issue, is_written=True)
    await Recipient.filter(issue_id=issue.id).delete()
    return True


@atomic
async def _let_go(issue: Issue) -> bool:
    """Promise a part of the letters that were held; when there are no more, say so."""
    # Whoever pauses it again is waited for, or waits.
    await _change(issue, status=issue.status)
    held = Delivery.select_for_update().filter(issue_id=issue.id, batch=HELD, state__in=OPEN)
    ids = [letter.id for letter in await held.order_by("id").limit(A_BATCH).only("id")]
    if not ids:
        await _change(issue, held_at=None)
        return True
    batch = fresh_batch()
    promised = Delivery.filter(id__in=ids)
    await promised.update(batch=batch)
    # What waited long, and was never tried, is tried for as long as any other.
    await promised.filter(tries=0, promised_at__lt=now() - LONG).update(promised_at=now())
    await Job.promise(Work.SEND_LETTERS, lane=Lane.BULK, batch=batch)
    return True


async def _hold(issue: Issue) -> bool:
    return await _sweep(issue, Delivery.exclude(batch=HELD), batch=HELD)


async def _take_back(issue: Issue) -> bool:
    values = {"state": State.CANCELLED, "facts": {}, "batch": HELD}
    return await _sweep(issue, Delivery.all(), **values) or await _give_up(issue)


@atomic
async def _sweep(issue: Issue, letters: Any, **values: Any) -> bool:
    """Change a part of the letters that are not out yet, while the issue stands as it does."""
    # Whoever resumes it waits for this, and knows that no letter is held later.
    row = await Issue.select_for_update().filter(id=issue.id, status=issue.status).first()
    if row is None:
        return True
    # Not those whose outcome is being written: two that change several each would wait for each other.
    still = letters.filter(issue_id=issue.id, state__in=OPEN).order_by("id").limit(A_SWEEP)
    ids = [letter.id for letter in await still.select_for_update(skip_locked=True).only("id")]
    if "state" in values:
        values["settled_at"] = now()
    if not ids and await letters.filter(issue_id=issue.id, state__in=OPEN).exists():
        raise TryLater(now() + OFTEN)
    await Delivery.filter(id__in=ids).update(**values)
    row.tell()
    return bool(ids)


@atomic
async def _give_up(issue: Issue) -> bool:
    """Count those to whom no letter was written yet as taken back."""
    left = 0 if issue.is_written else await Recipient.left(issue)
    await _change(issue, is_written=True, cancelled_out=F("cancelled_out") + left, finished_at=now())
    await Recipient.filter(issue_id=issue.id).delete()
    return False


@atomic
async def _put(issue: Issue, **values: Any) -> None:
    await _change(issue, **values)


async def _change(issue: Issue, **values: Any) -> None:
    if not await issue.put(**values):
        raise _Overtaken


@atomic
async def _tell(issue: Issue) -> None:
    issue.tell()


_STEPS = {
    IssueStatus.SENDING: _send,
    IssueStatus.PAUSED: _hold,
    IssueStatus.RECALLED: _take_back,
}
