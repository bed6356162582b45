"""Whoever left a comment changes its words and takes it back, with scripts and without, by the keyboard."""

import pytest
from playwright.async_api import expect

from gql_server.pages.words import WORDS
from gql_server.reader.scripts import WORDS as READERS
from schema.mistakes import SENTENCES
from tests.browser.inspecting import Inspector
from tests.browser.reading import press, sees

POST = "/posts/een-zondag-zonder-autos"


@pytest.mark.parametrize("language", ["nl", pytest.param("en", marks=pytest.mark.faults)])
@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "none"])
async def test_a_comment_is_changed_and_then_taken_back(start, open_page, has_scripts, language):
    server = start("serve", "--port", "0", "--demonstration")
    words, readers = WORDS[language], READERS[language]
    phone = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": has_scripts}
    page = await open_page(f"{server.url}{POST}", base_url=server.url, locale=language, **phone)
    # What looks for barriers is a script itself.
    inspector = Inspector(page) if has_scripts else None

    async def looks():
        if inspector is not None:
            await inspector.looks()

    if not has_scripts:
        await page.get_by_role("link", name=readers["leave"]).click()
    form = page.locator("form", has=page.get_by_label(readers["comment_label"]))
    await form.get_by_label(readers["comment_label"]).fill("Mooi gezegd.")
    await form.get_by_label(readers["name"]).fill("Bob")
    await form.get_by_label(readers["email"]).fill("bob@example.org")
    await page.wait_for_timeout(2200)  # whoever is quicker is taken for a machine
    await press(page, readers["send"])
    change = page.get_by_role("link", name=readers["change"])
    await expect(change).to_have_count(1)
    if has_scripts:
        await page.reload()
        await expect(change).to_have_count(1)
    await change.focus()
    await page.keyboard.press("Enter")
    await sees(page, words["comment_edit_title"])
    await looks()
    field = page.get_by_label(words["comment_edit_label"])
    await field.fill("x" * 5001)
    await press(page, words["comment_edit_save"])
    await expect(page.get_by_role("alert")).to_have_text(
        SENTENCES[language]["content_limit"].format(limit=5000)
    )
    await expect(field).to_be_focused()
    await looks()
    await field.fill("Heel mooi gezegd.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text(words["comment_edited_title"])
    await looks()
    await page.get_by_role("link", name=words["comment_read"]).click()
    await expect(page.locator(".thread .said")).to_have_text("Heel mooi gezegd.")
    await expect(page.locator(".who")).to_contain_text(readers["edited"])
    await expect(page.get_by_role("link", name=readers["change"])).to_have_count(0)
    await page.go_back()
    await page.get_by_role("link", name=words["comment_edit_retract"]).click()
    await sees(page, words["comment_retract_title"])
    await looks()
    await press(page, words["comment_retract"])
    await sees(page, words["comment_retracted_title"])
    await looks()
    await page.get_by_role("link", name=words["comment_read"]).click()
    await expect(page.locator(".conversation h2")).to_have_text(readers["no_comments"])
    assert inspector is None or inspector.wrong == []
