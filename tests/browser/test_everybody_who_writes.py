"""Everybody can write, decide and pass the pen: by ear, on a narrow phone, by day and by night."""

import re
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from gql_server.pages.words import WORDS
from models.pictures import MOST_BYTES
from tests.browser.inspecting import Inspector
from tests.browser.reading import follow, press, reload_until, sees

POST = "/posts/een-zondag-zonder-autos"
# How letters begin their subjects; that about the pen is in the language of the publication.
PEN = "Ann geeft je de pen"
COMMENT = {"nl": "Bevestig je reactie", "en": "Confirm your comment"}
WAITING = {"nl": "Reacties die wachten", "en": "Comments that wait"}


async def owned(start: Any, open_page: Any, language: str) -> tuple[Page, dict[str, str]]:
    """Make the demonstration blog somebody's; give their page, and the words it speaks in."""
    words = WORDS[language]
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page("about:blank", base_url=server.url, locale=language)
    await page.goto(server.told(r"Make it yours: (\S+)")[1])
    await page.locator("#name").fill("Ann")
    await page.locator("#email").fill("ann@example.org")
    await press(page, words["own"])
    await sees(page, words["entered_title"])
    return page, words


# All pages are looked at in CI in one language; in the other too with what takes long.
@pytest.mark.parametrize("language", ["en", pytest.param("nl", marks=pytest.mark.faults)])
async def test_no_page_of_the_desk_has_a_barrier(start, open_page, language):
    page, words = await owned(start, open_page, language)
    inspector = Inspector(page)
    await inspector.looks()
    await page.goto("/write")
    await inspector.looks()
    await press(page, words["desk_new"])
    await press(page, words["desk_publish"])
    await expect(page.locator("#title")).to_be_focused()
    await inspector.looks()
    await page.locator("#title").fill("Langewoordenzonderhetminsteeindeofeenspatie" * 3)
    await press(page, words["desk_schedule"])
    await expect(page.locator("#at")).to_be_focused()
    await inspector.looks()
    await page.locator("#at").fill("2091-03-01T09:00")
    await page.locator("[name=newsletter]").first.check()
    await press(page, words["desk_schedule"])
    await expect(page.get_by_role("status")).to_have_text(words["desk_told_scheduled"])
    await inspector.looks()
    other = await page.context.new_page()
    await other.goto(page.url)
    await press(other, words["desk_save"])
    await press(page, words["desk_save"])
    await expect(page.get_by_role("alert")).to_contain_text(words["desk_wrong_changed_title"])
    await inspector.looks()
    await press(other, words["desk_publish"])
    await expect(other.get_by_role("status")).to_contain_text(words["desk_told_published"])
    await expect(other.get_by_role("status")).to_contain_text(words["desk_told_letter_unread"])
    await page.goto(other.url)
    # Until its letters have begun, who publishes it once more says where they go.
    await reload_until(page, page.get_by_role("button", name=words["desk_send"], exact=True))
    await expect(page.locator("main .list li")).to_have_count(1)
    await press(page, words["desk_send"])
    await expect(page.locator("#newsletters-error")).to_have_text(words["error_desk_no_newsletter"])
    await inspector.looks()
    await page.goto(other.url)
    await press(page, words["desk_preview"])
    await expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    await inspector.looks()
    await page.goto(other.url)
    await press(page, words["desk_delete_begin"])
    await sees(page, words["desk_delete_title"])
    await inspector.looks()
    await page.goto(other.url)
    await page.context.clear_cookies()
    await press(page, words["desk_save"])
    await sees(page, words["desk_out_title"])
    await inspector.looks()
    assert inspector.wrong == []


@pytest.mark.parametrize("language", ["en", pytest.param("nl", marks=pytest.mark.faults)])
async def test_no_page_about_an_address_or_a_version_has_a_barrier(start, open_page, language):
    page, words = await owned(start, open_page, language)
    inspector = Inspector(page)
    await page.goto("/write")
    await press(page, words["desk_new"])
    await page.locator("#title").fill("Een tuin")
    await page.locator("#text").fill("Een.\n\nTwee.\n\n" + "Langewoordenzonderhetminsteeindeofeenspatie" * 3)
    await page.locator("#slug").fill("Een tuin!")
    await press(page, words["desk_publish"])
    await expect(page.locator("#slug")).to_be_focused()
    await expect(page.locator("#slug")).to_have_accessible_description(re.compile("^/posts/ .*een-tuin$"))
    await inspector.looks()
    await page.locator("#slug").fill("een-tuin")
    await press(page, words["desk_publish"])
    await expect(page.get_by_role("status")).to_have_text(words["desk_told_published"])
    await page.locator("#text").fill("Een.\n\nAnders.\n\nDrie.")
    await press(page, words["desk_save"])
    await expect(page.get_by_role("status")).to_have_text(words["desk_told_saved"])
    await page.get_by_role("link", name=words["desk_versions"]).click()
    await sees(page, words["desk_versions"])
    await inspector.looks()
    versions = page.locator(".letters a")
    await versions.first.click()
    await expect(page.locator("dd.added")).to_have_text(["Anders.", "Drie."])
    await page.locator("summary").click()
    await inspector.looks()
    await page.go_back()
    await versions.last.click()
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.goto(other.url.partition("/versions")[0])
    await other.locator("#text").fill("Vier.")
    await press(other, words["desk_save"])
    await expect(other.get_by_role("status")).to_have_text(words["desk_told_saved"])
    await press(page, words["desk_restore"])
    await expect(page.get_by_role("alert")).to_contain_text(words["desk_wrong_changed_title"])
    await inspector.looks()
    assert inspector.wrong == []


