"""The consent ledger: what was asked and agreed to, when, by which door; only ever added to."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self
from urllib.parse import unquote

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.instants import Instant, now
from models.relations import belongs_to
from models.text import is_plain

LONGEST_FORM = 500
SECRET = re.compile(r"\b([a-z]{1,16}_[1-9][0-9]{0,9})_[A-Za-z0-9._-]{32,}")


class Act(StrEnum):
    """What somebody did, or was told."""

    REQUESTED = "requested"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    CHANGED = "changed"
    LEFT = "left"
    RETURNED = "returned"
    IMPORTED = "imported"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How an act reached us: the door, the address of the form, the network it came from."""

    door: str
    form: str | None = None
    network: str | None = None


# What whoever runs the publication does for somebody who asks them.
BY_OPERATOR = Trace(door="operator")


def kept_form(form: str | None) -> str | None:
    """Give so much of a form's address as is kept: the secret of a letter's link is not."""
    if form is None or not is_plain(form):
        return None
    read = unquote(form)
    return SECRET.sub(r"\1", read if SECRET.search(read) else form)[:LONGEST_FORM] or None


class Consent(Model):
    """One act. The store refuses to change a row; it goes when its subscription is erased."""

    id = fields.IntField(primary_key=True)
    subscription: Any = belongs_to("Subscription")
    subscription_id: int
    act = fields.CharEnumField(Act, max_length=16)
    at = Instant()
    version = fields.IntField()
    door = fields.CharField(max_length=32)
    form = fields.CharField(max_length=LONGEST_FORM, null=True)
    network = fields.CharField(max_length=64, null=True)
    language = fields.CharField(max_length=35)
    wording = fields.CharField(max_length=64, null=True)
    detail: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "consent"

    @classmethod
    def of(cls, subscription_id: int) -> QuerySet[Self]:
        """Ask for the acts of a subscriber, the latest first."""
        return cls.filter(subscription_id=subscription_id).order_by("-id")


async def note(subscription: Any, act: Act, trace: Trace, **detail: Any) -> None:
    """Add an act to the ledger, in the caller's transaction."""
    await Consent.create(
        subscription_id=subscription.id, act=act, at=now(), version=subscription.version, door=trace.door,
        form=kept_form(trace.form), network=trace.network, language=subscription.language, detail=detail,
    )  # fmt: skip
