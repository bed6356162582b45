"""A sealed letter: the envelope, and bytes that are the same at every try."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import blake2b

import msgspec

from mailers import encoding
from mailers.addresses import mailbox

# Quoted-printable never holds "=_", so no body can hold this line (RFC 2045, 6.7).
_BOUNDARY = "=_the_same_in_other_words"
_PART = "--{}\r\nContent-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
BEFORE_TEXT = _PART.format(_BOUNDARY, "plain").encode()
BEFORE_HTML = b"\r\n" + _PART.format(_BOUNDARY, "html").encode()
AFTER_HTML = f"\r\n--{_BOUNDARY}--\r\n".encode()


class Mail(msgspec.Struct, frozen=True, gc=False):
    """What a mail server is given, the content in CRLF lines, and the key that its outcome is kept by."""

    key: str
    sender: str
    recipient: str
    content: bytes

    @property
    def domain(self) -> str:
        """Where the letter goes."""
        return self.recipient.rpartition("@")[2].lower()


@dataclass(frozen=True)
class Headers:
    """What a letter tells machines: not to answer (RFC 3834), and how to leave (RFC 2369, 2919, 8058).

    `bulk` says that it goes to many, which holiday messages look for.
    """

    automatic: bool = False
    bulk: bool = False
    list_id: str = ""
    list_name: str = ""
    unsubscribe_url: str = ""

    def rendered(self) -> str:
        """Give the header lines."""
        lines = []
        if self.automatic:
            lines.append("Auto-Submitted: auto-generated\r\n")
        if self.bulk:
            lines.append("Precedence: bulk\r\n")
        if self.list_id:
            name = encoding.phrase(self.list_name, field="list_name") + "\r\n " if self.list_name else ""
            domain = mailbox(f"list@{self.list_id}", field="list_id").removeprefix("list@")
            lines.append(f"List-Id: {name}<{domain}>\r\n")
        if self.unsubscribe_url:
            lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
            lines.append(f"List-Unsubscribe: <{encoding.url(self.unsubscribe_url, field='unsubscribe')}>\r\n")
        return "".join(lines)


NO_HEADERS = Headers()


@dataclass(frozen=True)
class Stamp:
    """To whom a letter goes, by which promise, made when."""

    to: str
    key: str
    promised_at: datetime


@dataclass(frozen=True)
class Sender:
    """Who writes."""

    address: str
    name: str = ""

    @cached_property
    def mailbox(self) -> str:
        """The address as it stands in the envelope."""
        return mailbox(self.address, field="sender")

    @property
    def domain(self) -> str:
        """Where the sender lives; it also names the letters."""
        return self.mailbox.rpartition("@")[2]

    @cached_property
    def header(self) -> str:
        """The line that says who writes."""
        name = encoding.phrase(self.name, field="sender")
        return f"From: {name}\r\n <{self.mailbox}>\r\n" if name else f"From: {self.mailbox}\r\n"

    def called(self, name: str) -> "Sender":
        """Give the sender by this name, unless it has one of its own."""
        return self if self.name or not name else _called(self, name)

    def seal(self, stamp: Stamp, headers: Headers, *, subject: bytes, language: str, body: bytes) -> Mail:
        """Put a subject line, headers and a body of both parts into an envelope."""
        to = mailbox(stamp.to, field="to")
        name = blake2b(encoding.utf8(stamp.key, field="key"), digest_size=16).hexdigest()
        head = (
            f"{self.header}To: {to}\r\n"
            f"Date: {encoding.date(stamp.promised_at)}\r\n"
            f"Message-ID: <{name}@{self.domain}>\r\n"
            f"{headers.rendered()}"
            f"Content-Language: {language}\r\n"
            "MIME-Version: 1.0\r\n"
            f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n'
        )
        return Mail(stamp.key, self.mailbox, to, b"".join((subject, head.encode(), b"\r\n", body)))


@lru_cache(maxsize=64)
def _called(sender: Sender, name: str) -> Sender:
    return replace(sender, name=name)
