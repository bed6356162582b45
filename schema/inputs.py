"""What can be asked for: lookups, conditions and orders."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any
from urllib.parse import unquote

import strawberry
from strawberry import UNSET

import models
from models.paging import Order
from schema.directives import SEARCHED
from schema.given import at_most
from schema.ids import row_id
from schema.scalars import YearMonth
from schema.statuses import PostStatus

MOST = 100
# Columns to look in for what is named, one after the other, each with a value; `old` is an old path.
Tries = list[tuple[str, Any]]


@strawberry.enum(description="Direction of a sort.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="Smallest or oldest first.")
    DESC = strawberry.enum_value("DESC", description="Largest or newest first.")


@strawberry.enum(description="Sortable fields of posts.")
class PostOrderField(Enum):
    PUBLISHED_AT = strawberry.enum_value("published_at", description="Moment of publication.")
    TITLE = strawberry.enum_value("sort_key", description="Title; case and accents do not count.")
    UPDATED_AT = strawberry.enum_value("updated_at", description="Moment of the last change.")


@strawberry.enum(description="Order of comments.")
class CommentOrder(Enum):
    NEWEST_FIRST = strawberry.enum_value("NEWEST_FIRST", description="Newest first.")
    OLDEST_FIRST = strawberry.enum_value("OLDEST_FIRST", description="Oldest first, as a conversation reads.")

    @property
    def order(self) -> Order:
        """The order of the rows."""
        return Order("created_at", descending=self is CommentOrder.NEWEST_FIRST)


@strawberry.input(description="A span of time; an end left out is open.")
class DateTimeRange:
    from_: datetime | None = strawberry.field(name="from", default=UNSET, description="First instant within.")
    until: datetime | None = strawberry.field(default=UNSET, description="First instant after.")


@strawberry.input(one_of=True, description="One way to name a post.")
class PostLookup:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By identifier.")
    path: str | None = strawberry.field(default=UNSET, description="By path; old paths lead here too.")
    slug: str | None = strawberry.field(default=UNSET, description="By slug.")

    @property
    def tries(self) -> Tries:
        """Where to look for it."""
        if not self.path:
            return _by_name("Post", self.id, self.slug)
        path = models.normal_path(unquote(self.path))
        slug = path.removeprefix("/posts/")
        return [_old(path)] if slug == path else [("slug", models.findable(slug)), _old(path)]


@strawberry.input(one_of=True, description="One way to name a page.")
class PageLookup:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By identifier.")
    path: str | None = strawberry.field(default=UNSET, description="By path; old paths lead here too.")
    slug: str | None = strawberry.field(default=UNSET, description="By slug.")

    @property
    def tries(self) -> Tries:
        """Where to look for it."""
        if not self.path:
            return _by_name("Page", self.id, self.slug)
        path = models.normal_path(unquote(self.path))
        return [("path", models.findable(path, models.LONGEST_PATH)), _old(path)]


@strawberry.input(one_of=True, description="One way to name an author.")
class AuthorLookup:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By identifier.")
    slug: str | None = strawberry.field(default=UNSET, description="By slug.")

    @property
    def tries(self) -> Tries:
        """Where to look for them."""
        return _by_name("Author", self.id, self.slug)


@strawberry.input(description="Conditions on posts; all must hold.")
class PostFilter:
    author_slugs: list[str] | None = strawberry.field(default=UNSET, description="Written by any of these.")
    ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Any of these.")
    month: YearMonth | None = strawberry.field(default=UNSET, description="Published in this month.")
    published: DateTimeRange | None = strawberry.field(default=UNSET, description="Published within.")
    search: str | None = strawberry.field(
        default=UNSET,
        description=(
            "Words to find, or their beginnings; case and accents do not count. "
            "All must be there, or of more than ten the ten longest."
        ),
        directives=[SEARCHED],
    )
    statuses: list[PostStatus] | None = strawberry.field(
        default=UNSET,
        description=(
            "In any of these states; anything but PUBLISHED is for who writes, and shows authors their own."
        ),
    )
    tag_slugs: list[str] | None = strawberry.field(default=UNSET, description="With any of these tags.")

    @property
    def states(self) -> list[str] | None:
        """The states asked for; None when it is what readers see that is asked for."""
        asked: Any = self.statuses or []
        is_readers = self.statuses in (UNSET, None) or set(asked) == {PostStatus.PUBLISHED}
        return None if is_readers else [status.value for status in asked]

    def conditions(self) -> models.PostConditions:
        """Say the same to the store; refuse lists and words beyond measure."""
        for name, values in (
            ("authorSlugs", self.author_slugs),
            ("ids", self.ids),
            ("tagSlugs", self.tag_slugs),
        ):
            at_most(MOST, name, values or ())
        at_most(MOST, "search", self.search or "")
        span = self.published
        return models.PostConditions(
            month=_given(self.month),
            author_slugs=_given(self.author_slugs, tuple),
            tag_slugs=_given(self.tag_slugs, tuple),
            ids=_given(self.ids, lambda ids: tuple(row_id(id, "Post") or 0 for id in ids)),
            published_from=_given(span.from_) if span else None,
            published_until=_given(span.until) if span else None,
            search=_given(self.search),
        )


@strawberry.input(description="How to sort posts.")
class PostOrder:
    direction: OrderDirection = strawberry.field(description="Direction.")
    field: PostOrderField = strawberry.field(description="Field.")

    @property
    def order(self) -> Order:
        """The order of the rows."""
        return Order(str(self.field.value), descending=self.direction is OrderDirection.DESC)


def _by_name(kind: str, id: str | None, slug: str | None) -> Tries:
    return [("slug", models.findable(slug))] if slug else [("id", row_id(id or "", kind) or 0)]


def _old(path: str) -> tuple[str, str]:
    return "old", models.findable(path, models.LONGEST_PATH)


def _given(value: Any, work: Callable[[Any], Any] | None = None) -> Any:
    if value is UNSET or value is None:
        return None
    return work(value) if work else value
