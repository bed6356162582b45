"""Comments and the conversations they grow into."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from tortoise import fields
from tortoise.expressions import F, Q
from tortoise.fields.base import OnDelete
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import pulse, webhooks
from models.atomic import atomic, in_one_step
from models.audit import Audit
from models.comment_rules import (
    SAID_AGAIN_WITHIN,
    UNSCREENED,
    Doubt,
    Rule,
    Screening,
    read_doubts,
    written_down,
)
from models.deliveries import Delivery
from models.engines.intakes import intake
from models.errors import Closed, Invalid, NotFound, Unproven
from models.fitting import fitting
from models.instants import Instant, now, rfc_3339
from models.jobs import Job, Lane, Work
from models.posts import Post
from models.principals import NOBODY, Principal, Scope
from models.relations import belongs_to, may_point_to
from models.remarks import LONGEST_NAME, LONGEST_WEBSITE, Writer, left, signed, written
from models.repeats import Repeat, once
from models.site import CommentPolicy, Site
from models.spam import Lesson
from models.tokens import digest
from models.visibility import open_to
from models.webhook_calls import HookEvent

DEEPEST = 4


class Fate(StrEnum):
    """Moderation state of a comment."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SPAM = "spam"


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
    mailbox = fields.CharField(max_length=254, null=True)
    website = fields.CharField(max_length=LONGEST_WEBSITE, null=True)
    language = fields.CharField(max_length=35, null=True)
    notify_replies = fields.BooleanField(default=False, db_default=False)
    # Whether its writer followed the link of its own letter: a stranger may leave another's address.
    is_proven = fields.BooleanField(default=False, db_default=False)
    source = fields.TextField()
    html = fields.TextField()
    text = fields.TextField()
    status = fields.CharEnumField(Fate, max_length=16, default=Fate.PENDING)
    is_shown = fields.BooleanField(default=False)
    held_because = fields.TextField(null=True)
    spam_score = fields.FloatField(null=True)
    fingerprint = fields.CharField(max_length=32, null=True)
    learned_as = fields.CharEnumField(Lesson, max_length=8, null=True)
    reply_count = fields.IntField(default=0)
    source_id = fields.CharField(max_length=255, null=True)
    created_at = Instant()
    edited_at = Instant(null=True)

    class Meta:
        table = "comment"
        unique_together = (("post_id", "source_id"),)
        indexes = (
            ("post_id", "parent_id", "is_shown", "created_at", "id"),
            ("parent_id", "created_at", "id"),
            ("status", "created_at", "id"),
            ("post_id", "status", "created_at", "id"),
            ("mailbox",),
            ("fingerprint", "created_at"),
        )

    @property
    def doubts(self) -> list[Doubt]:
        """Why it waited, or waits."""
        return read_doubts(self.held_because or "")

    @property
    def as_it_reads(self) -> tuple[str, str]:
        """What a token for these very words is bound to."""
        return rfc_3339(self.created_at), digest(self.source)

    @property
    def stamp(self) -> str:
        """What tells whether it is still as somebody was shown it: its words, and what was decided."""
        return self.stamp_when(self.status)

    def stamp_when(self, status: Fate) -> str:
        """Give the stamp of these very words when that was decided about them."""
        return digest("\0".join((*self.as_it_reads, status)))

    @property
    def awaits_address(self) -> bool:
        """Whether it waits for nothing but its writer, who is to prove the address."""
        return self.status is Fate.PENDING and self.doubts == [Doubt(Rule.UNCONFIRMED)]

    @classmethod
    def shown(cls, principal: Principal = NOBODY) -> QuerySet[Self]:
        """Ask for the comments that everybody may read, on posts that somebody may read."""
        return cls.filter(open_to(principal, "post__"), is_shown=True)

    @classmethod
    def roots(cls) -> QuerySet[Self]:
        """Ask for the shown comments that begin a conversation; of posts the asker has seen already."""
        return cls.filter(parent_id__isnull=True, is_shown=True)

    @classmethod
    def replies(cls) -> QuerySet[Self]:
        """Ask for the shown replies; of comments the asker has seen already."""
        return cls.filter(is_shown=True)

    @classmethod
    def across_posts(cls) -> QuerySet[Self]:
        """Ask for the shown comments of all posts, so that the index by moment is walked."""
        return cls.shown().filter(status=Fate.APPROVED)

    @classmethod
    def in_queue(cls, statuses: Collection[Fate], principal: Principal) -> QuerySet[Self]:
        """Ask for the comments in some states on posts that somebody may read; who does not moderate is given
        the shown ones alone.
        """
        found = cls.filter(open_to(principal, "post__"), status__in=sorted(statuses))
        return found if principal.may(Scope.COMMENTS_MODERATE) else found.filter(is_shown=True)

    @classmethod
    def held(cls) -> QuerySet[Self]:
        """Ask for the comments that wait."""
        return cls.filter(status=Fate.PENDING)

    @classmethod
    def undecided(cls) -> QuerySet[Self]:
        """Ask for the comments that wait for a person, and not for their writer to prove the address."""
        strange = Q(held_because=written_down([Doubt(Rule.UNCONFIRMED)]))
        return cls.held().filter(Q(held_because__isnull=True) | ~strange)

    @classmethod
    def of_address(cls, site_id: int, mailbox: str) -> QuerySet[Self]:
        """Ask for all that was left with an address."""
        return cls.filter(post__site_id=site_id, mailbox=mailbox)

    @classmethod
    @pulse.precise("comment", "post")
    async def forget_unproven(cls, before: datetime) -> int:
        """Forget what was left before a moment with an address that nobody proved, in the caller's
        transaction: no reader ever saw it.
        """
        strange = cls.held().filter(held_because=written_down([Doubt(Rule.UNCONFIRMED)]))
        return await strange.filter(created_at__lt=before).delete()

    @classmethod
    async def as_left(cls, id: int, post_id: int) -> Self:
        """Give a comment below a post to who left it, whatever was decided about it since."""
        comment = await cls.filter(id=id).first()
        if comment is None:
            if not await Post.filter(id=post_id).exists():
                raise NotFound("The post and its comments are gone.", field="postId")
            message = "This comment was taken back or deleted."
            raise NotFound(message, field="clientMutationId", why="taken back")
        return comment

    @classmethod
    @in_one_step
    @pulse.precise("comment", "post")
    async def leave(
        cls, post_id: int, writer: Writer, content: str, *, parent_id: int | None = None,
        key: str | None = None, screening: Screening = UNSCREENED, **wishes: Any,
    ) -> Self:  # fmt: skip
        """Leave a comment below a post that takes them, shown at once or held as its writer, the site and
        the rules have it; `wishes` may set language and notify_replies.

        Of a command that has a `key` and came before, give the comment that was left then.
        """
        moment = now()
        values = fitting(cls, left(writer, content)) | screened(screening) | _wished(wishes)
        values |= {"created_at": moment, "author_id": writer.author_id}
        row = {
            **values, "post_id": post_id, "parent_id": parent_id, "deepest": DEEPEST,
            "status": Fate.SPAM if screening.is_spam else Fate.APPROVED if writer.author_id else None,
            "said_again_since": moment - SAID_AGAIN_WITHIN,
        }  # fmt: skip

        def tell(id: int) -> None:
            pulse.touch(f"comments-{post_id}")
            pulse.tell(pulse.CommentShown(comment_id=id, post_id=post_id))

        promise = Job.of(Work.ATTEND_COMMENT, lane=Lane.URGENT)
        place = await intake().comment(row, promise, moment=moment, once=once(key), tell=tell)
        if place is None:
            raise NotFound("There is no such post.", field="postId")
        if not place.is_open:
            raise Closed
        if not place.has_above:
            raise NotFound("There is no such comment below that post.", field="parentId", why="reply")
        if place.id is None:
            return await cls.as_left(int(await Repeat.answer_to(key) or 0), post_id)
        values["held_because"] = place.held_because
        # As Tortoise makes a row that it has read, which this one need not be.
        return cls._init_from_db(
            id=place.id, post_id=post_id, parent_id=place.parent_id, depth=place.depth,
            status=Fate(place.status), is_shown=place.is_shown, reply_count=0, source_id=None,
            learned_as=None, is_proven=False, edited_at=None, **values,
        )  # fmt: skip

    @classmethod
    @atomic
    async def decide_all(cls, ids: Collection[int], status: Fate, *, by: Principal = NOBODY) -> None:
        """Decide alike about several comments, or about none when one of them is not there; note who did."""
        for comment in await cls._all_of(ids):
            await comment.decide(status)
            await Audit.note(by, f"comment.{status}", comment.id)
            await Job.promise(Work.LEARN_SPAM, key=f"learn-{comment.id}", comment=comment.id)

    @classmethod
    @atomic
    async def remove_all(cls, ids: Collection[int], *, by: Principal = NOBODY) -> None:
        """Delete several comments with their replies, or none when one of them is not there; note who did."""
        for comment in await cls._all_of(ids):
            await comment.remove()
            await Audit.note(by, "comment.delete", comment.id)

    @classmethod
    async def _all_of(cls, ids: Collection[int]) -> list[Self]:
        asked = cls.filter(id__in=list(ids)).order_by("post_id", "id")
        posts: list[Any] = await asked.values_list("post_id", flat=True)
        # In one order, so that two who decide at once never wait for each other; then as they stand.
        await _lock_posts(*posts)
        found = await asked
        if missing := set(ids) - {comment.id for comment in found}:
            raise NotFound(f"There is no comment {min(missing)}.")
        return found

    @classmethod
    @atomic
    @pulse.precise("comment", "post")
    async def keep(
        cls, post: Post, writer: Writer, content: str, *, parent: "Comment | None" = None,
        status: Fate = Fate.PENDING, written_at: datetime | None = None, source_id: str | None = None,
    ) -> Self:  # fmt: skip
        """Keep a comment in plain text; a reply below the deepest level joins that level."""
        if parent is not None and parent.post_id != post.id:
            raise Invalid("parentId", "That comment stands below another post.", why="reply")
        if parent is not None and parent.depth >= DEEPEST:
            parent = await cls.get(id=parent.parent_id)
        comment = await cls.create(
            post_id=post.id,
            parent_id=parent.id if parent else None,
            depth=parent.depth + 1 if parent else 0,
            author_id=writer.author_id,
            **fitting(cls, signed(writer) | {"source_id": source_id}),
            **written(content),
            created_at=written_at or now(),
        )
        if status is not Fate.PENDING:
            await comment.decide(status)
        return comment

    @atomic
    @pulse.precise("comment", "post")
    async def decide(self, status: Fate) -> None:
        """Approve, reject, hold or mark as spam; what replies to it is shown and hidden along with it."""
        await _lock_posts(self.post_id)
        await self.settle(status, because=None if status is Fate.PENDING else self.held_because)

    @atomic
    @pulse.precise("comment", "post")
    async def remove(self) -> None:
        """Delete it, and all that replies to it."""
        await _lock_posts(self.post_id)
        await self._show(is_shown=False)
        await Comment.filter(id=self.id).delete()

    @atomic
    @pulse.precise("comment", "post")
    async def accept_address(self, site: Site) -> Self:
        """Show it, now that its writer has proven the address, unless it waits for more or the site holds all
        by now.
        """
        comment = await self.locked()
        others = [doubt for doubt in comment.doubts if doubt.rule is not Rule.UNCONFIRMED]
        if comment.awaits_address and site.comment_policy is CommentPolicy.HELD:
            await comment.settle(Fate.PENDING, because=written_down([Doubt(Rule.POLICY)]))
            await comment.attend()
        elif comment.awaits_address:
            await comment.settle(Fate.APPROVED, because=comment.held_because)
        elif comment.status is Fate.PENDING and others != comment.doubts:
            await comment.settle(Fate.PENDING, because=written_down(others))
        return comment

    async def as_it_stands(self) -> Self | None:
        """Give it as it stands, locked in the caller's transaction; None when it is gone."""
        await _lock_posts(self.post_id)
        return await type(self).filter(id=self.id).first()

    async def locked(self) -> Self:
        """Give it as it stands, locked in the caller's transaction; refuse when its words have changed."""
        row = await self.as_it_stands()
        if row is None or row.as_it_reads != self.as_it_reads:
            raise Unproven
        return row

    async def attend(self) -> None:
        """Let it be looked at, for the letters and calls that are due because of it."""
        await Job.promise(Work.ATTEND_COMMENT, comment=self.id)

    async def settle(self, status: Fate, *, because: str | None) -> None:
        """Let it stand so from now on, in the transaction of who has `locked` it."""
        changes: dict[str, Any] = {"status": status, "held_because": because}
        await Comment.filter(id=self.id).update(**changes)
        self.update_from_dict(changes)
        await self._show_if_it_may()

    async def _show_if_it_may(self) -> None:
        parent_shown = self.parent_id is None or await Comment.exists(id=self.parent_id, is_shown=True)
        await self._show(self.status is Fate.APPROVED and parent_shown)

    async def _show(self, is_shown: bool) -> None:
        changed = await Comment.filter(id=self.id, is_shown=not is_shown).update(is_shown=is_shown)
        self.is_shown = is_shown
        if not changed:
            return
        pulse.touch(f"comments-{self.post_id}")
        if is_shown:
            pulse.tell(pulse.CommentShown(comment_id=self.id, post_id=self.post_id))
            # Below what is hidden nobody can read it, and nobody is told that it is there.
            if await Post.published().filter(id=self.post_id).exists():
                await webhooks.promise(HookEvent.COMMENT_SHOWN, self.id, post_id=self.post_id)
        by = 1 if is_shown else -1
        await Post.filter(id=self.post_id).update(comment_count=F("comment_count") + by)
        if self.parent_id is not None:
            await Comment.filter(id=self.parent_id).update(reply_count=F("reply_count") + by)
            if await Comment.exists(id=self.parent_id, notify_replies=True):
                # A letter that tells of it may wait for days, and is not to repeat what nobody sees any more.
                await (self.attend() if is_shown else Delivery.take_back_quotes(self.id))
        for reply in await Comment.filter(parent_id=self.id, status=Fate.APPROVED):
            await reply._show(is_shown)


async def _lock_posts(*ids: int) -> None:
    # One decision at a time below a post: two at once would each miss what the other shows. A new comment has
    # locked the post's key already, and two that want more than `no_key` would wait for each other.
    await Post.filter(id__in=set(ids)).select_for_update(no_key=True).order_by("id").only("id")


def screened(screening: Screening) -> dict[str, Any]:
    """Give the columns that say what the rules found."""
    return {
        "held_because": written_down(screening.doubts) or None,
        "spam_score": screening.score,
        "fingerprint": screening.fingerprint,
    }


def _wished(wishes: dict[str, Any]) -> dict[str, Any]:
    known = {"language": None, "notify_replies": False}
    if unknown := set(wishes) - set(known):
        raise TypeError(f"comments have no {', '.join(sorted(unknown))}")
    return known | wishes
