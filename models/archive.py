"""The archive: the months in which something was published, a value made from kept counts."""

from dataclasses import dataclass

from models.atomic import atomic
from models.counters import MonthCount
from models.instants import month_of
from models.posts import Post
from models.site import Site, known_time_zone
from models.wanted import ANY, Wanted


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


async def count_posts(wanted: Wanted = ANY) -> int:
    """Count the published posts that meet the conditions; all and a month's from the kept counts."""
    if wanted == ANY:
        return sum(month.post_count for month in await archive_months())
    if wanted == Wanted(month=wanted.month) and wanted.month is not None:
        return sum(month.post_count for month in await archive_months(months=[wanted.month]))
    return await Post.published(wanted).count()


@atomic
async def move_to_time_zone(site: Site, name: str) -> None:
    """Cut the archive's months anew in another time zone."""
    site.time_zone = known_time_zone(name)
    await site.save(update_fields=["time_zone"])
    dated = Post.filter(site_id=site.id, published_at__isnull=False)
    for post in await dated.only("id", "site_id", "published_at", "published_month"):
        month = month_of(post.published_at, site.time_zone)
        if month != post.published_month:
            # Asked of the row and not of what was read: the post may have been withdrawn since.
            was_counted = await post._count(visible_now=False)
            await Post.filter(id=post.id).update(published_month=month)
            if was_counted:
                await post._count(visible_now=True)
