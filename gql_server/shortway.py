"""The short way: a kept answer to a plain request is written at once, with no task, handler or response made.

Whatever is not plain goes the long way, and is told there what is wrong with it; without this room all do.
"""

from aiohttp import HttpVersion11, StreamReader, web
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http_parser import RawRequestMessage

from gql_server.crowd import CROWD
from gql_server.identity import shows_a_key
from gql_server.middleware import new_number
from gql_server.negotiation import accepted
from gql_server.origins import ORIGINS
from gql_server.questions import Unreadable
from gql_server.requests import wrong_with
from gql_server.visitors import VISITORS
from gql_server.wholes import WHOLES, Whole


class ShortWay:
    """Answers a request with what is kept, under the same rules as the long way."""

    def __init__(self, app: web.Application) -> None:
        self._crowd = app[CROWD]
        self._origins = app[ORIGINS]
        self._visitors = app[VISITORS]
        self._wholes = app[WHOLES]

    def find(self, message: RawRequestMessage, payload: StreamReader) -> Whole | None:
        """Give what is kept for a request, if the request is plain."""
        asking = _asking(message, payload)
        if asking is None or self._crowd.is_full:
            return None
        takes = accepted(", ".join(message.headers.getall("Accept", ())))
        key = self._wholes.key(asking, takes, message.headers.get("Accept-Encoding", ""))
        whole = None if key is None else self._wholes.find(key)
        return whole if whole is not None and whole.is_steady else None

    def written(self, whole: Whole, request: web.Request) -> bytes | None:
        """Write a kept answer down for who asks; nothing when he may not."""
        if not self._origins.may_ask(request):
            return None
        try:
            self._visitors.admit(request)
        except Unreadable:
            return None
        lines = f"X-Request-ID: {new_number()}\r\nDate: {rfc822_formatted_time()}\r\n"
        for name, value in self._origins.headers(request).items():
            lines += f"{name}: {value}\r\n"
        if whole.reply.is_known(request.headers.getall("If-None-Match", ())):
            self._wholes.unchanged += 1
            return b"".join((whole.lines_unchanged, lines.encode(), b"\r\n"))
        return b"".join((whole.lines, lines.encode(), b"\r\n", whole.reply.body))


SHORT_WAY = web.AppKey("short_way", ShortWay)


def _asking(message: RawRequestMessage, payload: StreamReader) -> str | bytes | None:
    """Read what a plain request asks: one of HTTP/1.1 that is all here, and after which more may follow."""
    if message.version != HttpVersion11 or message.should_close or message.upgrade or not payload.is_eof():
        return None
    headers = message.headers
    if "Expect" in headers or "Content-Encoding" in headers or shows_a_key(headers):
        return None
    if not headers.get("Origin", "").isascii():
        return None
    if message.method == "GET":
        return message.path if message.path.startswith("/graphql?") else None
    if message.method != "POST" or message.path != "/graphql" or wrong_with(headers.get("Content-Type", "")):
        return None
    # Only looked at: whoever goes the long way has yet to read it.
    return b"".join(getattr(payload, "_buffer", ()))
