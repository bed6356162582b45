"""Persisted documents: query documents that clients registered, to ask for them by their hash."""

from collections.abc import Mapping

from tortoise import fields
from tortoise.models import Model

from models.atomic import atomic
from models.instants import Instant, now

MOST = 2_000
LONGEST = 20_000


class PersistedDocument(Model):
    """A document by the SHA-256 of its text; so that what one process was told, the others know."""

    key = fields.CharField(max_length=64, primary_key=True)
    source = fields.TextField()
    at = Instant(db_index=True)

    class Meta:
        table = "persisted_document"

    @classmethod
    async def of(cls, key: str) -> str | None:
        """Give the text of a document; None when nobody registered it, or too many have since."""
        found = await cls.get_or_none(key=key)
        return found.source if found else None

    @classmethod
    @atomic
    async def keep(cls, sources: Mapping[str, str]) -> None:
        """Keep documents by their keys, and let the oldest go when there are too many."""
        moment = now()
        # In one order, so that two processes that keep the same never wait for each other.
        fresh = [cls(key=key, source=source, at=moment) for key, source in sorted(sources.items())]
        await cls.bulk_create(fresh, ignore_conflicts=True)
        last = await cls.all().order_by("-at", "key").offset(MOST - 1).limit(1).values_list("at", flat=True)
        if last:
            await cls.filter(at__lt=last[0]).delete()
