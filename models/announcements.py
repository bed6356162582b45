"""Announcements: to which newsletters a post goes when it appears, promised once."""

from collections.abc import Sequence
from typing import Any

from tortoise import fields
from tortoise.expressions import F
from tortoise.models import Model

from models.jobs import Job, Work
from models.newsletters import Newsletter
from models.relations import belongs_to


class Announcement(Model):
    """What was asked for one post; `number` says how often it was announced."""

    id = fields.IntField(primary_key=True)
    post: Any = belongs_to("Post", indexed=False)
    post_id: int
    newsletter_ids: list[int] = fields.JSONField(default=list)
    is_due = fields.BooleanField(default=False)
    number = fields.IntField(default=0)

    class Meta:
        table = "announcement"
        unique_together = (("post_id",),)

    @classmethod
    async def ask(cls, post_id: int, newsletters: Sequence[Newsletter]) -> None:
        """Have a post announced when it appears, in the caller's transaction; the last word counts."""
        asked = {"newsletter_ids": list(dict.fromkeys(row.id for row in newsletters)), "is_due": True}
        await cls.bulk_create([cls(post_id=post_id)], ignore_conflicts=True)
        await cls.filter(post_id=post_id).update(**asked)

    @classmethod
    async def take_back(cls, post_id: int) -> None:
        """Have a post not announced after all."""
        await cls.filter(post_id=post_id).update(is_due=False)

    @classmethod
    async def make(cls, post_id: int) -> None:
        """Promise the announcement of a post that appears, if one was asked for."""
        due = cls.filter(post_id=post_id, is_due=True)
        # Only the one whose update takes it promises it.
        if await due.update(is_due=False, number=F("number") + 1):
            await Job.promise(Work.ANNOUNCE_POST, key=f"announce:{post_id}", post=post_id)
