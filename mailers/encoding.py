"""Text in seven bits and short lines, as every mail server carries it."""

import re
from base64 import b64encode
from binascii import b2a_qp
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

import idna

import models

_NEWLINE = re.compile(r"\r\n|\r|\n")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_WORDS = re.compile(r"[!-~]{1,60}(?: [!-~]{1,60})*")
# The C code encodes a space at the end of a line after it has counted.
_LATE_SPACE = re.compile(rb"^([^\r\n]{74,75})(=[0-9A-F]{2})\r$", re.MULTILINE)
_ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]{1,60}(?: [\w!#$%&'*+/=?^`{|}~-]{1,60})*", re.ASCII)
_URL = re.compile(r"https?://[!-;=?-~]{1,900}")


@lru_cache(maxsize=1024)
def subject(text: str) -> bytes:
    """Give a subject line; refuse control characters in it."""
    line(text, field="subject")
    if not _WORDS.fullmatch(text) or "=?" in text:
        return b"Subject: " + _encoded_words(text) + b"\r\n"
    rows = ["Subject:"]
    for word in text.split(" "):
        if len(rows[-1]) + len(word) > 75:
            rows.append("")
        rows[-1] += f" {word}"
    return "\r\n".join(rows).encode() + b"\r\n"


def phrase(text: str, *, field: str) -> str:
    """Give a display name as it stands before an address; refuse control characters in it."""
    line(text, field=field)
    if "=?" not in text and len(text) <= 60:
        if _ATOMS.fullmatch(text):
            return text
        if _WORDS.fullmatch(text):
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _encoded_words(text).decode()


def line(text: str, *, field: str) -> str:
    """Give the text back when it can stand on one line."""
    if _CONTROLS.search(text):
        raise models.Invalid(field, "This holds a line break or a control character.")
    utf8(text, field=field)
    return text


def url(text: str, *, field: str) -> str:
    """Give an address of the web back when it can stand in a header between angle brackets."""
    if not text.isascii():
        text = _with_ascii_host(text)
    if not _URL.fullmatch(text):
        raise models.Invalid(field, "This address cannot stand in a letter's header.")
    return text


def quoted_printable(text: str, *, field: str = "text") -> bytes:
    """Give a text, or a part of one, in lines of at most 76 signs that end in CRLF."""
    if "\n" in text or "\r" in text:
        text = _NEWLINE.sub("\r\n", text)
    # The C code breaks lines as the text's own first line break does, and a part may have none.
    data = b2a_qp(utf8(text, field=field)).replace(b"=\n", b"=\r\n")
    return data if len(data) <= 76 else _LATE_SPACE.sub(rb"\1=\r\n\2\r", data)


def continued(text: str) -> bytes:
    """Give a part of a text in quoted-printable, so that any other may follow."""
    data = quoted_printable(text)
    if len(data) - data.rfind(b"\n") - 1 < 76:
        return data + b"=\r\n"
    end = -3 if data[-3:-2] == b"=" else -1
    return b"".join((data[:end], b"=\r\n", data[end:], b"=\r\n"))


def utf8(text: str, *, field: str) -> bytes:
    """Give the bytes of a text; refuse half a surrogate pair."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise models.Invalid(field, "This is not a text.") from None


@lru_cache(maxsize=1024)
def date(moment: datetime) -> str:
    """Give a moment as RFC 5322 writes it, in UTC."""
    return format_datetime(moment.astimezone(UTC))


def _with_ascii_host(url: str) -> str:
    scheme, slashes, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    name, colon, port = host.partition(":")
    try:
        return "".join((scheme, slashes, idna.encode(name, uts46=True).decode(), colon, port, slash, path))
    except UnicodeError:
        return url


def _encoded_words(text: str) -> bytes:
    data, words = text.encode(), list[bytes]()
    while data:
        end = min(39, len(data))  # bytes, so that a line with the header's name stays within 76 signs
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        words.append(b"=?utf-8?B?" + b64encode(data[:end]) + b"?=")
        data = data[end:]
    return b"\r\n ".join(words)
