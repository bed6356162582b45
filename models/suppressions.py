"""Suppressions: addresses that get no letter, kept as digests, so that they outlive what is erased."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Self

from tortoise import fields
from tortoise.models import Model

from models.instants import Instant, now
from models.site import Site
from models.tokens import keyed_digest


class SuppressionScope(StrEnum):
    """Which letters are kept back."""

    ALL = "all"
    LISTS = "lists"


class Suppression(Model):
    """An address that nobody shall write to; `LISTS` leaves the letters that it asks for itself."""

    key = fields.CharField(max_length=64, primary_key=True)
    scope = fields.CharEnumField(SuppressionScope, max_length=8)
    reason = fields.CharField(max_length=32)
    at = Instant()

    class Meta:
        table = "suppression"

    @classmethod
    async def of(cls, site: Site, mailbox: str) -> Self | None:
        """Give the suppression of an address, if it has one."""
        return await cls.filter(key=key_of(site, mailbox)).first()

    @classmethod
    async def add(cls, site: Site, mailbox: str, scope: SuppressionScope, *, reason: str) -> None:
        """Suppress an address; what holds for all letters is never narrowed."""
        await cls.add_each(site, {mailbox: scope}, reason=reason)
        if scope is SuppressionScope.ALL:
            key = key_of(site, mailbox)
            await cls.filter(key=key).update(scope=scope, reason=reason, at=now())

    @classmethod
    async def lift(cls, site: Site, mailbox: str, *scopes: SuppressionScope) -> bool:
        """Let letters go to an address again; tell whether it was suppressed in one of these scopes."""
        return bool(
            await cls.filter(key=key_of(site, mailbox), scope__in=scopes or list(SuppressionScope)).delete()
        )

    @classmethod
    async def add_each(cls, site: Site, scopes: Mapping[str, SuppressionScope], *, reason: str) -> None:
        """Suppress those of some addresses that are not suppressed yet."""
        rows = [
            cls(key=key_of(site, mailbox), scope=scope, reason=reason, at=now())
            for mailbox, scope in scopes.items()
        ]
        await cls.bulk_create(rows, ignore_conflicts=True)

    @classmethod
    async def bars(cls, site: Site, mailbox: str, scope: SuppressionScope) -> bool:
        """Tell whether letters of this kind are kept back from an address."""
        return bool(await cls.barred(site, [mailbox], scope))

    @classmethod
    async def barred(
        cls, site: Site, mailboxes: Sequence[str], scope: SuppressionScope
    ) -> dict[str, SuppressionScope]:
        """Give those of some addresses from which letters of this kind are kept back, and what else is."""
        keys = {key_of(site, mailbox): mailbox for mailbox in mailboxes}
        return {
            keys[row.key]: row.scope
            for row in await cls.filter(key__in=list(keys))
            if row.scope is SuppressionScope.ALL or scope is SuppressionScope.LISTS
        }


def key_of(site: Site, mailbox: str) -> str:
    """Give the digest that an address is suppressed by."""
    return keyed_digest(site.secret, "suppression", mailbox)
