"""The answer cache: whole answers as bytes, under everything that decides them, for who asks the same."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf
from time import monotonic
from typing import NamedTuple

from aiohttp import web
from graphql import OperationType

import models
from gql_server.answers import Answer
from gql_server.negotiation import Accepted, takes_gzip
from gql_server.questions import Question
from gql_server.replies import Form, Reply, reply_at_once, reply_to
from schema.documents import Operation
from schema.kept import Kept, Made
from schema.plans.asking import READERS

# Characters or bytes; longer questions are few, and not worth their place.
LONGEST_ASKING = 8_192
LONGEST_BODY = 500_000
# What the heads of a kept answer take.
OVERHEAD = 2_000
# What others have changed is looked for so often while kept answers are given.
LOOK_AHEAD_SECONDS = 0.015
# Who reads, the form of the answer, and what is asked as it came: the address of a GET, the body of a POST.
Key = tuple[str, str, bool, str | bytes]


class Whole(NamedTuple):
    """A whole answer, and the heads that it is sent with: of the bytes, and of that there is nothing new.

    They are as they should be for as long as it is kept when it `is_steady`.
    """

    reply: Reply
    is_steady: bool
    lines: bytes
    lines_unchanged: bytes

    @classmethod
    def of(cls, reply: Reply) -> "Whole":
        """Write down the heads of a reply."""
        unchanged = reply.lines_unchanged() if reply.etag is not None else b""
        return cls(reply, reply.is_steady, reply.lines(), unchanged)


class AnswerCache:
    """Keeps whole answers; `tells_tags` says that a CDN is told what each was made from."""

    def __init__(self, most_bytes: int, *, tells_tags: bool = False, is_draft: bool = False) -> None:
        self.kept = Kept(most_bytes)
        self._looked_at = -inf
        self._looking: asyncio.Task[None] | None = None
        # How often who asks had the answer already.
        self.unchanged = 0
        self._tells_tags = tells_tags
        self._is_draft = is_draft

    def key(self, asking: str | bytes, takes: Accepted, encodings: str) -> Key | None:
        """Give what an answer is kept under; None when it is not."""
        if takes.single is None or len(asking) > LONGEST_ASKING:
            return None
        return READERS, takes.single, takes_gzip(encodings), asking

    def find(self, key: Key) -> Whole | None:
        """Give an answer again, if it is kept and what others have changed is known."""
        whole: Whole | None = self.kept.find(key)
        if whole is not None and monotonic() - self._looked_at > LOOK_AHEAD_SECONDS:
            # Before it must be: those who ask just then would all wait.
            self._looked_at = monotonic()
            self._looking = asyncio.create_task(_look())
        return whole

    async def found(self, key: Key) -> Whole | None:
        """Give an answer again if it is kept; look first for what others have changed."""
        if not models.pulse.is_current():
            await models.pulse.catch_up()
        return self.find(key)

    def form(self, media: str, is_packed: bool, is_shared: bool) -> Form:
        """Give the form of an answer; one that is shared everybody may keep."""
        return Form(media, is_packed, is_shared, is_draft=self._is_draft, tells_tags=self._tells_tags)

    async def get(self, key: Key, answering: Callable[[], Awaitable[Answer]]) -> Reply:
        """Answer what may be shared, once for all who ask it meanwhile, and keep it if it may be kept."""

        whole: Whole = await self.kept.get(key, lambda: self._make(key, answering))
        return whole.reply

    def coming(self, key: Key, answering: Callable[[], Awaitable[Answer]]) -> "asyncio.Future[Made]":
        """Begin what `get` does of an answer that is not kept, while what others have changed is known."""
        return self.kept.coming(key, lambda: self._make(key, answering))

    async def _make(self, key: Key, answering: Callable[[], Awaitable[Answer]]) -> Made:
        answer = await answering()
        return _made(answer, await reply_to(answer, self._form_of(key)))

    def put(self, key: Key, answer: Answer, *, begun: int) -> Whole:
        """Write what may be shared, and was made since the moment `begun`, and keep it if it may be kept."""
        made = _made(answer, reply_at_once(answer, self._form_of(key)))
        self.kept.keep(key, made, begun=begun)
        whole: Whole = made.value
        return whole

    def _form_of(self, key: Key) -> Form:
        _, media, is_packed, asking = key
        # What is asked by POST no cache keeps but ours, so it has no validator either.
        return self.form(media, is_packed, isinstance(asking, str))


def _made(answer: Answer, reply: Reply) -> Made:
    may_be_kept = not answer.codes and len(reply.body) <= LONGEST_BODY
    return Made(
        Whole.of(reply), len(reply.body) + OVERHEAD, answer.reads if may_be_kept else None, answer.until
    )


async def _look() -> None:
    # Whoever needs to know looks again, and is told what is wrong.
    with suppress(models.Unavailable):
        await models.pulse.catch_up()


ANSWER_CACHE = web.AppKey("answer_cache", AnswerCache)
# Fields of the root, kept one by one, that answers are made of.
SEGMENTS = web.AppKey("segments", Kept)


def may_be_shared(operation: Operation, question: Question) -> bool:
    """Tell whether everybody who asks this is answered the same, now and for a moment."""
    # Who sends a document with its hash also has it registered.
    registers = question.document_id is not None and question.query is not None
    reads = operation.kind is OperationType.QUERY
    return reads and operation.is_public and not operation.is_deferred and not registers
