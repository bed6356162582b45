"""What everybody may see: the one answer that every question of a reader's door asks for."""

from enum import StrEnum
from typing import Any

from tortoise.expressions import Q

from models.instants import now


class Status(StrEnum):
    """Editorial state; what is published at a moment that lies ahead is scheduled."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


def visible(prefix: str = "") -> Q:
    """Ask for what is published by now; `prefix` names the relation to ask it of, such as `post__`."""
    asked: dict[str, Any] = {f"{prefix}status": Status.PUBLISHED, f"{prefix}published_at__lte": now()}
    return Q(**asked)
