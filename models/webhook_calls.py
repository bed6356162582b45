"""Calls of webhooks: messages to receivers, each from its promise to its outcome; they are the log too."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.atomic import atomic
from models.errors import NotFound
from models.instants import Instant, now
from models.jobs import Job, Work

# What is not taken is tried again for so long.
LIFE = timedelta(days=1)
LONGEST_REASON = 200


class HookEvent(StrEnum):
    """What a receiver can be told of."""

    POST_PUBLISHED = "post.published"
    POST_UPDATED = "post.updated"
    POST_WITHDRAWN = "post.withdrawn"
    POST_DELETED = "post.deleted"
    COMMENT_SHOWN = "comment.shown"
    COMMENT_HELD = "comment.held"
    SUBSCRIPTION_CONFIRMED = "subscription.confirmed"
    SUBSCRIPTION_ENDED = "subscription.ended"
    PING = "webhook.ping"


class CallState(StrEnum):
    """Where a call stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    PAUSED = "paused"


class WebhookCall(Model):
    """One message to one receiver. `facts` is what is told beside the subject's id, frozen with the promise
    so that every try says the same; `message` is the id by which the receiver knows it again.

    `webhook_id` is no foreign key: what is promised while a webhook is deleted must not fail for it.
    """

    id = fields.IntField(primary_key=True)
    webhook_id = fields.IntField()
    message = fields.CharField(max_length=40)
    event = fields.CharEnumField(HookEvent, max_length=32)
    subject_id = fields.IntField()
    facts: dict[str, Any] = fields.JSONField()
    state = fields.CharEnumField(CallState, max_length=16, default=CallState.WAITING)
    tries = fields.IntField(default=0)
    last_status = fields.IntField(null=True)
    last_reason = fields.CharField(max_length=LONGEST_REASON, null=True)
    not_before = Instant()
    begun_at = Instant()
    created_at = Instant(db_index=True)
    settled_at = Instant(null=True)

    class Meta:
        table = "webhook_call"
        indexes = (
            ("webhook_id", "created_at", "id"),
            ("webhook_id", "state"),
            ("event", "subject_id"),
        )

    @property
    def is_over_at(self) -> datetime:
        """The moment from which it is tried no more."""
        over: datetime = self.begun_at + LIFE
        return over

    @classmethod
    def log_of(cls, webhook_id: int) -> QuerySet[Self]:
        """Ask for all that was promised to a receiver and is not forgotten yet."""
        return cls.filter(webhook_id=webhook_id)

    @classmethod
    async def by_id(cls, id: int) -> Self:
        """Give one; refuse when there is none."""
        found = await cls.filter(id=id).first()
        if found is None:
            raise NotFound("There is no such call.", field="id")
        return found

    @classmethod
    async def promise(cls, webhook_id: int, event: HookEvent, subject_id: int, facts: dict[str, Any]) -> Self:
        """Promise a call in the caller's transaction."""
        moment = now()
        call = await cls.create(
            webhook_id=webhook_id, message=f"msg_{secrets.token_urlsafe(18)}", event=event,
            subject_id=subject_id, facts=facts, not_before=moment, begun_at=moment, created_at=moment,
        )  # fmt: skip
        await call._promise_work()
        return call

    @classmethod
    @atomic
    async def pause_all(cls, webhook_id: int) -> None:
        """Keep what waits for a receiver until its webhook goes on; its work finds nothing to do."""
        await cls.filter(webhook_id=webhook_id, state=CallState.WAITING).update(state=CallState.PAUSED)

    @classmethod
    @atomic
    async def resume_all(cls, webhook_id: int) -> None:
        """Let what was kept go out, as if it were promised now."""
        for call in await cls.filter(webhook_id=webhook_id, state=CallState.PAUSED).order_by("id"):
            await call.begin_anew()

    @classmethod
    @atomic
    async def remove_all(cls, webhook_id: int) -> None:
        """Forget the log of a webhook, and what waits."""
        await cls.filter(webhook_id=webhook_id).delete()

    @classmethod
    async def forget(cls, older_than: datetime) -> int:
        """Forget what was promised before a moment."""
        return await cls.filter(created_at__lt=older_than).delete()

    @atomic
    async def begin_anew(self) -> None:
        """Make the call once more, now and with all its tries; the receiver knows it again by its id."""
        await Job.cancel(self._key)
        moment = now()
        await self._become(
            state=CallState.WAITING, tries=0, not_before=moment, begun_at=moment, settled_at=None
        )
        await self._promise_work()

    async def settle(self, state: CallState, **values: Any) -> None:
        """Keep, in the caller's transaction, what came of a try."""
        settled_at = None if state is CallState.WAITING else now()
        await self._become(state=state, settled_at=settled_at, **values)

    async def _become(self, **values: Any) -> None:
        await WebhookCall.filter(id=self.id).update(**values)
        self.update_from_dict(values)

    @property
    def _key(self) -> str:
        return f"webhook_call:{self.id}"

    async def _promise_work(self) -> None:
        await Job.promise(Work.SEND_WEBHOOK, key=self._key, call=self.id)
