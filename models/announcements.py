"""Announcements: to which newsletters a post goes when it appears, promised once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tortoise import fields
from tortoise.expressions import F
from tortoise.models import Model

from models.caps import Cap, Limits
from models.errors import Invalid
from models.jobs import Job, Work
from models.newsletters import Newsletter
from models.relations import belongs_to
from models.site import Site
from models.tokens import keyed_digest

AGAIN: Limits = ((1, timedelta(days=1)), (3, timedelta(days=30)))


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

    @property
    def issue_key(self) -> str:
        """What the issue is known by that it was announced for last."""
        return f"post:{self.post_id}:{self.number}"

    @classmethod
    async def ask(cls, site: Site, post_id: int, newsletters: Sequence[Newsletter]) -> None:
        """Have a post announced when it appears, in the caller's transaction; the last word counts.

        Refuse what was announced before over and over.
        """
        if await cls.filter(post_id=post_id, number__gt=0).exists():
            key = keyed_digest(site.secret, "announcement", str(post_id))
            if not await Cap.take(key, AGAIN):
                raise Invalid("newsletters", "It was sent again not long ago; wait a day.", why="announced")
        asked = {"newsletter_ids": list(dict.fromkeys(row.id for row in newsletters)), "is_due": True}
        await cls.bulk_create([cls(post_id=post_id)], ignore_conflicts=True)
        await cls.filter(post_id=post_id).update(**asked)

    @classmethod
    async def asked(cls, post_id: int) -> list[int]:
        """Give the newsletters that a post goes to when it appears."""
        row = await cls.filter(post_id=post_id, is_due=True).first()
        return row.newsletter_ids if row else []

    @classmethod
    async def take_back(cls, post_id: int) -> None:
        """Have a post not announced after all."""
        await cls.filter(post_id=post_id).update(is_due=False)

    async def lapse(self) -> None:
        """Go to nobody after all, for the post was withdrawn before its issue began."""
        same = Announcement.filter(post_id=self.post_id, number=self.number, is_due=False)
        await same.update(newsletter_ids=[])

    @classmethod
    async def make(cls, post_id: int) -> None:
        """Promise the announcement of a post that appears, if one was asked for."""
        due = cls.filter(post_id=post_id, is_due=True)
        # Only the one whose update takes it promises it.
        if await due.update(is_due=False, number=F("number") + 1):
            await Job.promise(Work.ANNOUNCE_POST, key=f"announce:{post_id}", post=post_id)
