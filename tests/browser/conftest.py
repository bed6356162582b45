"""Gives the stories in a browser a Chromium that is on this machine already, and a server."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserType, Page, async_playwright

from models.store import APPS
from tests.browser.victim import Victim
from tests.databases import Databases
from tests.forked import Forked
from tests.gql_server.conftest import Process, start_for_long, starter  # noqa: F401
from tests.pages.conftest import Reader, held, reader, site, whole_life  # noqa: F401

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
HOW_TO_GET = "There is no Chromium on PATH; to see the pages in a browser install one (apt install chromium)."
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No test is about what stands elsewhere, or waits for a name to be found.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE = 30_000  # ms
# Scripts take the place of what the server gave; what somebody does before that is another test's.
TAKEN_OVER = """() => !document.querySelector('script[src="/reader/reader.js"]')
  || document.querySelector('main[aria-busy=false]')"""
Open = Callable[..., Awaitable[Page]]
Start = Callable[..., Process]


@pytest.fixture
def start_somewhere(tmp_path: Path) -> Iterator[Start]:
    """Start the command line as a process of its own."""
    yield from starter(tmp_path, Forked)


@pytest.fixture
def start(start_somewhere: Start, databases: Databases) -> Start:
    """Start a server as a process of its own, on a store that is migrated, and told if it is to be."""

    def start(*arguments: str, **settings: str) -> Process:
        # As in one folder, all of a test are on the store of the first.
        if len(stores) > 1:
            del stores["--demonstration" not in arguments]
        return start_somewhere(*arguments, **{"DATABASE_URL": stores[0]} | settings)

    stores = [databases.migrated("sqlite", APPS), databases.told("sqlite")]
    return start


@pytest.fixture(scope="session")
def blog(start_for_long: Start, databases: Databases) -> Process:  # noqa: F811
    """Serve the demonstration blog to all who only read it."""
    return start_for_long("serve", "--port", "0", "--demonstration", DATABASE_URL=databases.told("sqlite"))


@pytest.fixture
def _function_scoped_runner(_session_scoped_runner: asyncio.Runner) -> asyncio.Runner:
    """Run these tests in one loop: a browser can only be told something in the loop that it began in."""
    return _session_scoped_runner


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers() -> AsyncIterator["Browsers"]:
    """Start the driver of browsers once: that costs more than most tests."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(HOW_TO_GET)
    async with async_playwright() as driver:
        browsers = Browsers(driver.chromium, found)
        yield browsers
        await browsers.end()


@pytest.fixture
async def browser(browsers: "Browsers") -> AsyncIterator[Browser]:
    """Lend a Chromium in which nothing is open; what a test opens in it is closed afterwards."""
    browser = await browsers.one()
    yield browser
    for context in browser.contexts:
        await context.close()


class Browsers:
    """Starts the machine's own Chromium, and another one where that has broken; none is ever downloaded."""

    def __init__(self, kind: BrowserType, path: str) -> None:
        self._kind, self._path = kind, path
        self._running: Browser | None = None

    async def one(self) -> Browser:
        """Give the one that runs."""
        if self._running is None or not self._running.is_connected():
            self._running = await self._kind.launch(executable_path=self._path, args=list(FLAGS))
        return self._running

    async def end(self) -> None:
        """Close it."""
        if self._running is not None:
            await self._running.close()


@pytest.fixture
async def open_page(browser: Browser) -> Open:
    """Open a page as somebody with a browser of their own: `await open_page(url, locale="en-GB")`.

    Unless `waits` is false each page is loaded until its scripts, if they run, have taken over.
    """

    async def open_page(url: str, *, waits: bool = True, **habits: object) -> Page:
        context = await browser.new_context(**{"locale": "nl-NL", "reduced_motion": "reduce"} | habits)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        if waits and habits.get("java_script_enabled", True):
            page.goto, page.reload = _to_the_end(page, page.goto), _to_the_end(page, page.reload)
        await page.goto(url)
        return page

    return open_page


def _to_the_end(page: Page, load: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    async def loaded(*arguments: object, **options: object) -> object:
        response = await load(*arguments, **options)
        await page.wait_for_function(TAKEN_OVER)
        return response

    return loaded


@pytest.fixture
async def victim(browser: Browser, reader: Reader) -> AsyncIterator[Victim]:  # noqa: F811
    """Let a victim come by."""
    victim = await Victim.at(browser, str(reader.client.make_url("/")).rstrip("/"))
    victim.page.context.set_default_timeout(PATIENCE)
    yield victim
    await victim.page.context.close()
