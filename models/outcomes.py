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


@atomic
async def settle(outcomes: Sequence[Outcome]) -> None:
    """Keep what became of letters, all in one commit."""
    rows = {row.key: row for row in await Delivery.filter(key__in=[outcome.key for outcome in outcomes])}
    sent = [rows[outcome.key] for outcome in outcomes if outcome.state is State.SENT and outcome.key in rows]
    if sent:
        ids = [row.id for row in sent]
        await Delivery.filter(id__in=ids).update(state=State.SENT, facts={}, reason=None, settled_at=now())
        await _note_asked(sent, {outcome.key: outcome.wording for outcome in outcomes})
    for outcome in outcomes:
        if outcome.state is not State.SENT and outcome.key in rows:
            await _settle(rows[outcome.key], outcome)


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
    if outcome.bounced:
        await _bounce(row)


async def _bounce(row: Delivery) -> None:
    subscription = await Subscription.select_for_update().get(id=row.subscription_id)
    if subscription.status in (SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.BOUNCED):
        return
    if subscription.status is SubscriptionStatus.CONFIRMED:
        site = await Site.get(id=subscription.site_id)
        await Suppression.add(site, subscription.mailbox, Scope.LISTS, reason="bounce")
    await Subscription.filter(id=subscription.id).update(status=SubscriptionStatus.BOUNCED)
    await Delivery.cancel(subscription.id)
    await note(subscription, Act.BOUNCED, BY_MAIL)


async def _note_asked(sent: Sequence[Delivery], wordings: dict[str, str | None]) -> None:
    asking = {row.subscription_id: row for row in sent if row.kind is LetterKind.CONFIRMATION}
    if not asking:
        return
    rows = await Subscription.filter(id__in=list(asking)).values_list("id", "version", "language")
    await Consent.bulk_create(
        [
            Consent(
                subscription_id=id,
                act=Act.ASKED,
                at=now(),
                version=version,
                door=BY_MAIL.door,
                language=language,
                wording=wordings[asking[id].key],
                detail={},
            )
            for id, version, language in rows
        ]
    )
