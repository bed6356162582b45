"""What a request knows: the site, what it has read already, and where paths lead."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property, lru_cache
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urljoin

import models
from schema.languages import first_spoken
from schema.loaders import Loaders

# What the masthead shows, and what its menus lead to.
TABLES = ("site", "menu", "menu_item", "page", "post", "author", "tag")
OF_MASTHEAD = frozenset(("everything", "posts", *(f"any-{table}" for table in TABLES)))


class Outbox(Protocol):
    """Letters that were kept instead of sent: each a `letter` with its `sent_at`."""

    @property
    def kept(self) -> Sequence[Any]:
        """All of them, the newest first."""

    def listen(self) -> AsyncIterator[Any]:
        """Give each as it comes."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: what the ledger keeps of it, the languages wished for, the gates before asking for letters
    and before leaving a comment.

    `find_outbox` gives the letters that were not sent to who may see them: only who develops does.
    """

    trace: models.Trace
    languages: tuple[str, ...] = ()
    admit: Callable[[], None] = lambda: None
    admit_comment: Callable[[], None] = lambda: None
    find_outbox: Callable[[], Outbox | None] = lambda: None

    @property
    def outbox(self) -> Outbox | None:
        """The letters that were not sent; None for who may not see them."""
        return self.find_outbox()


def nobody() -> Visitor:
    """Be who asks inside the house."""
    return Visitor(models.Trace(door="inside"))


@dataclass
class Context:
    """One request's view of the publication.

    `is_private`: nobody but this machine is served; `is_placed`: a setting says where it lives, not the site.
    """

    masthead: models.Masthead
    root_url: str
    visit: Callable[[], Visitor]
    principal: models.Principal = models.NOBODY
    files: models.Files | None = None
    is_private: bool = False
    is_placed: bool = False
    loaders: Loaders = field(default_factory=Loaders)
    read_masthead: Callable[[], Awaitable[models.Masthead]] = models.read_masthead

    @cached_property
    def visitor(self) -> Visitor:
        """Who asks; not looked at by those who only read."""
        return self.visit()

    @property
    def site(self) -> models.Site:
        """The publication."""
        return self.masthead.site

    @property
    def language(self) -> str:
        """The language to speak: the first wished that we speak, else the site's, else English."""
        return first_spoken([*self.visitor.languages, self.site.language])

    def absolute(self, path: str) -> str:
        """Make a path below the site's URL absolute; an address stays as it is."""
        return _joined(self.root_url, path)

    def read_anew(self) -> None:
        """Read from now on as it is after one's own change."""
        self.loaders = Loaders(self.principal)

    async def renew(self) -> None:
        """See the publication as it is after one's own change."""
        self.masthead = await self.read_masthead()
        if self.site.url and not self.is_placed:
            self.root_url = self.site.url


@lru_cache(maxsize=8192)
def _joined(root_url: str, path: str) -> str:
    # The same few thousand are asked for over and over, and joining takes as long as reading a row.
    return urljoin(f"{root_url}/", path)


class Publication:
    """Keeps the masthead for a moment, so that a busy site reads it once and not for each request."""

    def __init__(
        self,
        default_url: str,
        *,
        site_url: str = "",
        files: models.Files | None = None,
        keep_seconds: float = 1.0,
        is_private: bool = False,
    ) -> None:
        self.default_url = default_url
        self.is_private = is_private
        self.site_url = site_url
        self.files = files
        self.keep_seconds = keep_seconds
        self._masthead: models.Masthead | None = None
        self._read_at = 0.0
        self._reading: asyncio.Task[models.Masthead] | None = None
        # The event loop holds its tasks weakly, and one that nobody may join any more still runs.
        self._readings: set[asyncio.Task[models.Masthead]] = set()
        self._changes = 0

    async def context(
        self, visit: Callable[[], Visitor] = nobody, principal: models.Principal = models.NOBODY
    ) -> Context:
        """Give a new request its context."""
        return self._context(await self.masthead(), visit, principal)

    def context_at_once(self, visit: Callable[[], Visitor] = nobody) -> Context | None:
        """Give the request of a reader its context; None when the masthead is to be read first."""
        if self._masthead is None or not self._is_fresh(self._masthead):
            return None
        return self._context(self._masthead, visit, models.NOBODY)

    async def masthead(self) -> models.Masthead:
        """Give the masthead, not older than keep_seconds or than a change of what it shows; count the
        scheduled posts that have appeared.
        """
        if self._masthead is not None and self._is_fresh(self._masthead):
            return self._masthead
        if self._reading is None or self._reading.done():
            models.pulse.watch(self._forget)
            self._reading = asyncio.create_task(self._read())
            self._readings.add(self._reading)
            self._reading.add_done_callback(self._ended)
        # One reading for all who wait, and none of them ends it by walking away: a store that hangs
        # makes them wait once, not one after the other.
        return await asyncio.shield(self._reading)

    def _context(
        self, masthead: models.Masthead, visit: Callable[[], Visitor], principal: models.Principal
    ) -> Context:
        root_url = self.site_url or masthead.site.url or self.default_url
        return Context(
            masthead, root_url, visit, principal, self.files, self.is_private, bool(self.site_url),
            Loaders(principal), self.masthead,
        )  # fmt: skip

    def _ended(self, reading: asyncio.Task[models.Masthead]) -> None:
        self._readings.discard(reading)
        # When all who waited have left, nobody asks how it ended.
        if not reading.cancelled():
            reading.exception()

    def _is_fresh(self, masthead: models.Masthead) -> bool:
        changes = masthead.next_change is not None and masthead.next_change <= models.now()
        return monotonic() - self._read_at < self.keep_seconds and not changes

    def _forget(self, tags: frozenset[str]) -> None:
        if not tags.isdisjoint(OF_MASTHEAD):
            self._changes += 1
            # Whoever asks from now on knows of the change, and must not wait for what was read before.
            self._masthead = self._reading = None

    async def _read(self) -> models.Masthead:
        begun, masthead = self._changes, await models.read_masthead()
        if masthead.next_due is not None and masthead.next_due <= models.now():
            try:
                await models.count_due()
                begun, masthead = self._changes, await models.read_masthead()
            except models.Unavailable:
                # A store that takes no writes just now still has much to read; the counts follow.
                again = models.now() + timedelta(seconds=self.keep_seconds)
                masthead = replace(masthead, next_due=None, next_change=again)
        if begun == self._changes:
            self._masthead, self._read_at = masthead, monotonic()
        return masthead
