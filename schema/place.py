"""Where the publication lives, and its masthead, kept for a moment: all that work needs to know of it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache, partial
from time import monotonic
from urllib.parse import urljoin

import models

# What the masthead shows, and what its menus lead to.
TABLES = ("site", "menu", "menu_item", "page", "post", "author", "tag")
OF_MASTHEAD = frozenset(("everything", "posts", *(f"any-{table}" for table in TABLES)))


class Place:
    """Keeps the masthead for a moment, so that a busy site reads it once and not for each request."""

    def __init__(self, default_url: str, *, site_url: str = "", keep_seconds: float = 1.0) -> None:
        self.default_url = default_url
        self.site_url = site_url.rstrip("/")
        self.keep_seconds = keep_seconds
        self._masthead: models.Masthead | None = None
        self._read_at = 0.0
        self._reading: asyncio.Task[models.Masthead] | None = None
        # The event loop holds its tasks weakly, and one that nobody may join any more still runs.
        self._readings: set[asyncio.Task[models.Masthead]] = set()
        self._changes = 0

    async def absolute(self) -> Callable[[str], str]:
        """Give what makes a path below the site's URL absolute, and leaves an address as it is."""
        return partial(joined, self.root_url(await self.masthead()))

    def root_url(self, masthead: models.Masthead) -> str:
        """Give the URL of the site with this masthead: a setting goes before what the site says."""
        return self.site_url or masthead.site.url or self.default_url

    async def masthead(self) -> models.Masthead:
        """Give the masthead, not older than keep_seconds or than a change of what it shows; count the
        scheduled posts that have appeared.
        """
        if (kept := self.masthead_at_once()) is not None:
            return kept
        if self._reading is None or self._reading.done():
            models.pulse.watch(self._forget)
            self._reading = asyncio.create_task(self._read())
            self._readings.add(self._reading)
            self._reading.add_done_callback(self._ended)
        # One reading for all who wait, and none of them ends it by walking away: a store that hangs
        # makes them wait once, not one after the other.
        return await asyncio.shield(self._reading)

    def masthead_at_once(self) -> models.Masthead | None:
        """Give the masthead; None when it is to be read first."""
        return self._masthead if self._masthead is not None and self._is_fresh(self._masthead) else None

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


@lru_cache(maxsize=8192)
def joined(root_url: str, path: str) -> str:
    """Make a path below a site's URL absolute; an address stays as it is."""
    # The same few thousand are asked for over and over, and joining takes as long as reading a row.
    return urljoin(f"{root_url}/", path)
