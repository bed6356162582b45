"""Keeps letters instead of sending them, when no mail server is set."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import NamedTuple

import models
from mailers.batch import Withdrawn
from mailers.ledger import Record
from mailers.letter import Letter
from mailers.mail import Headers, Mail, Sender
from mailers.post_office import Letters
from mailers.verdicts import Failed, Outcome, Sent, Verdict

ROOM = 200


class Kept(NamedTuple):
    """A letter, a number that no other ever has, and the moment it would have been sent."""

    number: int
    sent_at: datetime
    letter: Letter


class Outbox:
    """Takes letters as the post office does, and shows the newest first."""

    def __init__(self, sender: Sender, *, room: int = ROOM) -> None:
        self.room = room
        self._sender = sender
        self._count = 0
        self._kept: deque[Kept] = deque(maxlen=room)
        self._listening: set[asyncio.Queue[Kept]] = set()

    @property
    def letters(self) -> list[Letter]:
        """The letters, the newest first; a letter that comes again takes the place of the first."""
        return [kept.letter for kept in self.kept]

    @property
    def kept(self) -> list[Kept]:
        """The letters, the newest first, as they were kept."""
        return list(reversed(self._kept))

    async def listen(self) -> AsyncIterator[Kept]:
        """Give each letter as it comes, from now on."""
        arrived: asyncio.Queue[Kept] = asyncio.Queue(ROOM)
        self._listening.add(arrived)
        try:
            while True:
                yield await arrived.get()
        finally:
            self._listening.discard(arrived)

    async def send(self, letters: Letters, *, record: Record, withdrawn: Withdrawn | None = None) -> None:
        """Keep letters; each is out as soon as it is written, so none is taken back."""
        if isinstance(letters, AsyncIterable):
            async for letter in letters:
                await self.send_one(letter, record=record)
        else:
            for letter in letters:
                await self.send_one(letter, record=record)

    async def send_one(
        self, letter: Letter | Mail, *, record: Record, withdrawn: Withdrawn | None = None
    ) -> Verdict | None:
        """Keep a letter; it fails here as it would on its way."""
        verdict: Verdict = Sent("kept in the outbox")
        try:
            self._keep(read(letter) if isinstance(letter, Mail) else letter)
        except models.Invalid as invalid:
            verdict = Failed(f"{invalid.field}: {invalid}")
        await record([Outcome(letter.key, verdict)])
        return verdict

    @property
    def sender(self) -> Sender:
        """Who writes the letters."""
        return self._sender

    def stop(self) -> None:
        """Do nothing: no letter is on its way."""

    async def close(self) -> None:
        """Do nothing: what is kept stays readable."""

    def _keep(self, letter: Letter) -> None:
        letter.rendered(self._sender)
        for known in [kept for kept in self._kept if kept.letter.key == letter.key]:
            self._kept.remove(known)
        self._count += 1
        self._kept.append(Kept(self._count, datetime.now(UTC), letter))
        for arrived in self._listening:
            if not arrived.full():  # who does not listen any more, and did not say so
                arrived.put_nowait(self._kept[-1])


def read(mail: Mail) -> Letter:
    """Read a sealed letter as its reader's mail program does."""
    message = message_from_bytes(mail.content, _class=EmailMessage, policy=SMTPUTF8)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    list_name, _, list_id = str(message.get("List-Id", "")).rstrip(">").rpartition("<")
    return Letter(
        to=mail.recipient,
        subject=str(message["Subject"]),
        text=text.get_content().replace("\r\n", "\n"),
        html=html.get_content().replace("\r\n", "\n"),
        language=str(message["Content-Language"]),
        key=mail.key,
        promised_at=message["Date"].datetime,
        headers=Headers(
            automatic="Auto-Submitted" in message,
            bulk="Precedence" in message,
            list_id=list_id,
            list_name=_unquoted(list_name.strip()),
            unsubscribe_url=str(message.get("List-Unsubscribe", "")).strip("<>"),
        ),
    )


def _unquoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name.startswith('"') else name
