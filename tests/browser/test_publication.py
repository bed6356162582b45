"""A publication from nothing: its owner writes, readers answer, a letter goes out, and somebody leaves."""

import asyncio
import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.async_api import Page, expect

import models
from gql_server.pages.words import WORDS
from models.store import APPS, open_store
from tests.browser.reading import follow, press, read_letter, sees, sign_up

TOKYO = ZoneInfo("Asia/Tokyo")
MINUTE = "%Y-%m-%dT%H:%M"
CAS, DEE = "cas@example.org", "dee@example.org"
TITLE = "De tuin achter het huis"
TEXT = "Hier begint **de tuin**.\n\n## Wat er groeit\n\n- rozen\n- munt"
VIEWS = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
SAYS = {
    "nl": {
        "answer": "Je reactie", "name": "Naam", "email": "E-mailadres", "notify": "Schrijf me als er iemand",
        "send": "Plaats reactie", "as": "Je reageert als Ann.", "held": "wacht tot iemand",
        "preview": "Dit is een voorbeeld", "newsletter": "Nieuwsbrief", "desk": "Terug naar je schrijftafel",
    },
    "en": {
        "answer": "Your comment", "name": "Name", "email": "E-mail address", "notify": "Write to me when",
        "send": "Post comment", "as": "You answer as Ann.", "held": "waits until an editor",
        "preview": "This is a preview", "newsletter": "Newsletter", "desk": "Back to your desk",
    },
}  # fmt: skip


def drawn(folder: Path) -> Path:
    path, content = folder / "tuin.jpg", BytesIO()
    Image.new("RGB", (1200, 700), "seagreen").save(content, "JPEG")
    path.write_bytes(content.getvalue())
    return path


def whole_minute(ahead: timedelta) -> str:
    """Give a moment to come as a form wants it, in the site's time zone."""
    return (datetime.now(TOKYO) + ahead).strftime(MINUTE)


async def bring_forward(database_url: str, moment: str) -> None:
    """Let what is to appear at a moment appear now."""
    async with open_store(database_url, migrate=False):
        [post] = await models.Post.filter(title=TITLE)
        assert post.published_at.astimezone(TOKYO).strftime(MINUTE) == moment
        await models.Post.filter(id=post.id).update(published_at=models.now())


async def appears(page: Page, title: str) -> None:
    """Look at the front page until a post stands there."""
    async with asyncio.timeout(120):
        while not await page.get_by_role("link", name=title).count():
            await asyncio.sleep(1)
            await page.goto("/")
            await expect(page.locator("main")).to_have_attribute("aria-busy", "false")


# With what takes long a whole minute is waited for, which comes by itself.
@pytest.mark.parametrize(
    ("language", "view", "waits"),
    [
        pytest.param("nl", "phone", False, id="nl-phone"),
        pytest.param("en", "desktop", True, id="en-desktop", marks=pytest.mark.faults),
        pytest.param("nl", "desktop", True, id="nl-desktop", marks=pytest.mark.faults),
        pytest.param("en", "phone", True, id="en-phone", marks=pytest.mark.faults),
    ],
)
async def test_a_publication_from_nothing(start, open_page, databases, tmp_path, language, view, waits):
    words, says, database_url = WORDS[language], SAYS[language], databases.migrated("sqlite", APPS)
    server = start("serve", "--port", "0", DATABASE_URL=database_url)
    habits = {"base_url": server.url, "locale": language, "viewport": VIEWS[view]}
    habits["timezone_id"] = "America/New_York"
    # The owner makes it theirs.
    owner = await open_page(server.told(r"Make it yours: (\S+)")[1], **habits)
    await owner.locator("#name").fill("Ann")
    await owner.locator("#email").fill("ann@example.org")
    await owner.get_by_label(words["own_zone"]).select_option("Asia/Tokyo")
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
    # The way back is hers; whom she shows it is not told of it.
    other = await open_page(owner.url, **habits)
    await expect(other.get_by_text(says["preview"])).to_be_visible()
    await expect(other.get_by_role("link", name=says["desk"])).to_have_count(0)
    await owner.get_by_role("link", name=says["desk"]).click()
    await expect(owner.locator("#title")).to_have_value(TITLE)
    assert owner.url == desk
    # Nobody else sees it.
    for place in (path, "/"):
        stranger = await open_page(place, **habits)
        await expect(stranger.locator("main")).to_have_attribute("aria-busy", "false")
        await expect(stranger.get_by_text(TITLE)).to_have_count(0)
    # It appears by itself, at a moment that is read in the site's zone and not in her browser's.
    await owner.goto(desk)
    await owner.get_by_label(says["newsletter"], exact=True).check()
    await owner.get_by_label(words["desk_field_at"]).fill("2001-01-01T09:00")
    await press(owner, words["desk_schedule"])
    await expect(owner.locator("#at-error")).to_have_text(words["error_desk_ahead"])
    # The minute that comes next leaves time to press the button.
    moment = whole_minute(timedelta(minutes=1, seconds=25) if waits else timedelta(hours=2))
    await owner.get_by_label(words["desk_field_at"]).fill(moment)
    await press(owner, words["desk_schedule"])
    await expect(owner.get_by_role("status")).to_have_text(words["desk_told_scheduled"])
    if not waits:
        await bring_forward(database_url, moment)
    await appears(reader, TITLE)
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
