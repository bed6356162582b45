"""Counts the kept counts anew from the questions they answer."""

from typing import Any

from tortoise.functions import Count
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.archive import archive_months
from models.atomic import atomic
from models.authors import Author
from models.bylines import Byline, Tagging
from models.comments import Comment
from models.counters import MonthCount
from models.posts import Post, count_due
from models.site import Site
from models.tags import Tag
from models.visibility import visible


@atomic
async def recount(site: Site) -> int:
    """Set every kept count to what its question counts; tell how many were off."""
    await count_due()  # whoever appears is announced, and not only counted
    seen = Post.published().filter(site_id=site.id)
    # Written where it is off alone: who looks whether all is well needs no room on the disk.
    await Post.filter(~visible(), site_id=site.id, is_counted=True).update(is_counted=False)
    await seen.filter(is_counted=False).update(is_counted=True)
    off = await _recount_months(site, dict(await _counted(seen, "published_month")))
    shown = visible("post__")
    for noun, lines, key in ((Author, Byline, "author_id"), (Tag, Tagging, "tag_id")):
        counted = dict(await _counted(lines.filter(shown), key))
        off += await _set_all(noun, "post_count", counted)
    comments = Comment.filter(is_shown=True)
    off += await _set_all(Post, "comment_count", dict(await _counted(comments, "post_id")))
    replies = comments.filter(parent_id__isnull=False)
    return off + await _set_all(Comment, "reply_count", dict(await _counted(replies, "parent_id")))


async def _recount_months(site: Site, counted: dict[str, int]) -> int:
    kept = {month.month: month.post_count for month in await archive_months()}
    off = [month for month in kept.keys() | counted.keys() if kept.get(month) != counted.get(month)]
    await MonthCount.filter(site_id=site.id, month__in=off).delete()
    fresh = {month: counted[month] for month in off if month in counted}
    await MonthCount.bulk_create(
        [MonthCount(site_id=site.id, month=month, post_count=number) for month, number in fresh.items()]
    )
    return len(off)


async def _counted(question: QuerySet[Any], key: str) -> list[tuple[Any, int]]:
    grouped = question.annotate(number=Count("id")).group_by(key)
    return list(await grouped.values_list(key, "number"))


async def _set_all(noun: type[Model], column: str, counted: dict[int, int]) -> int:
    off = 0
    for id, kept in await noun.all().values_list("id", column):
        if kept != counted.get(id, 0):
            await noun.filter(id=id).update(**{column: counted.get(id, 0)})
            off += 1
    return off
