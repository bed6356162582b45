"""A letter to many: encoded once, and then only the differences for each reader."""

import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from markupsafe import escape

from mailers import encoding
from mailers.letter import Letter
from mailers.mail import AFTER_HTML, BEFORE_HTML, BEFORE_TEXT, Headers, Mail, Sender, Stamp

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_Encode = Callable[[str], bytes]


class CompiledLetter:
    """Holds a letter's words, encoded, with open places; a template may print a mark, not decide by it."""

    def __init__(self, letter: Letter, marks: Mapping[str, str], sender: Sender) -> None:
        """Take a letter in which marks stand for what differs: marks by their slots."""
        pieces = re.compile("(" + "|".join(marks.values()) + ")") if marks else re.compile(r"(?!)")
        slots = {mark: slot for slot, mark in marks.items()}
        subject, text, html = (
            [slots[piece] if number % 2 else piece for number, piece in enumerate(pieces.split(part))]
            for part in (letter.subject, letter.text, letter.html)
        )
        self.language = letter.language
        self._sender = sender.called(letter.writer)
        self._headers = letter.headers
        self._slots = slots
        self._subject = subject
        self._body: list[bytes] = []
        self._places: dict[tuple[str, _Encode], list[int]] = {}
        self._append(BEFORE_TEXT, text, _encode_text)
        self._append(BEFORE_HTML, html, _encode_html)
        self._body.append(AFTER_HTML)

    def fill(self, stamp: Stamp, values: Mapping[str, str]) -> Mail:
        """Seal the letter for one reader, whose own way out its headers name; KeyError without a value."""
        body = self._body.copy()
        for (slot, encode), places in self._places.items():
            encoded = encode(values[slot])
            for place in places:
                body[place] = encoded
        words = self._subject.copy()
        words[1::2] = [values[slot] for slot in words[1::2]]
        subject = encoding.subject("".join(words).strip())
        headers = self._headers_for(values)
        return self._sender.seal(stamp, headers, subject=subject, language=self.language, body=b"".join(body))

    def _headers_for(self, values: Mapping[str, str]) -> Headers:
        url = self._headers.unsubscribe_url
        return replace(self._headers, unsubscribe_url=values[self._slots[url]] if url in self._slots else url)

    def _append(self, opening: bytes, pieces: list[str], encode: _Encode) -> None:
        self._body.append(opening)
        for number, piece in enumerate(pieces):
            if number % 2:
                self._places.setdefault((piece, encode), []).append(len(self._body))
                self._body.append(b"")
            elif piece:
                last = number == len(pieces) - 1
                self._body.append((encoding.quoted_printable if last else encoding.continued)(piece))


def marks_for(slots: Collection[str]) -> dict[str, str]:
    """Give each slot a mark that no value can hold, of signs that no escaping touches."""
    return {slot: f"\ue000{secrets.randbits(64)}.{number}\ue001" for number, slot in enumerate(slots)}


def _encode_text(value: str) -> bytes:
    return encoding.continued(value) if value else b""


def _encode_html(value: str) -> bytes:
    return encoding.continued(str(escape(value))) if value else b""
