"""Moderation: what waits comes before those who may decide, by letter too, and what they say is learned."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.queryset import QuerySet

from models import pulse, spam, text
from models.atomic import atomic
from models.caps import Cap, Limits
from models.comments import Comment, Fate
from models.deliveries import Delivery, LetterKind
from models.errors import Changed, Expired, Unproven
from models.instants import now, rfc_3339
from models.jobs import Lane, TryLater
from models.posts import Post
from models.principals import OF_ROLE, Principal, Scope
from models.site import Site
from models.spam import Lesson
from models.tokens import Token, keyed_digest
from models.users import User

LINK = "moderate"
CLAIM = re.compile(r"[^.]+\.([0-9]{1,9})-([0-9]{1,11})\.[^.]+")
LINK_LIFE = timedelta(days=14)
# It stays in a browser's history when its owner has signed out, and a new one is always at hand.
AT_HAND_LIFE = timedelta(hours=1)
BETWEEN = timedelta(minutes=10)
LETTERS: Limits = ((1, BETWEEN),)
WORDS_SHOWN = 300
ROLES = [role for role, scopes in OF_ROLE.items() if Scope.COMMENTS_MODERATE in scopes]
LESSONS = {Fate.APPROVED: Lesson.HAM, Fate.SPAM: Lesson.SPAM}


@dataclass(frozen=True, slots=True)
class ModeratorLink:
    """What a link in a letter to a moderator opens: one comment, for one of them, until a moment."""

    comment: Comment
    user: User
    until: datetime

    def path(self, site: Site) -> str:
        """Give the path of the link."""
        claim = f"{self.user.id}-{int(self.until.timestamp())}"
        return f"/moderate/{Token.signed(LINK, self.comment.id, site.secret, *self._bound(), claim=claim)}"

    @classmethod
    async def at_hand(cls, site: Site, principal: Principal) -> "ModeratorLink | None":
        """Give who is signed in a link to what waits longest; None when nothing does, or they may not.

        It opens what a letter's opens, for an hour.
        """
        if not principal.may(Scope.COMMENTS_MODERATE):
            return None
        user = await moderators(site).filter(id=principal.user_id or 0).first()
        first = await _longest_waiting().first()
        return cls(first, user, now() + AT_HAND_LIFE) if first and user else None

    @classmethod
    async def behind(cls, site: Site, token: str) -> "ModeratorLink":
        """Give what a token opens; refuse it when it is over, or its owner decides no more."""
        read = Token.read(token, LINK)
        # Read before it is proven: what it is bound to are the rows that it names.
        claimed = CLAIM.fullmatch(read.secret) if read else None
        if read is None or claimed is None:
            raise Unproven
        id, until = map(int, claimed.groups())
        comment = await Comment.filter(id=read.owner, post__site_id=site.id).first()
        user = await moderators(site).filter(id=id).first()
        if comment is None or user is None:
            raise Unproven
        found = cls(comment, user, datetime.fromtimestamp(until, UTC))
        if read.claim(site.secret, *found._bound()) is None:
            raise Unproven
        if found.until <= now():
            raise Expired
        return found

    @atomic
    async def decide(self, status: Fate, *, was: str) -> None:
        """Decide about the comment, as the moderator whose link it is, who was shown it with the stamp
        `was`; refuse when it is not so any more: nobody is overruled, and no word published, unawares.

        What was decided so already, of these very words, is done: somebody pressed twice.
        """
        # Locked, so that of two at once the second sees what the first has decided.
        found = await self.comment.as_it_stands()
        if found is not None and found.status is status and was in map(found.stamp_when, Fate):
            return
        if found is None or found.stamp != was:
            raise Changed
        principal = Principal(self.user.id, self.user.role, self.user.author_id, OF_ROLE[self.user.role])
        await moderate(principal, [self.comment.id], status)

    async def next(self) -> "ModeratorLink | None":
        """Give the link to what waits longest beside this."""
        waiting = await _longest_waiting().exclude(id=self.comment.id).first()
        return ModeratorLink(waiting, self.user, self.until) if waiting else None

    def _bound(self) -> tuple[str, ...]:
        moments = rfc_3339(self.comment.created_at), rfc_3339(self.user.created_at)
        return *moments, self.user.mailbox


def moderators(site: Site) -> QuerySet[User]:
    """Ask for those who may decide about comments."""
    return User.active().filter(site_id=site.id, role__in=ROLES)


@atomic
async def moderate(principal: Principal, ids: Collection[int], status: Fate) -> None:
    """Decide alike about several comments, or about none; it is written down who did, and learned from."""
    principal.require(Scope.COMMENTS_MODERATE)
    await Comment.decide_all(ids, status, by=principal)


@atomic
async def remove_comment(principal: Principal, comment: Comment) -> None:
    """Delete a comment with its replies; it is written down who did."""
    principal.require(Scope.COMMENTS_MODERATE)
    await Comment.remove_all([comment.id], by=principal)


async def tell_moderators() -> None:
    """Write to the moderators that comments wait, so long apart at least; TryLater for who was just told."""
    if not await _told_all():
        raise TryLater(now() + BETWEEN)


@atomic
@pulse.precise("comment")
async def learn_spam(comment: int) -> None:
    """Learn from what was decided about a comment, and forget what it was taken for before."""
    # Locked, so that of two at once the second sees what the first has learned.
    found = await Comment.filter(id=comment).select_for_update(no_key=True).first()
    if found is None:
        return
    post = await Post.get(id=found.post_id)
    site, new = await Site.get(id=post.site_id), LESSONS.get(found.status)
    words = spam.features(found.source, found.name, found.website)
    await spam.learn(site, words, new=new, old=found.learned_as)
    await Comment.filter(id=comment).update(learned_as=new)


@atomic
async def _told_all() -> bool:
    first = await _longest_waiting().first()
    if first is None:
        return True
    post = await Post.get(id=first.post_id)
    site = await Site.get(id=post.site_id)
    users = await moderators(site).order_by("id")
    if not users:
        return True
    keys = [keyed_digest(site.secret, LINK, user.id, user.mailbox) for user in users]
    allowed = await Cap.take_each(keys, LETTERS)
    number, until = await Comment.undecided().count(), now() + LINK_LIFE
    letters = [
        _letter(site, post, ModeratorLink(first, user, until), number)
        for user, may in zip(users, allowed, strict=True)
        if may
    ]
    await Delivery.promise(letters, lane=Lane.NORMAL)
    return all(allowed)


def _longest_waiting() -> QuerySet[Comment]:
    return Comment.undecided().order_by("created_at", "id")


def _letter(site: Site, post: Post, link: ModeratorLink, number: int) -> Delivery:
    facts = {
        "name": link.user.name if text.is_name(link.user.name) else "", "post": post.title,
        "writer": link.comment.name, "words": text.excerpt(link.comment.text, WORDS_SHOWN),
        "number": str(number), "paths": {"link": link.path(site)},
    }  # fmt: skip
    key = f"{link.user.id}:{link.comment.id}:{int(link.until.timestamp())}"
    return link.user.letter(LetterKind.COMMENTS_WAITING, site, key=key, **facts)
