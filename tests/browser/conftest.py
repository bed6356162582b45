"""Gives the stories in a browser a Chromium that is on this machine already, and a server."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.victim import Victim
from tests.gql_server.conftest import start  # noqa: F401
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
Open = Callable[..., Awaitable[Page]]


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
    """Open a page as somebody with a browser of their own: `await open_page(url, locale="en-GB")`."""

    async def open_page(url: str, **habits: object) -> Page:
        context = await browser.new_context(**{"locale": "nl-NL", "reduced_motion": "reduce"} | habits)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto(url)
        return page

    return open_page


@pytest.fixture
async def victim(browser: Browser, reader: Reader) -> AsyncIterator[Victim]:  # noqa: F811
    """Let a victim come by."""
    victim = await Victim.at(browser, str(reader.client.make_url("/")).rstrip("/"))
    victim.page.context.set_default_timeout(PATIENCE)
    yield victim
    await victim.page.context.close()
