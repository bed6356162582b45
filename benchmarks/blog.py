"""A generated blog of any size, the same each time.

However many posts there are, they span the same ten years and are talked about alike, so that a page of the
blog holds the same and only the store grows.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import NamedTuple

import orjson

import models
from benchmarks.bulk import insert, settle
from models.atomic import atomic
from models.content import Content
from models.instants import month_of

FIRST_YEAR, YEARS = 2010, 10
BUSY, BUSIER = "01", 10  # every January has as many posts as ten other months: more than a page, in any blog
AUTHORS, TAGS, BODIES = 20, 30, 12
COMMENTS_A_POST = 6
LIVELY, COMMENTS_IF_LIVELY = 25, 30  # one post of so many is talked about: more than a page of comments
NOUNS = (models.Post, models.Byline, models.Tagging, models.Comment)
WORDS = """brug kade markt stoel tafel brood gesprek buurt straat morgen avond fiets deur licht water tuin
school winkel trein brief zomer winter regen haven muziek verhaal vraag antwoord krant keuken buren stad"""


class Place(NamedTuple):
    """A comment's place in a conversation: what it replies to, how deep, and how many reply to it."""

    parent: int | None
    depth: int
    replies: int


async def generate(posts: int) -> None:
    """Fill an empty store with so many posts and their comments, and with counts that are right."""
    await _write(posts)
    await settle(NOUNS)


