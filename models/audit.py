"""The audit log: who did what to which thing and when, in ids alone; nothing is ever taken out of it."""

from collections.abc import Awaitable, Callable
from typing import Self

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.atomic import atomic
from models.instants import Instant, now
from models.principals import Principal

LONGEST_DEED = 64


class Audit(Model):
    """One deed. The ids point at nothing: what they name may be gone, and the deed was done all the same."""

    id = fields.IntField(primary_key=True)
    at = Instant(db_index=True)
    user_id = fields.IntField(null=True)
    key_id = fields.IntField(null=True)
    deed = fields.CharField(max_length=LONGEST_DEED)
    subject_id = fields.IntField(null=True)

    class Meta:
        table = "audit"
        indexes = (("user_id", "id"),)

    @classmethod
    def told(cls, *, user_id: int | None = None, deed: str | None = None) -> QuerySet[Self]:
        """Ask what was done, the newest first: by somebody, or of a kind such as `post.publish` or `post`."""
        asked = cls.all() if user_id is None else cls.filter(user_id=user_id)
        if deed is not None:
            asked = asked.filter(Q(deed=deed) | Q(deed__startswith=f"{deed}."))
        return asked.order_by("-id")

    @classmethod
    async def note(cls, principal: Principal, deed: str, subject_id: int | None = None) -> None:
        """Note a deed such as `post.publish` in the caller's transaction."""
        await cls.create(
            at=now(), user_id=principal.user_id, key_id=principal.key_id, deed=deed, subject_id=subject_id
        )

    @classmethod
    @atomic
    async def noted(cls, principal: Principal, deed: str, work: Callable[[], Awaitable[int]]) -> int:
        """Do a deed and note it, both or neither; give the id of what it was done to, as the work does."""
        subject_id = await work()
        await cls.note(principal, deed, subject_id)
        return subject_id

    @classmethod
    @atomic
    async def noted_if(
        cls, principal: Principal, deed: str, subject_id: int, work: Callable[[], Awaitable[bool]]
    ) -> bool:
        """Do a deed, and note it when it changed something: whether it did is what the work tells."""
        if is_done := await work():
            await cls.note(principal, deed, subject_id)
        return is_done
