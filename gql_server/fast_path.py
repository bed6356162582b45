"""The fast path: a plain request is answered by the connection itself, with no handler or response made.

What is kept, or is read without waiting, is answered at once; for the rest there is a task. Whatever is not
plain goes the long way, and is told there what is wrong with it; without this room all do.
"""

import asyncio
from typing import Any, NamedTuple

from aiohttp import HttpVersion11, StreamReader, web
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http_parser import RawRequestMessage

import models
from gql_server.admission import ADMISSION
from gql_server.answer_cache import ANSWER_CACHE, Key, Whole, may_be_shared
from gql_server.answering import ANSWERING
from gql_server.endpoint import reply_of
from gql_server.identity import shows_a_key
from gql_server.middleware import REQUEST_ID, new_number, plain_errors, told_plainly
from gql_server.negotiation import accepted
from gql_server.origins import ORIGINS
from gql_server.questions import Question, Unreadable
from gql_server.replies import Reply
from gql_server.requests import may_mutate, read_question, wrong_with
from gql_server.visitors import VISITORS
from schema.documents import Operation
from schema.kept import Made


class FastPath:
    """Answers a plain request, under the same rules as the long way."""

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._match: web.UrlMappingMatchInfo | None = None
        self._answering = app[ANSWERING]
        self._crowd = app[ADMISSION]
        self._origins = app[ORIGINS]
        self._visitors = app[VISITORS]
        self._wholes = app[ANSWER_CACHE]

    def find(self, message: RawRequestMessage, payload: StreamReader) -> "Found | None":
        """Give what is known of the answer to a request, if the request is plain."""
        asking = _asking(message, payload)
        if asking is None or self._crowd.is_full:
            return None
        takes = accepted(", ".join(message.headers.getall("Accept", ())))
        key = self._wholes.key(asking, takes, message.headers.get("Accept-Encoding", ""))
        if key is None:
            return None
        # What is told to wait in the end is read twice, and most of that can be seen before.
        mutates = may_mutate(asking)
        whole = None if mutates else self._wholes.find(key)
        is_at_once = self._answering.is_at_once and not mutates if whole is None else whole.is_steady
        # By POST alone: what is asked by GET may be a page, or be there already.
        may_wait = isinstance(asking, bytes) and takes.is_one_answer
        return Found(key, whole, is_at_once, may_wait) if is_at_once or may_wait else None

    def written(self, found: "Found", request: web.Request) -> bytes | None:
        """Write the answer down for who asks; nothing when he may not, or when he has to wait for it."""
        if not found.is_at_once or not self._origins.may_ask(request) or not self._visitors.may_come(request):
            return None
        request[REQUEST_ID] = new_number()
        whole = found.whole or self._made(found.key, request)
        if whole is None or not whole.is_steady:
            return None
        self._visitors.admit(request)
        if whole.reply.is_known(request.headers.getall("If-None-Match", ())):
            self._wholes.unchanged += 1
            return b"".join((whole.lines_unchanged, self._own_lines(request), b"\r\n"))
        return self._all(whole, request)

    def coming(self, found: "Found", request: web.Request) -> "asyncio.Future[Made] | None":
        """Begin to make an answer for which the store alone is waited for; None when there may be more."""
        asking = found.key[-1]
        if found.is_at_once or found.whole is not None:
            return None
        if may_mutate(asking) or not models.pulse.is_current():
            return None
        if not self._origins.may_ask(request) or not self._visitors.may_come(request):
            return None
        if (asked := self._asked(asking, request)) is None:
            return None
        request[REQUEST_ID] = new_number()
        self._visitors.admit(request)
        asker = self._visitors.asker(request)
        return self._wholes.coming(found.key, lambda: self._answering.once(*asked, asker))

    def come(self, answered: "asyncio.Future[Made]", request: web.Request) -> bytes:
        """Write down an answer that was coming, or what went wrong with it."""
        if (error := answered.exception()) is not None:
            return self._told(told_plainly(request, error), request)
        return self._all(answered.result().value, request)

    async def wait(self, request: web.Request) -> bytes:
        """Answer a request under all rules of the endpoint, and write that down."""
        # Only for `request.app`, which aiohttp finds by it; it is the same for all.
        if self._match is None:
            self._match = await self._app.router.resolve(request)
            self._match.add_app(self._app)
            self._match.freeze()
        request._match_info = self._match
        return self._told(await plain_errors(request, reply_of), request)  # type: ignore[arg-type]

    def _told(self, replied: Any, request: web.Request) -> bytes:
        if not isinstance(replied, Reply):
            # It went wrong in a way that the graph has no words for.
            replied = Reply(replied.status, replied.body, replied.headers)
        return b"".join((replied.lines(), self._own_lines(request), b"\r\n", replied.body))

    def _all(self, whole: Whole, request: web.Request) -> bytes:
        return b"".join((whole.lines, self._own_lines(request), b"\r\n", whole.reply.body))

    def _own_lines(self, request: web.Request) -> bytes:
        """Write the lines of a head that are for this request alone."""
        lines = f"X-Request-ID: {request[REQUEST_ID]}\r\nDate: {rfc822_formatted_time()}\r\n"
        for name, value in self._origins.headers(request).items():
            lines += f"{name}: {value}\r\n"
        return lines.encode()

    def _made(self, key: Key, request: web.Request) -> Whole | None:
        if (asked := self._asked(key[-1], request)) is None:
            return None
        begun, asker = self._wholes.kept.moment(), self._visitors.asker(request)
        if (ready := self._answering.ready(*asked, asker)) is None:
            return None
        answer = self._answering.at_once(ready, asker)
        return None if answer is None else self._wholes.put(key, answer, begun=begun)

    def _asked(self, asking: str | bytes, request: web.Request) -> tuple[Operation, Question] | None:
        """Find what is asked, if that is known and everybody is answered the same."""
        try:
            question = read_question(request, asking)
        except Unreadable:
            return None
        operation = self._answering.known(question)
        return (operation, question) if operation and may_be_shared(operation, question) else None


class Found(NamedTuple):
    """A plain request: what its answer is kept under, and that if it is kept.

    It may be answered at once (`is_at_once`), or be waited for here (`may_wait`).
    """

    key: Key
    whole: Whole | None
    is_at_once: bool
    may_wait: bool


FAST_PATH = web.AppKey("fast_path", FastPath)


def _asking(message: RawRequestMessage, payload: StreamReader) -> str | bytes | None:
    """Read what a plain request asks: one of HTTP/1.1 that is all here, and after which more may follow."""
    if message.version != HttpVersion11 or message.should_close or message.upgrade or not payload.is_eof():
        return None
    headers = message.headers
    if "Expect" in headers or "Upgrade" in headers or "Content-Encoding" in headers or shows_a_key(headers):
        return None
    if not headers.get("Origin", "").isascii():
        return None
    if message.method == "GET":
        return message.path if message.path.startswith("/graphql?") else None
    if message.method != "POST" or message.path != "/graphql" or wrong_with(headers.get("Content-Type", "")):
        return None
    # Only looked at: whoever goes the long way has yet to read it.
    return b"".join(getattr(payload, "_buffer", ()))
