"""What programs follow, such as the feed: made once for all who ask, and kept until it would be another."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from aiohttp import web

import models
from gql_server import paper
from gql_server.answer_cache import ANSWER_CACHE, LONGEST_BODY, OVERHEAD
from gql_server.replies import PACKED_APART_FROM
from schema.kept import Made


class Written(NamedTuple):
    """What was written, from what, and until when it is true if nothing is changed (as in `Made`).

    `newest` is the latest moment at which anything in it appeared; without one it has no date.
    """

    body: bytes
    reads: frozenset[str] | None
    until: datetime | None
    newest: datetime | None = None


class Changes:
    """Knows when something that readers see, comments aside, was changed last, as far as it was told here."""

    def __init__(self) -> None:
        self._last = models.now()

    def listen(self) -> None:
        """Hear from now on what is changed in the store that is open here."""
        models.pulse.watch(self._hear)

    async def last(self) -> datetime | None:
        """Give that moment; None when it cannot be known what others have committed."""
        if not models.pulse.is_current():
            await models.pulse.catch_up()
        return self._last if models.pulse.is_current() else None

    def has_heard_since(self, last: datetime) -> bool:
        """Tell whether anything was changed after what was the last change."""
        return self._last != last

    def _hear(self, tags: frozenset[str]) -> None:
        if not all(tag.startswith("comments-") for tag in tags):
            self._last = models.now()


CHANGES = web.AppKey("changes", Changes)


async def given(
    request: web.Request, name: str, media: str, write: Callable[[], Awaitable[Written]]
) -> web.Response:
    """Give what has this name, written when it is not kept; who has it already is told so."""
    is_packed = paper.packs(request)

    async def make() -> Made:
        # Before anything is read: what is changed meanwhile is newer.
        last = await request.app[CHANGES].last()
        written = await write()
        body = await _packed(written.body) if is_packed else written.body
        changed = last and written.newest and _second_after(max(last, written.newest))
        if last and request.app[CHANGES].has_heard_since(last):
            # It is old before it is sent, and what is new may be of the same second.
            changed = None
        file = paper.File.of(body, media, is_packed=is_packed, changed=changed)
        reads = written.reads if len(body) <= LONGEST_BODY else None
        return Made(file, len(body) + OVERHEAD, reads, written.until)

    file: paper.File = await request.app[ANSWER_CACHE].kept.get((name, is_packed), make)
    return paper.sent(request, file)


async def _packed(body: bytes) -> bytes:
    if len(body) < PACKED_APART_FROM:
        return paper.pack(body)
    return await asyncio.to_thread(paper.pack, body)


def _second_after(moment: datetime) -> datetime:
    """Give the first whole second after a moment, for dates of HTTP have no parts of one."""
    return moment.replace(microsecond=0) + timedelta(seconds=1)
