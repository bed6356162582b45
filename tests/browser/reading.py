"""What readers do in a browser, in the words of these tests."""

import asyncio
import re

from playwright.async_api import Locator, Page, expect

expect.set_options(timeout=30_000)


async def press(page: Page, label: str) -> None:
    await page.get_by_role("button", name=label, exact=True).click()


async def sees(page: Page, title: str) -> None:
    """Wait for a page."""
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)


async def sign_up(page: Page, email: str, *, button: str, again: str) -> None:
    """Sign up, and press once more when the page asks for it: whoever is quick it takes for a machine."""
    await page.locator("#email").fill(email)
    async with page.expect_navigation():
        await press(page, button)
    if await page.get_by_role("alert").filter(has_text=again).count():
        await press(page, button)


async def reload_until(page: Page, wanted: Locator) -> None:
    """Look at a page again until what somebody waits for is on it."""
    async with asyncio.timeout(60):
        while not await wanted.count():
            await page.reload()


async def read_letter(page: Page, subject: str) -> None:
    """Open the outbox until a letter is there, and open it."""
    entry = page.get_by_role("link", name=re.compile(f"^{re.escape(subject)}"))
    await page.goto("/letters")
    await reload_until(page, entry)
    await entry.first.click()
    await expect(page.locator("iframe")).to_be_visible()


async def follow(page: Page, subject: str, door: str) -> None:
    """Open the newest letter of a subject, and follow its link to a door."""
    await read_letter(page, subject)
    await page.locator(f'pre a[href*="/{door}/"]').first.click()
