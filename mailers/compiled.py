"""A letter to many: encoded once, and then only the differences for each reader."""

import re
import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Any

from markupsafe import escape

from mailers import encoding
from mailers.mail import AFTER_HTML, BEFORE_HTML, BEFORE_TEXT, Mail, Sender, Stamp
from mailers.wording import Wording

_Encode = Callable[[str], bytes]


class CompiledLetter:
    """Holds a letter's words, encoded, with open places; a template may print a slot, not decide by it."""

    def __init__(
        self, wording: Wording, sender: Sender, *, fixed: Mapping[str, Any], slots: Collection[str]
    ) -> None:
        # A mark that no fixed value can hold, of signs that no escaping touches.
        marks = {f"\ue000{secrets.randbits(64)}.{number}\ue001": slot for number, slot in enumerate(slots)}
        pieces = re.compile("(" + "|".join(marks) + ")") if marks else re.compile(r"(?!)")
        values = {**fixed, **{slot: _Slot(mark) for mark, slot in marks.items()}}
        subject, text, html = (
            [
                marks.get(piece, piece) if number % 2 else piece
                for number, piece in enumerate(pieces.split(part))
            ]
            for part in wording.filled(values)
        )
        self._sender = sender
        self._language = wording.language
        self._subject = subject
        self._body: list[bytes] = []
        self._places: dict[tuple[str, _Encode], list[int]] = {}
        self._append(BEFORE_TEXT, text, _encode_text)
        self._append(BEFORE_HTML, html, _encode_html)
        self._body.append(AFTER_HTML)

    def fill(self, stamp: Stamp, values: Mapping[str, str]) -> Mail:
        """Seal the letter for one reader; KeyError when a slot has no value."""
        body = self._body.copy()
        for (slot, encode), places in self._places.items():
            encoded = encode(values[slot])
            for place in places:
                body[place] = encoded
        words = self._subject.copy()
        words[1::2] = [values[slot] for slot in words[1::2]]
        subject = encoding.subject("".join(words).strip())
        return self._sender.seal(stamp, subject=subject, language=self._language, body=b"".join(body))

    def _append(self, opening: bytes, pieces: list[str], encode: _Encode) -> None:
        self._body.append(opening)
        for number, piece in enumerate(pieces):
            if number % 2:
                self._places.setdefault((piece, encode), []).append(len(self._body))
                self._body.append(b"")
            elif piece:
                last = number == len(pieces) - 1
                self._body.append((encoding.quoted_printable if last else encoding.continued)(piece))


class _Slot:
    """Prints its mark, in text as in HTML; a template that asks it anything is wrong for every reader."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def __str__(self) -> str:
        return self._mark

    def __html__(self) -> str:
        return self._mark

    def __bool__(self) -> bool:
        raise TypeError("A slot has no value yet, so a template cannot decide by it.")


def _encode_text(value: str) -> bytes:
    return encoding.continued(value) if value else b""


def _encode_html(value: str) -> bytes:
    return encoding.continued(str(escape(value))) if value else b""
