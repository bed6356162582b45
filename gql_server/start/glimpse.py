"""A glimpse of the publication: how much there is, what is newest, and what to read first."""

import asyncio
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import models
from mailers.wording import byline, day_in_words
from schema.loaders import Loaders
from schema.months import month_label

NEWEST = 3
SHORTEST_STRIP = 12  # months; fewer would be a few lonely bars
STRIP_HEIGHT = 100


@dataclass(frozen=True, slots=True)
class Headline:
    """A post as a table of contents names it."""

    title: str
    byline: str
    day: date
    day_in_words: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The archive as a row of strokes, one a month; `path` is drawn in `width` by STRIP_HEIGHT."""

    path: str
    width: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What the page tells about the publication."""

    site: models.Site
    posts: int
    authors: int
    months: int
    newest: list[Headline]
    strip: Strip | None
    to_read: models.Post | None


async def look(site: models.Site, loaders: Loaders, language: str) -> Glimpse:
    """Look into the store, through the questions that readers may ask; days and months are in `language`."""
    shown = models.Post.in_list().order_by("-published_at", "-id")
    newest = await shown.limit(NEWEST)
    bylines = await asyncio.gather(*(loaders.few("Author").load(post.id) for post in newest))
    months = await models.archive_months()
    return Glimpse(
        site,
        posts=await models.count_posts(),
        authors=await models.Author.known().count(),
        months=len(months),
        newest=[
            _headline(post, authors, language, site.time_zone)
            for post, authors in zip(newest, bylines, strict=True)
        ],
        strip=_strip(months, language),
        to_read=await worth_reading(),
    )


async def worth_reading() -> models.Post | None:
    """Choose the post to begin with: the newest that is talked about, else the newest."""
    shown = models.Post.in_list().order_by("-published_at", "-id")
    return await shown.filter(comment_count__gt=0).first() or await shown.first()


def _headline(post: models.Post, authors: list[models.Author], language: str, time_zone: str) -> Headline:
    assert post.published_at is not None
    day = post.published_at.astimezone(ZoneInfo(time_zone)).date()
    writers = byline([author.name for author in authors], language)
    return Headline(post.title, writers, day, day_in_words(day.isoformat(), language))


def _strip(months: list[models.ArchiveMonth], language: str) -> Strip | None:
    if not months:
        return None
    first, last = _number(months[-1].month), _number(months[0].month)
    if last - first < SHORTEST_STRIP:
        return None
    most = max(month.post_count for month in months)
    strokes = [
        f"M{_number(month.month) - first}.5 {STRIP_HEIGHT}v-{round(STRIP_HEIGHT * month.post_count / most)}"
        for month in reversed(months)
    ]
    return Strip(
        "".join(strokes),
        last - first + 1,
        first=month_label(months[-1].month, language),
        last=month_label(months[0].month, language),
    )


def _number(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1
