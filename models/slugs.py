"""Slugs: unique, human-readable names in a path."""

from typing import Any

from tortoise.models import Model

from models import text
from models.site_lock import lock_site

# First words of paths that a page of the publication would stand in the way of.
RESERVED = {
    "archive", "authors", "comment", "confirm", "graphiql", "graphql", "healthz", "letters", "media",
    "metrics", "moderate", "pen", "posts", "preferences", "reader", "readyz", "replies", "search", "sign-in",
    "sign-out", "start", "subscribe", "tags", "undo", "unsubscribe", "weebly", "write",
}  # fmt: skip
LONGEST = 120


def findable(name: str, longest: int = LONGEST) -> str:
    """Give what may be looked for: a slug or path that no column can hold becomes the one that no row has."""
    return name if len(name) <= longest and text.is_plain(name) else ""


async def free_slug(noun: type[Model], site_id: int, wanted: str, *, besides: int | None = None) -> str:
    """Find a slug that no other row of the noun has: the wanted one, or that with a number behind it."""
    site = await lock_site(site_id)
    base = text.slugify(wanted, site.language) or noun.__name__.lower()
    if base in RESERVED:
        base = f"{base}-1"
    taken = noun.filter(site_id=site_id, slug__startswith=base)
    others: set[Any] = set(await taken.exclude(id=besides or 0).values_list("slug", flat=True))
    number, slug = 2, base
    while slug in others:
        slug, number = f"{base}-{number}", number + 1
    return slug
