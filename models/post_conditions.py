"""Conditions on posts, and the shape they have: what is asked, apart from the values it is asked with."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Q, Subquery

from models import finding
from models.bylines import Byline, Tagging
from models.slugs import findable

# Stand for values in a statement that is written once; no row has them.
MONTH = "\x01m"
WORDS = "\x01w"
FROM = datetime(9998, 1, 1, 1, 1, 1, 1, tzinfo=UTC)
UNTIL = datetime(9998, 1, 1, 1, 1, 1, 2, tzinfo=UTC)
FIRST_ID = 2_147_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PostConditions:
    """Conditions on posts; all must hold, and one left out asks nothing."""

    month: str | None = None
    author_slugs: tuple[str, ...] | None = None
    tag_slugs: tuple[str, ...] | None = None
    ids: tuple[int, ...] | None = None
    published_from: datetime | None = None
    published_until: datetime | None = None
    search: str | None = None

    @property
    def sought(self) -> str:
        """The words to find; what has no letters or digits has none, and finds nothing."""
        return WORDS if self.search is WORDS else finding.sought(self.search or "")

    @property
    def shape(self) -> tuple[Any, ...]:
        """Name what is asked, apart from all values."""
        if self is ANY:
            return ()
        many = (self.author_slugs, self.tag_slugs, self.ids)
        return (
            self.month is None,
            self.published_from is None,
            self.published_until is None,
            None if self.search is None else bool(self.sought),
            *(None if values is None else len(values) for values in many),
        )

    def questions(self) -> list[Q]:
        """Ask for the posts that fulfil them."""
        asked: list[Q] = []
        if self.month is not None:
            asked.append(Q(published_month=self.month))
        if self.author_slugs is not None:
            named = Byline.filter(author__slug__in=[findable(slug) for slug in self.author_slugs])
            asked.append(Q(id__in=Subquery(named.values("post_id"))))
        if self.tag_slugs is not None:
            tagged = Tagging.filter(tag__slug__in=[findable(slug) for slug in self.tag_slugs])
            asked.append(Q(id__in=Subquery(tagged.values("post_id"))))
        if self.ids is not None:
            asked.append(Q(id__in=self.ids))
        if self.published_from is not None:
            asked.append(Q(published_at__gte=self.published_from))
        if self.published_until is not None:
            asked.append(Q(published_at__lt=self.published_until))
        if self.search is not None:
            asked.append(finding.Having(self.sought) if self.sought else Q(id__in=[]))
        return asked

    def stands_in(self) -> "PostConditions":
        """Give conditions of the same shape, with stand-ins for all values."""
        if self is ANY:
            return self
        return replace(
            self,
            month=None if self.month is None else MONTH,
            author_slugs=_many(self.author_slugs, lambda place: f"\x01a{place}"),
            tag_slugs=_many(self.tag_slugs, lambda place: f"\x01t{place}"),
            ids=_many(self.ids, lambda place: FIRST_ID + place),
            published_from=None if self.published_from is None else FROM,
            published_until=None if self.published_until is None else UNTIL,
            search=self.search and (WORDS if self.sought else ""),
        )

    def values(self) -> dict[Any, Any]:
        """Give what each stand-in stands for."""
        if self is ANY:
            return {}
        told = ((MONTH, self.month), (FROM, self.published_from), (UNTIL, self.published_until))
        given: dict[Any, Any] = {stand_in: value for stand_in, value in told if value is not None}
        if self.search is not None:
            given[WORDS] = self.sought
        given |= {f"\x01a{place}": findable(slug) for place, slug in enumerate(self.author_slugs or ())}
        given |= {f"\x01t{place}": findable(slug) for place, slug in enumerate(self.tag_slugs or ())}
        return given | {FIRST_ID + place: id for place, id in enumerate(self.ids or ())}


ANY = PostConditions()


def _many(values: tuple[Any, ...] | None, stand_in: Callable[[int], Any]) -> tuple[Any, ...] | None:
    return None if values is None else tuple(map(stand_in, range(len(values))))
