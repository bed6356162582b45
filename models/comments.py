"""Comments and the conversations they grow into."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from tortoise import fields
from tortoise.expressions import F
from tortoise.fields.base import OnDelete
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import pulse, text, webhooks
from models.addresses import Address
from models.atomic import atomic, in_one_step
from models.engines.intakes import intake
from models.errors import Closed, Invalid, NotFound
from models.fitting import fitting, plain
from models.instants import Instant, now
from models.posts import Post
from models.relations import belongs_to, may_point_to
from models.repeats import Repeat, once
from models.visibility import visible
from models.webhook_calls import HookEvent

LONGEST = 5_000
DEEPEST = 4
LONGEST_NAME = 100
LONGEST_WEBSITE = 500
# A host and what follows it; no name and password before it, which would show one place and lead to another.
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"\x00-\x1f\x7f/?#@\\\[\]]+([/?#][^\s<>\"\x00-\x1f\x7f\\]*)?")
# Letters and signs of nothing.
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# Whoever is named so would turn around what stands beside the name.
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


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
    name = fields.CharField(max_length=LONGEST_NAME)
    email = fields.CharField(max_length=254, null=True)
    website = fields.CharField(max_length=LONGEST_WEBSITE, null=True)
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
    def held(cls) -> QuerySet[Self]:
        """Ask for the comments that wait for a person."""
        return cls.filter(status=Fate.PENDING)

    @classmethod
    async def as_left(cls, id: int) -> Self:
        """Give a comment to who left it, whatever was decided about it since."""
        comment = await cls.filter(id=id).first()
        if comment is None:
            raise NotFound("The post and its comments are gone.", field="postId")
        return comment

    @classmethod
    @in_one_step
    @pulse.precise("comment", "post")
    async def leave(
        cls, post_id: int, writer: Writer, content: str, *, parent_id: int | None = None,
        key: str | None = None,
    ) -> Self:  # fmt: skip
        """Leave a guest's comment below a post that takes them, held or shown at once as the site has it.

        Of a command that has a `key` and came before, give the comment that was left then.
        """
        moment = now()
        values = fitting(cls, _signed(_guest(writer))) | _written(content) | {"created_at": moment}
        row = {**values, "post_id": post_id, "parent_id": parent_id, "deepest": DEEPEST}

        def tell(id: int) -> None:
            pulse.touch(f"comments-{post_id}")
            pulse.tell(pulse.CommentShown(comment_id=id, post_id=post_id))

        place = await intake().comment(row, moment=moment, once=once(key), tell=tell)
        if place is None:
            raise NotFound("There is no such post.", field="postId")
        if not place.is_open:
            raise Closed
        if not place.has_above:
            raise NotFound("There is no such comment below that post.", field="parentId")
        if place.id is None:
            return await cls.as_left(int(await Repeat.answer_to(key) or 0))
        status = Fate.APPROVED if place.is_shown else Fate.PENDING
        # As Tortoise makes a row that it has read, which this one need not be.
        return cls._init_from_db(
            id=place.id, post_id=post_id, parent_id=place.parent_id, depth=place.depth, author_id=None,
            status=status, is_shown=place.is_shown, reply_count=0, source_id=None, **values,
        )  # fmt: skip

    @classmethod
    @atomic
    async def decide_all(cls, ids: Collection[int], status: Fate) -> None:
        """Decide alike about several comments, or about none when one of them is not there."""
        # In one order, so that two who decide at once never wait for each other.
        found = await cls.filter(id__in=list(ids)).order_by("post_id", "id")
        if missing := set(ids) - {comment.id for comment in found}:
            raise NotFound(f"There is no comment {min(missing)}.")
        for comment in found:
            await comment.decide(status)

    @classmethod
    @atomic
    @pulse.precise("comment", "post")
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
    @pulse.precise("comment", "post")
    async def decide(self, status: Fate) -> None:
        """Approve, reject, hold or mark as spam; what replies to it is shown and hidden along with it."""
        # One decision at a time below a post: two at once would each miss what the other shows. A new
        # comment has locked the post's key already, and two that want more than `no_key` would wait for
        # each other.
        await Post.filter(id=self.post_id).select_for_update(no_key=True).only("id").first()
        await Comment.filter(id=self.id).update(status=status)
        self.status = status
        parent_shown = self.parent_id is None or await Comment.exists(id=self.parent_id, is_shown=True)
        await self._show(status is Fate.APPROVED and parent_shown)

    async def _show(self, is_shown: bool) -> None:
        changed = await Comment.filter(id=self.id, is_shown=not is_shown).update(is_shown=is_shown)
        self.is_shown = is_shown
        if not changed:
            return
        pulse.touch(f"comments-{self.post_id}")
        if is_shown:
            pulse.tell(pulse.CommentShown(comment_id=self.id, post_id=self.post_id))
            await webhooks.promise(HookEvent.COMMENT_SHOWN, self.id, post_id=self.post_id)
        by = 1 if is_shown else -1
        await Post.filter(id=self.post_id).update(comment_count=F("comment_count") + by)
        if self.parent_id is not None:
            await Comment.filter(id=self.parent_id).update(reply_count=F("reply_count") + by)
        for reply in await Comment.filter(parent_id=self.id, status=Fate.APPROVED):
            await reply._show(is_shown)


def _guest(writer: Writer) -> Writer:
    """Give a stranger as a comment keeps one; refuse rather than cut."""
    name = text.clean_line(TURNING.sub("", writer.name))
    if len(name) > LONGEST_NAME:
        raise Invalid("authorName", f"A name holds at most {LONGEST_NAME} characters.", limit=LONGEST_NAME)
    if len(writer.website or "") > LONGEST_WEBSITE:
        message = f"A website holds at most {LONGEST_WEBSITE} characters."
        raise Invalid("authorWebsite", message, limit=LONGEST_WEBSITE)
    email = Address.of(writer.email or "", field="authorEmail").text
    return Writer(name=name, email=email, website=(writer.website or "").strip())


def _signed(writer: Writer) -> dict[str, str | None]:
    name = plain("authorName", text.clean_line(writer.name))[:LONGEST_NAME]
    if not _can_be_seen(name):
        raise Invalid("authorName", "A comment needs the name of who wrote it.")
    if writer.website and not WEB_ADDRESS.fullmatch(plain("authorWebsite", writer.website)):
        raise Invalid("authorWebsite", "A website begins with https:// or http://.")
    return {"name": name, "email": writer.email, "website": writer.website or None}


def _written(content: str) -> dict[str, Any]:
    content = CONTROLS.sub("", plain("content", content.replace("\x00", ""))).strip()
    if not _can_be_seen(content):
        raise Invalid("content", "A comment needs some text.")
    if len(content) > LONGEST:
        raise Invalid("content", f"A comment holds at most {LONGEST} characters.", limit=LONGEST)
    html = text.sanitise_comment(text.paragraphs(content))
    return {"source": content, "html": html, "text": text.plain(html)}


def _can_be_seen(words: str) -> bool:
    """Tell whether there is a letter, a digit or a sign among what may be nothing but joints and spaces."""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in BLANK for sign in words)
