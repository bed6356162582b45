"""The reader's page: every view of it, read by everybody."""

import pytest
from playwright.async_api import Page, expect

import models
from gql_server.identity import SESSION
from models.files.folder import Folder
from models.store import open_store
from tests.browser.inspecting import BY_DAY_AND_NIGHT, BY_NIGHT_AND_DAY, IS_TOO_WIDE, Inspector
from tests.browser.reading import press, sees
from tests.nouns.drawings import quarters, written

VIEWS = {
    "/": "Achterom",
    "/posts": "Alle berichten",
    "/posts/honderdtwaalf-meter-tafel": "Honderdtwaalf meter tafel",
    "/authors": "Auteurs",
    "/authors/corrie-spaanstra": "Corrie Spaanstra",
    "/tags/aan-tafel": "Aan tafel",
    "/archive": "Archief",
    "/archive/2020-03": "Maart 2020",
    "/search": "Zoek",
    "/search?q=soep": "Gezocht: soep",
    "/meedoen": "Meedoen",
    "/meedoen/gereedschapskast": "De gereedschapskast",
    "/nowhere": "Hier is niets",
}
IN_ENGLISH = {
    "/posts": "All posts",
    "/archive": "Archive",
    "/archive/2020-03": "March 2020",
    "/search?q=soep": "Search: soep",
    "/nowhere": "Nothing here",
}


