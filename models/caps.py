"""Caps: how often something may happen to the same address; each is forgotten when its time is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex

from tortoise import fields
from tortoise.models import Model

from models.atomic import atomic
from models.instants import Instant, now

# So often within so long.
Limits = Sequence[tuple[int, timedelta]]
LETTERS: Limits = ((1, timedelta(days=1)), (3, timedelta(days=7)))
LINKS: Limits = ((3, timedelta(days=1)),)
CODES: Limits = ((5, timedelta(days=1)),)
# No limit looks further back.
KEPT = timedelta(days=30)


class Cap(Model):
    """When something happened last; the key is a digest, so nobody's address stands here."""

    key = fields.CharField(max_length=64, primary_key=True)
    moments: list[float] = fields.JSONField()
    last_at = Instant(db_index=True)

    class Meta:
        table = "cap"

    @classmethod
    async def take(cls, key: str, limits: Limits) -> bool:
        """Count one more under a key if its limits let it; tell whether they do."""
        [allowed] = await cls.take_each([key], limits)
        return allowed

    @classmethod
    @atomic
    async def take_each(cls, keys: Sequence[str], limits: Limits) -> list[bool]:
        """Count one more under each of these keys that its limits let; tell of each whether they do."""
        assert all(span <= KEPT for _, span in limits), "what is forgotten cannot be counted"
        # Made or locked, so that of two at once the second sees the first, and only then timed; and in one
        # order, so that two who count many never wait for each other.
        fresh = [cls(key=key, moments=[], last_at=now()) for key in sorted(set(keys))]
        await cls.bulk_create(fresh, on_conflict=["key"], update_fields=["last_at"])
        caps, moment = {cap.key: cap for cap in await cls.filter(key__in=list(keys))}, now()
        answers = [caps[key]._count(moment, limits) for key in keys]
        # Written either way: whether there was room must not show in the time it takes.
        await cls.bulk_update(caps.values(), ["moments", "last_at"])
        return answers

    @classmethod
    async def try_out(cls) -> None:
        """Write something and take it away again; raise Unavailable when the store does not keep it."""
        tried = await cls.create(key=f"check-{token_hex(8)}", moments=[], last_at=now())
        await tried.delete()

    @classmethod
    async def forget(cls) -> int:
        """Forget what no limit looks back at."""
        return await cls.filter(last_at__lt=now() - KEPT).delete()

    def _count(self, moment: datetime, limits: Limits) -> bool:
        # Not what lies ahead either: a clock that was put back may be put right again.
        past = [at for at in self.moments if moment.timestamp() - at < KEPT.total_seconds()]
        allowed = all(
            sum(_is_within(at, moment, span) for at in past) < most for most, span in limits
        )  # fmt: skip
        self.moments = [*past, moment.timestamp()] if allowed else past
        self.last_at = moment
        return allowed


def _is_within(at: float, moment: datetime, span: timedelta) -> bool:
    # Clocks differ, and what another has counted may lie a little ahead. What lies further ahead was
    # counted before the clock was put back, and would never end.
    return abs(moment.timestamp() - at) < span.total_seconds()
