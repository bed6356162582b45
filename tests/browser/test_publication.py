"""A publication from nothing: its owner writes, readers answer, a letter goes out, and somebody leaves."""

import asyncio
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from gql_server.pages.words import WORDS
from tests.browser.reading import press, read_letter, sees, sign_up

CAS, DEE = "cas@example.org", "dee@example.org"
TITLE = "De tuin achter het huis"
TEXT = "Hier begint **de tuin**.\n\n## Wat er groeit\n\n- rozen\n- munt"
# As an app does it: by the graph, with the session of the browser.
SCHEDULE = """async ([id, at]) => {
  const query = `mutation($input: SchedulePostInput!) { schedulePost(input: $input) {
    post { status } errors { __typename } } }`
  const moment = new Date(Date.now() + at).toISOString()
  const input = { id: btoa(`Post:${id}`), at: moment, newsletterSlugs: ['main'] }
  const headers = { 'Content-Type': 'application/json' }
  const body = JSON.stringify({ query, variables: { input } })
  return (await (await fetch('/graphql', { method: 'POST', headers, body })).json()).data.schedulePost
}"""
VIEWS = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
SAYS = {
    "nl": {
        "answer": "Je reactie", "name": "Naam", "email": "E-mailadres", "notify": "Schrijf me als er iemand",
        "send": "Plaats reactie", "as": "Je reageert als Ann.", "held": "wacht tot iemand",
        "preview": "Dit is een voorbeeld",
    },
    "en": {
        "answer": "Your comment", "name": "Name", "email": "E-mail address", "notify": "Write to me when",
        "send": "Post comment", "as": "You answer as Ann.", "held": "waits until an editor",
        "preview": "This is a preview",
    },
}  # fmt: skip


def drawn(folder: Path) -> Path:
    path, content = folder / "tuin.jpg", BytesIO()
    Image.new("RGB", (1200, 700), "seagreen").save(content, "JPEG")
    path.write_bytes(content.getvalue())
    return path


async def follow(page: Page, subject: str, door: str) -> None:
    """Open the newest letter of a subject, and follow its link to a door."""
    await read_letter(page, subject)
    await page.locator(f'pre a[href*="/{door}/"]').first.click()


@pytest.mark.parametrize(("language", "view"), [("nl", "phone"), ("en", "desktop")])
async def test_a_publication_from_nothing(start, open_page, tmp_path, language, view):
    words, says = WORDS[language], SAYS[language]
    server = start("serve", "--port", "0")
    habits = {"base_url": server.url, "locale": language, "viewport": VIEWS[view]}
    # The owner makes it theirs.
    owner = await open_page(server.told(r"Make it yours: (\S+)")[1], **habits)
    await owner.locator("#name").fill("Ann")
    await owner.locator("#email").fill("ann@example.org")
    await press(owner, words["own"])
    await sees(owner, words["entered_title"])
    # Somebody asks for the newsletter, and says yes.
    reader = await open_page(f"{server.url}/subscribe", **habits)
    await sign_up(reader, DEE, button=words["sign_up"], again=words["again_title"])
    await follow(reader, {"nl": "Bevestig", "en": "Confirm"}[language], "confirm")
    await press(reader, words["confirm"])
    await sees(reader, words["confirmed_title"])
    # A draft with a picture, looked at.
    await owner.goto("/write")
    await press(owner, words["desk_new"])
    await owner.locator("#title").fill(TITLE)
    await owner.locator("#text").fill(TEXT)
    await press(owner, words["desk_save"])
    await expect(owner.get_by_role("status")).to_have_text(words["desk_told_saved"])
    desk = owner.url.partition("?")[0]
    await owner.locator("#file").set_input_files(drawn(tmp_path))
    await owner.locator("#alt").fill("Een groen vlak")
    await press(owner, words["desk_picture_lead"])
    await expect(owner.locator(".lead-picture")).to_be_visible()
    await press(owner, words["desk_preview"])
    await expect(owner.get_by_text(says["preview"])).to_be_visible()
    await expect(owner.get_by_role("heading", level=1)).to_have_text(TITLE)
    await expect(owner.get_by_role("img", name="Een groen vlak")).to_be_visible()
    path = owner.url.partition("?")[0]
    # Nobody else sees it.
    for place in (path, "/"):
        stranger = await open_page(place, **habits)
        await expect(stranger.locator("main")).to_have_attribute("aria-busy", "false")
        await expect(stranger.get_by_text(TITLE)).to_have_count(0)
    # It appears by itself.
    number = int(desk.rpartition("/")[2])
    said = await owner.evaluate(SCHEDULE, [number, 4000])
    assert said == {"post": {"status": "SCHEDULED"}, "errors": []}
    async with asyncio.timeout(120):  # it may be shown for a minute what it saw a moment ago
        while not await reader.get_by_role("link", name=TITLE).count():
            await reader.goto("/")
            await expect(reader.locator("main")).to_have_attribute("aria-busy", "false")
    await reader.get_by_role("link", name=TITLE).first.click()
    await expect(reader.get_by_role("heading", level=1)).to_have_text(TITLE)
    # A reader answers, and wants to hear of replies.
    form = reader.locator("section.answer form")
    await form.get_by_label(says["answer"]).fill("Wat een tuin.")
    await form.get_by_label(says["name"], exact=True).fill("Cas")
    await form.get_by_label(says["email"]).fill(CAS)
    await form.get_by_label(re.compile(says["notify"])).check()
    await press(reader, says["send"])
    await expect(reader.get_by_role("status").filter(has_text=says["held"])).to_be_visible()
    await follow(reader, {"nl": "Bevestig je reactie", "en": "Confirm your comment"}[language], "comment")
    await reader.get_by_role("button").first.click()
    # The owner decides by a letter, in the language she came in with.
    await follow(owner, {"nl": "Reacties die wachten", "en": "Comments that wait"}[language], "moderate")
    await expect(owner.get_by_text("Wat een tuin.")).to_be_visible()
    await owner.locator("button[name=approved], button").first.click()
    # Whoever was there a moment ago may be shown for a minute what they saw then.
    other = await open_page(path, **habits)
    await expect(other.get_by_text("Wat een tuin.")).to_be_visible()
    # She answers as who she is; the reader hears of it.
    await owner.goto(path)
    await owner.get_by_role("article").filter(has_text="Wat een tuin.").get_by_role("button").first.click()
    answer = owner.locator(".thread form")
    await expect(answer).to_contain_text(says["as"])
    await expect(answer.get_by_label(says["name"], exact=True)).to_have_count(0)
    await answer.get_by_label(says["answer"]).fill("Kom eens langs.")
    await answer.locator("[type=submit]").click()
    await expect(owner.get_by_text("Kom eens langs.").first).to_be_visible()
    await read_letter(reader, {"nl": "Ann antwoordde", "en": "Ann replied"}[language])
    # The subscriber got the newsletter, and leaves by it.
    await follow(reader, TITLE, "unsubscribe")
    await reader.get_by_role("button").last.click()
    await sees(reader, words["left_title"])