# What a script leaves where it had nothing to show.
STRAY = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) found.push(walker.currentNode.textContent.trim());
  return found.filter((text) => ['null', 'undefined', 'false', 'true', 'NaN', '0'].includes(text));
}"""


async def is_there(page: Page) -> None:
    """Wait until the page shows what it was asked for."""
    await page.locator("main[aria-busy=false]").wait_for()


async def test_every_view_has_its_heading_and_title_in_both_languages(blog, open_page):
    for locale, headings in (("nl-NL", VIEWS), ("en-GB", IN_ENGLISH)):
        page = await open_page("about:blank", base_url=blog.url, locale=locale)
        for path, heading in headings.items():
            answer = await page.goto(path)
            await sees(page, heading)
            assert await page.title() == ("Achterom" if path == "/" else f"{heading} – Achterom")
            assert answer.status == (404 if path == "/nowhere" else 200)
            assert await page.evaluate(STRAY) == []
        assert await page.locator("html").get_attribute("lang") == locale[:2]


@pytest.mark.parametrize(
    ("locale", "views"),
    [
        pytest.param("nl-NL", BY_DAY_AND_NIGHT, id="nl"),
        pytest.param("en-GB", BY_NIGHT_AND_DAY, id="en", marks=pytest.mark.faults),
    ],
)
async def test_no_view_has_a_barrier(blog, open_page, locale, views):
    page = await open_page("about:blank", base_url=blog.url, locale=locale)
    inspector = Inspector(page, views)
    for path in VIEWS:
        await page.goto(path)
        await is_there(page)
        await inspector.looks()
    await page.goto("/posts/honderdtwaalf-meter-tafel")
    await page.locator(".conversation article button").nth(1).click()
    await page.locator(".thread form [type=submit]").click()
    await expect(page.locator(".thread [aria-invalid=true]").first).to_be_focused()
    await inspector.looks()
    await page.locator("footer form [type=submit]").click()
    await expect(page.locator("footer [aria-invalid=true]")).to_be_focused()
    await page.locator("header .arrow").evaluate("button => button.click()")
    await inspector.looks()
    assert inspector.wrong == []


@pytest.mark.parametrize("kind", ["preview", "api"])
async def test_a_link_to_look_before_that_shows_nothing_any_more_says_so(blog, open_page, kind):
    path = f"/posts/honderdtwaalf-meter-tafel?preview={kind}_1_nothing"
    page = await open_page("/", base_url=blog.url, locale="nl-NL")
    sent = []
    page.on("request", lambda request: sent.append(request.headers.get("authorization")))
    await page.goto(path)
    await sees(page, "Hier is niets")
    # A program's token that somebody pasted there is not tried.
    assert any(sent) == (kind == "preview")
    await expect(page.get_by_text("Deze link toont niets meer.")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Menu")).to_be_visible()


async def test_long_words_break_and_texts_run_their_own_way(database_url, start, open_page):
    word = "Hottentottententententoonstellingsmakersopleidingsprogramma"
    async with open_store(database_url):
        site = await models.Site.found()
        await site.change(title=f"Het tijdschrift van de {word}", description=word)
        author = await models.Author.named(site.id, "דוד בן")
        tag = await models.Tag.named(site.id, word)
        text = models.Content.of("<p>مرحبا بالعالم.</p><pre><code>x = 1</code></pre>", models.Format.HTML)
        post = await models.Post.draft(site, "مرحبا: عنوان", text, authors=[author], tags=[tag], slug="long")
        await post.publish()
        said = await models.Comment.leave(
            post.id,
            models.Writer(name=word, email="a@example.org", website=None),
            "שלום",
            notify_replies=False,
        )
        await said.decide(models.Fate.APPROVED)
    server = start("serve", "--port", "0", DATABASE_URL=database_url)
    for width in (320, 1280):
        view = {"width": width, "height": 740}
        page = await open_page("about:blank", base_url=server.url, viewport=view)
        for path in ("/", "/posts/long", "/archive"):
            await page.goto(path)
            await is_there(page)
            assert not await page.evaluate(IS_TOO_WIDE), (width, path)
        menu = page.get_by_role("button", name="Menu", exact=True)
        if width == 320:
            await expect(menu).to_be_in_viewport(ratio=1)
    await page.goto("/posts/long")
    runs = "element => getComputedStyle(element).direction"
    for place, way in {
        "h1": "rtl",
        ".prose": "rtl",
        ".prose pre": "ltr",
        ".byline a": "rtl",
        ".said": "rtl",
        "body": "ltr",
    }.items():
        assert await page.locator(place).first.evaluate(runs) == way, place


async def test_a_link_to_look_before_shows_a_published_post_as_everybody_sees_it(
    database_url, start, open_page
):
    links = []
    async with open_store(database_url):
        site = await models.Site.found()
        for slug in ("straks", "nu"):
            post = await models.Post.draft(site, slug.title(), "<p>Tekst.</p>", authors=[], slug=slug)
            _, token = await models.Key.grant(models.KeyKind.PREVIEW, post_id=post.id)
            links.append(f"/posts/{slug}?preview={token}")
        await post.publish()
    server = start("serve", "--port", "0", DATABASE_URL=database_url)
    page = await open_page("about:blank", base_url=server.url)
    note, talk = page.get_by_text("Dit is een voorbeeld: alleen wie"), page.locator(".conversation h2")
    await page.goto(links[0])
    await sees(page, "Straks")
    await expect(note).to_be_visible()
    await expect(talk).to_have_count(0)
    assert page.url == f"{server.url}{links[0]}"
    await page.goto(links[1])
    await sees(page, "Nu")
    await expect(note).to_have_count(0)
    await expect(talk).to_have_text("Nog geen reacties")
    assert page.url == f"{server.url}/posts/nu"


async def test_a_link_to_look_before_shows_a_page_of_the_site_too(database_url, start, open_page):
    links = []
    async with open_store(database_url):
        site = await models.Site.found()
        editor = await models.User.welcome(site, "eva@staff.example", "Eva", models.Role.EDITOR)
        _, session = await models.Key.grant(models.KeyKind.SESSION, editor)
        for slug in ("straks", "nu"):
            page = await models.Page.draft(site.id, slug.title(), "<p>Tekst.</p>", slug=slug)
            _, token = await models.Key.grant(models.KeyKind.PREVIEW, page_id=page.id)
            links.append(f"/{slug}?preview={token}")
        await page.publish()
    server = start("serve", "--port", "0", DATABASE_URL=database_url)
    page = await open_page("about:blank", base_url=server.url)
    note, back = page.get_by_text("Dit is een voorbeeld: alleen wie"), page.locator(".told a")
    await page.goto(links[0])
    await sees(page, "Straks")
    await expect(note).to_be_visible()
    await expect(back).to_have_count(0)
    assert page.url == f"{server.url}{links[0]}"
    await page.goto(links[1])
    await sees(page, "Nu")
    await expect(note).to_have_count(0)
    assert page.url == f"{server.url}/nu"
    await page.goto(f"{links[0][:-1]}x")
    await expect(page.get_by_text("Deze link toont niets meer.")).to_be_visible()
    await page.context.add_cookies([{"name": SESSION, "value": session, "url": server.url}])
    await page.goto(links[0])
    await expect(back).to_have_attribute("href", "/write?path=%2Fstraks")


async def test_it_shows_what_the_page_it_began_with_shows(blog, open_page):
    page = await open_page(f"{blog.url}/posts/een-zondag-zonder-autos", base_url=blog.url)
    await sees(page, "Een zondag zonder auto's")
    menu = page.get_by_role("navigation", name="Menu")
    assert await menu.locator(":scope > ul > li > a").all_inner_texts() == [
        "Home", "Meedoen", "Blog", "Over ons", "Contact",
    ]  # fmt: skip
    await expect(page.locator("article .byline")).to_have_text("door Ilyas Vossebeld")
    await expect(page.locator("article time").first).to_have_text("20 juni 2017")
    await expect(page.locator(".conversation h2")).to_have_text("Nog geen reacties")
    authors = page.get_by_role("region", name="Auteurs").get_by_role("listitem")
    assert await authors.all_inner_texts() == [
        "Marit Oldekamp 18 berichten", "Ilyas Vossebeld 17 berichten", "Corrie Spaanstra 17 berichten",
    ]  # fmt: skip
    archive = page.get_by_role("region", name="Archief")
    assert await archive.locator("dt").first.inner_text() == "2021"
    await archive.get_by_role("link", name="Maart", exact=True).first.click()
    await sees(page, "Maart 2021")
    await expect(page.locator(".card")).to_have_count(2)


async def test_a_list_is_paged_there_and_back(blog, open_page):
    page = await open_page(f"{blog.url}/posts", base_url=blog.url)
    titles = page.locator(".card h2")
    await expect(titles).to_have_count(12)
    first = await titles.all_inner_texts()
    seen = [*first]
    while await page.get_by_role("link", name="Ouder", exact=True).count():
        before = await titles.first.inner_text()
        await page.get_by_role("link", name="Ouder", exact=True).click()
        await expect(titles.first).not_to_have_text(before)
        seen += await titles.all_inner_texts()
    assert len(seen) == len(set(seen)) == 45
    for _ in range(3):
        before = await titles.first.inner_text()
        await page.get_by_role("link", name="Nieuwer", exact=True).click()
        await expect(titles.first).not_to_have_text(before)
    assert await titles.all_inner_texts() == first


async def test_a_link_to_a_page_of_a_list_that_is_none_shows_the_list(blog, open_page):
    page = await open_page("about:blank", base_url=blog.url)
    for path, heading in (("/posts", "Alle berichten"), ("/authors/corrie-spaanstra", "Corrie Spaanstra")):
        for cursor in ("after=bad", "before=bad"):
            await page.goto(f"{path}?{cursor}")
            await sees(page, heading)
            await expect(page.locator(".card")).to_have_count(12)
            assert page.url == f"{blog.url}{path}"
    # Nor is it a mistake to look for more than the graph takes.
    await page.goto(f"/search?q={'x' * 5000}")
    await sees(page, f"Gezocht: {'x' * 100}")


async def test_an_empty_publication_says_so(start, open_page):
    server = start("serve", "--port", "0")
    page = await open_page(server.url, base_url=server.url)
    await expect(page.locator("main")).to_have_text("Er staat nog niets in. Kom gauw terug.")
    # No heading has nothing below it.
    assert await page.locator("footer h2").all_inner_texts() == ["Ik wil de nieuwsbrief ontvangen"]
    for path, title in (("/authors", "Auteurs"), ("/archive", "Archief")):
        await page.goto(path)
        await sees(page, title)
        said = [title, "Er staat nog niets in. Kom gauw terug."]
        await expect(page.locator("main > :is(h1, p)")).to_have_text(said)
    await page.get_by_role("link", name="Hier draait gql-server").click()
    await expect(page.locator("#begin")).to_be_visible()
    await page.locator("footer").get_by_role("link", name="/", exact=True).click()
    await expect(page.locator("main")).to_have_text("Er staat nog niets in. Kom gauw terug.")


async def test_a_search_finds(blog, open_page):
    page = await open_page(blog.url, base_url=blog.url)
    box = page.get_by_role("searchbox", name="Zoek op deze site")
    await box.fill("soep voor wie")
    await box.press("Enter")
    await sees(page, "Gezocht: soep voor wie")
    await expect(page.get_by_role("link", name="Soep voor wie er is")).to_be_visible()
    await expect(page.locator("main li mark").first).to_be_visible()
    await expect(page.locator("main")).to_contain_text("gevonden")
    await page.locator("main").get_by_role("searchbox").fill("xyzzy <b>")
    await press(page.locator("main"), "Zoek")
    await sees(page, "Gezocht: xyzzy <b>")
    await expect(page.locator("main")).to_contain_text("Hier is niets gevonden.")


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_phone_fetches_a_picture_of_a_text_as_wide_as_it_shows(
    database_url, start, open_page, tmp_path
):
    file = tmp_path / "roos"
    file.write_bytes(written(quarters(1600, 1200), "JPEG"))
    async with open_store(database_url):
        site = await models.Site.found()
        image = await models.Image.upload(site, file, Folder(tmp_path / "media"), by=models.NOBODY)
        content = await models.read_content(f'<img src="{image.url}" alt="Een roos">', models.Format.HTML)
        post = await models.Post.draft(site, "Roos", content, authors=[])
        await post.publish()
    media = f"file://{tmp_path / 'media'}"
    server = start("serve", "--port", "0", DATABASE_URL=database_url, MEDIA_URL=media)
    for sharpness, fetched in ((1.5, "-640"), (3, "-1280")):
        phone = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": sharpness}
        page = await open_page(f"{server.url}/posts/roos", **phone)
        picture = page.get_by_role("img", name="Een roos")
        await expect(picture).to_be_visible()
        assert await picture.evaluate("image => image.decode().then(() => image.currentSrc)") == (
            f"{server.url}{image.url.rpartition('-')[0]}{fetched}"
        )


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_picture_that_is_gone_leaves_its_words_or_nothing(database_url, start, open_page):
    async with open_store(database_url):
        site = await models.Site.found()
        for slug, alt in (("roos", "Een roos"), ("sier", "")):
            image = await models.Image.show(site.id, f"/media/{slug}.jpg", alt_text=alt, caption="Foto: Ann")
            post = await models.Post.draft(
                site, slug, "<p>Hier.</p>", authors=[], slug=slug, image_id=image.id
            )
            await post.publish()
    server = start("serve", "--port", "0", DATABASE_URL=database_url)
    page = await open_page(f"{server.url}/posts/roos", base_url=server.url)
    picture = page.locator("figure.lead").get_by_role("img", name="Een roos")
    await expect(picture).to_have_class("gone")
    # As high as its words, and no box of a picture's size.
    assert (await picture.bounding_box())["height"] < 40
    await page.goto("/posts/sier")
    await is_there(page)
    await expect(page.locator("main figure")).to_have_count(0)
    await page.goto("/")
    await is_there(page)
    await expect(page.locator(".card")).to_have_count(2)
    await expect(page.locator(".card img")).to_have_count(0)


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_no_word_breaks_in_a_table(database_url, start, open_page):
    cells = "".join(f"<th>Kolom nummer {number}</th>" for number in range(12))
    async with open_store(database_url):
        site = await models.Site.found()
        post = await models.Post.draft(site, "Tabel", f"<table><tr>{cells}</tr></table>", authors=[])
        await post.publish()
    server = start("serve", "--port", "0", DATABASE_URL=database_url)
    page = await open_page(f"{server.url}/posts/tabel", viewport={"width": 360, "height": 740})
    lines = """cell => {
      const range = document.createRange(), text = cell.firstChild;
      range.setStart(text, text.data.indexOf('nummer'));
      range.setEnd(text, text.data.indexOf('nummer') + 6);
      return range.getClientRects().length;
    }"""
    assert await page.locator("th").first.evaluate(lines) == 1
    assert not await page.evaluate(IS_TOO_WIDE)
