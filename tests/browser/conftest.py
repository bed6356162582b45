"""Gives the stories in a browser a Chromium that is on this machine already, and a server."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, async_playwright

from models.store import APPS
from tests.browser.victim import Victim
from tests.databases import Databases
from tests.gql_server.conftest import Process, start_for_long  # noqa: F401
from tests.gql_server.conftest import start as start_anew  # noqa: F401
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
)
PATIENCE = 30_000  # ms
# Scripts take the place of what the server gave; what somebody does before that is another test's.
TAKEN_OVER = """() => !document.querySelector('script[src="/reader/reader.js"]')
  || document.querySelector('main[aria-busy=false]')"""
Open = Callable[..., Awaitable[Page]]
Start = Callable[..., Process]


@pytest.fixture
def start(start_anew: Start, databases: Databases) -> Start:  # noqa: F811
    """Start a server as a process of its own, on a store that is migrated, and told if it is to be."""

    def start(*arguments: str, **settings: str) -> Process:
        # As in one folder, all of a test are on the store of the first.
        if len(stores) > 1:
            del stores["--demonstration" not in arguments]
        return start_anew(*arguments, **{"DATABASE_URL": stores[0]} | settings)

    stores = [databases.migrated("sqlite", APPS), databases.told("sqlite")]
    return start


@pytest.fixture(scope="session")
def blog(start_for_long: Start, databases: Databases) -> Process:  # noqa: F811
    """Serve the demonstration blog to all who only read it."""
    return start_for_long("serve", "--port", "0", "--demonstration", DATABASE_URL=databases.told("sqlite"))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Start the machine's own Chromium; none is ever downloaded."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(HOW_TO_GET)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        await browser.close()


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
