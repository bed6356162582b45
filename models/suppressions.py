"""Suppressions: addresses that get no letter, kept as digests, so that they outlive what is erased."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from models.instants import Instant, now
from models.site import Site
from models.tokens import keyed_digest


class Scope(StrEnum):
    """Which letters are kept back."""

    ALL = "all"
    LISTS = "lists"


class Suppression(Model):
    """An address that nobody shall write to; `LISTS` leaves the letters that it asks for itself."""

    key = fields.CharField(max_length=64, primary_key=True)
    scope = fields.CharEnumField(Scope, max_length=8)
    reason = fields.CharField(max_length=32)
    at = Instant()

    class Meta:
        table = "suppression"

    @classmethod
    async def add(cls, site: Site, mailbox: str, scope: Scope, *, reason: str) -> None:
        """Suppress an address; what holds for all letters is never narrowed."""
        key = key_of(site, mailbox)
        await cls.bulk_create([cls(key=key, scope=scope, reason=reason, at=now())], ignore_conflicts=True)
        if scope is Scope.ALL:
            await cls.filter(key=key).update(scope=scope, reason=reason, at=now())

    @classmethod
    async def lift(cls, site: Site, mailbox: str, *scopes: Scope) -> bool:
        """Let letters go to an address again; tell whether it was suppressed in one of these scopes."""
        return bool(await cls.filter(key=key_of(site, mailbox), scope__in=scopes or list(Scope)).delete())

    @classmethod
    async def bars(cls, site: Site, mailbox: str, scope: Scope) -> bool:
        """Tell whether letters of this kind are kept back from an address."""
        found = await cls.filter(key=key_of(site, mailbox)).first()
        return found is not None and (found.scope is Scope.ALL or scope is Scope.LISTS)


def key_of(site: Site, mailbox: str) -> str:
    """Give the digest that an address is suppressed by."""
    return keyed_digest(site.secret, "suppression", mailbox)
