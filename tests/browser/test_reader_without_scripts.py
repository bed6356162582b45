"""The reader's page, where no scripts run, where they come late, and where they never come."""

import asyncio
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.async_api import Page, Route, expect

import models
from models.menus import Entry, arrange
from models.store import open_store
from tests.browser.conftest import TAKEN_OVER
from tests.browser.inspecting import IS_TOO_WIDE, NARROWEST, WIDE, Inspector
from tests.browser.reading import press, sees

POST = "/posts/honderdtwaalf-meter-tafel"
PATHS = (
    "/", "/posts", POST, "/posts/on-waving", "/authors", "/authors/corrie-spaanstra", "/archive",
    "/archive/2019-11", "/tags/aan-tafel", "/search?q=soep", "/search?q=xyzzy", "/search", "/nowhere",
    "/over-ons", "/meedoen/gereedschapskast",
)  # fmt: skip
# All that is read; a form is another with scripts.
OTHERWISE = "form:not([role=search]), .answer, .press, button, a.plain, .skip, .hidden"
READ = f"""() => {{
  const whole = document.body.cloneNode(true);
  for (const one of whole.querySelectorAll('{OTHERWISE}')) one.remove();
  return [document.title, document.documentElement.lang, whole.textContent.replace(/\\s+/g, '')];
}}"""
HEADINGS = """() => [...document.querySelectorAll(':is(h1, h2, h3, h4):not(#answer)')]
  .map((one) => one.localName + one.textContent.trim())"""
MOMENTS = "() => [...document.querySelectorAll('time')].map((one) => [one.dateTime, one.textContent])"
CURRENT = "() => [...document.querySelectorAll('[aria-current]')].map((one) => one.textContent)"
# Where what is seen at first stands.
PLACES = """() => [...document.querySelectorAll('.brand a, main, h1, .card, .panel nav > ul > li > a, .foot')]
  .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect())
  .map(({x, y}) => [x, y]).filter(([, y]) => y < innerHeight)"""


@pytest.mark.parametrize("locale", ["nl-NL", "en-US"])
async def test_the_same_is_read_with_scripts_and_without(blog, open_page, locale):
    with_scripts = await open_page(blog.url, base_url=blog.url, locale=locale)
    without = await open_page(blog.url, base_url=blog.url, locale=locale, java_script_enabled=False)
    for path in PATHS:
        await with_scripts.goto(path)
        await without.goto(path)
        assert await without.evaluate(READ) == await with_scripts.evaluate(READ)
        assert await without.evaluate(HEADINGS) == await with_scripts.evaluate(HEADINGS)
        assert await without.evaluate(MOMENTS) == await with_scripts.evaluate(MOMENTS)
        assert await without.evaluate(CURRENT) == await with_scripts.evaluate(CURRENT)


