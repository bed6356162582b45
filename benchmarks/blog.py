"""A generated blog of any size, the same each time."""

import random
from datetime import UTC, datetime, timedelta

import models
from models.atomic import atomic
from models.content import Content
from models.instants import month_of

FIRST = datetime(2010, 1, 1, 9, tzinfo=UTC)
AUTHORS, TAGS, COMMENTS_A_POST = 20, 30, 6
WORDS = [
    "brug",
    "kade",
    "markt",
    "stoel",
    "tafel",
    "brood",
    "gesprek",
    "buurt",
    "straat",
    "morgen",
    "avond",
    "fiets",
    "deur",
    "licht",
    "water",
    "tuin",
]


@atomic
async def generate(posts: int) -> None:
    """Fill an empty store with so many posts, one every six hours, and their comments."""
    chance = random.Random(posts)
    site = await models.found()
    await site.edit(title="Bench", language="nl", url="https://bench.example")
    authors = [await models.Author.named(site.id, f"Auteur {number}") for number in range(AUTHORS)]
    tags = [await models.Tag.named(site.id, f"Onderwerp {number}") for number in range(TAGS)]
    await models.arrange(site.id, "main", [models.Entry("Begin", "/"), models.Entry("Archief", "/archive")])
    for start in range(0, posts, 500):
        numbers = range(start, min(start + 500, posts))
        await models.Post.bulk_create([_post(site, number, chance) for number in numbers])
    ids = await models.Post.all().order_by("id").values_list("id", flat=True)
    await models.Byline.bulk_create(
        [models.Byline(post_id=id, author_id=chance.choice(authors).id, position=0) for id in ids],
        batch_size=500,
    )
    await models.Tagging.bulk_create(
        [models.Tagging(post_id=id, tag_id=chance.choice(tags).id) for id in ids], batch_size=500
    )
    await models.Comment.bulk_create(
        [_comment(id, number) for id in ids for number in range(COMMENTS_A_POST)], batch_size=500
    )
    await models.recount(site)


def _post(site: models.Site, number: int, chance: random.Random) -> models.Post:
    sentences = [" ".join(chance.choices(WORDS, k=12)).capitalize() + "." for _ in range(40)]
    paragraphs = [" ".join(sentences[place : place + 5]) for place in range(0, 40, 5)]
    content = Content.of("".join(f"<p>{text}</p>" for text in paragraphs))
    moment = FIRST + timedelta(hours=6 * number)
    title = f"{' '.join(chance.choices(WORDS, k=4)).capitalize()} {number}"
    found = " " + " ".join(models.text.search_words(content.text))
    return models.Post(
        site_id=site.id, slug=f"post-{number}", title=title, sort_key=models.text.sort_key(title),
        status=models.Status.PUBLISHED, published_at=moment, published_month=month_of(moment, site.time_zone),
        is_counted=False, created_at=moment, updated_at=moment, source=content.source, html=content.html,
        text=content.text, words=found, blocks=content.blocks,
        opening=content.opening, word_count=content.word_count,
    )  # fmt: skip


def _comment(post_id: int, number: int) -> models.Comment:
    text = f"Reactie {number}: mooi geschreven."
    return models.Comment(
        post_id=post_id, name=f"Lezer {number}", source=text, html=f"<p>{text}</p>", text=text,
        status=models.Fate.APPROVED, is_shown=True, created_at=FIRST + timedelta(minutes=number),
    )  # fmt: skip
