"""Outcomes: what became of letters, and what that means for those they were for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.atomic import atomic
from models.consents import Act, Consent, Trace, note
from models.deliveries import OPEN, Delivery, LetterKind, State
from models.instants import now
from models.jobs import delay_after
from models.site import Site
from models.subscriptions import Subscription, SubscriptionStatus
from models.suppressions import Scope, Suppression

LONGEST_REASON = 500
BY_MAIL = Trace(door="mail")


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


Known = tuple[Delivery, Outcome]


@atomic
async def settle(outcomes: Sequence[Outcome]) -> None:
    """Keep what became of letters, all in one commit; one that was erased meanwhile has no outcome."""
    rows = {row.key: row for row in await Delivery.filter(key__in=[outcome.key for outcome in outcomes])}
    known = [(rows[outcome.key], outcome) for outcome in outcomes if outcome.key in rows]
    whose = await _lock_whose(known)
    if sent := [(row, outcome) for row, outcome in known if outcome.state is State.SENT]:
        ids = [row.id for row, _ in sent]
        await Delivery.filter(id__in=ids).update(state=State.SENT, facts={}, reason=None, settled_at=now())
        await _note_asked(sent, whose)
    for row, outcome in known:
        if outcome.state is not State.SENT:
            await _settle(row, outcome)
        if outcome.bounced and row.subscription_id in whose:
            await _bounce(whose[row.subscription_id])


async def _lock_whose(known: Sequence[Known]) -> dict[int, Subscription]:
    # Before their letters, as every verb does: otherwise who leaves and who settles wait for each other.
    ids = {row.subscription_id for row, outcome in known if outcome.bounced or _asks(row)}
    locked = Subscription.filter(id__in=ids).order_by("id").select_for_update()
    return {row.id: row for row in await locked} if ids else {}


async def _settle(row: Delivery, outcome: Outcome) -> None:
    reason = outcome.reason[:LONGEST_REASON] if outcome.reason else None
    values: dict[str, Any] = {"state": outcome.state, "reason": reason}
    if outcome.state in OPEN:
        tries = row.tries + 1 if outcome.counted else row.tries
        wait = now() + delay_after(tries) if outcome.counted else now()
        values |= {"tries": tries, "not_before": max(wait, outcome.not_before or wait)}
        if values["not_before"] >= row.is_over_at:
            values |= {"state": State.FAILED}
    if values["state"] is State.FAILED:
        values |= {"facts": {}, "settled_at": now()}
    # Not one that was taken back while it was tried.
    await Delivery.filter(id=row.id, state__in=OPEN).update(**values)


async def _bounce(subscription: Subscription) -> None:
    if subscription.status in (SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.BOUNCED):
        return
    if subscription.status is SubscriptionStatus.CONFIRMED:
        site = await Site.get(id=subscription.site_id)
        await Suppression.add(site, subscription.mailbox, Scope.LISTS, reason="bounce")
    subscription.status = SubscriptionStatus.BOUNCED
    await subscription.save(update_fields=["status"])
    await Delivery.cancel(subscription.id)
    await note(subscription, Act.BOUNCED, BY_MAIL)


async def _note_asked(sent: Sequence[Known], whose: dict[int, Subscription]) -> None:
    asked = [
        Consent(
            subscription_id=row.subscription_id,
            act=Act.ASKED,
            at=now(),
            version=_version_of(row),
            door=BY_MAIL.door,
            language=whose[row.subscription_id].language,
            wording=outcome.wording,
            detail={},
        )
        for row, outcome in sent
        if _asks(row) and row.subscription_id in whose
    ]
    if asked:
        await Consent.bulk_create(asked)


def _asks(row: Delivery) -> bool:
    return row.kind is LetterKind.CONFIRMATION


def _version_of(row: Delivery) -> int:
    # Of the letter, not of the subscription: that one may have been asked once more meanwhile.
    return int(row.key.rpartition(":")[2])
