"""The owner makes the publication theirs and signs in again, in a real browser, without JavaScript."""

import pytest
from playwright.async_api import expect

from gql_server.pages.words import WORDS
from tests.browser.reading import press, read_letter, sees
from tests.browser.test_everybody import Inspector

ANN = "ann@example.org"
SUBJECTS = {"nl": "Je link om in te loggen bij", "en": "Your link to sign in to"}


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_the_owner_comes_in_goes_out_and_comes_back_by_a_letter(start, open_page, language):
    words = WORDS[language]
    server = start("serve", "--port", "0", "--demonstration")
    link = server.told(r"Make it yours: (\S+)")[1]
    page = await open_page(link, base_url=server.url, locale=language, java_script_enabled=False)
    inspected = await open_page(link, base_url=server.url, locale=language)
    inspector = Inspector(inspected)
    await inspector.looks()
    await page.locator("#name").fill("Ann")
    await page.locator("#email").fill(ANN)
    await press(page, words["own"])
    await sees(page, words["entered_title"])
    await press(page, words["sign_out"])
    await sees(page, words["signed_out_title"])

    await page.goto("/sign-in")
    await page.locator("#email").fill(ANN)
    await press(page, words["sign_in"])
    await sees(page, words["sign_in_sent_title"])
    # In the language that the owner came in with.
    await read_letter(page, SUBJECTS[language])
    button = {"nl": "Log in", "en": "Sign in"}[language]
    await page.frame_locator("iframe").get_by_role("link", name=button, exact=True).click()
    await expect(page.get_by_role("button", name=words["enter"], exact=True)).to_be_visible()
    await press(page, words["enter"])
    await sees(page, words["entered_title"])

    for path in ("/sign-in", "/sign-in/login_1_x"):
        await inspected.goto(path)
        await inspector.looks()
    assert inspector.wrong == []
