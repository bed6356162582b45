"""Repeats: a command that a client sends again, because its answer got lost, gets the first answer."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Self

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.atomic import atomic
from models.engines.intakes import Once
from models.instants import Instant, now

KEPT = timedelta(days=1)


def once(key: str | None) -> Once | None:
    """Say that what has a key is to be done once, as long as its answer is kept."""
    if key is None:
        return None
    moment = now()
    return Once(key=key, at=moment, oldest=moment - KEPT, newest=moment + KEPT)


class Repeat(Model):
    """What a command was answered with, as ids; the key is a digest of the command and all that was given."""

    key = fields.CharField(max_length=64, primary_key=True)
    answer = fields.CharField(max_length=64)
    at = Instant(db_index=True)

    class Meta:
        table = "repeat"

    @classmethod
    @atomic
    async def once(cls, key: str, work: Callable[[], Awaitable[str]]) -> str:
        """Do the work in one transaction with its answer, or give the answer it had; a refusal keeps none."""
        await cls._stale().filter(key=key).delete()
        # The key first: of two at once the second waits here until it sees what the first answered.
        await cls.bulk_create([cls(key=key, answer="", at=now())], ignore_conflicts=True)
        known = await cls.select_for_update().get(key=key)
        if known.answer:
            return known.answer
        answer = await work()
        await cls.filter(key=key).update(answer=answer)
        return answer

    @classmethod
    async def answer_to(cls, key: str | None) -> str | None:
        """Give the answer that a command had, if it has a key and came before."""
        if key is None:
            return None
        moment = now()
        kept = cls.filter(key=key, at__gte=moment - KEPT, at__lte=moment + KEPT)
        answers: list[str] = await kept.limit(1).values_list("answer", flat=True)  # type: ignore[assignment]
        return answers[0] if answers else None

    @classmethod
    async def forget(cls) -> int:
        """Forget answers that are too old to be asked for again."""
        return await cls._stale().delete()

    @classmethod
    def _stale(cls) -> QuerySet[Self]:
        # What lies ahead was kept before the clock was put back, and would be an answer for too long.
        return cls.filter(Q(at__lt=now() - KEPT) | Q(at__gt=now() + KEPT))