async def test_a_picture_is_put_where_the_cursor_was(start, open_page, tmp_path):
    page, words = await owned(start, open_page, "en")
    Image.new("RGB", (60, 40), "teal").save(tmp_path / "tuin.png")
    await page.goto("/write")
    await press(page, words["desk_new"])
    text, button = page.locator("#text"), page.get_by_role("button", name=words["desk_picture_put"])
    await text.fill("One.\n\nTwo.")
    await text.evaluate("text => { text.focus(); text.setSelectionRange(4, 4); }")
    await page.locator("#file").set_input_files(tmp_path / "tuin.png")
    await expect(button).to_be_hidden()
    await press(page, words["desk_picture_keep"])
    piece, inspector = await page.locator("#picture code").inner_text(), Inspector(page)
    await inspector.looks()
    assert inspector.wrong == []
    await button.press("Enter")
    await expect(text).to_be_focused()
    await expect(text).to_have_value(f"One.\n\n{piece}\n\nTwo.")
    await page.keyboard.press("Control+z")
    await expect(text).to_have_value("One.\n\nTwo.")
    # Who has no script copies it.
    state = await page.context.storage_state()
    plain = await open_page(page.url, java_script_enabled=False, storage_state=state, locale="en")
    await expect(plain.locator("#picture code")).to_have_text(piece)
    await expect(plain.locator("#put")).to_be_hidden()


async def test_a_picture_that_is_too_large_is_told_before_it_is_sent(start, open_page, tmp_path):
    page, words = await owned(start, open_page, "en")
    (tmp_path / "large.png").write_bytes(b"x" * (MOST_BYTES + 1))
    Image.new("RGB", (60, 40), "teal").save(tmp_path / "tuin.png")
    await page.goto("/write")
    await press(page, words["desk_new"])
    await page.locator("#text").fill("One.")
    await page.locator("#file").set_input_files(tmp_path / "large.png")
    told = "field => field.validationMessage"
    assert await page.locator("#file").evaluate(told) == words["desk_picture_large"]
    await press(page, words["desk_picture_keep"])
    await expect(page.locator("#text")).to_have_value("One.")
    await expect(page.locator("#picture code, [role=alert]")).to_have_count(0)
    await page.locator("#file").set_input_files(tmp_path / "tuin.png")
    await press(page, words["desk_picture_keep"])
    await expect(page.locator("#picture code")).to_have_count(1)
    await expect(page.locator("#text")).to_have_value("One.")


async def test_nobody_leaves_unsaved_words_without_being_asked(start, open_page):
    page, words = await owned(start, open_page, "en")
    await page.goto("/write")
    await press(page, words["desk_new"])
    asked, desk = [], page.get_by_role("link", name=words["desk_title"])

    async def stay(dialog):
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.locator("#title").press_sequentially("Garden")
    await desk.click()
    await expect(page.locator("#title")).to_have_value("Garden")
    await press(page, words["desk_save"])
    await expect(page.get_by_role("status")).to_have_text(words["desk_told_saved"])
    await desk.click()
    await sees(page, words["desk_title"])
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("language", ["nl", pytest.param("en", marks=pytest.mark.faults)])
async def test_no_page_about_a_comment_or_a_pen_has_a_barrier(start, open_page, language):
    # Who decides is known before there is anything to decide.
    page, words = await owned(start, open_page, language)
    jar = await page.context.cookies()
    await page.context.clear_cookies()
    await page.goto(POST)
    form, inspector = page.locator("section.answer form"), Inspector(page)
    await form.locator("[name=content]").fill("https://a.example https://b.example https://c.example")
    await form.locator("[name=authorName]").fill("Cas")
    await form.locator("[name=authorEmail]").fill("cas@example.org")
    await form.locator("[name=notifyReplies]").check()
    await form.locator("[type=submit]").click()
    await expect(page.locator("article.waits")).to_be_visible()
    await inspector.looks()
    await follow(page, COMMENT[language], "comment")
    await inspector.looks()
    await press(page, words["comment_confirm"])
    await sees(page, words["comment_held_title"])
    await inspector.looks()

    await page.context.add_cookies(jar)
    await page.goto("/write")
    await sees(page, words["desk_title"])
    await expect(page.locator("a[href^='/moderate/']")).to_be_visible()
    await inspector.looks()
    await page.context.clear_cookies()
    await follow(page, WAITING[language], "moderate")
    # Each paragraph runs as its own words do.
    await expect(page.locator("blockquote")).to_have_css("unicode-bidi", "plaintext")
    await inspector.looks()
    link = page.url
    await press(page, words["moderate_spam"])
    await sees(page, words["moderated_spam_title"])
    await inspector.looks()
    await page.goto(link)
    await inspector.looks()

    await page.context.add_cookies(jar)
    await page.goto("/pen")
    await inspector.looks()
    await page.locator("#name").fill("Bea")
    await page.locator("#email").fill("bea@example")
    await press(page, words["pen_pass"])
    await expect(page.locator("#email")).to_be_focused()
    await inspector.looks()
    await page.locator("#email").fill("bea@example.org")
    await press(page, words["pen_pass"])
    await expect(page.locator(".shelf li")).to_have_count(1)
    await inspector.looks()
    await follow(page, PEN, "pen")
    await inspector.looks()
    link = page.url
    await press(page, words["pen_decline"])
    await sees(page, words["pen_declined_title"])
    await inspector.looks()
    await page.goto(link)
    await sees(page, words["expired_pen_title"])
    await inspector.looks()
    assert inspector.wrong == []
