"""Everybody can say what the site is called, write its pages and order its menu: by ear or by key."""

from functools import partial

import pytest
from playwright.async_api import expect

from tests.browser.inspecting import BY_NIGHT_AND_DAY, Inspector
from tests.browser.reading import press, sees
from tests.browser.test_everybody_who_writes import owned

LONG = "Langewoordenzonderhetminsteeindeofeenspatie" * 4
ARABIC = "عنوان طويل جدا لموقع عن الحدائق والجيران"
# Phones zoom in on a field whose letters are smaller than 16 pixels, and the page no longer fits.
ZOOMED = """fields => fields.filter(field => parseFloat(getComputedStyle(field).fontSize) < 16)
  .map(field => field.name)"""
WRITTEN_IN = "main :is(textarea, select, input:not([type=file], [type=checkbox], [type=radio])):visible"


# All pages are looked at in CI in one language; in the other too with what takes long.
@pytest.mark.parametrize("language", ["nl", pytest.param("en", marks=pytest.mark.faults)])
async def test_no_page_about_the_site_itself_has_a_barrier(start, open_page, language):
    page, words = await owned(start, open_page, language)
    inspector = Inspector(page)
    await page.goto("/write")
    await page.get_by_role("link", name=words["site_title"]).click()
    await sees(page, words["site_title"])
    await inspector.looks()
    await page.locator("#title").fill("")
    await press(page, words["desk_save"])
    await expect(page.locator("#title")).to_be_focused()
    await inspector.looks()
    await page.locator("#title").fill(LONG)
    await page.locator("#description").fill(ARABIC)
    await page.get_by_label(words["site_comments_held"]).check()
    await press(page, words["desk_save"])
    await expect(page.get_by_role("status")).to_have_text(words["desk_told_saved"])
    await expect(page.get_by_label(words["site_comments_held"])).to_be_checked()
    await inspector.looks()
    await page.context.clear_cookies()
    await press(page, words["desk_save"])
    await sees(page, words["desk_out_title"])
    await inspector.looks()
    assert inspector.wrong == []


@pytest.mark.parametrize("language", ["en", pytest.param("nl", marks=pytest.mark.faults)])
async def test_no_page_about_a_page_has_a_barrier(start, open_page, language):
    page, words = await owned(start, open_page, language)
    inspector = Inspector(page, BY_NIGHT_AND_DAY)
    await page.goto("/write/pages")
    await inspector.looks()
    await press(page, words["page_new"])
    await expect(page.locator("#title")).to_be_focused()
    await inspector.looks()
    await page.locator("#title").fill(LONG)
    await press(page, words["page_new"])
    await sees(page, LONG)
    await inspector.looks()
    await page.locator("#title").fill(ARABIC)
    await page.locator("#text").fill("Een *tuin*.")
    await page.locator("#parent").select_option(index=1)
    other = await page.context.new_page()
    await other.goto(page.url)
    await press(page, words["desk_publish"])
    await expect(page.get_by_role("status")).to_contain_text(words["desk_told_published"])
    await inspector.looks()
    await press(other, words["desk_save"])
    await expect(other.get_by_role("alert")).to_contain_text(words["desk_wrong_changed_title"])
    await page.get_by_role("link", name=words["desk_look"]).click()
    await sees(page, ARABIC)
    await page.goto("/write/pages")
    await inspector.looks()
    await page.get_by_role("link", name=ARABIC).click()
    await press(page, words["desk_delete_begin"])
    await sees(page, words["desk_delete_title"])
    await inspector.looks()
    await press(page, words["desk_delete"])
    await sees(page, words["pages_title"])
    await expect(page.get_by_role("link", name=ARABIC)).to_have_count(0)
    await page.goto("/write/pages/999999")
    await inspector.looks()
    assert inspector.wrong == []


@pytest.mark.parametrize("language", ["nl", pytest.param("en", marks=pytest.mark.faults)])
async def test_no_page_about_the_menu_has_a_barrier_and_keys_are_enough(start, open_page, language):
    page, words = await owned(start, open_page, language)
    inspector = Inspector(page)
    await page.goto("/write/menu")
    await inspector.looks()
    await page.locator("#label").fill(LONG)
    await page.locator("#href").fill("javascript:alert(1)")
    await press(page, words["menu_add"])
    await expect(page.locator("#href")).to_be_focused()
    await inspector.looks()
    await page.locator("#href").fill("https://example.org/" + "a" * 200)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text(words["menu_told_added"])
    await inspector.looks()
    # The button that was pressed stays in hand, as long as it can be pressed.
    up = page.get_by_role("button", name=f"{words['menu_up']}: {LONG}", exact=True)
    top = await page.locator(".tree > li").count()
    await up.focus()
    for place in range(top - 2, 0, -1):
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/write/menu?at={place}&moved=up")
        await expect(up).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/write/menu?at=0&moved=up")
    down = page.get_by_role("button", name=f"{words['menu_down']}: {LONG}", exact=True)
    await expect(down).to_be_focused()
    await inspector.looks()
    await page.get_by_role("link", name=LONG).click()
    await page.locator("#label").fill(ARABIC)
    await inspector.looks()
    await press(page, words["desk_save"])
    await expect(page.get_by_role("link", name=ARABIC)).to_be_visible()
    await inspector.looks()
    await page.get_by_role("link", name=words["menu_footer_title"]).click()
    await sees(page, words["menu_footer_title"])
    await inspector.looks()
    await page.locator("#label").fill(LONG)
    await page.locator("#href").fill("/privacy")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text(words["menu_told_added"])
    await inspector.looks()
    await page.get_by_role("link", name=LONG).click()
    await sees(page, words["menu_footer_item_title"] % {"label": LONG})
    await inspector.looks()
    await page.goto("/write/menu?of=nergens")
    await sees(page, words["absent_menu_title"])
    await inspector.looks()
    assert inspector.wrong == []


async def test_the_menu_is_ordered_without_scripts(start, open_page):
    page, words = await owned(start, open_page, "en")
    state = await page.context.storage_state()
    plain = await open_page(page.url, java_script_enabled=False, storage_state=state, locale="en")
    await plain.goto(page.url.partition("/sign-in")[0] + "/write/menu")
    labels = plain.locator(".tree > li > a")
    first, second, *_ = await labels.all_inner_texts()
    await plain.get_by_role("button", name=f"{words['menu_down']}: {first}", exact=True).click()
    await expect(labels.first).to_have_text(second)
    await plain.goto(page.url.partition("/sign-in")[0])
    await expect(plain.locator("header nav a").first).to_have_text(second)


async def test_a_phone_does_not_zoom_in_on_what_is_typed_into(start, open_page):
    page, words = await owned(start, partial(open_page, has_touch=True, is_mobile=True), "nl")
    await page.goto("/write")
    await press(page, words["desk_new"])
    zoomed = []
    for path in (page.url, "/write/site", "/write/pages/1", "/write/menu", "/pen", "/write/subscribers"):
        await page.goto(path)
        fields = page.locator(WRITTEN_IN)
        assert await fields.count() > 0
        zoomed += await fields.evaluate_all(ZOOMED)
    assert zoomed == []
