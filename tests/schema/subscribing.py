"""Subscriptions as if somebody had subscribed, at moments one after the other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import models
from models.tokens import fresh_seed

BEGUN = datetime(2021, 3, 10, 12, tzinfo=UTC)


async def subscribe(site: models.Site, email: str, **more: Any) -> models.Subscription:
    """Keep a subscription of an address, later than all that there are."""
    place = await models.Subscription.all().count()
    values = {"status": models.SubscriptionStatus.CONFIRMED, "language": site.language, **more}
    return await models.Subscription.create(
        site_id=site.id, email=email, mailbox=models.Address.of(email).mailbox, seed=fresh_seed(),
        created_at=BEGUN + timedelta(minutes=place), **values,
    )  # fmt: skip
