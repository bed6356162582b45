"""The audit log: who did what to which thing and when, in ids alone; nothing is ever taken out of it."""

from tortoise import fields
from tortoise.models import Model

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
    async def note(cls, principal: Principal, deed: str, subject_id: int | None = None) -> None:
        """Note a deed such as `post.publish` in the caller's transaction."""
        await cls.create(
            at=now(), user_id=principal.user_id, key_id=principal.key_id, deed=deed, subject_id=subject_id
        )
