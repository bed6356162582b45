"""Counts of published posts, kept in the same transaction as what they count."""

from typing import Any, Self

from tortoise import fields
from tortoise.expressions import F
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.authors import Author
from models.bylines import Byline, Tagging
from models.relations import belongs_to
from models.tags import Tag


class MonthCount(Model):
    """How many posts were published in a month of the site's calendar."""

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    month = fields.CharField(max_length=7)
    post_count = fields.IntField(default=0)

    class Meta:
        table = "month_count"
        unique_together = (("site_id", "month"),)

    @classmethod
    def in_archive(cls) -> QuerySet[Self]:
        """Ask for the months that have posts."""
        return cls.filter(post_count__gt=0)


async def tally(post_id: int, *, site_id: int, month: str, by: int) -> None:
    """Count a post in (+1) or out (-1): of its month, its authors and its tags."""
    await MonthCount.bulk_create([MonthCount(site_id=site_id, month=month)], ignore_conflicts=True)
    await MonthCount.filter(site_id=site_id, month=month).update(post_count=F("post_count") + by)
    author_ids = await Byline.filter(post_id=post_id).values_list("author_id", flat=True)
    tag_ids = await Tagging.filter(post_id=post_id).values_list("tag_id", flat=True)
    if author_ids:
        await Author.filter(id__in=author_ids).update(post_count=F("post_count") + by)
    if tag_ids:
        await Tag.filter(id__in=tag_ids).update(post_count=F("post_count") + by)
