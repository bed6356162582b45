"""Webhooks: receivers elsewhere that want to be told what happens here, and what was heard of them."""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from tortoise import fields
from tortoise.models import Model

from models.atomic import atomic
from models.audit import Audit
from models.errors import Invalid, NotFound
from models.fitting import plain
from models.instants import Instant, lasts, now
from models.jobs import delay_after
from models.principals import NOBODY, Principal
from models.site import Site
from models.site_lock import lock_site, read_again
from models.web_addresses import LONGEST, NotCalled, WebAddress
from models.webhook_calls import LONGEST_REASON, CallState, HookEvent, WebhookCall

MOST = 20
CHOICES = tuple(event for event in HookEvent if event is not HookEvent.PING)
# A receiver that has two secrets at hand loses nothing while it is given the new one.
BOTH_SECRETS = timedelta(days=1)
FAILING_FOR = timedelta(days=3)
# Who does not answer at all is left alone for so long, whatever else there is to tell.
REST = timedelta(minutes=1)
PREFIX = "whsec_"
SECRET_BYTES = 32
GONE = "it answered that it is gone"
FAILING = "nothing was taken for days"

_is_quiet: ContextVar[bool] = ContextVar("_is_quiet", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a receiver answered: a status, or none when it did not answer; and why that will not do."""

    status: int | None = None
    reason: str | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the message was taken."""
        return self.reason is None

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants to be told nothing any more."""
        return self.status == 410


class Webhook(Model):
    """A receiver. Its secret is kept as it is, for every message is signed with it; it is shown once.

    `failing_since` is the first try since which nothing was taken; `rests_until` when it is tried again after
    it did not answer.
    """

    id = fields.IntField(primary_key=True)
    url = fields.CharField(max_length=LONGEST)
    secret = fields.CharField(max_length=64)
    earlier_secret = fields.CharField(max_length=64, null=True)
    rotated_at = Instant(null=True)
    events: list[str] = fields.JSONField()
    is_paused = fields.BooleanField(default=False)
    paused_because = fields.CharField(max_length=LONGEST_REASON, null=True)
    failing_since = Instant(null=True)
    rests_until = Instant(null=True)
    created_at = Instant()

    class Meta:
        table = "webhook"

    @property
    def host(self) -> str:
        """The host alone: there may be a secret in the rest of the address."""
        return WebAddress.of(self.url, near=True).host

    @property
    def wants(self) -> list[HookEvent]:
        """What it is told of."""
        return [event for event in CHOICES if event in self.events]

    @property
    def rest(self) -> datetime | None:
        """The moment until which it is left alone; None when it may be called."""
        # What lies further ahead was written before the clock was put back.
        return self.rests_until if self.rests_until and now() < self.rests_until <= now() + REST else None

    @classmethod
    async def by_id(cls, id: int) -> Self:
        """Give one; refuse when there is none."""
        found = await cls.filter(id=id).first()
        if found is None:
            raise NotFound("There is no such webhook.", field="id")
        return found

    @classmethod
    @atomic
    async def add(
        cls, url: str, events: Collection[HookEvent], *, by: Principal, near: bool = False
    ) -> tuple[Self, str]:
        """Tell a receiver of some events from now on; give it with its secret, which is not shown again.

        `near` takes one on this machine too.
        """
        # Two at once would count the same.
        await lock_site((await Site.found()).id)
        if await cls.all().count() >= MOST:
            raise NotCalled("url", f"There are {MOST} webhooks already; remove one first.", limit=MOST)
        webhook = await cls.create(
            url=_checked(url, near=near), secret=_fresh_secret(), events=_chosen(events), created_at=now()
        )
        await Audit.note(by, "webhook.create", webhook.id)
        return webhook, webhook.secret

    @atomic
    async def update(
        self, *, url: str | None = None, events: Collection[HookEvent] | None = None,
        is_paused: bool | None = None, new_secret: bool = False, by: Principal, near: bool = False,
    ) -> str | None:  # fmt: skip
        """Change what is said, all or nothing; None stays as it is. Give the secret when it is new."""
        await self._take()
        values: dict[str, Any] = {}
        if url is not None:
            values |= {"url": _checked(url, near=near), "failing_since": None, "rests_until": None}
        if events is not None:
            values["events"] = _chosen(events)
        await self._become(**values)
        await Audit.note(by, "webhook.update", self.id)
        if is_paused is not None and is_paused != self.is_paused:
            await (self.pause(by=by) if is_paused else self.resume(by=by))
        return await self.rotate(by=by) if new_secret else None

    @atomic
    async def pause(self, because: str | None = None, *, by: Principal) -> None:
        """Tell it nothing from now on; what waits is kept."""
        await self._become(is_paused=True, paused_because=because)
        await WebhookCall.pause_all(self.id)
        await Audit.note(by, "webhook.pause", self.id)

    @atomic
    async def resume(self, *, by: Principal) -> None:
        """Tell it again what happens, and what was kept."""
        await self._become(is_paused=False, paused_because=None, failing_since=None, rests_until=None)
        await WebhookCall.resume_all(self.id)
        await Audit.note(by, "webhook.resume", self.id)

    @atomic
    async def rotate(self, *, by: Principal) -> str:
        """Sign with a new secret, and for a day with the one before too; give the new one."""
        await self._take()
        fresh = _fresh_secret()
        await self._become(secret=fresh, earlier_secret=self.secret, rotated_at=now())
        await Audit.note(by, "webhook.rotate", self.id)
        return fresh

    @atomic
    async def remove(self, *, by: Principal) -> None:
        """Tell it nothing any more, and forget what it was told."""
        await Webhook.filter(id=self.id).delete()
        await WebhookCall.remove_all(self.id)
        await Audit.note(by, "webhook.delete", self.id)

    @atomic
    async def ping(self, *, by: Principal) -> WebhookCall:
        """Promise a message that says nothing, to try it out."""
        if self.is_paused:
            raise Invalid("id", "This webhook is paused; let it go on first.", why="paused")
        await Audit.note(by, "webhook.ping", self.id)
        return await WebhookCall.promise(self.id, HookEvent.PING, self.id, {})

    def signatures(self, message: str, timestamp: int, body: bytes) -> str:
        """Sign a message as the Standard Webhooks specification has it (webhook-signature, v1)."""
        signed = f"{message}.{timestamp}.".encode() + body
        keys = [self.secret]
        if self.earlier_secret and lasts(self.rotated_at, BOTH_SECRETS):
            keys.append(self.earlier_secret)
        digests = [hmac.digest(b64decode(key.removeprefix(PREFIX)), signed, "sha256") for key in keys]
        return " ".join(f"v1,{b64encode(digest).decode()}" for digest in digests)

    async def _take(self) -> None:
        """Lock it in the caller's transaction, and read it as it stands."""
        await Webhook.select_for_update().filter(id=self.id).only("id").first()
        await read_again(self)

    async def _become(self, **values: Any) -> None:
        if values:
            await Webhook.filter(id=self.id).update(**values)
            self.update_from_dict(values)


async def promise(event: HookEvent, subject_id: int, **facts: object) -> None:
    """Promise in the caller's transaction that who wants to know will be told; `facts` are told along.

    Only what everybody may read, or nobody can make anything of, is a fact.
    """
    if _is_quiet.get():
        return
    for webhook in await Webhook.filter(is_paused=False).only("id", "events").order_by("id"):
        if event in webhook.events:
            await WebhookCall.promise(webhook.id, event, subject_id, facts)


async def promise_once(event: HookEvent, subject_id: int, **facts: object) -> None:
    """Promise the same, unless it was promised before: for work that may be done twice."""
    if not await WebhookCall.filter(event=event, subject_id=subject_id).exists():
        await promise(event, subject_id, **facts)


@contextmanager
def quietly() -> Iterator[None]:
    """Tell no receiver of what is done in here: an import is no news."""
    token = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(token)


@atomic
async def replay(call: WebhookCall, *, by: Principal) -> None:
    """Make a call once more, whatever came of it."""
    if (await Webhook.by_id(call.webhook_id)).is_paused:
        raise Invalid("id", "This webhook is paused; let it go on first.", why="paused")
    await call.begin_anew()
    await Audit.note(by, "webhook.replay", call.id)


@atomic
async def set_aside(call: WebhookCall) -> bool:
    """Keep a call until its webhook goes on; say no when it does already."""
    if await Webhook.select_for_update().filter(id=call.webhook_id, is_paused=True).first() is None:
        return False
    await WebhookCall.filter(id=call.id, state=CallState.WAITING).update(state=CallState.PAUSED)
    return True


@atomic
async def hear(call: WebhookCall, heard: Heard) -> datetime | None:
    """Keep what came of a call; give the moment of its next try, or None when it is over."""
    # Both locked, and in this order, as who pauses it does: a replay that comes in between is not lost.
    webhook = await Webhook.select_for_update().filter(id=call.webhook_id).first()
    # Not when it was removed or begun anew meanwhile; when it was paused, only that it was taken.
    states = [CallState.WAITING, CallState.PAUSED] if heard.is_taken else [CallState.WAITING]
    known = WebhookCall.filter(id=call.id, begun_at=call.begun_at, state__in=states)
    if webhook is None or await known.select_for_update().first() is None:
        return None
    told = {"tries": call.tries + 1, "last_status": heard.status, "last_reason": _cut(heard.reason)}
    if heard.is_taken:
        if webhook.failing_since or webhook.rests_until:
            await webhook._become(failing_since=None, rests_until=None)
        await call.settle(CallState.DELIVERED, **told)
        return None
    return await _not_taken(webhook, call, heard, told)


async def _not_taken(
    webhook: Webhook, call: WebhookCall, heard: Heard, told: dict[str, Any]
) -> datetime | None:
    moment = now()
    since = webhook.failing_since if webhook.failing_since and webhook.failing_since <= moment else moment
    await webhook._become(failing_since=since, rests_until=moment + REST if heard.status is None else None)
    again = moment + delay_after(call.tries + 1)
    is_over = heard.is_gone or again >= call.is_over_at
    await call.settle(CallState.FAILED if is_over else CallState.WAITING, not_before=again, **told)
    if heard.is_gone or moment - since >= FAILING_FOR:
        await webhook.pause(GONE if heard.is_gone else FAILING, by=NOBODY)
        return None
    return None if is_over else again


def _cut(reason: str | None) -> str | None:
    return plain("reason", reason)[:LONGEST_REASON] if reason else None


def _checked(url: str, *, near: bool) -> str:
    return WebAddress.of(plain("url", url.strip()), near=near).url


def _chosen(events: Collection[HookEvent]) -> list[str]:
    if not events:
        raise Invalid("events", "Choose at least one event.")
    if HookEvent.PING in events:
        raise Invalid("events", "A ping is sent to try a webhook out; it is no choice.", why="ping")
    return [str(event) for event in CHOICES if event in events]


def _fresh_secret() -> str:
    return PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
