"""Commenters: addresses that comments are left with, and whether they proved to be whose they are."""

from typing import Any, Self

from tortoise import fields
from tortoise.models import Model

from models import pulse
from models.addresses import Address
from models.atomic import atomic
from models.comments import Comment
from models.deliveries import Delivery
from models.errors import Unproven
from models.instants import Instant, now
from models.jobs import Job, Work
from models.posts import Post
from models.relations import belongs_to
from models.site import Site
from models.tokens import Token, fresh_seed

NO_NOTICES = "replies"
ERASED: dict[str, Any] = {
    "name": "—", "email": None, "mailbox": None, "website": None, "language": None, "notify_replies": False,
    "source": "", "html": "", "text": "", "held_because": None, "fingerprint": None,
    "edited_at": None,
}  # fmt: skip


class Commenter(Model):
    """One address at one site; `declined_at` says since when it wants no notice of replies.

    `seed` keeps the tokens of an erased row from fitting one that comes to have its id.
    """

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    mailbox = fields.CharField(max_length=254)
    email = fields.CharField(max_length=254)
    seed = fields.CharField(max_length=32)
    confirmed_at = Instant(null=True)
    declined_at = Instant(null=True)
    created_at = Instant()

    class Meta:
        table = "commenter"
        unique_together = (("site_id", "mailbox"),)
        indexes = (("confirmed_at", "created_at"),)

    @property
    def takes_notices(self) -> bool:
        """Whether letters about replies may go there."""
        return self.confirmed_at is not None and self.declined_at is None

    @classmethod
    @atomic
    async def of(cls, site: Site, email: str) -> Self:
        """Give whoever an address belongs to, known or not."""
        mailbox = Address(email).mailbox
        fresh = cls(site_id=site.id, mailbox=mailbox, email=email, seed=fresh_seed(), created_at=now())
        await cls.bulk_create([fresh], ignore_conflicts=True)
        return await cls.get(site_id=site.id, mailbox=mailbox)

    @atomic
    async def confirm(self, *, notices: bool) -> None:
        """Know from now on that the address is theirs; who wants `notices` may have declined them before."""
        self.confirmed_at = self.confirmed_at or now()
        self.declined_at = None if notices else self.declined_at
        await self.save(update_fields=["confirmed_at", "declined_at"])

    def path_out(self, site: Site) -> str:
        """Give the path that a notice leads out by; it never expires."""
        return f"/replies/{Token.signed(NO_NOTICES, self.id, site.secret, self.seed)}"

    @classmethod
    async def behind(cls, site: Site, token: str) -> Self:
        """Give the commenter that a notice's token belongs to; refuse any other."""
        read = Token.read(token, NO_NOTICES)
        found = await cls.filter(id=read.owner, site_id=site.id).first() if read else None
        if read is None or found is None or read.claim(site.secret, found.seed) is None:
            raise Unproven
        return found

    @atomic
    @pulse.precise("comment")
    async def decline(self) -> None:
        """Get no more notices, until they are asked for and confirmed once more."""
        # The comments first, as whoever confirms one or erases all does it.
        wanted = Comment.of_address(self.site_id, self.mailbox).filter(notify_replies=True)
        await Comment.filter(id__in=await wanted.values_list("id", flat=True)).update(notify_replies=False)
        if self.declined_at is None:
            self.declined_at = now()
            await self.save(update_fields=["declined_at"])


@atomic
@pulse.precise("comment", "post")
async def erase_comments(site_id: int, mailbox: str) -> int:
    """Forget what was left with an address; where somebody replied, a place without words stays."""
    left = Comment.of_address(site_id, mailbox)
    posts = await left.distinct().values_list("post_id", flat=True)
    # In the order in which several are decided about, so that neither waits for the other.
    await Post.filter(id__in=posts).order_by("id").select_for_update(no_key=True).only("id")
    # Own replies first, so that what only they stand below goes too.
    found = await left.order_by("-depth", "post_id", "id")
    for comment in found:
        if await Comment.exists(parent_id=comment.id):
            await Comment.filter(id=comment.id).update(**ERASED)
            pulse.touch(f"comments-{comment.post_id}")
        else:
            await comment.remove()
    if await Delivery.take_back_quotes(*(comment.id for comment in found)):
        # Perhaps one that told moderators of others too.
        await Job.promise(Work.TELL_MODERATORS, key="moderators")
    return len(found)