async def test_without_scripts_a_reader_finds_reads_and_answers(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(server.url, base_url=server.url, java_script_enabled=False)
    await sees(page, "Achterom")
    await page.get_by_role("link", name="Alle berichten").click()
    await page.get_by_role("link", name="Ouder", exact=True).click()
    await page.get_by_role("link", name="Nieuwer", exact=True).click()
    await page.get_by_role("searchbox", name="Zoek op deze site").fill("meter tafel")
    await press(page, "Zoek")
    await page.get_by_role("link", name="Honderdtwaalf meter tafel").click()
    await page.get_by_role("link", name="Antwoord – Gerrit L.").click()
    await sees(page, "Laat een reactie achter")
    await page.get_by_label("Je reactie").fill("Het zeil telt mee.")
    await page.get_by_label("Naam").fill("Ann")
    await page.get_by_label("E-mailadres").fill("ann@example.org")
    await press(page, "Plaats antwoord")
    await expect(page.get_by_role("status")).to_contain_text("Dank je.")
    await page.locator("main").get_by_role("link", name="Reacties").click()
    await sees(page, "Honderdtwaalf meter tafel")
    await page.locator("footer").get_by_role("link", name="Meld me aan").click()
    await sees(page, "Meld je aan voor de nieuwsbrief")


async def test_where_the_scripts_never_come_all_can_be_read(blog, open_page):
    page = await open_page("about:blank", base_url=blog.url, viewport=WIDE, waits=False)
    await page.route("**/reader.js", lambda route: route.abort())
    for path in ("/", POST):
        await page.goto(path)
        await expect(page.locator("main")).not_to_be_empty()
    await page.get_by_role("link", name="Blog").click()
    await sees(page, "Alle berichten")


async def hold(page: Page) -> asyncio.Event:
    """Hold what the graph answers, until this is set."""
    held = asyncio.Event()

    async def wait(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/graphql?*", wait)
    return held


@pytest.mark.parametrize("width", [390, 768, 1280])
async def test_nothing_moves_when_the_scripts_take_over(blog, open_page, width):
    view = {"width": width, "height": 800}
    page = await open_page("about:blank", base_url=blog.url, viewport=view, waits=False)
    for path in ("/", POST, "/search"):
        held = await hold(page)
        await page.goto(path)
        before = await page.evaluate(PLACES)
        held.set()
        await page.wait_for_function(TAKEN_OVER)
        await expect(page.locator(".menu")).to_have_count(1)
        assert await page.evaluate(PLACES) == before
        await page.unroute_all()


async def test_what_somebody_chose_in_a_text_stays_chosen_when_the_scripts_take_over(blog, open_page):
    page = await open_page("about:blank", base_url=blog.url, viewport=WIDE, waits=False)
    held = await hold(page)
    await page.goto(POST)
    await page.locator(".prose p").first.select_text()
    held.set()
    # What is to be pressed is new.
    await expect(page.get_by_role("button", name="Plaats reactie")).to_be_visible()
    assert "campingtafel" in await page.evaluate("() => String(getSelection())")


async def test_a_page_that_is_loaded_again_is_where_it_was_left(blog, open_page):
    page = await open_page(f"{blog.url}{POST}", viewport=WIDE)
    await page.evaluate("() => scrollTo(0, 900)")
    await page.reload()
    await page.wait_for_function("() => scrollY === 900")
    # And a view that is come to begins at its top.
    await page.locator(".beside a").first.click()
    await expect(page.locator("h1")).not_to_have_text("Honderdtwaalf meter tafel")
    await page.wait_for_function("() => scrollY === 0")


async def test_programs_are_told_nothing_of_an_address_that_was_left(blog, open_page):
    page = await open_page(f"{blog.url}/search?q=tafel", base_url=blog.url)
    await expect(page.locator("[name=robots]")).to_have_count(1)
    await page.get_by_role("link", name="Honderdtwaalf meter tafel").click()
    await sees(page, "Honderdtwaalf meter tafel")
    await expect(page.locator("[name=robots]")).to_have_count(0)
    # A browser shares the address that a page says is its own.
    await page.goto(POST)
    await page.locator(".beside a").first.click()
    await expect(page.locator("h1")).not_to_have_text("Honderdtwaalf meter tafel")
    await expect(page.locator("[rel=canonical], [property]")).to_have_count(0)


async def test_the_whole_menu_is_found_with_scripts_and_without(blog, open_page):
    phone = await open_page(blog.url, base_url=blog.url, viewport=NARROWEST)
    await press(phone, "Menu")
    await press(phone, "Onder Meedoen")
    await expect(phone.get_by_role("link", name="Uitleenregels")).to_be_visible()
    # A page that comes without scripts has no button.
    await phone.goto(f"/comment?post={POST}")
    await expect(phone.get_by_role("link", name="Blog")).to_be_visible()
    await expect(phone.get_by_role("searchbox")).to_be_visible()
    wide = await open_page(blog.url, viewport=WIDE, java_script_enabled=False)
    await expect(wide.get_by_role("link", name="Uitleenregels")).to_be_hidden()
    await wide.get_by_role("link", name="Meedoen").focus()
    await expect(wide.get_by_role("link", name="Uitleenregels")).to_be_visible()


@pytest.mark.parametrize("has_scripts", [True, False])
async def test_no_page_is_too_wide_for_letters_twice_as_large(blog, open_page, has_scripts):
    page = await open_page(
        "about:blank", base_url=blog.url, viewport=NARROWEST, java_script_enabled=has_scripts
    )
    session = await page.context.new_cdp_session(page)
    await session.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    wide = []
    for path in ("/", POST, "/archive", "/search?q=soep", "/nowhere", f"/comment?post={POST}"):
        await page.goto(path)
        assert await page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == "32px"
        if await page.evaluate(IS_TOO_WIDE):
            wide.append(path)
    assert wide == []


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_menu_with_a_word_that_is_longer_than_a_phone_is_wide_breaks_it(
    database_url, start, open_page
):
    async with open_store(database_url):
        site = await models.Site.found()
        await arrange(site.id, "main", [Entry("Huis" * 20, "/posts")])
    server = start("serve", "--port", "0", DATABASE_URL=database_url)
    for has_scripts in (False, True):
        page = await open_page(server.url, viewport=NARROWEST, java_script_enabled=has_scripts)
        if has_scripts:
            await press(page, "Menu")
        assert await page.get_by_role("link", name="Huis" * 20).is_visible()
        assert not await page.evaluate(IS_TOO_WIDE), has_scripts


@pytest.mark.parametrize("is_away", [False, True], ids=["at it", "away"])
async def test_whoever_has_begun_goes_on_with_what_the_server_gave(blog, open_page, is_away):
    page = await open_page("about:blank", base_url=blog.url, viewport=WIDE, waits=False)
    held = await hold(page)
    # The graph answers late; somebody types meanwhile, and looks elsewhere.
    await page.goto("/posts")
    box = page.get_by_role("searchbox", name="Zoek op deze site")
    await box.fill("soep")
    if is_away:
        await page.locator("footer .foot p").first.click()
    answered = page.wait_for_event("requestfinished", lambda request: "graphql" in request.url)
    held.set()
    await answered
    await page.wait_for_load_state("networkidle")
    await expect(box).to_have_value("soep")
    if not is_away:
        await expect(box).to_be_focused()
    await box.press("Enter")
    await sees(page, "Gezocht: soep")
    await expect(page.locator("main")).to_have_attribute("aria-busy", "false")


async def test_where_the_graph_is_silent_what_the_server_gave_stays(blog, open_page):
    page = await open_page("about:blank", base_url=blog.url, viewport=WIDE, waits=False)
    await page.route("**/graphql?*", lambda route: route.abort())
    await page.goto(POST)
    await expect(page.locator(".prose")).to_contain_text("campingtafel")
    await expect(page.locator(".trouble")).to_have_count(0)
    # Whoever goes on is told.
    await page.get_by_role("link", name="Blog").click()
    await expect(page.locator(".trouble")).to_be_visible()


async def test_where_the_graph_was_silent_once_a_reader_goes_on(blog, open_page):
    page = await open_page("about:blank", base_url=blog.url, viewport=WIDE, waits=False)
    await page.route("**/graphql?*", lambda route: route.abort())
    async with page.expect_event("requestfailed"):
        await page.goto(POST)
    await page.wait_for_load_state("networkidle")
    await page.unroute("**/graphql?*")
    await page.get_by_role("link", name="Blog").click()
    await sees(page, "Alle berichten")


async def test_who_is_quick_gets_to_a_page_that_is_none_of_the_scripts(blog, open_page):
    page = await open_page("about:blank", base_url=blog.url, viewport=WIDE, waits=False)
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    # The graph answers late; somebody goes on meanwhile.
    await page.route("**/graphql?*", hold)
    async with page.expect_request("**/graphql?*"):
        await page.goto(POST)
    await page.locator("footer").get_by_role("link", name="Meld me aan").click()
    held.set()
    await sees(page, "Meld je aan voor de nieuwsbrief")


async def test_scripts_leave_a_part_of_a_conversation_as_it_is(blog, open_page):
    without = await open_page(f"{blog.url}{POST}", java_script_enabled=False)
    reply = without.get_by_role("link", name="Antwoord – Gerrit L.")
    asked = parse_qs(urlsplit(await reply.get_attribute("href")).query)
    part = f"{POST}?{urlencode({'thread': asked['to'][0]})}#conversation"
    await without.goto(f"{blog.url}{part}")
    said = await without.locator(".said").all_text_contents()
    page = await open_page("about:blank", base_url=blog.url, viewport=WIDE, waits=False)
    for _ in range(2):
        await page.goto(part)
        await page.wait_for_load_state("networkidle")
        assert await page.locator(".said").all_text_contents() == said
    # And when a reader comes back to it.
    await page.get_by_role("link", name="Blog").click()
    await sees(page, "Alle berichten")
    await page.go_back()
    await expect(page.locator(".said")).to_have_text(said)


@pytest.mark.parametrize("language", ["nl", pytest.param("en", marks=pytest.mark.faults)])
async def test_no_page_has_a_barrier_without_scripts(blog, open_page, language):
    # Who looks needs scripts of their own.
    page = await open_page("about:blank", base_url=blog.url, locale=language, waits=False)
    await page.route("**/reader.js", lambda route: route.abort())
    inspector = Inspector(page)
    paths = ("/", POST, "/authors/corrie-spaanstra", "/archive", "/search?q=soep", "/nowhere", "/meedoen")
    for path in (*paths, f"/comment?post={POST}"):
        await page.goto(path)
        await inspector.looks()
    assert inspector.wrong == []
