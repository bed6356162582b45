"""What is done for a subscriber who writes in: all that is held is handed over, forgotten, or kept back."""

from typing import Any

from tortoise.context import require_context

from models import webhooks
from models.addresses import Address
from models.atomic import atomic
from models.consents import Consent, Trace
from models.deliveries import Delivery
from models.errors import NotFound
from models.interests import described, topics_of
from models.jobs import Job, TryLater, Work
from models.signups import SignUp
from models.site import Site
from models.subscriptions import Subscription
from models.suppressions import Scope, Suppression, key_of
from models.webhook_calls import HookEvent

OF_SUBSCRIPTION = (
    "email", "name", "language", "frequency", "status", "paused_until", "version", "asked_at", "confirmed_at",
    "left_at", "leaving_reason", "created_at",
)  # fmt: skip
OF_CONSENT = ("act", "at", "version", "door", "form", "network", "language", "wording", "detail")
OF_DELIVERY = ("kind", "state", "topic", "tries", "promised_at", "not_before", "settled_at", "reason")
OF_SIGN_UP = (
    "wish", "email", "name", "language", "frequency", "topics", "door", "form", "network", "asked_at",
)  # fmt: skip


async def held_of(site: Site, email: str) -> dict[str, Any]:
    """Give everything that is held of an address, subscribed or not; refuse one of which nothing is."""
    mailbox = Address.of(email).mailbox
    found = await Subscription.filter(site_id=site.id, mailbox=mailbox).first()
    if found is not None:
        return await export(site, found)
    held = await _beside(site, mailbox)
    if not any(held.values()):
        raise NotFound("Nothing is held of this address here.", field="email")
    return {"email": mailbox, **held}


async def export(site: Site, subscription: Subscription) -> dict[str, Any]:
    """Give everything that is held of a subscriber, in plain values and moments."""
    of_them = {"subscription_id": subscription.id}
    return {
        **{name: getattr(subscription, name) for name in OF_SUBSCRIPTION},
        "topics": await described(await topics_of(subscription.id), subscription.language),
        "consents": await Consent.filter(**of_them).order_by("id").values(*OF_CONSENT),
        "letters": await Delivery.filter(**of_them).order_by("id").values(*OF_DELIVERY),
        **await _beside(site, subscription.mailbox),
    }


async def _beside(site: Site, mailbox: str) -> dict[str, Any]:
    """Give what is held of an address beside its subscription."""
    suppressed = await Suppression.filter(key=key_of(site, mailbox)).first()
    requests = SignUp.filter(site_id=site.id, mailbox=mailbox).order_by("id")
    return {
        "requests": await requests.values(*OF_SIGN_UP),
        "suppressed": _told(suppressed) if suppressed else None,
    }


def _told(suppressed: Suppression) -> dict[str, Any]:
    return {"scope": suppressed.scope, "reason": suppressed.reason, "since": suppressed.at}


async def erase(subscription: Subscription) -> None:
    """Forget a subscriber: only a digest stays, of what was suppressed or capped."""
    await _forget(subscription.site_id, subscription.mailbox)


async def forget(site: Site, email: str) -> bool:
    """Forget an address, subscribed or not, as `erase` does; tell whether there was anything to forget."""
    return await _forget(site.id, Address.of(email).mailbox)


@atomic
async def _forget(site_id: int, mailbox: str) -> bool:
    requests = await SignUp.filter(site_id=site_id, mailbox=mailbox).delete()
    ended = await Subscription.confirmed().filter(site_id=site_id, mailbox=mailbox).only("id").first()
    if ended is not None:
        await webhooks.promise(HookEvent.SUBSCRIPTION_ENDED, ended.id)
    subscriptions = await Subscription.filter(site_id=site_id, mailbox=mailbox).delete()
    await Job.promise(Work.SCRUB, key="scrub")
    return bool(requests or subscriptions)


@atomic
async def suppress(site: Site, email: str, trace: Trace) -> bool:
    """Let no letter go to an address, whoever asks for one; tell whether a subscription of it ends by that.

    It ends without a goodbye.
    """
    mailbox = Address.of(email).mailbox
    await Suppression.add(site, mailbox, Scope.ALL, reason="operator")
    found = await Subscription.filter(site_id=site.id, mailbox=mailbox).first()
    if found is None:
        return False
    left = await found.leave(site, trace)
    await Delivery.cancel(found.id)
    return left.version != found.version


async def unsuppress(site: Site, email: str) -> bool:
    """Let letters go to an address again when somebody asks for them; tell whether it was suppressed."""
    return await Suppression.lift(site, Address.of(email).mailbox)


async def scrub() -> None:
    """Let the store's files forget what its tables have forgotten; TryLater while others read."""
    if not await require_context().db().scrub():  # type: ignore[attr-defined]
        raise TryLater
