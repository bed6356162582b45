"""Deliveries: letters promised to subscribers, each from its promise to its outcome."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from tortoise import fields
from tortoise.expressions import Q
from tortoise.fields.base import OnDelete
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.instants import Instant, now
from models.jobs import Job, Lane, Work
from models.relations import may_point_to

# So many letters are one job.
A_BATCH = 200
# The batch of letters that wait for no job.
HELD = 0


class LetterKind(StrEnum):
    """The letters there are."""

    CONFIRMATION = "confirmation"
    ALREADY_SUBSCRIBED = "already_subscribed"
    PREFERENCES_LINK = "preferences_link"
    WELCOME = "welcome"
    GOODBYE = "goodbye"
    NEWSLETTER = "newsletter"
    DIGEST = "digest"
    SIGN_IN = "sign_in"
    INVITATION = "invitation"
    PEN = "pen"
    PEN_REMINDER = "pen_reminder"
    PEN_THANKS = "pen_thanks"
    COMMENT_CONFIRMATION = "comment_confirmation"
    COMMENT_REPLY = "comment_reply"
    COMMENTS_WAITING = "comments_waiting"


class State(StrEnum):
    """Where a letter stands."""

    QUEUED = "queued"
    DEFERRED = "deferred"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (State.QUEUED, State.DEFERRED, State.UNCERTAIN)
# These repeat a comment; their keys name who they are for, and then the comment.
QUOTING = (LetterKind.COMMENT_REPLY, LetterKind.COMMENTS_WAITING)
# These are tried for as long as their links work.
LIVES = {
    LetterKind.CONFIRMATION: timedelta(days=7),
    LetterKind.COMMENT_CONFIRMATION: timedelta(days=7),
    LetterKind.SIGN_IN: timedelta(minutes=15),
}
LIFE = timedelta(days=3)
# Longer than any letter waits for its next try.
LONGEST_WAIT = timedelta(days=2)


class Delivery(Model):
    """A letter to one subscriber, or to somebody who is none: then `subscription_id` is None.

    `facts` is all it needs to know, frozen when it is promised so that every try gives the same bytes, and
    emptied with its outcome: it holds the address, and the secrets that the store else keeps as digests.
    """

    id = fields.IntField(primary_key=True)
    subscription: Any = may_point_to("Subscription", on_delete=OnDelete.CASCADE, indexed=False)
    subscription_id: int | None
    # Described by hand: Tortoise would list the letters, and call each new one a change of the schema.
    kind = fields.CharEnumField(LetterKind, max_length=32, description="which letter")
    key = fields.CharField(max_length=120, unique=True)
    # Each letter belongs to one job: two that send the same would send it twice.
    batch = fields.BigIntField()
    topic = fields.CharField(max_length=32, null=True)
    # No foreign key: Tortoise cannot add one to a table that is there on both stores.
    issue_id = fields.IntField(null=True)
    state = fields.CharEnumField(State, max_length=16, default=State.QUEUED)
    facts: dict[str, Any] = fields.JSONField()
    tries = fields.IntField(default=0)
    not_before = Instant()
    promised_at = Instant()
    settled_at = Instant(null=True)
    reason = fields.CharField(max_length=500, null=True)

    class Meta:
        table = "delivery"
        indexes = (("subscription_id", "state"), ("batch", "id"), ("settled_at",), ("issue_id", "state"))

    @property
    def is_over_at(self) -> datetime:
        """The moment from which it is tried no more."""
        over: datetime = self.promised_at + LIVES.get(self.kind, LIFE)
        return over

    @classmethod
    def due(cls, batch: int) -> QuerySet[Self]:
        """Ask for the letters of a batch that may be sent now, in their order."""
        moment = now()
        # What lies further ahead than anything waits was put off before the clock was put back.
        is_due = Q(not_before__lte=moment) | Q(not_before__gt=moment + LONGEST_WAIT)
        return cls.filter(is_due, batch=batch, state__in=OPEN).order_by("id")

    @classmethod
    def to(cls, subscription_id: int) -> QuerySet[Self]:
        """Ask for the letters to a subscriber, the latest first."""
        return cls.filter(subscription_id=subscription_id).order_by("-id")

    @classmethod
    async def next_moment(cls, batch: int) -> datetime | None:
        """Tell when the next letter of a batch may be tried again; None when all are over."""
        waiting = cls.filter(batch=batch, state__in=OPEN).order_by("not_before")
        next_one = await waiting.first()
        return next_one.not_before if next_one else None

    @classmethod
    async def withdrawn(cls, ids: Sequence[int], *, batch: int) -> set[int]:
        """Tell which of these letters of a batch are not to be sent any more, or not with it."""
        still = cls.filter(id__in=ids, batch=batch, state__in=OPEN)
        return set(ids) - set(await still.values_list("id", flat=True))

    @classmethod
    async def promise(cls, letters: Sequence["Delivery"], *, lane: Lane) -> None:
        """Promise letters in the caller's transaction, one job for A_BATCH of them; once for each key."""
        for begin in range(0, len(letters), A_BATCH):
            part, batch = letters[begin : begin + A_BATCH], fresh_batch()
            for letter in part:
                letter.batch = batch
            await cls.bulk_create(part, ignore_conflicts=True)
            await Job.promise(Work.SEND_LETTERS, lane=lane, batch=batch)

    @classmethod
    async def cancel(cls, subscription_id: int, **only: str) -> int:
        """Take back letters that are not out yet, in the caller's transaction: all, or of a topic or kind."""
        return await cls.cancel_all(cls.filter(subscription_id=subscription_id, **only))

    @classmethod
    async def cancel_all(cls, letters: QuerySet[Self]) -> int:
        """Take back those of some letters that are not out yet, in the caller's transaction."""
        open_ones = letters.filter(state__in=OPEN)
        return await open_ones.update(state=State.CANCELLED, facts={}, settled_at=now())

    @classmethod
    def beside_subscriptions(cls, *keys: str) -> QuerySet[Self]:
        """Ask for the letters to nobody's subscription whose keys begin in one of these ways."""
        begun = Q(*(Q(key__startswith=key) for key in keys), join_type=Q.OR)
        return cls.filter(begun, subscription_id__isnull=True)

    @classmethod
    async def take_back(cls, *keys: str) -> int:
        """Take back the letters to nobody's subscription that are not out yet and whose keys begin so, in the
        caller's transaction.
        """
        return await cls.cancel_all(cls.beside_subscriptions(*keys))

    @classmethod
    async def take_back_quotes(cls, *comments: int) -> int:
        """Take back the letters that repeat comments and are not out yet, in the caller's transaction."""
        waiting = await cls.filter(settled_at__isnull=True, kind__in=QUOTING).only("id", "key")
        ids = [row.id for row in waiting if int(row.key.split(":")[2]) in comments]
        return await cls.cancel_all(cls.filter(id__in=ids)) if ids else 0

    @classmethod
    async def waiting(cls) -> tuple[int, datetime | None]:
        """Count the letters that are not out yet, and tell since when the oldest waits."""
        open_ones = cls.filter(settled_at__isnull=True)
        oldest = await open_ones.order_by("promised_at").first()
        return await open_ones.count(), oldest.promised_at if oldest else None

    @classmethod
    async def last_reason(cls) -> str | None:
        """Give what was heard of the letter that waits longest for its next try; None when nothing was."""
        heard = cls.filter(settled_at__isnull=True, reason__isnull=False).order_by("-not_before", "-id")
        found = await heard.first()
        return found.reason if found else None

    @classmethod
    def failed_within(cls, age: timedelta) -> QuerySet[Self]:
        """Ask for the letters that were given up lately, the newest first."""
        return cls.filter(settled_at__gte=now() - age, state=State.FAILED).order_by("-settled_at", "-id")

    @classmethod
    def settled_before(cls, age: timedelta) -> QuerySet[Self]:
        """Ask for letters whose outcome is this old."""
        return cls.filter(settled_at__lt=now() - age)

    @classmethod
    def written(
        cls, subscription_id: int | None, kind: LetterKind, *, key: str, topic: str | None = None,
        facts: dict[str, Any],
    ) -> Self:  # fmt: skip
        """Write a letter down for `promise`."""
        moment = now()
        return cls(
            subscription_id=subscription_id, kind=kind, key=f"{kind}:{key}", topic=topic, facts=facts,
            not_before=moment, promised_at=moment,
        )  # fmt: skip


def fresh_batch() -> int:
    """Give the number of a batch that no other has."""
    return secrets.randbits(62) + 1
