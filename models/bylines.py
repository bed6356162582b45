"""Who wrote a post and what it is about: the rows between posts, authors and tags."""

from collections.abc import Sequence
from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.models import Model

from models.authors import Author
from models.relations import belongs_to
from models.tags import Tag


class Byline(Model):
    """One name of a post's byline, at its place."""

    id = fields.IntField(primary_key=True)
    post: Any = belongs_to("Post", indexed=False)
    author: Any = belongs_to("Author", on_delete=OnDelete.RESTRICT, indexed=False)
    post_id: int
    author_id: int
    position = fields.IntField()

    class Meta:
        table = "byline"
        unique_together = (("post_id", "author_id"),)
        indexes = (("author_id", "post_id"),)


class Tagging(Model):
    """One tag of a post."""

    id = fields.IntField(primary_key=True)
    post: Any = belongs_to("Post", indexed=False)
    tag: Any = belongs_to("Tag", indexed=False)
    post_id: int
    tag_id: int

    class Meta:
        table = "tagging"
        unique_together = (("post_id", "tag_id"),)
        indexes = (("tag_id", "post_id"),)


async def set_bylines(post_id: int, authors: Sequence[Author]) -> None:
    """Name the authors of a post, in this order."""
    await Byline.filter(post_id=post_id).delete()
    unique = list(dict.fromkeys(author.id for author in authors))
    await Byline.bulk_create(
        [Byline(post_id=post_id, author_id=id, position=place) for place, id in enumerate(unique)]
    )


async def set_tags(post_id: int, tags: Sequence[Tag]) -> None:
    """Give a post these tags and no others."""
    await Tagging.filter(post_id=post_id).delete()
    await Tagging.bulk_create([Tagging(post_id=post_id, tag_id=id) for id in {tag.id for tag in tags}])
