"""Topics as people choose them: the newsletters, authors and tags that readers can see, by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tortoise.queryset import QuerySet

import models

NAMED = ("author", "tag")
MOST_SHOWN = 150  # of a kind


@dataclass(frozen=True, slots=True)
class Offer:
    """A topic that can be chosen."""

    topic: models.Topic
    slug: str
    title: str
    # What the editors have not named has a name in the reader's language.
    is_named: bool = True
    about: str | None = None

    @property
    def code(self) -> str:
        """How a form says it."""
        return models.topic_code(self.topic)


async def newsletters(site: models.Site, language: str) -> list[Offer]:
    """Give the newsletters there are, the main one first."""
    rows = await models.Newsletter.offered(site.id).limit(MOST_SHOWN)
    return [_newsletter(row, language) for row in rows]


async def offers(site: models.Site, language: str) -> dict[str, list[Offer]]:
    """Give all that can be chosen, by kind; a kind of which there is nothing is left out."""
    found = {"newsletter": await newsletters(site, language)}
    for kind in NAMED:
        rows = await _named(kind).order_by("sort_key", "id").limit(MOST_SHOWN)
        found[kind] = [Offer((kind, row.id), row.slug, row.name) for row in rows]
    return {kind: some for kind, some in found.items() if some}


async def title_of(site: models.Site, topic: models.Topic | None, language: str) -> str | None:
    """Name one topic; None when it is none that readers can see."""
    if topic is None:
        return None
    kind, id = topic
    if kind == "newsletter":
        found = await models.Newsletter.offered(site.id).filter(id=id).first()
        return found.called(language) if found else None
    row = await _named(kind).filter(id=id).first()
    return row.name if row else None


def read_topics(
    codes: Iterable[str], offered: Mapping[str, Iterable[Offer]], present: Iterable[models.Topic]
) -> list[models.Topic]:
    """Read what was chosen of what was offered; what could not be shown stays as it was."""
    by_code = {offer.code: offer.topic for some in offered.values() for offer in some}
    try:
        chosen = [by_code[code] for code in codes]
    except KeyError:
        raise models.Invalid("topics") from None
    return [*chosen, *(topic for topic in present if topic not in by_code.values())]


def _newsletter(row: models.Newsletter, language: str) -> Offer:
    topic = "newsletter", row.id
    return Offer(topic, row.slug, row.called(language), is_named=bool(row.title), about=row.description)


def _named(kind: str) -> QuerySet[Any]:
    return models.Author.known() if kind == "author" else models.Tag.in_use()
