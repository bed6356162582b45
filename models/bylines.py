"""Who wrote a post and what it is about: the rows between posts, authors and tags."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.models import Model

from models.authors import Author
from models.instants import Instant
from models.relations import belongs_to
from models.tags import Tag


class Byline(Model):
    """One name of a post's byline, at its place.

    It keeps when the post was published, if it is: so the newest by an author are found without the others.
    """

    id = fields.IntField(primary_key=True)
    post: Any = belongs_to("Post", indexed=False)
    author: Any = belongs_to("Author", on_delete=OnDelete.RESTRICT, indexed=False)
    post_id: int
    author_id: int
    position = fields.IntField()
    published_at = Instant(null=True)

    class Meta:
        table = "byline"
        unique_together = (("post_id", "author_id"),)
        indexes = (("author_id", "published_at", "post_id"),)


class Tagging(Model):
    """One tag of a post; it keeps when the post was published, as a byline does."""

    id = fields.IntField(primary_key=True)
    post: Any = belongs_to("Post", indexed=False)
    tag: Any = belongs_to("Tag", indexed=False)
    post_id: int
    tag_id: int
    published_at = Instant(null=True)

    class Meta:
        table = "tagging"
        unique_together = (("post_id", "tag_id"),)
        indexes = (("tag_id", "published_at", "post_id"),)


async def has_lines(post_id: int, authors: Sequence[Author] | None, tags: Sequence[Tag] | None) -> bool:
    """Tell whether a post has these authors, in this order, and these tags; None is what it has."""
    if authors is not None:
        named: list[Any] = (
            await Byline.filter(post_id=post_id).order_by("position").values_list("author_id", flat=True)
        )
        if named != _each_once(authors):
            return False
    if tags is not None:
        tagged: list[Any] = await Tagging.filter(post_id=post_id).values_list("tag_id", flat=True)
        return set(tagged) == {tag.id for tag in tags}
    return True


async def set_bylines(post_id: int, authors: Sequence[Author], *, published_at: datetime | None) -> None:
    """Name the authors of a post, in this order."""
    await Byline.filter(post_id=post_id).delete()
    await Byline.bulk_create(
        [
            Byline(post_id=post_id, author_id=id, position=place, published_at=published_at)
            for place, id in enumerate(_each_once(authors))
        ]
    )


async def set_tags(post_id: int, tags: Sequence[Tag], *, published_at: datetime | None) -> None:
    """Give a post these tags and no others."""
    await Tagging.filter(post_id=post_id).delete()
    await Tagging.bulk_create(
        [Tagging(post_id=post_id, tag_id=id, published_at=published_at) for id in {tag.id for tag in tags}]
    )


async def date_lines(post_id: int, published_at: datetime | None) -> None:
    """Keep with the authors and tags of a post when it was published; nothing of one that is not."""
    for lines in (Byline, Tagging):
        await lines.filter(post_id=post_id).update(published_at=published_at)


def _each_once(authors: Sequence[Author]) -> list[int]:
    return list(dict.fromkeys(author.id for author in authors))
