"""Counts the kept counts anew from the questions they answer, and dates the lines between posts and names."""

from dataclasses import dataclass
from typing import Any

from tortoise.expressions import F, Q
from tortoise.functions import Count
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.atomic import atomic
from models.authors import Author
from models.bylines import Byline, Tagging, date_lines
from models.comments import Comment
from models.counters import MonthCount
from models.posts import Post, count_due
from models.site import Site
from models.site_lock import lock_site
from models.tags import Tag
from models.visibility import Status, visible

# A count that is off: of which row, and what it should be.
Off = dict[Any, int]


@dataclass(frozen=True, slots=True)
class _Counts:
    """What is off: the marks of posts that are counted, the months, the columns of nouns, and the posts of
    whose lines some have another moment.
    """

    marks: int
    months: Off
    columns: dict[tuple[type[Model], str], Off]
    dated: set[int]

    @property
    def number(self) -> int:
        return len(self.months) + sum(map(len, self.columns.values())) + len(self.dated)


async def recount(site: Site) -> int:
    """Set every kept count to what its question counts; tell how many were off."""
    await count_due()  # whoever appears is announced, and not only counted
    off = await _look(site)
    # Written where it is off alone: who looks whether all is well needs no room on the disk.
    return await _mend(site) if off.number or off.marks else 0


@atomic
async def _mend(site: Site) -> int:
    # Somebody may have come between a count and the one beside it. Whoever changes what is counted locks the
    # site or the post first; what is off while nobody can is off.
    await lock_site(site.id)
    await Post.all().select_for_update(no_key=True).order_by("id").only("id")
    off = await _look(site)
    await Post.filter(~visible(), site_id=site.id, is_counted=True).update(is_counted=False)
    await Post.published().filter(site_id=site.id, is_counted=False).update(is_counted=True)
    await MonthCount.filter(site_id=site.id, month__in=list(off.months)).delete()
    months = [MonthCount(site_id=site.id, month=month, post_count=n) for month, n in off.months.items() if n]
    await MonthCount.bulk_create(months)
    for (noun, column), counts in off.columns.items():
        for id, counted in counts.items():
            await noun.filter(id=id).update(**{column: counted})
    for id in sorted(off.dated):
        post = await Post.filter(id=id).only("id", "status", "published_at").get()
        await date_lines(id, post.published_since)
    return off.number


async def _look(site: Site) -> _Counts:
    seen = Post.published().filter(site_id=site.id)
    hidden = Post.filter(~visible(), site_id=site.id, is_counted=True)
    marks = await hidden.count() + await seen.filter(is_counted=False).count()
    kept: dict[str, int] = dict(await MonthCount.filter(site_id=site.id).values_list("month", "post_count"))
    months = _differing(kept, await _counted(seen, "published_month"))
    shown, comments = visible("post__"), Comment.filter(is_shown=True)
    questions: dict[tuple[type[Model], str], tuple[QuerySet[Any], str]] = {
        (Author, "post_count"): (Byline.filter(shown), "author_id"),
        (Tag, "post_count"): (Tagging.filter(shown), "tag_id"),
        (Post, "comment_count"): (comments, "post_id"),
        (Comment, "reply_count"): (comments.filter(parent_id__isnull=False), "parent_id"),
    }
    columns = {}
    for (noun, column), (question, key) in questions.items():
        rows = dict(await noun.all().values_list("id", column))
        counted = await _counted(question, key)
        columns[noun, column] = _differing(rows, {id: counted.get(id, 0) for id in rows})
    return _Counts(marks, months, columns, await _misdated(site))


async def _misdated(site: Site) -> set[int]:
    published = Q(post__status=Status.PUBLISHED)
    other = Q(published_at__isnull=True) | ~Q(published_at=F("post__published_at"))
    off = (published & other) | (~published & Q(published_at__isnull=False))
    found: set[int] = set()
    for lines in (Byline, Tagging):
        ids: list[Any] = await lines.filter(off, post__site_id=site.id).values_list("post_id", flat=True)
        found.update(ids)
    return found


def _differing(kept: dict[Any, int], counted: dict[Any, int]) -> Off:
    keys = kept.keys() | counted.keys()
    return {key: counted.get(key, 0) for key in keys if kept.get(key, 0) != counted.get(key, 0)}


async def _counted(question: QuerySet[Any], key: str) -> dict[Any, int]:
    grouped = question.annotate(number=Count("id")).group_by(key)
    return dict(await grouped.values_list(key, "number"))
