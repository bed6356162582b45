"""The reader's page: ways from address to address, by mouse, by keyboard, and over bad lines."""

from playwright.async_api import Page, Route, expect

import models
from models.redirects import lead
from models.store import open_store
from tests.browser.reading import press, sees

TOP = "window.scrollY"
NAME = "document.activeElement.ariaLabel ?? document.activeElement.textContent"
POST = "/posts/honderdtwaalf-meter-tafel"
# A page that is in a hurry waits a blink for what it would wait seconds for; how many, it says afterwards.
HURRY = """() => {
  window.unhurried = AbortSignal.timeout;
  AbortSignal.timeout = (time) => (window.patience = time, window.unhurried.call(AbortSignal, 50));
}"""
TAKE_TIME = "AbortSignal.timeout = window.unhurried, window.patience"


async def tabs_to(page: Page, name: str) -> None:
    """Press Tab until something of that name has the focus."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await page.evaluate(NAME) == name:
            return
    raise AssertionError(f"Tab never comes to {name!r}")


async def test_a_reader_goes_on_and_back_without_loading_the_page_again(blog, open_page):
    page = await open_page(blog.url, base_url=blog.url)
    await sees(page, "Achterom")
    await page.evaluate("window.isSamePage = true")
    await page.get_by_role("link", name="On waving").scroll_into_view_if_needed()
    top = await page.evaluate(TOP)
    assert top > 0
    await page.get_by_role("link", name="On waving").click()
    await sees(page, "On waving")
    assert page.url == f"{blog.url}/posts/on-waving"
    assert await page.title() == "On waving – Achterom"
    assert await page.evaluate(TOP) == 0
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await page.go_back()
    await sees(page, "Achterom")
    assert await page.evaluate(TOP) == top
    await page.go_forward()
    await sees(page, "On waving")
    assert await page.evaluate("window.isSamePage")


async def test_who_reads_by_keyboard_opens_the_menu_and_leaves_it(blog, open_page):
    page = await open_page(blog.url, base_url=blog.url, viewport={"width": 1280, "height": 800})
    await sees(page, "Achterom")
    await tabs_to(page, "Naar de inhoud")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()
    await page.reload()
    await sees(page, "Achterom")
    await tabs_to(page, "Onder Meedoen")
    opener = page.get_by_role("button", name="Onder Meedoen")
    below = page.get_by_role("link", name="De schrijfavond")
    await expect(below).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(opener).to_have_attribute("aria-expanded", "true")
    await tabs_to(page, "De lange tafel")
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
    await expect(below).to_be_hidden()
    await page.keyboard.press("Space")
    await expect(below).to_be_visible()
    # Whoever goes past it leaves it closed behind.
    await tabs_to(page, "Blog")
    await expect(below).to_be_hidden()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await tabs_to(page, "Uitleenregels")
    await page.keyboard.press("Enter")
    await sees(page, "Uitleenregels")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await expect(opener).to_have_attribute("aria-expanded", "false")


async def test_on_a_phone_the_menu_opens_by_a_button(blog, open_page):
    page = await open_page(blog.url, base_url=blog.url, viewport={"width": 320, "height": 640})
    await sees(page, "Achterom")
    menu = page.get_by_role("navigation", name="Menu")
    await expect(menu).to_be_hidden()
    await press(page, "Menu")
    await press(page, "Onder Meedoen")
    await menu.get_by_role("link", name="De lange tafel").click()
    await sees(page, "De lange tafel")
    await expect(menu).to_be_hidden()
    await press(page, "Menu")
    await page.get_by_role("searchbox").press("Escape")
    await expect(page.get_by_role("button", name="Menu", exact=True)).to_be_focused()
    await expect(menu).to_be_hidden()


async def test_who_reads_by_keyboard_answers_a_comment(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(f"{server.url}{POST}", base_url=server.url)
    await sees(page, "Honderdtwaalf meter tafel")
    await tabs_to(page, "Antwoord – Gerrit L.")
    await page.keyboard.press("Enter")
    await tabs_to(page, "Toch niet")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Antwoord – Gerrit L.")).to_be_focused()
    await page.keyboard.press("Enter")
    for words in ("Ik reken mee.", "Ann", "ann@example.org"):
        await page.keyboard.type(words)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    said = page.get_by_role("article", name="Reactie van Ann")
    await expect(said).to_be_focused()
    await expect(said.locator(".said")).to_have_text("Ik reken mee.")


async def test_reads_are_asked_by_hash_so_that_caches_know_them(blog, open_page):
    page = await open_page(f"{blog.url}{POST}", base_url=blog.url)
    await sees(page, "Honderdtwaalf meter tafel")
    asked = []
    page.on("request", lambda one: "/graphql" in one.url and asked.append(one))
    await page.reload()
    await page.locator("main[aria-busy=false]").wait_for()
    assert len(asked) == 3
    assert all(one.method == "GET" and "sha256Hash" in one.url and "query=" not in one.url for one in asked)
    answers = [await one.response() for one in asked]
    assert all((answer.headers["cache-control"]).startswith("public") for answer in answers)


async def test_when_the_server_is_away_the_page_says_so_and_goes_on_later(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(f"{server.url}/posts", base_url=server.url)
    await sees(page, "Alle berichten")
    port = server.port
    server.process.kill()
    server.ended()
    await page.get_by_role("link", name="Licht op de brug").click()
    await sees(page, "Even geen antwoord")
    await expect(page.get_by_role("alert")).to_contain_text("De server is niet te bereiken.")
    await press(page, "Probeer het opnieuw")
    await sees(page, "Even geen antwoord")
    again = start("serve", "--port", str(port), "--demonstration")
    assert again.url == server.url
    await press(page, "Probeer het opnieuw")
    await sees(page, "Licht op de brug")


async def test_who_comes_back_online_reads_on(blog, open_page):
    page = await open_page(f"{blog.url}/posts", base_url=blog.url)
    await sees(page, "Alle berichten")
    await page.context.set_offline(True)
    await page.get_by_role("link", name="Licht op de brug").click()
    await expect(page.get_by_role("alert")).to_contain_text("Je bent offline.")
    await page.context.set_offline(False)
    await sees(page, "Licht op de brug")


async def test_comments_that_do_not_come_leave_the_post_to_be_read(blog, open_page):
    page = await open_page(f"{blog.url}/posts", base_url=blog.url)
    await sees(page, "Alle berichten")

    async def refuse_comments(route: Route) -> None:
        answer = await route.fetch()
        if '"commentsOpen"' in await answer.text():
            await route.fulfill(status=503, body="{}", content_type="application/json")
        else:
            await route.fulfill(response=answer)

    await page.route("**/graphql?*", refuse_comments)
    await page.get_by_role("link", name="De klink blijft los").click()
    await sees(page, "De klink blijft los")
    await expect(page.locator(".conversation")).to_contain_text("De reacties konden niet worden opgehaald.")
    await page.unroute("**/graphql?*")
    await press(page, "Probeer het opnieuw")
    await expect(page.locator(".conversation h2")).to_have_text("4 reacties")


async def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(blog, open_page):
    page = await open_page(f"{blog.url}/posts", base_url=blog.url)
    await sees(page, "Alle berichten")
    await page.route("**/graphql?*", lambda _: None)
    await page.evaluate(HURRY)
    await page.get_by_role("link", name="Licht op de brug").click()
    await expect(page.get_by_role("alert")).to_contain_text("laat te lang op zich wachten")
    assert await page.evaluate(TAKE_TIME) == 10_000
    await page.unroute("**/graphql?*")
    await press(page, "Probeer het opnieuw")
    await sees(page, "Licht op de brug")


async def test_links_in_a_text_lead_on_whatever_they_lead_to(database_url, start, open_page):
    async with open_store(database_url):
        site = await models.Site.found()
        other = await models.Post.draft(site, "Ander stuk", "<p>Tekst.</p>", authors=[], slug="other")
        await other.publish()
        await lead(site.id, "/1/old.html", post_id=other.id)
        await lead(site.id, "/blogs/old", to_path="/archive")
        links = {
            "own": "/posts/other",
            "old": "/1/old.html",
            "list": "/blogs/old",
            "door": "/subscribe",
            "none": "/x",
        }
        html = "".join(f'<p><a href="{href}">{name}</a></p>' for name, href in links.items())
        post = await models.Post.draft(site, "Verwijzingen", html, authors=[], slug="links")
        await post.publish()
    server = start("serve", "--port", "0", DATABASE_URL=database_url)
    page = await open_page(f"{server.url}/posts/links", base_url=server.url)
    for name, heading in {
        "own": "Ander stuk",
        "old": "Ander stuk",
        "list": "Archief",
        "door": "Meld je aan voor de nieuwsbrief",
        "none": "Hier is niets",
    }.items():
        await page.locator(".prose").get_by_role("link", name=name, exact=True).click()
        await sees(page, heading)
        await page.go_back()
        await sees(page, "Verwijzingen")
