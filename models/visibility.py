"""What everybody may see, and who writes besides: the one answer that every question asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise.expressions import Q, Subquery

from models.bylines import Byline
from models.instants import now
from models.principals import NOBODY, Principal


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


def open_to(principal: Principal = NOBODY, prefix: str = "") -> Q:
    """Ask for the posts that somebody may read: the visible, their own, and the one that a link shows."""
    if principal.sees_all:
        return Q()
    return visible(prefix) | own(principal, prefix) | _of(prefix, id=principal.post_id or 0)


def own(principal: Principal, prefix: str = "") -> Q:
    """Ask for the posts that somebody may edit."""
    if principal.sees_all:
        return Q()
    if principal.author_id is None or not principal.sees_own:
        return _of(prefix, id=0)
    written = Byline.filter(author_id=principal.author_id)
    return _of(prefix, id__in=Subquery(written.values("post_id")))


def is_visible(status: Status, published_at: datetime | None) -> bool:
    """Tell of what was read whether it is published by now."""
    return status is Status.PUBLISHED and published_at is not None and published_at <= now()


def _of(prefix: str, **asked: Any) -> Q:
    return Q(**{f"{prefix}{name}": value for name, value in asked.items()})


@contextmanager
def seen_at(moment: datetime) -> Iterator[None]:
    """Ask what is published by another moment than now."""
    token = _seen_at.set(moment)
    try:
        yield
    finally:
        _seen_at.reset(token)


_seen_at: ContextVar[datetime | None] = ContextVar("seen_at", default=None)
