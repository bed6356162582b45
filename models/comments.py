"""Comments and the conversations they grow into."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from tortoise import fields
from tortoise.expressions import F
from tortoise.fields.base import OnDelete
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import text
from models.atomic import atomic
from models.errors import Invalid
from models.fitting import fitting, plain
from models.instants import Instant, now
from models.posts import Post
from models.relations import belongs_to, may_point_to
from models.visibility import visible

LONGEST = 5_000
DEEPEST = 4
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


class Fate(StrEnum):
    """Moderation state of a comment."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SPAM = "spam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes a comment: a guest by name, or an author of the site."""

    name: str
    email: str | None = None
    website: str | None = None
    author_id: int | None = None


class Comment(Model):
    """A comment or a reply. `is_shown` says that it and all it replies to are approved."""

    id = fields.IntField(primary_key=True)
    post: Any = belongs_to("Post", indexed=False)
    post_id: int
    parent: Any = may_point_to("Comment", on_delete=OnDelete.CASCADE, indexed=False)
    parent_id: int | None
    depth = fields.IntField(default=0)
    author: Any = may_point_to("Author")
    author_id: int | None
    name = fields.CharField(max_length=100)
    email = fields.CharField(max_length=254, null=True)
    website = fields.CharField(max_length=500, null=True)
    source = fields.TextField()
    html = fields.TextField()
    text = fields.TextField()
    status = fields.CharEnumField(Fate, max_length=16, default=Fate.PENDING)
    is_shown = fields.BooleanField(default=False)
    reply_count = fields.IntField(default=0)
    source_id = fields.CharField(max_length=255, null=True)
    created_at = Instant()

    class Meta:
        table = "comment"
        unique_together = (("post_id", "source_id"),)
        indexes = (
            ("post_id", "parent_id", "is_shown", "created_at", "id"),
            ("parent_id", "created_at", "id"),
        )

    @classmethod
    def shown(cls) -> QuerySet[Self]:
        """Ask for the comments that everybody may read, on posts that everybody may read."""
        return cls.filter(visible("post__"), is_shown=True)

    @classmethod
    def roots(cls) -> QuerySet[Self]:
        """Ask for the shown comments that begin a conversation; of posts the asker has seen already."""
        return cls.filter(parent_id__isnull=True, is_shown=True)

    @classmethod
    def replies(cls) -> QuerySet[Self]:
        """Ask for the shown replies; of comments the asker has seen already."""
        return cls.filter(is_shown=True)

    @classmethod
    @atomic
    async def keep(
        cls, post: Post, writer: Writer, content: str, *, parent: "Comment | None" = None,
        status: Fate = Fate.PENDING, written_at: datetime | None = None, source_id: str | None = None,
    ) -> Self:  # fmt: skip
        """Keep a comment in plain text; a reply below the deepest level joins that level."""
        if parent is not None and parent.post_id != post.id:
            raise Invalid("parentId", "That comment stands below another post.")
        if parent is not None and parent.depth >= DEEPEST:
            parent = await cls.get(id=parent.parent_id)
        comment = await cls.create(
            post_id=post.id,
            parent_id=parent.id if parent else None,
            depth=parent.depth + 1 if parent else 0,
            author_id=writer.author_id,
            **fitting(cls, _signed(writer) | {"source_id": source_id}),
            **_written(content),
            created_at=written_at or now(),
        )
        if status is not Fate.PENDING:
            await comment.decide(status)
        return comment

    @atomic
    async def decide(self, status: Fate) -> None:
        """Approve, reject, hold or mark as spam; what replies to it is shown and hidden along with it."""
        # One decision at a time below a post: two at once would each miss what the other shows.
        await Post.filter(id=self.post_id).select_for_update().only("id").first()
        await Comment.filter(id=self.id).update(status=status)
        self.status = status
        parent_shown = self.parent_id is None or await Comment.exists(id=self.parent_id, is_shown=True)
        await self._show(status is Fate.APPROVED and parent_shown)

    async def _show(self, is_shown: bool) -> None:
        changed = await Comment.filter(id=self.id, is_shown=not is_shown).update(is_shown=is_shown)
        self.is_shown = is_shown
        if not changed:
            return
        by = 1 if is_shown else -1
        await Post.filter(id=self.post_id).update(comment_count=F("comment_count") + by)
        if self.parent_id is not None:
            await Comment.filter(id=self.parent_id).update(reply_count=F("reply_count") + by)
        for reply in await Comment.filter(parent_id=self.id, status=Fate.APPROVED):
            await reply._show(is_shown)


def _signed(writer: Writer) -> dict[str, str | None]:
    name = text.clean_line(writer.name)[:100]
    if not name:
        raise Invalid("authorName", "A comment needs the name of who wrote it.")
    if writer.website and not WEB_ADDRESS.fullmatch(writer.website):
        raise Invalid("website", "A website begins with https:// or http://.")
    return {"name": name, "email": writer.email, "website": writer.website or None}


def _written(content: str) -> dict[str, Any]:
    content = plain("content", content.replace("\x00", "")).strip()
    if not content:
        raise Invalid("content", "A comment needs some text.")
    if len(content) > LONGEST:
        raise Invalid("content", f"A comment holds at most {LONGEST} characters.")
    html = text.sanitise_comment(text.paragraphs(content))
    return {"source": content, "html": html, "text": text.plain(html)}
