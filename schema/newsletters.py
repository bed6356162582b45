"""Newsletters, and subscriptions as their owner sees them, and those who send to them."""

from datetime import datetime
from enum import Enum
from typing import Annotated

import orjson
import strawberry
from strawberry import Info, Parent

import models
from schema.directives import SEMANTIC_NON_NULL, Cost, bounded
from schema.nodes import Node, identifier, rows_of
from schema.scalars import EmailAddress, LanguageTag
from schema.sources import column, derived, worked
from schema.types import Author, Newsletter, Tag

Topic = Annotated[
    Author | Newsletter | Tag, strawberry.union("Topic", description="Something to receive mail about.")
]
NODES = {"author": "Author", "newsletter": "Newsletter", "tag": "Tag"}


@strawberry.enum(description="How often mail comes.")
class MailFrequency(Enum):
    DAILY = strawberry.enum_value("daily", description="One mail a day with what is new.")
    IMMEDIATE = strawberry.enum_value("immediate", description="A mail for each post, as it is published.")
    WEEKLY = strawberry.enum_value("weekly", description="One mail a week with what is new.")


@strawberry.enum(description="State of a newsletter subscription.")
class NewsletterSubscriptionStatus(Enum):
    BOUNCED = strawberry.enum_value("bounced", description="Mail to the address failed for good.")
    CONFIRMED = strawberry.enum_value("confirmed", description="Confirmed by e-mail: receives mail.")
    PENDING = strawberry.enum_value("pending", description="Waits for the confirmation link.")
    UNSUBSCRIBED = strawberry.enum_value("unsubscribed", description="Signed off.")


@strawberry.type(
    description="One address and what it asked to receive; only its owner (by token) and admins see it."
)
class NewsletterSubscription(Node):
    is_type_of = rows_of(models.Subscription)
    id: strawberry.ID = identifier("NewsletterSubscription")
    confirmed_at: datetime | None = column("Moment of confirmation.")
    created_at: datetime = column("Moment of sign-up.")
    email: EmailAddress = column("Address.")
    frequency: MailFrequency = derived(
        "How often mail comes.", lambda frequency: MailFrequency(frequency.value), "frequency"
    )
    language: LanguageTag = column("Language of the mail.")
    name: str | None = derived("Name used in the mail.", lambda name: name or None, "name")
    paused_until: datetime | None = derived(
        "Moment until which no mail comes; null when it comes.",
        lambda moment: moment if moment and moment > models.now() else None,
        "paused_until",
    )
    status: NewsletterSubscriptionStatus = derived(
        "State.", lambda status: NewsletterSubscriptionStatus(status.value), "status"
    )

    time_zone: str = worked(
        "IANA time zone, in which digests come at seven.",
        lambda context, zone: zone or context.site.time_zone,
        "time_zone",
    )

    @strawberry.field(
        description="Everything that is held of this address, as a JSON document to keep.",
        directives=[SEMANTIC_NON_NULL, Cost(weight=100)],
    )
    @staticmethod
    async def export(root: Parent[models.Subscription], info: Info) -> str | None:
        return orjson.dumps(await models.export(info.context.site, root)).decode()

    @strawberry.field(description="What it receives mail about.", directives=[SEMANTIC_NON_NULL, bounded(50)])
    @staticmethod
    async def topics(root: Parent[models.Subscription], info: Info) -> list[Topic] | None:
        loaders = info.context.loaders
        topics = await loaders.topics.load(root.id)
        found = {
            (kind, row.id): row
            for kind, node in NODES.items()
            for row in await loaders.rows(node).load_many([id for asked, id in topics if asked == kind])
            if row is not None
        }
        return [found[topic] for topic in topics if topic in found]
