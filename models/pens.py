"""Pass the pen: an author asks the next one, by letter, to write the next post.

Who takes the pen can sign in, and finds a draft in their name. A letter reminds them once; another thanks
them when the post is published.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import text
from models.addresses import Address
from models.atomic import atomic
from models.audit import Audit
from models.authors import Author
from models.caps import Cap, Limits
from models.deliveries import Delivery, LetterKind
from models.errors import Expired, Invalid, NotAllowed, Taken, TooMany, Unproven
from models.fitting import fitting, line
from models.instants import Instant, lasts, now, rfc_3339
from models.jobs import Job, Lane, Work
from models.posts import Post
from models.principals import Principal, Role, Scope
from models.relations import belongs_to, may_point_to
from models.site import Site
from models.site_lock import lock_site
from models.suppressions import Suppression, SuppressionScope
from models.tokens import Token, keyed_digest
from models.users import User
from models.visibility import visible

KIND = "pen"
LIFE = timedelta(days=30)
REMINDED_AFTER = timedelta(days=7)
LETTERS: Limits = ((1, timedelta(days=1)), (3, timedelta(days=7)))
AT_ONCE = 10
OF_A_GIVER: Limits = ((AT_ONCE, timedelta(days=1)), (3 * AT_ONCE, timedelta(days=30)))
MOST_THANKED = 100
LONGEST_NOTE = 2_000
KINDS = (LetterKind.PEN, LetterKind.PEN_REMINDER, LetterKind.PEN_THANKS)


class Held(StrEnum):
    """What became of a pen that was passed."""

    OFFERED = "offered"
    TAKEN = "taken"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Pen(Model):
    """A pen on its way from one who writes to the next; `post` is what was begun with it."""

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site")
    site_id: int
    giver: Any = belongs_to("User")
    giver_id: int
    email = fields.CharField(max_length=254)
    mailbox = fields.CharField(max_length=254)
    name = fields.CharField(max_length=200)
    note = fields.CharField(max_length=LONGEST_NOTE, default="")
    state = fields.CharEnumField(Held, max_length=16, default=Held.OFFERED)
    taker: Any = may_point_to("User", on_delete=OnDelete.SET_NULL)
    taker_id: int | None
    post: Any = may_point_to("Post", on_delete=OnDelete.SET_NULL)
    post_id: int | None
    passed_at = Instant()
    answered_at = Instant(null=True)
    reminded_at = Instant(null=True)
    thanked_at = Instant(null=True)

    # Whether the pen made somebody known who was not before.
    is_new = False

    class Meta:
        table = "pen"
        indexes = (("state", "passed_at"),)

    @classmethod
    @atomic
    async def pass_on(cls, site: Site, by: Principal, *, email: str, name: str, note: str = "") -> Self:
        """Ask somebody to write the next post; `note` is what the giver says to them."""
        by.require(Scope.CONTENT_WRITE)
        giver = await User.active().filter(id=by.user_id or 0).first()
        if giver is None:
            raise NotAllowed(Role.AUTHOR)
        address = Address.of(email)
        if address.mailbox == giver.mailbox:
            raise Invalid("email", "This address is your own; pass the pen to somebody else.", why="own pen")
        name = line(cls, "name", name, missing="Whoever gets the pen has a name.")
        note = fitting(cls, {"note": text.clean_line(note)})["note"]
        if not await _is_free(site, address.mailbox, name):
            raise Taken("name")
        await _require_room(site, giver, address)
        moment = now()
        pen = await cls.create(
            site_id=site.id, giver_id=giver.id, email=address.text, mailbox=address.mailbox,
            name=name, note=note, passed_at=moment,
        )  # fmt: skip
        await pen._write(site, LetterKind.PEN, pen._path(site), giver)
        await Job.promise(Work.REMIND_OF_PEN, run_at=moment + REMINDED_AFTER, pen=pen.id)
        await Audit.note(by, "pen.pass", pen.id)
        return pen

    @classmethod
    def passed_by(cls, principal: Principal) -> QuerySet[Self]:
        """Ask for the pens that somebody has passed; an editor is shown those of all."""
        mine = cls.all() if principal.edits_all else cls.filter(giver_id=principal.user_id or 0)
        return mine.order_by("-id")

    @classmethod
    def of_address(cls, site_id: int, mailbox: str) -> QuerySet[Self]:
        """Ask for the pens that were passed to an address."""
        return cls.filter(site_id=site_id, mailbox=mailbox)

    @classmethod
    @atomic
    async def forget_of(cls, site_id: int, mailbox: str) -> int:
        """Forget the pens that were passed to an address, and the letters about them."""
        await (await cls.letters_to(site_id, mailbox)).delete()
        return await cls.of_address(site_id, mailbox).delete()

    @classmethod
    async def letters_to(cls, site_id: int, mailbox: str) -> QuerySet[Delivery]:
        """Ask for the letters to an address about the pens that were passed to it."""
        ids: list[Any] = await cls.of_address(site_id, mailbox).values_list("id", flat=True)
        return Delivery.filter(key__in=[f"{kind}:{id}" for kind in KINDS for id in ids])

    @classmethod
    async def forget(cls, older_than: datetime) -> int:
        """Forget the pens that nobody took, passed before a moment."""
        return await cls.filter(passed_at__lt=older_than).exclude(state=Held.TAKEN).delete()

    @classmethod
    async def offered(cls, site: Site, token: str) -> Self:
        """Give the pen that a link offers; refuse a link that offers none, or none any more."""
        read = Token.read(token, KIND)
        asked = cls.filter(id=read.owner, site_id=site.id).select_related("giver") if read else None
        pen = await asked.first() if asked is not None else None
        if read is None or pen is None or read.claim(site.secret, *pen._bound()) is None:
            raise Unproven
        if pen.state is Held.TAKEN:
            raise Expired(why="taken")
        is_over = pen.state is not Held.OFFERED or not lasts(pen.passed_at, LIFE)
        if is_over or pen.giver.retired_at is not None:
            raise Expired
        return pen

    @classmethod
    @atomic
    async def take(cls, site: Site, token: str, *, title: str) -> Self:
        """Take the pen: whoever has the letter can sign in from now on, and finds a draft in their name."""
        await lock_site(site.id)
        pen = await cls.offered(site, token)
        user = await User.filter(site_id=site.id, mailbox=pen.mailbox).first()
        is_retired = user is not None and user.retired_at is not None
        # Whom an admin let in no more no author lets in; and nobody becomes who somebody else is by now.
        if is_retired or not await _is_free(site, pen.mailbox, pen.name):
            raise Expired
        await pen._answer(Held.TAKEN)
        # Who can sign in already keeps the role and the name they have.
        pen.is_new = user is None
        user = user or await User.welcome(site, pen.email, pen.name, Role.AUTHOR)
        post = await Post.begin(site, user, title)
        await cls.filter(id=pen.id).update(taker_id=user.id, post_id=post.id)
        pen.taker_id, pen.post_id, pen.taker = user.id, post.id, user
        await Audit.note(Principal(user.id), "pen.take", pen.id)
        return pen

    @classmethod
    @atomic
    async def decline(cls, site: Site, token: str) -> Self:
        """Leave the pen where it is."""
        pen = await cls.offered(site, token)
        await pen._answer(Held.DECLINED)
        return pen

    @atomic
    async def withdraw(self, by: Principal) -> None:
        """Take back a pen that nobody has taken yet."""
        if not by.edits_all and self.giver_id != by.user_id:
            raise NotAllowed(Role.EDITOR)
        await self._answer(Held.WITHDRAWN)
        await Audit.note(by, "pen.withdraw", self.id)

    async def _answer(self, state: Held) -> None:
        # Of two answers at once the first counts.
        offered = Pen.filter(id=self.id, state=Held.OFFERED)
        if not await offered.update(state=state, answered_at=now()):
            raise Expired
        self.state = state

    def _path(self, site: Site) -> str:
        return f"/pen/{Token.signed(KIND, self.id, site.secret, *self._bound())}"

    def _bound(self) -> tuple[str, str]:
        return rfc_3339(self.passed_at), self.mailbox

    async def _write(self, site: Site, kind: LetterKind, link: str, giver: User, *, title: str = "") -> None:
        if await Suppression.bars(site, self.mailbox, SuppressionScope.ALL):
            return
        facts = {
            "to": self.email, "name": self.name, "language": site.language, "site_title": site.title,
            "giver": giver.name, "note": self.note, "title": title, "paths": {"link": link},
        }  # fmt: skip
        letter = Delivery.written(None, kind, key=f"{self.id}", facts=facts)
        await Delivery.promise([letter], lane=Lane.NORMAL)


@atomic
async def remind_of_pen(pen: int) -> None:
    """Remind who was asked, once, as long as nothing was published with the pen."""
    waiting = Pen.filter(id=pen, reminded_at__isnull=True, state__in=[Held.OFFERED, Held.TAKEN])
    found = await waiting.select_related("giver", "post").first()
    if found is None or found.giver.retired_at is not None:
        return
    if found.state is Held.TAKEN and (found.post_id is None or found.post.published_at is not None):
        return
    if not await waiting.update(reminded_at=now()):
        return
    site = await Site.get(id=found.site_id)
    link = found._path(site) if found.state is Held.OFFERED else f"/write/{found.post_id}"
    await found._write(site, LetterKind.PEN_REMINDER, link, found.giver)


@atomic
async def thank_for_pens() -> None:
    """Thank those whose posts can be read by now, each once, and tell who gave them the pen."""
    written = Pen.filter(visible("post__"), state=Held.TAKEN, thanked_at__isnull=True)
    for pen in await written.select_related("giver", "post").order_by("id").limit(MOST_THANKED):
        if not await Pen.filter(id=pen.id, thanked_at__isnull=True).update(thanked_at=now()):
            continue
        site = await Site.get(id=pen.site_id)
        await pen._write(site, LetterKind.PEN_THANKS, pen.post.path, pen.giver, title=pen.post.title)


async def _is_free(site: Site, mailbox: str, name: str) -> bool:
    """Tell whether who has an address may come to write under a name: their own, or one that is nobody's."""
    if await User.filter(site_id=site.id, mailbox=mailbox).exists():
        return True  # they keep the name they have
    return not await Author.filter(site_id=site.id, name=name).exists()


async def _require_room(site: Site, giver: User, address: Address) -> None:
    """Refuse to write to somebody over and over, or to many at once."""
    offered = Pen.filter(giver_id=giver.id, state=Held.OFFERED, passed_at__gt=now() - LIFE)
    if await offered.count() >= AT_ONCE:
        message = f"{AT_ONCE} pens are on their way; wait for an answer, or take one back."
        raise Invalid("email", message, limit=AT_ONCE, why="pens")
    # Counted though it was withdrawn: its letter is out.
    if not await Cap.take(keyed_digest(site.secret, f"{KIND} of", str(giver.id)), OF_A_GIVER):
        raise TooMany(timedelta(days=1), why="giver")
    if not await Cap.take(keyed_digest(site.secret, KIND, address.folded), LETTERS):
        raise TooMany(timedelta(days=1), why="address")
