"""A form as a browser, a mail program or a machine sends it: read strictly, or refused."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Self
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.helpers import parse_mimetype

import models
from gql_server.questions import Unreadable
from gql_server.requests import read_body
from models.text import is_plain

LARGEST_FORM = 20_000
# The longest comment, each character of it in the twelve that a form may take for one, and all else.
LARGEST_COMMENT_FORM = 12 * models.LONGEST_COMMENT + 10_000
MOST_FIELDS = 500
UNREADABLE = "This is no filled-in form."
BOUNDARY = re.compile(r"[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]", re.ASCII)  # RFC 2046, 5.1.1


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in, in its order."""

    fields: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, fields: Sequence[tuple[str, str]]) -> Self:
        """Take the fields as they were read; refuse more than any form has, and what is no plain text."""
        if len(fields) > MOST_FIELDS or not all(is_plain(name) and is_plain(value) for name, value in fields):
            raise Unreadable(400, UNREADABLE)
        return cls(tuple(fields))

    def one(self, name: str) -> str:
        """Give the value of a field that stands there once at most; empty when it does not."""
        values = self.all(name)
        if len(values) > 1:
            raise Unreadable(400, UNREADABLE)
        return values[0].strip() if values else ""

    def all(self, name: str) -> list[str]:
        """Give all values of a field."""
        return [value for known, value in self.fields if known == name]

    @property
    def is_one_click(self) -> bool:
        """Whether a mail program sends it, and nobody looks at the answer (RFC 8058)."""
        return ("List-Unsubscribe", "One-Click") in self.fields

    def __contains__(self, name: str) -> bool:
        return any(known == name for known, _ in self.fields)


NOTHING = Form()


def known_frequency(value: str) -> models.Frequency:
    """Read how often letters are wished for."""
    try:
        return models.Frequency(value)
    except ValueError:
        raise models.Invalid("frequency") from None


async def read_form(request: web.Request, largest: int = LARGEST_FORM) -> Form:
    """Read a form; nothing at all is an empty one."""
    body = await read_body(request, largest)
    if not body:
        return NOTHING
    media = parse_mimetype(request.headers.get("Content-Type", ""))
    if media.parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Unreadable(415, "Send the form in UTF-8.")
    try:
        match (media.type, media.subtype):
            case ("application", "x-www-form-urlencoded"):
                fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
            case ("multipart", "form-data"):
                fields = list(_parts(body, media.parameters.get("boundary", "")))
            case _:
                raise Unreadable(415, "Send the form as a browser does.")
    except (ValueError, LookupError, RecursionError):
        raise Unreadable(400, UNREADABLE) from None
    return Form.of(fields)


def _parts(body: bytes, boundary: str) -> Iterator[tuple[str, str]]:
    """Read the parts of a form (RFC 7578); files are left out."""
    if not BOUNDARY.fullmatch(boundary):
        raise ValueError(boundary)
    head = f'Content-Type: multipart/form-data; boundary="{boundary}"\r\n\r\n'.encode()
    message = message_from_bytes(head + body)
    if not message.is_multipart() or message.defects:
        raise ValueError(body)
    for part in message.get_payload():
        assert isinstance(part, Message)
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str) or part.is_multipart():
            raise ValueError(name)
        if part.get_filename() is None:
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            yield name, content.decode()
