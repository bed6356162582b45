"""What is done for a subscriber who writes in: all that is held is handed over, forgotten, or kept back."""

from typing import Any

from tortoise.context import require_context
from tortoise.queryset import QuerySet

from models import webhooks
from models.addresses import Address
from models.atomic import atomic
from models.comment_letters import KINDS
from models.commenters import Commenter, erase_comments
from models.comments import Comment
from models.consents import Consent, Trace
from models.deliveries import Delivery
from models.errors import NotFound
from models.interests import described, topics_of
from models.issues import Issue
from models.jobs import Job, TryLater, Work
from models.pens import Pen
from models.posts import Post
from models.sign_ins import SignIn
from models.signups import SignUp
from models.site import Site
from models.subscriptions import Subscription, SubscriptionStatus
from models.suppressions import Suppression, SuppressionScope
from models.webhook_calls import HookEvent

OF_SUBSCRIPTION = (
    "email", "name", "language", "frequency", "status", "time_zone", "digested_until", "paused_until",
    "version", "asked_at", "confirmed_at", "left_at", "leaving_reason", "created_at",
)  # fmt: skip
OF_CONSENT = ("act", "at", "version", "door", "form", "network", "language", "wording", "detail")
OF_DELIVERY = ("kind", "state", "topic", "tries", "promised_at", "not_before", "settled_at", "reason")
OF_PEN = ("email", "name", "note", "state", "passed_at", "answered_at", "reminded_at", "thanked_at")
OF_SIGN_UP = (
    "wish", "email", "name", "language", "frequency", "topics", "door", "form", "network", "asked_at",
)  # fmt: skip
OF_COMMENT = (
    "post__slug", "name", "email", "website", "language", "notify_replies", "source", "status",
    "held_because", "spam_score", "created_at", "edited_at",
)  # fmt: skip
OF_COMMENTER = ("email", "confirmed_at", "declined_at", "created_at")


async def held_of(site: Site, email: str) -> dict[str, Any]:
    """Give everything that is held of an address, subscribed or not; refuse one of which nothing is.

    Those who can sign in are no readers: what they wrote and did is the publication's.
    """
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
    suppressed = await Suppression.of(site, mailbox)
    requests = SignUp.filter(site_id=site.id, mailbox=mailbox).order_by("id")
    commenter = await Commenter.filter(site_id=site.id, mailbox=mailbox).first()
    return {
        "requests": await requests.values(*OF_SIGN_UP),
        "comments": await _said(site, mailbox),
        "pens": await Pen.of_address(site.id, mailbox).order_by("id").values(*OF_PEN),
        "commenter": await _commenter(commenter) if commenter else None,
        "suppressed": _told(suppressed) if suppressed else None,
    }


async def _said(site: Site, mailbox: str) -> list[dict[str, Any]]:
    """Give the comments of an address; what they stand below is named as far as everybody may read it."""
    rows = await Comment.of_address(site.id, mailbox).order_by("id").values("post_id", *OF_COMMENT)
    open_ones = await Post.published().filter(id__in={row["post_id"] for row in rows}).only("id")
    ids = {post.id for post in open_ones}
    for row in rows:
        if row.pop("post_id") not in ids:
            row["post__slug"] = None
    return rows


async def _commenter(commenter: Commenter) -> dict[str, Any]:
    letters = _to(commenter).order_by("id")
    told = {name: getattr(commenter, name) for name in OF_COMMENTER}
    return {**told, "letters": await letters.values(*OF_DELIVERY)}


def _to(commenter: Commenter) -> QuerySet[Delivery]:
    """Ask for the letters to a commenter, who stands in their keys."""
    return Delivery.beside_subscriptions(*(f"{kind}:{commenter.seed}:" for kind in KINDS))


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
    await SignIn.filter(site_id=site_id, mailbox=mailbox).delete()
    pens = await Pen.forget_of(site_id, mailbox)
    # Locked, so that no issue writes to them between the counting and the forgetting.
    rows = Subscription.select_for_update().filter(site_id=site_id, mailbox=mailbox)
    found = await rows.only("id", "status")
    for row in found:
        if row.status is SubscriptionStatus.CONFIRMED:
            await webhooks.promise(HookEvent.SUBSCRIPTION_ENDED, row.id)
    ids = [row.id for row in found]
    await Issue.count_out(Delivery.filter(subscription_id__in=ids))
    subscriptions = await Subscription.filter(id__in=ids).delete()
    comments = await erase_comments(site_id, mailbox)
    commenter = await Commenter.filter(site_id=site_id, mailbox=mailbox).first()
    if commenter is not None:
        await _to(commenter).delete()
        await Commenter.filter(id=commenter.id).delete()
    await Job.promise(Work.SCRUB, key="scrub")
    return bool(requests or subscriptions or comments or commenter or pens)


@atomic
async def suppress(site: Site, email: str, trace: Trace) -> bool:
    """Let no letter go to an address, whoever asks for one; tell whether a subscription of it ends by that.

    It ends without a goodbye, and what is promised and not out yet is taken back. Links to sign in go on: who
    runs the publication must not be shut out.
    """
    mailbox = Address.of(email).mailbox
    await Suppression.add(site, mailbox, SuppressionScope.ALL, reason="operator")
    await Delivery.cancel_all(await Pen.letters_to(site.id, mailbox))
    commenter = await Commenter.filter(site_id=site.id, mailbox=mailbox).first()
    if commenter is not None:
        await Delivery.cancel_all(_to(commenter))
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
