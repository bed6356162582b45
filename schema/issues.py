"""Issues as those who send them see them: a post or a digest on its way, and how far it has come."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from strawberry import Info, Parent

import models
from schema.directives import SEMANTIC_NON_NULL, bounded
from schema.nodes import Node, identifier, rows_of
from schema.sources import column, derived, one
from schema.types import Newsletter, Post


@strawberry.enum(description="What an issue brings.")
class IssueKind(Enum):
    DAILY = strawberry.enum_value("daily", description="What was new in a day.")
    POST = strawberry.enum_value("post", description="One post, as it appeared.")
    WEEKLY = strawberry.enum_value("weekly", description="What was new in a week.")


@strawberry.enum(description="How an issue stands.")
class IssueStatus(Enum):
    PAUSED = strawberry.enum_value("paused", description="No letter goes out until it is resumed.")
    RECALLED = strawberry.enum_value("recalled", description="Letters that were not out yet were taken back.")
    SENDING = strawberry.enum_value("sending", description="Letters are on their way.")
    SENT = strawberry.enum_value("sent", description="Every letter has its outcome.")


@strawberry.type(description="How the letters of an issue stand; together they are its audience.")
class IssueCounters:
    cancelled: int = column("Taken back: the reader left or paused, or the issue was recalled.")
    deferred: int = column("To be tried again: the mail server asked us to wait.")
    failed: int = column("Refused for good.")
    queued: int = column("Waiting for their first try.")
    sent: int = column("Taken by a mail server.")
    uncertain: int = column("Cut off when perhaps taken; tried again later, with the same bytes.")


@strawberry.type(description="A post, or a digest of posts, on its way to those who subscribed to it.")
class Issue(Node):
    is_type_of = rows_of(models.Issue)
    id: strawberry.ID = identifier("Issue")
    audience: int = column("How many it goes to; fixed when it began.")
    finished_at: datetime | None = column("Moment at which every letter had its outcome.")
    kind: IssueKind = derived("What it brings.", lambda kind: IssueKind(kind.value), "kind")
    post: Post | None = one(
        "The post; null for a digest, and for a post that is not public.", "Post", "post_id"
    )
    started_at: datetime = column("Moment it began.")
    status: IssueStatus = derived("How it stands.", lambda status: IssueStatus(status.value), "status")

    @strawberry.field(description="How its letters stand.", directives=[SEMANTIC_NON_NULL])
    @staticmethod
    async def counters(root: Parent[models.Issue], info: Info) -> IssueCounters | None:
        return await info.context.loaders.progress.load(root.id)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Newsletters it goes to; who follows the post's authors and tags gets it besides.",
        directives=[SEMANTIC_NON_NULL, bounded(50)],
    )
    @staticmethod
    async def newsletters(root: Parent[models.Issue], info: Info) -> list[Newsletter] | None:
        found: list[Any] = await info.context.loaders.rows("Newsletter").load_many(root.newsletter_ids)
        return [row for row in found if row is not None]
