"""The archive: the months in which something was published, a value made from kept counts."""

from dataclasses import dataclass

from tortoise.queryset import QuerySet

from models.atomic import atomic
from models.counters import MonthCount
from models.instants import month_of
from models.jobs import Job, Work
from models.post_conditions import ANY, PostConditions
from models.posts import Post
from models.site import Site, known_time_zone
from models.site_lock import lock_site

# Readers and other writers wait no longer than for so many.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ArchiveMonth:
    """A calendar month in the site's time zone, such as 2021-03, and how many posts it has."""

    month: str
    post_count: int

    @property
    def path(self) -> str:
        """Path below the site's URL."""
        return self.path_of(self.month)

    @staticmethod
    def path_of(month: str) -> str:
        """Give the path of a month."""
        return f"/archive/{month}"


async def archive_months(*, year: int | None = None, months: list[str] | None = None) -> list[ArchiveMonth]:
    """List the months with published posts, newest first: all, those of a year, or those named."""
    counted = MonthCount.in_archive()
    if year is not None:
        counted = counted.filter(month__startswith=f"{year:04d}-")
    if months is not None:
        counted = counted.filter(month__in=months)
    return [ArchiveMonth(row.month, row.post_count) for row in await counted.order_by("-month")]


async def count_posts(conditions: PostConditions = ANY) -> int:
    """Count the published posts that meet the conditions; all and a month's from the kept counts."""
    if conditions == ANY:
        return sum(month.post_count for month in await archive_months())
    if conditions == PostConditions(month=conditions.month) and conditions.month is not None:
        return sum(month.post_count for month in await archive_months(months=[conditions.month]))
    return await Post.published(conditions).count()


@atomic
async def move_to_time_zone(site: Site, name: str) -> None:
    """Cut the archive's months anew in another time zone."""
    await _set_time_zone(site, name)
    await _cut(Post.filter(site_id=site.id), site)


@atomic
async def set_time_zone(site: Site, name: str) -> None:
    """Set another time zone, and promise to cut the archive's months anew."""
    await _set_time_zone(site, name)
    await Job.promise(Work.CUT_MONTHS, key=Work.CUT_MONTHS)


async def cut_months() -> None:
    """Cut the months of all posts in the site's time zone, some at a time."""
    last: int | None = 0
    while last is not None:
        last = await _cut_some(last)


@atomic
async def _cut_some(last: int) -> int | None:
    """Cut the months of the posts behind one; give the last of them, None when there are no more."""
    first = await Site.current()
    if first is None:
        return None
    # Whoever publishes meanwhile waits, and then does so in the same time zone.
    site = await lock_site(first.id)
    return await _cut(Post.filter(site_id=site.id, id__gt=last).order_by("id").limit(AT_ONCE), site)


async def _set_time_zone(site: Site, name: str) -> None:
    site.time_zone = known_time_zone(name)
    await site.save(update_fields=["time_zone"])


async def _cut(posts: QuerySet[Post], site: Site) -> int | None:
    last = None
    for post in await posts.only("id", "site_id", "published_at", "published_month"):
        last = post.id
        if post.published_at is None or post.published_month == month_of(post.published_at, site.time_zone):
            continue
        # Asked of the row and not of what was read: the post may have been withdrawn since.
        was_counted = await post._count(visible_now=False)
        month = month_of(post.published_at, site.time_zone)
        await Post.filter(id=post.id).update(published_month=month)
        if was_counted:
            await post._count(visible_now=True)
    return last
