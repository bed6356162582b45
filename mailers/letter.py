"""A letter to one reader, in text and in HTML."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from mailers.encoding import quoted_printable, subject
from mailers.mail import AFTER_HTML, BEFORE_HTML, BEFORE_TEXT, NO_HEADERS, Headers, Mail, Sender, Stamp

_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What one reader is told; `key` and `promised_at` make every try give the same bytes.

    `writer` says who writes where the sender has no name.
    """

    to: str
    subject: str
    text: str
    html: str
    language: str
    key: str
    promised_at: datetime
    headers: Headers = NO_HEADERS
    writer: str = field(default="", compare=False)

    @property
    def links(self) -> list[str]:
        """Every link in the text, in its order."""
        return _LINK.findall(self.text)

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The text in its pieces, and whether each is a link."""
        parts = re.split(f"({_LINK.pattern})", self.text)
        return [(part, number % 2 == 1) for number, part in enumerate(parts) if part]

    def link(self, kind: str) -> str:
        """Give the first link whose path begins with this word; LookupError when there is none."""
        for link in self.links:
            if urlsplit(link).path.split("/")[1:2] == [kind]:
                return link
        raise LookupError(f"no link to {kind} among {self.links}")

    def rendered(self, sender: Sender) -> Mail:
        """Seal the letter for sending."""
        parts = (
            BEFORE_TEXT,
            quoted_printable(_closed(self.text), field="text"),
            BEFORE_HTML,
            quoted_printable(_closed(self.html), field="html"),
            AFTER_HTML,
        )
        stamp = Stamp(self.to, self.key, self.promised_at)
        line = subject(self.subject)
        named = sender.called(self.writer)
        return named.seal(stamp, self.headers, subject=line, language=self.language, body=b"".join(parts))


def _closed(text: str) -> str:
    return text if text.endswith(("\n", "\r")) else f"{text}\n"
