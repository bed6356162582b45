"""What everybody may see: the one answer that every question of a reader's door asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
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
    moment = _seen_at.get() or now()
    asked: dict[str, Any] = {f"{prefix}status": Status.PUBLISHED, f"{prefix}published_at__lte": moment}
    return Q(**asked)


def is_visible(status: Status, published_at: datetime | None) -> bool:
    """Tell of what was read whether it is published by now."""
    return status is Status.PUBLISHED and published_at is not None and published_at <= now()


@contextmanager
def seen_at(moment: datetime) -> Iterator[None]:
    """Ask what is published by another moment than now."""
    token = _seen_at.set(moment)
    try:
        yield
    finally:
        _seen_at.reset(token)


_seen_at: ContextVar[datetime | None] = ContextVar("seen_at", default=None)
