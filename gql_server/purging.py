"""Purging: tells a hook what this process has changed, so that a CDN drops what was made from it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, web

import models
from gql_server.settings import Settings
from gql_server.tags import purged
from models.changes import EVERYTHING

# What changes together is told together.
BATCH_SECONDS = 0.05
# Of more than so many tags nobody keeps account: all is purged.
MOST_WAITING = 500
PATIENCE_SECONDS = 10
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
# Who stops tells what is left, once.
LAST_SECONDS = 3.0
log = structlog.get_logger("purging")


class Purging:
    """Tells one hook; what cannot be told waits, and never whoever has changed it."""

    def __init__(self, url: str, token: str) -> None:
        self.sent = self.failed = 0
        self._url = url
        self._place = urlsplit(url).hostname
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._waiting: set[str] = set()
        self._called = asyncio.Event()
        self._is_down = False

    @property
    def waiting(self) -> int:
        """How many tags are to be told."""
        return len(self._waiting)

    def note(self, tags: Iterable[str]) -> None:
        """Have it told, soon, what has changed."""
        self._waiting |= set(tags)
        if len(self._waiting) > MOST_WAITING or EVERYTHING in self._waiting:
            self._waiting = {EVERYTHING}
        self._called.set()

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """Tell what is changed in the store that is open here, and at the end what is left."""
        stop = models.pulse.watch_ours(self.note)
        timeout = ClientTimeout(total=PATIENCE_SECONDS)
        async with ClientSession(
            timeout=timeout, headers=self._headers, cookie_jar=DummyCookieJar()
        ) as session:
            running = asyncio.create_task(self._run(session))
            try:
                yield
            finally:
                stop()
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                await self._tell_the_rest(session)

    async def _run(self, session: ClientSession) -> None:
        wait = FIRST_WAIT
        while True:
            await self._called.wait()
            await asyncio.sleep(BATCH_SECONDS)
            try:
                is_told = await self._tell(session)
            except Exception as error:
                log.error("the purge hook could not be told", host=self._place, exc_info=error)
                is_told = False
            if is_told:
                wait = FIRST_WAIT
            else:
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)

    async def _tell_the_rest(self, session: ClientSession) -> None:
        try:
            async with asyncio.timeout(LAST_SECONDS):
                if self._waiting and not await self._tell(session):
                    log.warning("some of what changed was not told to the purge hook", count=self.waiting)
        except TimeoutError:
            log.warning("some of what changed was not told to the purge hook", count=self.waiting)

    async def _tell(self, session: ClientSession) -> bool:
        """Tell what waits; what is not taken waits on."""
        telling, self._waiting = self._waiting, set()
        self._called.clear()
        is_told = False
        try:
            reason = await _refusal(session, self._url, purged(telling))
            is_told = reason is None
        finally:
            # Whoever is stopped in the middle does not know either.
            if not is_told:
                self.note(telling)
        self._saw(reason)
        return is_told

    def _saw(self, reason: str | None) -> None:
        if reason is None:
            self.sent += 1
            if self._is_down:
                log.info("the purge hook takes again what has changed", host=self._place)
        else:
            self.failed += 1
            if not self._is_down:
                log.warning("the purge hook does not take what has changed", host=self._place, reason=reason)
        self._is_down = reason is not None


@asynccontextmanager
async def purging_as(settings: Settings) -> AsyncIterator[Purging | None]:
    """Tell the hook that the settings name what is changed in the open store; nobody when they name none."""
    if not settings.purge_url:
        yield None
        return
    purging = Purging(settings.purge_url, settings.purge_token)
    async with purging.telling():
        yield purging


async def _refusal(session: ClientSession, url: str, tags: list[str]) -> str | None:
    """Tell the hook; give the reason when it does not take it."""
    about: dict[str, Any] = {"Content-Type": "application/json"}
    try:
        body = orjson.dumps({"tags": tags})
        async with session.post(url, data=body, headers=about, allow_redirects=False) as answer:
            return None if answer.status < 300 else f"status {answer.status}"
    except (ClientError, TimeoutError, OSError, ValueError) as error:
        return type(error).__name__


PURGING: web.AppKey[list[Purging]] = web.AppKey("purging", list)