@cache
def moments(posts: int) -> list[datetime]:
    """Give the moment of each post, the oldest first."""
    months = [(FIRST_YEAR + number // 12, number % 12 + 1) for number in range(12 * YEARS + 1)]
    begins = [datetime(year, month, 1, 9, tzinfo=UTC) for year, month in months]
    ends = list(accumulate(BUSIER if f"{month:02d}" == BUSY else 1 for _, month in months[:-1]))
    found, month = [], 0
    for number in range(posts):
        place = number / posts * ends[-1]
        while place >= ends[month]:
            month += 1
        begun = ends[month - 1] if month else 0
        length = (
            begins[month + 1] - begins[month]
        ) * 0.99  # the last one is not on the next month's first day
        share = (place - begun) / (ends[month] - begun)
        found.append((begins[month] + length * share).replace(microsecond=0))
    return found


@cache
def conversation(number: int) -> list[Place]:
    """Give the places of a post's comments; one of five replies to another, some of them to a reply."""
    size = COMMENTS_IF_LIVELY if number % LIVELY == 0 else COMMENTS_A_POST
    roots = size - size // 5
    parents = [None if place < roots else _parent(place, roots) for place in range(size)]
    depths: list[int] = []
    for parent in parents:
        depths.append(0 if parent is None else depths[parent] + 1)
    replies = Counter(parents)
    return [Place(parent, depths[place], replies[place]) for place, parent in enumerate(parents)]


def _parent(place: int, roots: int) -> int:
    number = place - roots
    return place - 1 if number % 2 else number // 2


@atomic
async def _write(posts: int) -> None:
    chance = random.Random(posts)
    site = await models.found()
    await site.change(
        title="De Lange Tafel", description="Over eten.", language="nl", url="https://bench.example"
    )
    await site.change(comment_policy=models.CommentPolicy.SHOWN)
    await _arrange(site)
    authors = [await models.Author.named(site.id, f"Auteur {number}") for number in range(AUTHORS)]
    tags = [await models.Tag.named(site.id, f"Onderwerp {number}") for number in range(TAGS)]
    await insert(models.Post, POST, _posts(site, posts, chance))
    # Every seventh post is by two people.
    lines = _lines(posts, [author.id for author in authors], chance, second=7)
    await insert(models.Byline, ("id", "post_id", "author_id", "published_at", "position"), lines)
    taggings = [line[:4] for line in _lines(posts, [tag.id for tag in tags], chance, second=2)]
    await insert(models.Tagging, ("id", "post_id", "tag_id", "published_at"), taggings)
    await insert(models.Comment, COMMENT, _comments(posts, [author.id for author in authors]))
    await _count(site, posts, authors, Counter(line[2] for line in lines))
    await _count(site, 0, tags, Counter(line[2] for line in taggings))


async def _arrange(site: models.Site) -> None:
    years = [models.Entry(f"{FIRST_YEAR + year}", f"/archive/{FIRST_YEAR + year}") for year in range(YEARS)]
    entries = [models.Entry("Begin", "/"), models.Entry("Archief", "/archive", years)]
    await models.arrange(site.id, "main", [*entries, models.Entry("Over ons", "/about")])
    await models.arrange(site.id, "footer", [models.Entry("Contact", "/contact")])


async def _count(
    site: models.Site, posts: int, rows: Sequence[models.Author | models.Tag], counted: Counter[int]
) -> None:
    # Worked out, not `recount`: that one sets row by row what is off, which is everything here.
    for row in rows:
        await type(row).filter(id=row.id).update(post_count=counted[row.id])
    months = Counter(month_of(moment, site.time_zone) for moment in moments(posts))
    await models.MonthCount.bulk_create(
        [models.MonthCount(site_id=site.id, month=month, post_count=n) for month, n in months.items()]
    )


POST = (
    "id", "site_id", "slug", "title", "sort_key", "status", "published_at", "published_month", "is_counted",
    "comments_open", "comment_count", "version", "created_at", "updated_at", "source", "html", "text",
    "words", "label_words", "blocks", "opening", "word_count",
)  # fmt: skip


def _posts(site: models.Site, posts: int, chance: random.Random) -> Iterator[tuple[object, ...]]:
    words = WORDS.split()
    bodies = [_body(words, chance) for _ in range(BODIES)]
    for number, moment in enumerate(moments(posts)):
        source, html, text, found, *rest = bodies[number % BODIES]
        title = f"{' '.join(chance.choices(words, k=4)).capitalize()} {number}"
        yield (
            number + 1, site.id, f"post-{number}", title, title.lower(), "published", moment,
            month_of(moment, site.time_zone), True, True, len(conversation(number % LIVELY)), 1, moment,
            moment, source, html, text, f" {found} {number}", f" {title.lower()}", *rest,
        )  # fmt: skip


def _body(words: list[str], chance: random.Random) -> tuple[object, ...]:
    sentences = [" ".join(chance.choices(words, k=12)).capitalize() + "." for _ in range(25)]
    paragraphs = [" ".join(sentences[place : place + 5]) for place in range(0, 25, 5)]
    content = Content.of("".join(f"<p>{text}</p>" for text in paragraphs))
    found = " ".join(models.text.search_words(content.text))
    blocks = orjson.dumps(content.blocks).decode()
    return (
        content.source, content.html, content.text, found, blocks, content.opening, content.word_count
    )  # fmt: skip


def _lines(
    posts: int, keys: list[int], chance: random.Random, *, second: int
) -> list[tuple[int, int, int, datetime, int]]:
    """Give each post one of the keys, and every so many posts a second one."""
    pairs = [
        (post, key, moment, position)
        for post, moment in enumerate(moments(posts), 1)
        for position, key in enumerate(chance.sample(keys, 2 if post % second == 0 else 1))
    ]
    return [(id, *pair) for id, pair in enumerate(pairs, 1)]


COMMENT = (
    "id", "post_id", "parent_id", "depth", "author_id", "name", "email", "website", "source", "html", "text",
    "status", "is_shown", "reply_count", "created_at",
)  # fmt: skip


def _comments(posts: int, author_ids: list[int]) -> Iterator[tuple[object, ...]]:
    """Let readers talk below each post, and in every conversation one of the authors."""
    before = 0
    for number, moment in enumerate(moments(posts)):
        places = conversation(number % LIVELY)
        for place, (parent, depth, replies) in enumerate(places):
            text = f"Reactie {place}: mooi geschreven, en dat over nummer {number}."
            is_authors = place == 1
            yield (
                before + place + 1, number + 1, None if parent is None else before + parent + 1, depth,
                author_ids[number % AUTHORS] if is_authors else None, f"Lezer {place}",
                f"lezer{place}@example.org", "https://lezer.example" if place == 2 else None, text,
                f"<p>{text}</p>", text, "approved", True, replies, moment + timedelta(hours=place + 1),
            )  # fmt: skip
        before += len(places)
