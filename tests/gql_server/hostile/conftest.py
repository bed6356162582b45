"""What the tests of hostile clients share: a blog served in this process, and a place to tell figures."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tortoise.context import require_context

import models
from gql_server.app import build
from gql_server.open_connections import OPEN_CONNECTIONS
from gql_server.server import CONNECTIONS
from gql_server.settings import Settings
from gql_server.sockets import SOCKETS
from gql_server.streams import STREAMS
from models import atomic, pulse
from models.store import open_store
from schema.ids import global_id

SITE_URL = "https://blog.example"


@dataclass
class Blog:
    """A blog with one post, which shows comments at once, served in this process; and what is inside."""

    app: web.Application
    port: int
    db: Any
    post: str

    @property
    def held(self) -> dict[str, int]:
        """Count what the server holds for clients; nothing of it when nobody is there."""
        counted = {
            "lines": self.app[OPEN_CONNECTIONS].open,
            "streams": len(self.app[STREAMS]),
            "sockets": len(self.app[SOCKETS]),
            "listeners": sum(sum(map(len, one.listeners.values())) for one in pulse._pulses.values()),
            "verbs": len(atomic._running),
            "connections": self._lent(),
        }
        return {name: count for name, count in counted.items() if count}

    def _lent(self) -> int:
        """Count the connections to the store that are in use."""
        if (pool := getattr(self.db, "_pool", None)) is not None:
            return pool.get_size() - pool.get_idle_size()
        readers = self.db._readers
        return int(self.db._lock.locked()) + len(readers._opened) - len(readers._idle)


@pytest.fixture
def blog():
    """Serve a store as this blog: `async with blog(url) as served: ...`."""
    return _served


@pytest.fixture
def found():
    """Found a publication in a store, with a post: `post_id = await found(url)`."""
    return _found


@pytest.fixture
def figures(capsys) -> Callable[[str], None]:
    """Tell what was measured; it is shown, never asserted: machines differ."""

    def tell(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n    {line}\n")

    return tell


@pytest.fixture
def megabytes() -> Callable[[int], float]:
    """Give the memory that a process has in use."""

    def measure(pid: int) -> float:
        shown = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True
        )
        return int(shown.stdout) / 1024

    return measure


@asynccontextmanager
async def _served(url: str, **more: Any) -> AsyncIterator[Blog]:
    post = await _found(url)
    app = build(Settings(database_url=url, site_url=SITE_URL, **more))
    inside: list[Any] = []

    async def look(_app: web.Application) -> AsyncIterator[None]:
        inside.append(require_context().db())
        yield

    app.cleanup_ctx.append(look)
    opened, done = asyncio.Event(), asyncio.Event()
    server = TestServer(app)

    async def run() -> None:
        # An open store belongs to its task.
        try:
            await server.start_server(**CONNECTIONS)
        finally:
            opened.set()
        await done.wait()
        await server.close()

    running = asyncio.create_task(run())
    await opened.wait()
    try:
        if running.done():
            await running
        assert server.port is not None
        yield Blog(app, server.port, inside[0], post)
    finally:
        done.set()
        await running


async def _found(url: str) -> str:
    """Found a publication that shows comments at once, with one post; give the post's id."""
    async with open_store(url):
        site = await models.found()
        await models.Site.filter(id=site.id).update(comment_policy=models.CommentPolicy.SHOWN)
        post = await models.Post.draft(site, "Een bericht", "<p>Tekst.</p>", authors=[])
        await post.publish()
        return str(global_id("Post", post.id))
