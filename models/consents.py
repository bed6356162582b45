"""The consent ledger: what was asked and agreed to, when, by which door; only ever added to."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.instants import Instant, now
from models.relations import belongs_to


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


class Consent(Model):
    """One act. The store refuses to change a row; it goes when its subscription is erased."""

    id = fields.IntField(primary_key=True)
    subscription: Any = belongs_to("Subscription")
    subscription_id: int
    act = fields.CharEnumField(Act, max_length=16)
    at = Instant()
    version = fields.IntField()
    door = fields.CharField(max_length=32)
    form = fields.CharField(max_length=500, null=True)
    network = fields.CharField(max_length=64, null=True)
    language = fields.CharField(max_length=35)
    wording = fields.CharField(max_length=64, null=True)
    detail: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "consent"


async def note(
    subscription: Any, act: Act, trace: Trace, *, wording: str | None = None, **detail: Any
) -> None:
    """Add an act to the ledger, in the caller's transaction."""
    await Consent.create(
        subscription_id=subscription.id, act=act, at=now(), version=subscription.version, door=trace.door,
        form=trace.form, network=trace.network, language=subscription.language, wording=wording,
        detail=detail,
    )  # fmt: skip
