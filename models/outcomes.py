"""Outcomes: what became of letters, and what that means for those they were for."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from models import webhooks
from models.atomic import atomic
from models.consents import Act, Consent, Trace, note
from models.deliveries import OPEN, Delivery, LetterKind, State
from models.instants import now
from models.jobs import Job, delay_after
from models.site import Site
from models.subscriptions import Subscription, SubscriptionStatus
from models.suppressions import Suppression, SuppressionScope
from models.webhook_calls import HookEvent

LONGEST_REASON = 500
BY_MAIL = Trace(door="mail")
# Not the facts, which are most of a letter.
KNOWN = ("id", "key", "subscription_id", "kind", "state", "tries", "promised_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one letter at one try.

    `not_before` is the moment of the next try at the earliest; `counted` says that this one brings it nearer
    to its end, which an outage of the mail server does not. `bounced` says that nobody receives mail there.
    """

    key: str
    state: State
    reason: str | None = None
    not_before: datetime | None = None
    counted: bool = True
    bounced: bool = False
    wording: str | None = None


class _Change(NamedTuple):
    """What an outcome makes of a letter; letters of which it makes the same are changed by one statement."""

    state: State
    reason: str | None
    tries: int
    not_before: datetime


@atomic
async def settle(outcomes: Sequence[Outcome]) -> None:
    """Keep what became of letters, all in one commit; doing it twice is as good as once."""
    given = {outcome.key: outcome for outcome in outcomes}
    rows = await Delivery.filter(key__in=list(given)).exclude(state=State.SENT).order_by("id").only(*KNOWN)
    asked = [
        row for row in rows if given[row.key].state is State.SENT and row.kind is LetterKind.CONFIRMATION
    ]
    bounced = {row.subscription_id for row in rows if given[row.key].bounced and row.subscription_id}
    # Locked before their letters, as who leaves does it.
    people = await _locked(bounced.union(row.subscription_id for row in asked if row.subscription_id))
    moment, delay, alike = now(), cache(delay_after), defaultdict[_Change, list[int]](list)
    for row in rows:
        alike[_change(row, given[row.key], moment, delay)].append(row.id)
    for change, ids in alike.items():
        await _apply(change, ids)
    await _note_asked(
        [(people[row.subscription_id], row) for row in asked if row.subscription_id in people], given
    )
    for id in bounced & people.keys():
        await end_bounced(people[id])
    await Job.progress()


async def _locked(ids: set[int]) -> dict[int, Subscription]:
    found = Subscription.select_for_update().filter(id__in=ids).order_by("id")
    return {person.id: person for person in await found} if ids else {}


def _change(row: Delivery, outcome: Outcome, moment: datetime, delay: Callable[[int], timedelta]) -> _Change:
    reason = outcome.reason[:LONGEST_REASON] if outcome.reason else None
    tries = row.tries + 1 if outcome.counted else row.tries
    wait = moment + delay(tries) if outcome.counted else moment
    not_before = max(wait, outcome.not_before or wait)
    is_over = outcome.state in OPEN and not_before >= row.is_over_at
    return _Change(State.FAILED if is_over else outcome.state, reason, tries, not_before)


async def _apply(change: _Change, ids: Sequence[int]) -> None:
    rows = Delivery.filter(id__in=ids)
    if change.state is not State.SENT:
        rows = rows.filter(state__in=OPEN)  # not what was taken back while it was tried
    if change.state in OPEN:
        await rows.update(**change._asdict())
    else:
        await rows.update(state=change.state, reason=change.reason, facts={}, settled_at=now())


async def end_bounced(subscription: Subscription) -> None:
    """End a subscription, locked by the caller, at whose address nobody receives mail."""
    if subscription.status in (SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.BOUNCED):
        return
    if subscription.status is SubscriptionStatus.CONFIRMED:
        site = await Site.get(id=subscription.site_id)
        await Suppression.add(site, subscription.mailbox, SuppressionScope.LISTS, reason="bounce")
        await webhooks.promise(HookEvent.SUBSCRIPTION_ENDED, subscription.id)
    await Subscription.filter(id=subscription.id).update(status=SubscriptionStatus.BOUNCED)
    await Delivery.cancel(subscription.id)
    await note(subscription, Act.BOUNCED, BY_MAIL)


async def _note_asked(asked: Sequence[tuple[Subscription, Delivery]], given: Mapping[str, Outcome]) -> None:
    acts = [
        Consent(
            subscription_id=person.id, act=Act.ASKED, at=now(), door=BY_MAIL.door, language=person.language,
            # The version of the letter: the person may have been asked once more meanwhile.
            version=int(row.key.rpartition(":")[2]), wording=given[row.key].wording, detail={},
        )
        for person, row in asked
    ]  # fmt: skip
    if acts:
        await Consent.bulk_create(acts)
