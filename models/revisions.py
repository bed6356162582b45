"""Revisions: what a post said after each save, who saved it and when; to compare, and to go back to."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, Self

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.content import Format
from models.instants import Instant, lasts, now
from models.principals import Principal
from models.relations import belongs_to, may_point_to
from models.users import User
from models.visibility import own

# Who saves again so soon still writes the same, unless it was published in between: that was read.
TOGETHER = timedelta(minutes=5)
MOST = 50
LATEST = 10


@dataclass(frozen=True, slots=True)
class Editor:
    """Who saves: a user, under the name they have now; `restored` is the version they go back to."""

    user_id: int | None = None
    name: str = ""
    restored: int | None = None

    @classmethod
    async def of(cls, principal: Principal) -> "Editor":
        """Tell who saves."""
        names: list[Any] = await User.filter(id=principal.user_id or 0).values_list("name", flat=True)
        return cls(principal.user_id, names[0] if names else "")


@dataclass(frozen=True, slots=True)
class Wording:
    """What a post says, as its authors wrote it."""

    title: str
    source: str
    source_format: Format
    summary: str | None

    @classmethod
    def of(cls, row: Any) -> "Wording":
        """Read it from a post or a revision."""
        return cls(row.title, row.source, row.source_format, row.summary)


class Revision(Model):
    """What a post said from its `version` on, until the next revision."""

    id = fields.IntField(primary_key=True)
    post: Any = belongs_to("Post", indexed=False)
    post_id: int
    version = fields.IntField()
    restored = fields.IntField(null=True)
    title = fields.CharField(max_length=300)
    source = fields.TextField()
    source_format = fields.CharEnumField(Format, max_length=16)
    summary = fields.TextField(null=True)
    user: Any = may_point_to("User")
    user_id: int | None
    editor_name = fields.CharField(max_length=200)
    created_at = Instant()
    saved_at = Instant()

    class Meta:
        table = "revision"
        indexes = (("post_id", "created_at", "id"),)

    @classmethod
    def open_to(cls, principal: Principal) -> QuerySet[Self]:
        """Ask for the revisions of the posts that somebody may edit."""
        return cls.filter(own(principal, "post__"))

    @classmethod
    def in_list(cls, principal: Principal) -> QuerySet[Self]:
        """Ask the same without the texts, each of which may be as long as a post."""
        return cls.open_to(principal).only(*(name for name in cls._meta.db_fields if name != "source"))

    @classmethod
    def of_post(cls, post_id: int) -> QuerySet[Self]:
        """Ask for the revisions of a post."""
        return cls.filter(post_id=post_id)

    @classmethod
    async def before_each(cls, places: list[tuple[int, int]]) -> list[Self | None]:
        """Give for each (post_id, id) the revision that it replaced; None for a first one."""
        owners = {post_id for post_id, _ in places}
        listed = cls.filter(post_id__in=owners).order_by("id")
        before: dict[tuple[int, int], int] = {}
        latest: dict[int, int] = {}
        for post_id, id in await listed.values_list("post_id", "id"):
            if post_id in latest:
                before[post_id, id] = latest[post_id]
            latest[post_id] = id
        ids = [before[place] for place in places if place in before]
        rows = {row.id: row for row in await cls.filter(id__in=ids)} if ids else {}
        return [rows.get(before.get(place, 0)) for place in places]


async def keep(
    post_id: int, version: int, wording: Wording, *, before: Wording | None, by: Editor | None
) -> None:
    """Keep what a post says from a version on, in the transaction of the save.

    `before` is what it said until then, kept too when nothing was kept of it yet.
    """
    if wording == before:
        return
    last = await Revision.of_post(post_id).order_by("-id").first()
    if last is None and before is not None:
        await _add(post_id, version - 1, before, Editor())
    by = by or Editor()
    if last is not None and version == last.version + 1 and _goes_on(last, by):
        values: dict[str, Any] = {"version": version, "saved_at": now(), **_columns(wording)}
        await Revision.filter(id=last.id).update(**values)
        return
    await _add(post_id, version, wording, by)
    await _thin_out(post_id)


def _goes_on(last: Revision, by: Editor) -> bool:
    if by.user_id is None or last.user_id != by.user_id or by.restored or last.restored:
        return False
    return lasts(last.created_at, TOGETHER)


async def _add(post_id: int, version: int, wording: Wording, by: Editor) -> None:
    moment = now()
    await Revision.create(
        post_id=post_id,
        version=version,
        restored=by.restored,
        user_id=by.user_id,
        editor_name=by.name[:200],
        created_at=moment,
        saved_at=moment,
        **_columns(wording),
    )


async def _thin_out(post_id: int) -> None:
    # The first and the latest stay; of those between, whichever was soonest replaced tells least.
    rows = await Revision.of_post(post_id).order_by("id").only("id", "created_at")
    if len(rows) > MOST:
        between = list(pairwise(rows))[1:-LATEST]
        shortest, _ = min(between, key=lambda pair: pair[1].created_at - pair[0].created_at)
        await Revision.filter(id=shortest.id).delete()


def _columns(wording: Wording) -> dict[str, Any]:
    return {
        "title": wording.title,
        "source": wording.source,
        "source_format": wording.source_format,
        "summary": wording.summary,
    }
