"""Invitations: the letter that tells somebody that they can sign in."""

from datetime import timedelta

from models.atomic import atomic
from models.audit import Audit
from models.caps import Cap, Limits
from models.deliveries import Delivery, LetterKind
from models.errors import TooMany
from models.jobs import Lane
from models.principals import NOBODY, Principal, Role
from models.site import Site
from models.tokens import fresh_seed, keyed_digest
from models.users import User

LETTERS: Limits = ((3, timedelta(days=1)),)


@atomic
async def invite(site: Site, email: str, name: str, role: Role, *, by: Principal = NOBODY) -> User:
    """Let somebody sign in, and write them so; who could already gets the role anew."""
    user = await User.welcome(site, email, name, role, by=by)
    if not await Cap.take(keyed_digest(site.secret, "invitation", user.mailbox), LETTERS):
        raise TooMany(timedelta(days=1))
    letter = user.letter(LetterKind.INVITATION, site, key=fresh_seed(), paths={"link": "/sign-in"})
    await Delivery.promise([letter], lane=Lane.NORMAL)
    await Audit.note(by, "user.invite", user.id)
    return user
