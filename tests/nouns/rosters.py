"""What the tests of rosters share: lists that are brought in, readers who sign up, and all that is kept."""

from typing import Any

import models
from models.deliveries import Delivery, LetterKind
from models.subscriptions import Subscription, SubscriptionStatus

DOOR = models.Trace(door="test")
YES = {"confirmed_at": "2020-03-01T09:00:00Z", "confirmed_source": "https://old.example/form"}
NO = {"status": "unsubscribed", "left_at": "2021-01-01"}
TABLES = (models.Subscription, models.Consent, models.Suppression, models.Delivery, models.SignUp)


async def bring(site: models.Site, *cells: dict[str, str], ask: bool = False) -> models.Brought:
    """Bring in lines, each the cells of one; give what became of all."""
    lines = [models.RosterLine(number, one) for number, one in enumerate(cells, start=2)]
    total = models.Brought()
    async for brought in models.bring_in(site, lines, ask=ask):
        total.came.update(+brought.came)
        total.problems += brought.problems
        total.asked += brought.asked
        total.unasked += brought.unasked
        total.unproven += brought.unproven
    return total


async def sign_up(site: models.Site, email: str, *steps: str) -> Subscription:
    """Let somebody sign up, and perhaps say "yes", "leave" or "bounce"."""
    await models.SignUp.ask(site, email, DOOR)
    asked = await models.SignUp.all().order_by("-id").first()
    await models.answer_sign_up(asked.id)
    subscription = await Subscription.of(site, email)
    for step in steps:
        if step == "yes":
            letter = await Delivery.get(subscription_id=subscription.id, kind=LetterKind.CONFIRMATION)
            await Subscription.confirm(site, letter.facts["paths"]["link"].rpartition("/")[2], DOOR)
        elif step == "leave":
            await subscription.leave(site, DOOR)
        elif step == "bounce":
            await Subscription.filter(id=subscription.id).update(status=SubscriptionStatus.BOUNCED)
    return await Subscription.of(site, email)


async def everything() -> list[Any]:
    """Give all that is kept of subscribers, to hold that nothing changed."""
    return [sorted(map(str, await table.all().values())) for table in TABLES]
