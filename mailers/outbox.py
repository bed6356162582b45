"""Keeps letters instead of sending them, when no mail server is set."""

import re
from collections import deque
from collections.abc import AsyncIterable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8

from mailers.batch import Withdrawn
from mailers.ledger import Record
from mailers.letter import Letter
from mailers.mail import Headers, Mail, Sender
from mailers.post_office import Letters
from mailers.verdicts import Failed, Outcome, Sent, Verdict
from models.errors import Invalid

ROOM = 200


class Outbox:
    """Takes letters as the post office does, and shows the newest first."""

    def __init__(self, sender: Sender, *, room: int = ROOM) -> None:
        self._sender = sender
        self._kept: deque[Letter] = deque(maxlen=room)

    @property
    def letters(self) -> list[Letter]:
        """The letters, the newest first; a letter that comes again takes the place of the first."""
        return list(reversed(self._kept))

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
        except Invalid as invalid:
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
        for known in [kept for kept in self._kept if kept.key == letter.key]:
            self._kept.remove(known)
        self._kept.append(letter)


def read(mail: Mail) -> Letter:
    """Read a sealed letter as its reader's mail program does."""
    message = message_from_bytes(mail.content, _class=EmailMessage, policy=SMTPUTF8)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    ways = re.findall(r"<([^>]+)>", str(message.get("List-Unsubscribe", "")))
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
            unsubscribe_url=next((way for way in ways if way.startswith("http")), ""),
            unsubscribe_mailto=next((way for way in ways if way.startswith("mailto:")), ""),
        ),
    )
