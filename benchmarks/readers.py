"""Makes subscribers, as many as a measurement or a test of faults needs."""

from collections.abc import Callable, Iterable

import models
from models.tokens import fresh_seed

Standing = Callable[[int], dict[str, object]]


def confirmed(_number: int) -> dict[str, object]:
    """Give how somebody stands who confirmed and has every letter at once."""
    return {"status": models.SubscriptionStatus.CONFIRMED}


async def subscribe(
    site: models.Site,
    names: Iterable[str],
    *,
    languages: tuple[str, ...] = ("nl",),
    standing: Standing = confirmed,
) -> list[models.Subscription]:
    """Write readers down by their names, in the caller's transaction; give them in their order."""
    rows = [
        models.Subscription(
            site_id=site.id,
            email=f"{name}@example.org",
            mailbox=f"{name}@example.org",
            name=name,
            language=languages[number % len(languages)],
            seed=fresh_seed(),
            created_at=models.now(),
            confirmed_at=models.now(),
            **standing(number),
        )
        for number, name in enumerate(names)
    ]
    await models.Subscription.bulk_create(rows)
    mailboxes = [row.mailbox for row in rows]
    return await models.Subscription.filter(site_id=site.id, mailbox__in=mailboxes).order_by("id")


def welcome(reader: models.Subscription, site: models.Site) -> models.Delivery:
    """Write a letter to a reader that welcomes them."""
    paths = {"preferences_link": reader.path_to_preferences(site), "unsubscribe_link": reader.path_out(site)}
    return reader.letter(models.LetterKind.WELCOME, site, paths=paths)
