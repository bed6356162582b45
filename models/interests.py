"""Interests: what a subscriber wants letters about: newsletters, authors, tags."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.authors import Author
from models.errors import Invalid, NotFound
from models.newsletters import Newsletter
from models.relations import belongs_to, may_point_to
from models.site import Site
from models.slugs import findable
from models.tags import Tag

Topic = tuple[str, int]
Slug = tuple[str, str]
NOUNS: dict[str, type[Newsletter] | type[Author] | type[Tag]] = {
    "newsletter": Newsletter,
    "author": Author,
    "tag": Tag,
}
KINDS = tuple(NOUNS)
MOST = 50


class Interest(Model):
    """One thing that a subscriber wants letters about; gone with the thing itself."""

    id = fields.IntField(primary_key=True)
    subscription: Any = belongs_to("Subscription")
    subscription_id: int
    newsletter: Any = may_point_to("Newsletter", on_delete=OnDelete.CASCADE, indexed=False)
    newsletter_id: int | None
    author: Any = may_point_to("Author", on_delete=OnDelete.CASCADE, indexed=False)
    author_id: int | None
    tag: Any = may_point_to("Tag", on_delete=OnDelete.CASCADE, indexed=False)
    tag_id: int | None

    class Meta:
        table = "interest"
        indexes = (
            ("newsletter_id", "subscription_id"),
            ("author_id", "subscription_id"),
            ("tag_id", "subscription_id"),
        )

    @property
    def topic(self) -> Topic:
        """The kind and id of the thing."""
        return next((kind, id) for kind in KINDS if (id := getattr(self, f"{kind}_id")) is not None)


def subscribed_to(newsletter: str) -> QuerySet[Interest]:
    """Ask for the interests in a newsletter, by its slug."""
    return Interest.filter(newsletter__slug=newsletter)


async def topics_of(subscription_id: int) -> list[Topic]:
    """Give what a subscriber wants letters about."""
    return (await topics_of_each([subscription_id])).get(subscription_id, [])


async def topics_of_each(subscription_ids: Sequence[int]) -> dict[int, list[Topic]]:
    """Give what each of these subscribers wants letters about."""
    topics: dict[int, list[Topic]] = {}
    for row in await Interest.filter(subscription_id__in=subscription_ids).order_by("id"):
        topics.setdefault(row.subscription_id, []).append(row.topic)
    return topics


async def set_topics(subscription_id: int, topics: Sequence[Topic]) -> None:
    """Let a subscriber get letters about these things and no others, in the caller's transaction."""
    await set_topics_of_each({subscription_id: topics})


async def set_topics_of_each(topics: Mapping[int, Sequence[Topic]]) -> None:
    """Do so for several subscribers, by their ids."""
    await Interest.filter(subscription_id__in=list(topics)).delete()
    await Interest.bulk_create(
        [
            Interest(subscription_id=subscription_id, **{f"{kind}_id": id})
            for subscription_id, wanted in topics.items()
            for kind, id in dict.fromkeys(wanted)
        ]
    )


async def known_topics(site: Site, wanted: Sequence[Slug]) -> list[Topic]:
    """Find things by kind and slug; refuse one that readers cannot see."""
    if len(wanted) > MOST:
        raise Invalid("topics", f"`topics` holds at most {MOST} things.", limit=MOST)
    found = await seen_topics(site, wanted)
    for place, (kind, slug) in enumerate(wanted):
        if (kind, slug) not in found:
            raise NotFound(f"There is no {kind} of that name.", field=f"topics.{place}.{kind}Slug")
    return list(dict.fromkeys(found[slug] for slug in wanted))


async def seen_topics(site: Site, wanted: Collection[Slug]) -> dict[Slug, Topic]:
    """Find those of some things that readers can see."""
    return {
        (kind, slug): (kind, id)
        for kind in KINDS
        if (slugs := [findable(slug) for asked, slug in wanted if asked == kind])
        for id, slug in await _seen(site, kind).filter(slug__in=slugs).values_list("id", "slug")
    }


async def slugs_of(topics: Collection[Topic]) -> dict[Topic, Slug]:
    """Give the slug of each of these things."""
    return {topic: (topic[0], row.slug) for topic, row in (await _rows(topics)).items()}


async def described(topics: Collection[Topic], language: str) -> list[dict[str, str]]:
    """Tell what each of these things is; of one that is gone there is only its code."""
    rows = await _rows(topics)
    return [
        {"code": topic_code(topic), **(_description(topic, rows[topic], language) if topic in rows else {})}
        for topic in topics
    ]


async def still_there(topics: Sequence[Topic]) -> list[Topic]:
    """Give those of some topics whose thing still exists."""
    rows = await _rows(topics)
    return [topic for topic in topics if topic in rows]


def topic_code(topic: Topic) -> str:
    """Write a topic as it stands in a token or with a letter, such as tag-7."""
    return f"{topic[0]}-{topic[1]}"


def read_topic(code: str) -> Topic | None:
    """Read a topic's code; None when it is none."""
    kind, _, id = code.partition("-")
    return (kind, int(id)) if kind in KINDS and id.isdecimal() and id.isascii() else None


def _seen(site: Site, kind: str) -> QuerySet[Any]:
    if kind == "newsletter":
        return Newsletter.offered(site.id)
    return Author.known() if kind == "author" else Tag.in_use()


async def _rows(topics: Collection[Topic]) -> dict[Topic, Any]:
    return {
        (kind, row.id): row
        for kind, noun in NOUNS.items()
        if (ids := [id for asked, id in topics if asked == kind])
        for row in await noun.filter(id__in=ids)
    }


def _description(topic: Topic, row: Any, language: str) -> dict[str, str]:
    title = row.called(language) if isinstance(row, Newsletter) else row.name
    return {"kind": topic[0], "slug": row.slug, "title": title}
