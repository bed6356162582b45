"""The states of posts, pages and comments, as the graph tells them."""

from datetime import datetime
from enum import Enum

import strawberry

import models


@strawberry.enum(description="Moderation state of a comment.")
class CommentStatus(Enum):
    APPROVED = strawberry.enum_value("approved", description="Everyone sees it.")
    PENDING = strawberry.enum_value("pending", description="Waits for a moderator.")
    REJECTED = strawberry.enum_value("rejected", description="Refused by a moderator.")
    SPAM = strawberry.enum_value("spam", description="Marked as spam.")


@strawberry.enum(description="Editorial state of a post or page.")
class PostStatus(Enum):
    ARCHIVED = strawberry.enum_value("archived", description="Withdrawn, kept for editors.")
    DRAFT = strawberry.enum_value("draft", description="Only editors see it.")
    PUBLISHED = strawberry.enum_value("published", description="Everyone sees it.")
    SCHEDULED = strawberry.enum_value("scheduled", description="Publishes itself when its moment comes.")


def status_of(status: models.Status, published_at: datetime | None) -> PostStatus:
    """Tell the state of what is stored so: what is published ahead is scheduled."""
    return PostStatus.SCHEDULED if _is_ahead(status, published_at) else PostStatus(status.value)


def scheduled_for(status: models.Status, published_at: datetime | None) -> datetime | None:
    """Tell when something publishes itself; None when it does not."""
    return published_at if _is_ahead(status, published_at) else None


def _is_ahead(status: models.Status, published_at: datetime | None) -> bool:
    return status is models.Status.PUBLISHED and not models.is_visible(status, published_at)
