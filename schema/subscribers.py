"""Subscriptions in a list, for those who send to them."""

from typing import Any

import strawberry
from strawberry import UNSET

import models
from models.paging import Window, page
from schema.connections import NEWEST, PageInfo, Slice, cursor_field, info_field, total_field
from schema.given import at_most
from schema.newsletters import NewsletterSubscription, NewsletterSubscriptionStatus

LONGEST_SEARCH = 100


@strawberry.input(description="Conditions on subscriptions; all must hold.")
class NewsletterSubscriptionFilter:
    newsletter_slug: str | None = strawberry.field(default=UNSET, description="To this newsletter.")
    search: str | None = strawberry.field(default=UNSET, description="Part of the name or address.")
    statuses: list[NewsletterSubscriptionStatus] | None = strawberry.field(
        default=UNSET, description="In any of these states."
    )


@strawberry.type(description="A newsletter subscription within a connection.")
class NewsletterSubscriptionEdge:
    cursor: str = cursor_field()
    node: NewsletterSubscription = strawberry.field(description="The subscription.")


@strawberry.type(description="A page of newsletter subscriptions.")
class NewsletterSubscriptionConnection:
    edges: list[NewsletterSubscriptionEdge] = strawberry.field(
        description="Subscriptions with their cursors."
    )
    nodes: list[NewsletterSubscription] = strawberry.field(description="Subscriptions without cursors.")
    page_info: PageInfo = info_field()
    total_count: int | None = total_field()


async def subscribers(wanted: NewsletterSubscriptionFilter | None, asked: Window) -> Slice:
    """Read a page of the subscriptions, the newest first."""
    question = models.Subscription.listed(**_conditions(wanted) if wanted else {})
    return Slice(await page(question, NEWEST, asked), NEWEST, question.count)


def _conditions(wanted: NewsletterSubscriptionFilter) -> dict[str, Any]:
    statuses: Any = wanted.statuses or []
    return {
        "statuses": [models.SubscriptionStatus(status.value) for status in statuses],
        "newsletter": wanted.newsletter_slug or None,
        "search": at_most(LONGEST_SEARCH, "search", wanted.search or "") or None,
    }
