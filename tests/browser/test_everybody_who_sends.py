"""Everybody who sends newsletters can find a subscriber, and do what they ask: by ear or by key."""

import pytest
from playwright.async_api import expect

from tests.browser.inspecting import BY_NIGHT_AND_DAY, NARROWEST, Inspector
from tests.browser.reading import press, reload_until, sees, sign_up
from tests.browser.test_everybody_who_writes import owned

# Paragraphs between which there is no room.
TOUCHING = """all => all.slice(1).filter((one, at) =>
  one.getBoundingClientRect().top - all[at].getBoundingClientRect().bottom < 4).map(one => one.innerText)"""
LONG = "langewoordenzonderhetminsteeindeofeenspatie"


# All pages are looked at in CI in one language; in the other too with what takes long.
@pytest.mark.parametrize("language", ["nl", pytest.param("en", marks=pytest.mark.faults)])
async def test_no_page_about_a_subscriber_has_a_barrier(start, open_page, language):
    page, words = await owned(start, open_page, language)
    inspector = Inspector(page, BY_NIGHT_AND_DAY)
    address = f"{LONG}@{LONG}.example"
    await page.goto(f"/subscribe?lang={language}")
    await page.locator("#name").fill(LONG)
    await sign_up(page, address, button=words["sign_up"], again=words["again_title"])
    await sees(page, words["mailbox_title"])
    await page.goto("/write")
    await page.get_by_role("link", name=words["subscribers_title"]).click()
    await sees(page, words["subscribers_title"])
    await reload_until(page, page.get_by_role("link", name=address))
    await inspector.looks()
    await page.goto("/write/subscribers?newsletter=nergens")
    await expect(page.get_by_label(words["subscribers_newsletter"])).to_be_focused()
    await inspector.looks()
    await page.get_by_label(words["subscribers_newsletter"]).select_option("main")
    await press(page, words["subscribers_show"])
    await expect(page.get_by_role("link", name=address)).to_be_visible()
    await inspector.looks()
    await page.set_viewport_size(NARROWEST)
    await page.get_by_label(words["subscribers_search"]).fill(LONG)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name=address)).to_be_visible()
    await expect(page.get_by_role("heading", name=words["subscribers_found"])).to_be_in_viewport()
    assert LONG not in page.url
    await inspector.looks()
    await page.get_by_label(words["subscribers_search"]).fill(address)
    await page.keyboard.press("Enter")
    await sees(page, address)
    await inspector.looks()
    await press(page, words["subscriber_ask"])
    await expect(page.get_by_role("alert")).to_have_text(words["subscriber_wrong_often"])
    await inspector.looks()
    await press(page, words["subscriber_leave"])
    await expect(page.get_by_role("status")).to_have_text(words["subscriber_told_leave"])
    await inspector.looks()
    await press(page, words["subscriber_erase_begin"])
    await sees(page, words["subscriber_erase_title"])
    assert await page.locator("main p").evaluate_all(TOUCHING) == []
    await inspector.looks()
    await press(page, words["subscriber_erase"])
    await expect(page.get_by_role("status")).to_have_text(words["subscribers_told_erased"])
    await page.goto("/write/issues")
    await inspector.looks()
    await page.goto("/write/subscribers/999999")
    await inspector.looks()
    assert inspector.wrong == []
