"""Replies: an answer as HTTP sends it to one kind of client, and when it need not be sent again."""

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from http.client import responses
from typing import NamedTuple

import models
from gql_server.admission import RETRY_SECONDS
from gql_server.answers import DEADLINE_EXCEEDED, Answer
from gql_server.middleware import REFERRER, SAFE
from gql_server.negotiation import JSON, has_already
from gql_server.tags import headers_of

# A packet; smaller answers gain nothing.
PACKED_FROM = 1_400
# What is longer is packed while others are served.
PACKED_APART_FROM = 100_000
# For as long a CDN or a browser may give the same answer again, and for as long while it asks for a new one.
FRESH_SECONDS, STALE_SECONDS = 10, 60
NO_STORE = "no-store"
FOR_ONE = "private, no-store"
VARY = "Accept, Accept-Encoding, Origin"
OF_THE_BODY = {"Content-Type", "Content-Encoding", "Retry-After"}


class Form(NamedTuple):
    """How a client takes an answer: in which media type, packed or not, and whether it may be kept by others,
    or is for a principal alone.

    `tells_tags` says that a CDN is told what the answer was made from, and `is_draft` that statuses are those
    of the draft of August 2026.
    """

    media: str
    is_packed: bool = False
    is_shared: bool = False
    is_private: bool = False
    is_draft: bool = False
    tells_tags: bool = False


class Reply(NamedTuple):
    """A status, headers and bytes; with an `etag` when whoever has it already may be told just that."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    etag: str | None = None
    until: datetime | None = None

    @property
    def is_steady(self) -> bool:
        """Whether its headers stay as they are for as long as it may be kept."""
        return self.until is None or (self.until - models.now()).total_seconds() > 2 * STALE_SECONDS

    def headers_now(self) -> dict[str, str]:
        """Give the headers at this moment."""
        fresh = {} if self.etag is None else {"Cache-Control": lasting(self.until)}
        return {**self.headers, **fresh}

    def is_known(self, named: Sequence[str]) -> bool:
        """Tell whether who asks has these bytes already, by its If-None-Match headers."""
        return bool(named) and self.etag is not None and has_already(self.etag, named)

    def lines(self) -> bytes:
        """Write the head as far as it is the same for everybody."""
        return b"%sContent-Length: %d\r\n" % (_lines(self.status, self.headers), len(self.body))

    def lines_unchanged(self) -> bytes:
        """Write the head, as far as it is the same for everybody, of a reply that there is nothing new."""
        return _lines(304, unsent(self.headers))


def unsent(headers: Mapping[str, str]) -> dict[str, str]:
    """Give what is left of the headers of bytes that are not sent, as their receiver has them."""
    return {name: value for name, value in headers.items() if name not in OF_THE_BODY}


async def reply_to(answer: Answer, form: Form) -> Reply:
    """Write an answer in a form; what is long is packed while others are served."""
    body = answer.written()
    if form.is_packed and len(body) >= PACKED_APART_FROM:
        return _reply(answer, form, await asyncio.to_thread(_packed, body), is_packed=True)
    return _reply_at_once(answer, form, body)


def reply_at_once(answer: Answer, form: Form) -> Reply:
    """Write an answer in a form, while others wait."""
    return _reply_at_once(answer, form, answer.written())


def _reply_at_once(answer: Answer, form: Form, body: bytes) -> Reply:
    is_packed = form.is_packed and len(body) >= PACKED_FROM
    return _reply(answer, form, _packed(body) if is_packed else body, is_packed=is_packed)


def _reply(answer: Answer, form: Form, body: bytes, *, is_packed: bool) -> Reply:
    headers = {"Content-Type": f"{form.media}; charset=utf-8", "Vary": VARY}
    headers["Cache-Control"] = FOR_ONE if form.is_private else NO_STORE
    if answer.is_unavailable:
        headers["Retry-After"] = str(RETRY_SECONDS)
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    status = status_of(answer, form)
    if not form.is_shared or answer.codes:
        return Reply(status, body, headers)
    headers["Cache-Control"] = lasting(answer.until)
    headers["ETag"] = etag = _etag(form.media, body)
    if form.tells_tags:
        headers |= headers_of(answer.reads)
    return Reply(status, body, headers, etag, answer.until)


def status_of(answer: Answer, form: Form) -> int:
    """Give the HTTP status of an answer."""
    if answer.is_unavailable:
        return 503
    if DEADLINE_EXCEEDED in answer.codes:
        return 504
    if form.media == JSON:
        # Clients that accept plain JSON alone read a status other than 200 as a broken line.
        return 200
    return answer.status(draft=form.is_draft)


def lasting(until: datetime | None) -> str:
    """Give the Cache-Control of what everybody may keep, but nobody past a moment."""
    fresh, stale = FRESH_SECONDS, STALE_SECONDS
    if until is not None:
        left = max(0, int((until - models.now()).total_seconds()))
        fresh = min(fresh, left)
        stale = min(stale, left - fresh)
    return f"public, max-age={fresh}, stale-while-revalidate={stale}"


def _lines(status: int, headers: Mapping[str, str]) -> bytes:
    # What has a tag or tells tags is like no other; the rest comes in a few ways.
    write = _written if "ETag" not in headers else _written.__wrapped__
    return write(status, tuple(headers.items()))


@lru_cache(maxsize=64)
def _written(status: int, headers: tuple[tuple[str, str], ...]) -> bytes:
    named = {**SAFE, **dict([REFERRER]), **dict(headers)}
    lines = [f"{name}: {value}\r\n" for name, value in named.items()]
    return "".join([f"HTTP/1.1 {status} {responses.get(status, '')}\r\n", *lines]).encode()


def _etag(media: str, body: bytes) -> str:
    # Of these very bytes and what they are called: each form has its own.
    return f'"{blake2b(body, digest_size=12, person=media[-16:].encode()).hexdigest()}"'


def _packed(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(body) + packer.flush()
