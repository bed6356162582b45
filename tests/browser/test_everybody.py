"""Everybody can read and use the pages: by ear, on a narrow phone, by day and by night."""

import pytest

from gql_server.pages.words import WORDS
from tests.browser.inspecting import IS_TOO_WIDE, NARROWEST, Inspector
from tests.browser.reading import follow, press, read_letter, sees, sign_up


# All pages are looked at in CI in one language; in the other too with what takes long.
@pytest.mark.parametrize("language", ["nl", pytest.param("en", marks=pytest.mark.faults)])
async def test_no_page_has_a_barrier(start, open_page, language):
    words = WORDS[language]
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(server.url, base_url=server.url, locale=language)
    inspector = Inspector(page)
    await page.goto("/start")
    await inspector.looks()
    await page.goto("/letters")
    await inspector.looks()
    await page.goto("/subscribe")
    await inspector.looks()
    await sign_up(page, "ann@example", button=words["sign_up"], again=words["again_title"])
    await inspector.looks()
    await page.locator("#email").fill("ann@example.org")
    await press(page, words["sign_up"])
    await inspector.looks()
    await page.locator("#code").fill("1")
    await press(page, words["code_send"])
    await inspector.looks()

    await read_letter(page, {"nl": "Bevestig", "en": "Confirm"}[language])
    await inspector.looks()
    await page.locator("pre a").first.click()
    await inspector.looks()
    await press(page, words["confirm"])
    await inspector.looks()

    await read_letter(page, {"nl": "Welkom", "en": "Welcome"}[language])
    await inspector.looks()
    await page.locator("pre a[href*=preferences]").click()
    await inspector.looks()
    await page.locator("summary").first.click()
    await page.locator("summary").last.click()
    await page.locator("#pause").select_option("91")
    await press(page, words["save"])
    await inspector.looks()
    await page.locator("[name=topic][checked]").uncheck()
    await press(page, words["save"])
    await inspector.looks()

    await press(page, words["erase_begin"])
    await inspector.looks()
    await page.get_by_role("link", name=words["erase_not"]).click()
    await press(page, words["stop"])
    await inspector.looks()
    await press(page, words["undo_it"])
    await inspector.looks()
    await page.goto("/confirm/confirm_1_x")
    await sees(page, words["link_title"])
    await inspector.looks()
    await page.goto("/letters/999")
    await sees(page, words["404_title"])
    await inspector.looks()
    assert inspector.wrong == []


async def test_letters_twice_as_large_fit_on_a_phone(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page("about:blank", base_url=server.url, locale="nl", viewport=NARROWEST)
    session = await page.context.new_cdp_session(page)
    await session.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    words, wide = WORDS["nl"], []

    async def looks(title=None):
        if title is not None:
            await sees(page, words[title])
        # While it has no style yet it is as wide as it likes.
        await page.wait_for_load_state()
        if await page.evaluate(IS_TOO_WIDE):
            wide.append(page.url)

    for path in ("/start", "/sign-in", "/letters", "/subscribe"):
        await page.goto(path)
        await looks()
    await sign_up(page, "ann@example.org", button=words["sign_up"], again=words["again_title"])
    await looks("mailbox_title")
    await follow(page, "Bevestig", "confirm")
    await looks("confirm_title")
    await press(page, words["confirm"])
    await looks("confirmed_title")
    await read_letter(page, "Welkom")
    await looks()
    await page.locator("pre a[href*=preferences]").click()
    await looks("preferences_title")
    assert wide == []
