"""Bounces: what comes back of letters that a mail server had taken, and complaints about them."""

from datetime import datetime

from models.addresses import Address
from models.atomic import atomic
from models.deliveries import Delivery
from models.errors import Invalid
from models.outcomes import BY_MAIL, end_bounced
from models.site import Site
from models.subscriptions import UNSUBSCRIBE, Subscription
from models.suppressions import Suppression, SuppressionScope


@atomic
async def bounce(site: Site, token: str, written_at: datetime | None, reader: str) -> bool:
    """Keep that nobody receives mail at the address whose way out this is; tell whether that ends something.

    A letter that is older than the last yes proves nothing: since then one has arrived. Nor does one that
    failed at the address of another `reader`, to whom it was passed on.
    """
    found = await _confirmed(site, token, written_at)
    if found is None or not _is_of(found, reader):
        return False
    await end_bounced(found)
    return True


@atomic
async def complain(site: Site, token: str, written_at: datetime | None) -> bool:
    """Write no letter of a list any more to somebody who has complained; tell whether that ends something."""
    found = await _confirmed(site, token, written_at)
    if found is None:
        return False
    await Suppression.add(site, found.mailbox, SuppressionScope.LISTS, reason="complaint")
    await found.leave(site, BY_MAIL)
    # The goodbye too: it would be one letter more to who called the last one spam.
    await Delivery.cancel(found.id)
    return True


def _is_of(subscription: Subscription, reader: str) -> bool:
    try:
        return Address.of(reader).mailbox == subscription.mailbox
    except Invalid:
        return False


async def _confirmed(site: Site, token: str, written_at: datetime | None) -> Subscription | None:
    known, _ = await Subscription.behind(site, token, UNSUBSCRIBE)
    found = await Subscription.confirmed().select_for_update().filter(id=known.id).first()
    if found is None:
        return None
    is_old = written_at and found.confirmed_at and written_at < found.confirmed_at.replace(microsecond=0)
    return None if is_old else found
