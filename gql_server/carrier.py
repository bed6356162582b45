"""The carrier: takes promised letters from the store to the post, and their outcomes back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from time import monotonic
from typing import Any

import structlog
from aiohttp import web

import models
from gql_server.mail_flow import MailFlow
from gql_server.settings import PREFIX, Settings, require_links
from mailers.letter import Letter
from mailers.letters import NO_CONTENT, Content, Scribe, wording_id
from mailers.mail import Mail, Sender
from mailers.outbox import Outbox
from mailers.post_office import PostOffice
from mailers.reasons import UNWRITABLE
from mailers.servers import read_servers
from mailers.verdicts import (
    Failed,
    NoLine,
    NoSuchAddress,
    OursToFix,
    Outcome,
    Sent,
    TryLater,
    Uncertain,
    Verdict,
)
from models import State
from models.engines.queues import LEASE
from schema.place import Place

A_CHUNK = 50  # letters read from the store at a time
NEEDED = ("id", "kind", "key", "promised_at", "facts", "issue_id")
AWAY_SECONDS = 1.0
NOBODY = "nobody@localhost"
Post = PostOffice | Outbox
Write = Callable[[str, str, datetime, dict[str, Any], Content], Letter | Mail]
log = structlog.get_logger("letters")


class Carrier:
    """Sends the letters of a batch; each outcome is in the store before its line sends the next letter."""

    work = models.Work.SEND_LETTERS

    def __init__(self, place: Place) -> None:
        self._place = place
        self._post: Post | None = None
        self._flow = MailFlow([])

    @property
    def outbox(self) -> Outbox | None:
        """Where letters are kept instead of sent, when they are."""
        return self._post if isinstance(self._post, Outbox) else None

    @asynccontextmanager
    async def with_post(self, settings: Settings, site: models.Site) -> AsyncIterator[None]:
        """Carry letters to the post that the settings name, as long as it is open."""
        self._post, self._flow = _post(settings, site), MailFlow(read_servers(settings.smtp_url))
        try:
            yield
        finally:
            if self._post is not None:
                await self._post.close()

    def stop(self) -> None:
        """Finish the letters that are on their way, and begin no other."""
        if self._post is not None:
            self._post.stop()

    async def send(self, batch: int) -> None:
        """Send what is due of a batch; raise TryLater for the moment of what has to wait."""
        post = self._post
        assert post is not None, "who has no post is given no letters"
        scribe = Scribe(post.sender, await self._place.absolute())
        # What is kept to be shown is shown as it was written.
        round_ = _Round(batch, scribe.write if isinstance(post, Outbox) else scribe.seal, self._flow)
        if await models.Delivery.due(batch).count() > 1:
            await post.send(round_.letters(), record=round_.record, withdrawn=round_.withdrawn)
        else:
            # Alone: somebody waits for it, and it goes over the lines that are kept free for that.
            async for letter in round_.letters():
                await post.send_one(letter, record=round_.record, withdrawn=round_.withdrawn)
        if (moment := await models.Delivery.next_moment(batch)) is not None:
            raise models.TryLater(moment)


CARRIER = web.AppKey("carrier", Carrier)


class _Round:
    """The letters of one batch on their way, by key: the id of the promise, and the name of its words."""

    def __init__(self, batch: int, write: Write, flow: MailFlow) -> None:
        self._batch = batch
        self._write = write
        self._flow = flow
        self._on_their_way: dict[str, tuple[int, str]] = {}
        self._contents: dict[int | None, Content] = {None: NO_CONTENT}
        self._is_ours, self._ours_since = True, float("-inf")

    async def letters(self) -> AsyncIterator[Letter | Mail]:
        """Write the letters that are due, as fast as they are taken."""
        last = 0
        due = models.Delivery.due(self._batch).limit(A_CHUNK).only(*NEEDED)
        while self._is_ours and (rows := await due.filter(id__gt=last)):
            # Watched from now on, though some are written much later.
            self._on_their_way |= {row.key: (row.id, "") for row in rows}
            for row in rows:
                if letter := await self._written(row):
                    yield letter
            last = rows[-1].id

    async def _written(self, row: models.Delivery) -> Letter | Mail | None:
        """Write a letter; one that cannot be written waits alone, and not all that come after it."""
        verdict: Verdict
        try:
            # Of a trial, which is no issue, the letter itself knows the content.
            told = row.facts.pop("content", None)
            content = Content.of(told) if told else await self._content(row.issue_id)
            letter = self._write(row.kind, row.key, row.promised_at, row.facts, content)
            self._on_their_way[row.key] = row.id, wording_id(row.kind, row.facts["language"])
            return letter
        except models.Invalid as invalid:
            verdict = Failed(f"{invalid.field}: {invalid}")
        except Exception as error:
            log.error("cannot be written", kind=row.kind, error=type(error).__name__)
            verdict = TryLater(models.now(), UNWRITABLE)
        await self.record([Outcome(row.key, verdict)])
        return None

    async def _content(self, issue_id: int | None) -> Content:
        """Read what an issue tells, once."""
        if issue_id not in self._contents:
            self._contents[issue_id] = Content.of((await models.Issue.get(id=issue_id)).facts)
        return self._contents[issue_id]

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        """Keep outcomes in the store, as soon as it answers: no line sends more before that."""
        kept = [_read(outcome, self._on_their_way[outcome.key][1]) for outcome in outcomes]
        while True:
            try:
                await models.settle(kept)
                break
            except models.Unavailable:
                await asyncio.sleep(AWAY_SECONDS)
        for outcome in outcomes:
            self._flow.saw(outcome.verdict)
            del self._on_their_way[outcome.key]

    async def withdrawn(self) -> list[str]:
        """Give the keys of letters that the store has taken back meanwhile, whichever process did it.

        These are all when another worker sends them now, for our lease ran out, as in an outage.
        """
        ids = [id for id, _ in self._on_their_way.values()]
        gone = await models.Delivery.withdrawn(ids, batch=self._batch)
        # Last, for from here on a letter whose worker is killed waits for the long lease.
        if not await self._is_still_ours():
            return list(self._on_their_way)
        return [key for key, (id, _) in self._on_their_way.items() if id in gone]

    async def _is_still_ours(self) -> bool:
        if self._is_ours and monotonic() - self._ours_since > LEASE.total_seconds() / 3:
            asked_at = monotonic()
            self._is_ours, self._ours_since = await models.Job.hold(), asked_at
        return self._is_ours


def _post(settings: Settings, site: models.Site) -> Post | None:
    """Open the post office, or an outbox where letters may be shown, or nothing: then letters wait."""
    name, address = settings.sender
    if settings.smtp_url:
        require_links(settings, site.url)
        return PostOffice(read_servers(settings.smtp_url), Sender(address, name))
    if settings.shows_letters:
        return Outbox(Sender(address or NOBODY, name))
    log.warning("no mail server is set; letters wait", setting=f"{PREFIX}SMTP_URL")
    return None


def _read(outcome: Outcome, wording: str) -> models.Outcome:
    state, more = _meaning(outcome.verdict)
    reason = None if isinstance(outcome.verdict, Sent) else outcome.verdict.reason
    return models.Outcome(key=outcome.key, state=state, reason=reason, wording=wording, **more)


def _meaning(verdict: Verdict) -> tuple[State, dict[str, Any]]:
    match verdict:
        case Sent():
            return State.SENT, {}
        case NoSuchAddress():
            return State.FAILED, {"bounced": True}
        case Failed():
            return State.FAILED, {}
        case Uncertain(not_before=moment):
            return State.UNCERTAIN, {"not_before": moment}
        case OursToFix(not_before=moment) | NoLine(not_before=moment):
            return State.DEFERRED, {"not_before": moment, "counted": False}
        case TryLater(not_before=moment):
            return State.DEFERRED, {"not_before": moment}
