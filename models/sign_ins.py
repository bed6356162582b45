"""Sign-ins: the link that lets somebody in once, in the browser they asked with; and the owner's first.

Who asks is answered before anybody knows whether the address is one of ours, as who signs up
(docs/why/0011).
"""

from datetime import datetime, timedelta
from typing import Any, Self

from tortoise import fields
from tortoise.models import Model

from models.addresses import Address
from models.archive import set_time_zone
from models.atomic import atomic
from models.audit import Audit
from models.caps import Cap, Limits
from models.deliveries import LIVES, Delivery, LetterKind
from models.errors import Expired, Unproven
from models.instants import Instant, now
from models.jobs import Job, Lane, Work
from models.principals import Principal, Role
from models.relations import belongs_to
from models.site import Site
from models.site_lock import lock_site
from models.tokens import Token, digest, fresh_secret, keyed_digest, matches
from models.users import User

KIND = "login"
OWNER = "owner"
LIFE = LIVES[LetterKind.SIGN_IN]
LETTERS: Limits = ((5, timedelta(hours=1)), (20, timedelta(days=1)))


class SignIn(Model):
    """One request to come in. `browser` is the digest of what the asking browser alone knows; None where
    whoever runs the machine asked.
    """

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site")
    site_id: int
    email = fields.CharField(max_length=254)
    mailbox = fields.CharField(max_length=254)
    browser = fields.CharField(max_length=64, null=True)
    digest = fields.CharField(max_length=64, null=True)
    asked_at = Instant(db_index=True)
    used_at = Instant(null=True)

    class Meta:
        table = "sign_in"

    @classmethod
    @atomic
    async def ask(cls, site: Site, email: str, browser: str) -> Address:
        """Ask for a link that lets in once, in the browser that knows a secret; give where it goes."""
        address = Address.of(email)
        asked = await cls.create(
            site_id=site.id,
            email=address.text,
            mailbox=address.mailbox,
            browser=digest(browser),
            asked_at=now(),
        )
        await Job.promise(Work.ANSWER_SIGN_IN, lane=Lane.URGENT, sign_in=asked.id)
        return address

    @classmethod
    @atomic
    async def at_hand(cls, user: User) -> Token:
        """Give a link without a letter, to who runs the machine."""
        secret = fresh_secret()
        asked = await cls.create(
            site_id=user.site_id,
            email=user.email,
            mailbox=user.mailbox,
            digest=digest(secret),
            asked_at=now(),
        )
        return Token(KIND, asked.id, secret)

    @classmethod
    async def to_use(cls, site: Site, token: str, browser: str) -> User:
        """Tell whom a link would let in; refuse one that lets nobody in, or not into this browser."""
        _, user = await cls._behind(site, token, browser)
        return user

    @classmethod
    @atomic
    async def use(cls, site: Site, token: str, browser: str) -> User:
        """Let in who has the link; it works once."""
        asked, user = await cls._behind(site, token, browser)
        if not await cls.filter(id=asked.id, used_at__isnull=True).update(used_at=now()):
            raise Expired
        await Audit.note(Principal(user.id), "sign_in", user.id)
        return user

    @classmethod
    async def forget(cls, older_than: datetime) -> int:
        """Forget what was asked before a moment."""
        return await cls.filter(asked_at__lt=older_than).delete()

    @classmethod
    async def _behind(cls, site: Site, text: str, browser: str) -> tuple[Self, User]:
        token = Token.read(text, KIND)
        asked = await cls.filter(id=token.owner, site_id=site.id).first() if token else None
        proven = token is not None and matches(asked.digest if asked else digest(""), digest(token.secret))
        if asked is None or not proven:
            raise Unproven
        if asked.used_at is not None or not asked.asked_at <= now() < asked.asked_at + LIFE:
            raise Expired
        if asked.browser is not None and not matches(asked.browser, digest(browser)):
            raise Unproven
        user = await User.active().filter(site_id=site.id, mailbox=asked.mailbox).first()
        if user is None:
            raise Unproven
        return asked, user


@atomic
async def answer_sign_in(sign_in: int) -> None:
    """Look at a request: promise its letter to who can sign in, and forget that of anybody else."""
    # Locked: of two workers at once, one would send a link that the other makes void.
    asked = await SignIn.select_for_update().filter(id=sign_in, digest__isnull=True).first()
    if asked is None:
        return
    site = await Site.get(id=asked.site_id)
    user = await User.active().filter(site_id=site.id, mailbox=asked.mailbox).first()
    if user is None or not await Cap.take(keyed_digest(site.secret, KIND, asked.mailbox), LETTERS):
        await asked.delete()
        return
    secret = fresh_secret()
    await SignIn.filter(id=asked.id).update(digest=digest(secret))
    paths = {"link": f"/sign-in/{Token(KIND, asked.id, secret)}"}
    letter = user.letter(LetterKind.SIGN_IN, site, key=f"{asked.id}", paths=paths)
    await Delivery.promise([letter], lane=Lane.URGENT)


async def owner_token(site: Site) -> str | None:
    """Give the token that makes its holder the owner; None when there is somebody who may do everything.

    It is signed and bound to how many users there ever were, so it works until there is a first one.
    """
    if await _is_owned(site):
        return None
    return str(Token.signed(OWNER, site.id, site.secret, await _ever(site)))


async def to_own(site: Site, text: str) -> None:
    """Refuse a token that makes nobody the owner."""
    token = Token.read(text, OWNER)
    if token is None or token.owner != site.id or token.claim(site.secret, await _ever(site)) is None:
        raise Unproven
    # Who was trusted with everything since is the owner, though nobody came in anew.
    if await _is_owned(site):
        raise Unproven


@atomic
async def own(site: Site, text: str, *, email: str, name: str, time_zone: str = "", **about: str) -> User:
    """Make who has the owner's link the owner: who may do everything, and knows what and where the site is.

    `about` may set title and language; what is empty stays.
    """
    await lock_site(site.id)
    await to_own(site, text)
    # Not the one that was given, which others read meanwhile: this may yet be refused.
    kept = await Site.get(id=site.id)
    if changed := {what: said for what, said in about.items() if said not in ("", getattr(kept, what))}:
        await kept.change(**changed)
    if time_zone not in ("", kept.time_zone):
        await set_time_zone(kept, time_zone)
    user = await User.welcome(site, email, name, Role.ADMIN)
    await Audit.note(Principal(user.id), "own", user.id)
    return user


async def _is_owned(site: Site) -> bool:
    return await User.active().filter(site_id=site.id, role=Role.ADMIN).exists()


async def _ever(site: Site) -> int:
    return await User.filter(site_id=site.id).count()
