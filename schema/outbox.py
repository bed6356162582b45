"""The letters that a development server keeps instead of sending them; others know nothing of this."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import strawberry
from strawberry import Info

from schema.scalars import HTML, URL, EmailAddress, LanguageTag


@strawberry.type(description="A letter that was kept instead of sent.")
class OutboxLetter:
    html: HTML = strawberry.field(description="The letter as HTML.")
    language: LanguageTag = strawberry.field(description="Language it is written in.")
    links: list[URL] = strawberry.field(description="Every link in its text, in order.")
    sent_at: datetime = strawberry.field(description="Moment it would have been sent.")
    subject: str = strawberry.field(description="Subject.")
    text: str = strawberry.field(description="The letter as plain text.")
    to: EmailAddress = strawberry.field(description="Address it would have been sent to.")


async def letters_as_kept(info: Info) -> AsyncIterator[OutboxLetter]:
    """Give each letter as it is kept."""
    if (outbox := info.context.visitor.outbox) is not None:
        async for kept in outbox.listen():
            yield _shown(kept.sent_at, kept.letter)


def kept_letters(info: Info) -> list[OutboxLetter] | None:
    """Give the letters that were kept, the newest first."""
    outbox = info.context.visitor.outbox
    return [_shown(kept.sent_at, kept.letter) for kept in outbox.kept] if outbox else []


def _shown(moment: datetime, letter: Any) -> OutboxLetter:
    return OutboxLetter(
        html=letter.html,
        language=letter.language,
        links=letter.links,
        sent_at=moment,
        subject=letter.subject,
        text=letter.text,
        to=letter.to,
    )
