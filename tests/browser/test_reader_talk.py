"""The reader's page: readers answer, and ask for the newsletter."""

import re
from urllib.parse import urlencode

import pytest
from playwright.async_api import Page, Request, Route, expect

import models
from gql_server.pages.words import WORDS
from models.store import open_store
from tests.browser.inspecting import Inspector
from tests.browser.reading import press, read_letter, sees

QUIET = "/posts/een-zondag-zonder-autos"
BUSY = "/posts/honderdtwaalf-meter-tafel"
HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>"\'><b>bold</b>'
ADD_AND_EDIT = """mutation($input: {kind}!) {{ {verb}(input: $input) {{
  editToken comment {{ editedAt }} errors {{ __typename }} }} }}"""
CHANGE = """([query, input]) => fetch("/graphql", {
  method: "POST", headers: {"Content-Type": "application/json"},
  body: JSON.stringify({query, variables: {input}}),
}).then((answer) => answer.json())"""
POST_ID = """(path) => fetch("/graphql?query=" + encodeURIComponent(`{ post(by: {path: "${path}"}) { id } }`))
  .then((answer) => answer.json()).then(({ data }) => data.post.id)"""
IS_HIT = "window.hit === undefined"


def changes_of(page: Page) -> list[str]:
    """Write down what a page asks the server to change, from now on."""
    changes: list[str] = []

    def note(request: Request) -> None:
        if "mutation" in (body := request.post_data or ""):
            changes.append(body)

    page.on("request", note)
    return changes


async def writes(page: Page, words: str, *, name: str = "Ann", email: str = "ann@example.org") -> None:
    """Fill in the form that a new conversation begins with."""
    form = page.locator("section.answer form")
    await form.get_by_label("Je reactie").fill(words)
    await form.get_by_label("Naam").fill(name)
    await form.get_by_label("E-mailadres").fill(email)


async def test_a_reader_begins_a_conversation_and_is_answered(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(f"{server.url}{QUIET}", base_url=server.url)
    await writes(page, "Mooi gezegd.\n\nEn waar.")
    await press(page, "Plaats reactie")
    await expect(page.get_by_role("status").filter(has_text="Je reactie staat erbij.")).to_be_visible()
    await expect(page.locator(".conversation h2")).to_have_text("1 reactie")
    said = page.get_by_role("article", name="Reactie van Ann")
    await expect(said).to_be_focused()
    assert await said.locator(".said p").all_inner_texts() == ["Mooi gezegd.", "En waar."]
    await said.get_by_role("button", name="Antwoord").click()
    answer = said.locator("form")
    # Who wrote is still known; only the words are asked for.
    await expect(answer.get_by_label("Je reactie")).to_be_focused()
    await expect(answer.get_by_label("Naam")).to_have_value("Ann")
    await answer.get_by_label("Je reactie").fill("Dat vind ik ook.")
    await answer.get_by_role("button", name="Plaats antwoord").click()
    await expect(page.locator(".thread .thread .said")).to_have_text("Dat vind ik ook.")
    await expect(said.get_by_role("status")).to_have_text("Dank je. Je reactie staat erbij.")
    await expect(answer).to_be_hidden()
    await page.reload()
    await expect(page.locator(".conversation h2")).to_have_text("2 reacties")
    await expect(page.locator(".thread .thread .said")).to_have_text("Dat vind ik ook.")
    await expect(page.locator("section.answer").get_by_label("Naam")).to_have_value("")


async def test_readers_see_that_a_comment_was_edited_and_when(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(f"{server.url}{BUSY}", base_url=server.url)
    await expect(page.locator(".who").first).to_be_visible()
    await expect(page.locator(".who", has_text="bewerkt")).to_have_count(0)
    post = await page.evaluate(POST_ID, QUIET)
    said = {"postId": post, "content": "Mooi.", "authorName": "Ann", "authorEmail": "ann@example.org"}
    asked = ADD_AND_EDIT.format(verb="addComment", kind="AddCommentInput")
    token = (await page.evaluate(CHANGE, [asked, said]))["data"]["addComment"]["editToken"]
    asked = ADD_AND_EDIT.format(verb="editComment", kind="EditCommentInput")
    edited = await page.evaluate(CHANGE, [asked, {"token": token, "content": "Mooier."}])
    moment = edited["data"]["editComment"]["comment"]["editedAt"]
    for habits in ({}, {"java_script_enabled": False}):
        for locale, words in (("nl-NL", "bewerkt om"), ("en-GB", "edited at")):
            page = await open_page(f"{server.url}{QUIET}", base_url=server.url, locale=locale, **habits)
            who = page.locator(".who", has_text=words)
            await expect(who).to_have_text(re.compile(rf"^Ann .*\d.* {words} \d?\d:\d\d( [ap]m)?$"))
            assert await who.locator("time").last.get_attribute("datetime") == moment


async def test_what_is_held_says_so_and_only_its_writer_sees_it(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(f"{server.url}{QUIET}", base_url=server.url)
    assert start("comments", "policy", "held").ended() == 0
    await writes(page, "Even wachten.")
    await press(page, "Plaats reactie")
    await expect(page.get_by_role("status").filter(has_text="wacht tot iemand")).to_be_visible()
    said = page.get_by_role("article", name="Reactie van Ann")
    await expect(said).to_contain_text("alleen jij ziet dit nu")
    await expect(said.get_by_role("button")).to_have_count(0)
    await expect(page.locator(".conversation h2")).to_have_text("Nog geen reacties")
    await page.reload()
    await expect(page.locator(".conversation h2")).to_have_text("Nog geen reacties")
    await expect(said).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "sentence", "slip"),
    [
        ("nl-NL", "Vul dit nog in.", "Dit is geen e-mailadres"),
        ("en-GB", "Fill this in.", "This is no e-mail address"),
    ],
)
async def test_a_slip_is_told_beside_its_field(start, open_page, locale, sentence, slip):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(f"{server.url}{QUIET}", base_url=server.url, locale=locale)
    sent = changes_of(page)
    form = page.locator("section.answer form")
    content, email = form.locator("[name=content]"), form.locator("[name=authorEmail]")
    wrong = form.locator("[aria-invalid=true]")
    # Whatever is empty is told at once, without asking the server.
    await content.fill("  ")
    await form.locator("[type=submit]").click()
    await expect(content).to_be_focused()
    await expect(form.locator(".wrong:not(:empty)")).to_have_text([sentence] * 3)
    names = await wrong.evaluate_all("fields => fields.map((field) => field.name)")
    assert names == ["content", "authorName", "authorEmail"]
    await expect(form.locator(".told")).to_be_empty()
    await content.fill("Toch.")
    await form.locator("[name=authorName]").fill("Ann")
    await form.locator("[type=submit]").click()
    await expect(email).to_be_focused()
    await expect(wrong).to_have_count(1)
    assert sent == []
    await email.fill("ann@nowhere@")
    await form.locator("[type=submit]").click()
    await expect(email).to_have_accessible_description(re.compile(slip))
    await expect(email).to_be_focused()
    assert len(sent) == 1
    await email.fill("ann@example.org")
    await form.locator("[type=submit]").click()
    await expect(page.locator(".said")).to_have_text("Toch.")


async def owns(page: Page, link: str) -> None:
    """Make the publication Ann's, and begin to comment on a post."""
    await page.goto(link)
    await page.locator("#name").fill("Ann")
    await page.locator("#email").fill("ann@example.org")
    await press(page, WORDS["nl"]["own"])
    await sees(page, WORDS["nl"]["entered_title"])
    await page.goto(QUIET)


async def test_an_author_who_is_signed_in_is_asked_for_nothing_but_the_words(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page("about:blank", base_url=server.url)
    await owns(page, server.told(r"Make it yours: (\S+)")[1])
    form = page.locator("section.answer form")
    content, known = form.get_by_label("Je reactie"), form.get_by_text("Je reageert als Ann.")
    # Nobody is asked about before they begin.
    await expect(form.locator("input")).to_have_count(4)
    await content.focus()
    await expect(known).to_be_visible()
    await expect(form.locator("input")).to_have_count(0)
    await content.fill("Welkom allemaal.")
    await press(page, "Plaats reactie")
    said = page.get_by_role("article", name="Reactie van Ann")
    await expect(said.locator(".badge")).to_have_text("Auteur")
    # They are known in the next form from the beginning.
    await said.get_by_role("button", name="Antwoord").click()
    answer = said.locator("form")
    await expect(answer.get_by_label("Je reactie")).to_be_focused()
    await expect(answer.locator("input")).to_have_count(0)
    inspector = Inspector(page)
    await inspector.looks()
    assert inspector.wrong == []


async def test_who_was_signed_out_meanwhile_is_asked_who_they_are(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page("about:blank", base_url=server.url)
    await owns(page, server.told(r"Make it yours: (\S+)")[1])
    form = page.locator("section.answer form")
    await form.get_by_label("Je reactie").fill("Ben ik er nog?")
    await expect(form.get_by_text("Je reageert als Ann.")).to_be_visible()
    await page.context.clear_cookies()
    await press(page, "Plaats reactie")
    await expect(form.get_by_label("Naam")).to_be_focused()
    await expect(form.get_by_label("E-mailadres")).to_have_attribute("aria-invalid", "true")
    await expect(form.get_by_text("Je reageert als")).to_have_count(0)
    await writes(page, "Ben ik er nog?", name="Bo")
    await press(page, "Plaats reactie")
    said = page.get_by_role("article", name="Reactie van Bo")
    await expect(said.locator(".said")).to_have_text("Ben ik er nog?")
    await expect(said.locator(".badge")).to_have_count(0)


async def test_a_comment_whose_answer_was_lost_is_left_once(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(f"{server.url}{QUIET}", base_url=server.url)

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await writes(page, "Kwam dit aan?")
    await page.route("**/graphql", lose, times=1)
    await press(page, "Plaats reactie")
    told = page.locator("section.answer [role=status]")
    await expect(told).to_have_text("De server is niet te bereiken. Wat je schreef staat er nog.")
    await press(page, "Plaats reactie")
    await expect(told).to_have_text("Dank je. Je reactie staat erbij.")
    await page.reload()
    await expect(page.locator(".said")).to_have_text(["Kwam dit aan?"])


async def test_what_a_stranger_writes_is_only_text(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(f"{server.url}{QUIET}", base_url=server.url)
    await writes(page, HOSTILE, name=HOSTILE)
    await press(page, "Plaats reactie")
    for _ in range(2):
        await expect(page.locator(".said")).to_have_text(HOSTILE)
        await expect(page.locator(".who b")).to_have_text(HOSTILE)
        assert await page.locator("body script, [onerror], .who b > *").count() == 0
        assert await page.evaluate(IS_HIT)
        await page.reload()


async def test_what_an_editor_wrote_is_only_text_too(database_url, start, open_page):
    async with open_store(database_url):
        site = await models.Site.found()
        await site.change(title=HOSTILE, description=HOSTILE, language="nl")
        author = await models.Author.named(site.id, HOSTILE)
        tag = await models.Tag.named(site.id, HOSTILE)
        post = await models.Post.draft(
            site, HOSTILE, f"<p>Text.</p>{HOSTILE}", authors=[author], tags=[tag], slug="plain"
        )
        await post.publish()
        await models.arrange(site.id, "main", [models.Entry(HOSTILE, post)])
    server = start("serve", "--port", "0", DATABASE_URL=database_url)
    for path in ("/", "/posts/plain", "/archive", f"/search?{urlencode({'q': HOSTILE})}", author.path):
        page = await open_page(f"{server.url}{path}")
        await page.locator("main[aria-busy=false]").wait_for()
        await expect(page.get_by_role("banner")).to_contain_text(HOSTILE)
        assert await page.locator("body script, [onerror]").count() == 0
        assert await page.evaluate(IS_HIT)


async def test_a_post_that_takes_no_comments_has_no_form(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(f"{server.url}/posts/kom-maar-achterom", base_url=server.url)
    await expect(page.locator(".conversation")).to_contain_text("Reageren kan hier niet meer.")
    assert await page.locator(".conversation form, .conversation article button").count() == 0


async def test_a_long_conversation_is_opened_bit_by_bit(database_url, start, open_page):
    async with open_store(database_url):
        site = await models.Site.found()
        post = await models.Post.draft(site, "Druk", "<p>Text.</p>", authors=[], slug="busy")
        await post.publish()
        ann, shown = models.Writer(name="Ann", email="ann@example.org"), models.Fate.APPROVED
        for number in range(25):
            await models.Comment.keep(post, ann, f"Reactie {number}", status=shown)
        root = await models.Comment.filter(text="Reactie 0").get()
        for number in range(9):
            await models.Comment.keep(post, ann, f"Antwoord {number}", parent=root, status=shown)
        below = root
        for depth in range(4):
            below = await models.Comment.keep(post, ann, f"Dieper {depth}", parent=below, status=shown)
    server = start("serve", "--port", "0", DATABASE_URL=database_url)
    page = await open_page(f"{server.url}/posts/busy")
    said = page.locator(".said")
    await expect(page.locator(".conversation h2")).to_have_text("38 reacties")
    more = page.locator(".rest button")
    while await more.count():
        before = await said.count()
        await more.first.click()
        await expect(said).not_to_have_count(before)
    words = await said.all_inner_texts()
    assert len(words) == len(set(words)) == 38


async def test_a_permalink_leads_to_its_comment(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(f"{server.url}{BUSY}", base_url=server.url)
    link = page.locator("article .who > a:last-child").last
    href = await link.get_attribute("href")
    other = await open_page(f"{server.url}{BUSY}{href}")
    await expect(other.locator(href)).to_be_focused()
    await expect(other.locator(href)).to_be_in_viewport()


async def test_who_reads_the_letter_elsewhere_types_its_code(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(server.url, base_url=server.url)
    await page.get_by_label("E-mailadres").fill("ann@example.org")
    await press(page, "Meld me aan")
    code = page.get_by_label("Code uit de brief")
    await expect(code).to_be_visible()
    sent = changes_of(page)
    # An empty one is no try of the few there are.
    await press(page, "Bevestig")
    await expect(code).to_have_accessible_description("Vul dit nog in.")
    await expect(code).to_be_focused()
    assert sent == []
    await code.fill("1234 5678")
    await press(page, "Bevestig")
    await expect(code).to_have_accessible_description(re.compile("^Deze link of code klopt niet"))
    await expect(code).to_be_focused()
    elsewhere = await open_page(server.url, base_url=server.url)
    await read_letter(elsewhere, "Bevestig je aanmelding")
    digits = re.search(r"\b[0-9]{8}\b", await elsewhere.locator("pre").inner_text())[0]
    await code.fill(f"{digits[:4]} {digits[4:]}")
    await press(page, "Bevestig")
    told = page.locator("footer").get_by_role("status")
    await expect(told).to_have_text(["Je bent aangemeld."])
    await expect(told).to_be_focused()
    await expect(code).to_have_count(0)


async def test_a_reader_asks_for_the_newsletter(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(server.url, base_url=server.url)
    form = page.locator("footer form")
    await form.get_by_label("E-mailadres").fill("ann@")
    await press(page, "Meld me aan")
    await expect(form.get_by_label("E-mailadres")).to_have_accessible_description(
        "Dit is geen adres waar een brief heen kan. Schrijf het zoals anna@example.org."
    )
    await form.get_by_label("E-mailadres").fill("ann@example.org")
    await press(page, "Meld me aan")
    await expect(form.get_by_role("status")).to_contain_text("naar ann@example.org gaat een brief")
    await expect(form.get_by_label("E-mailadres")).to_have_value("")
    # No letter is sent, so the way to it is told as on the page of who runs no scripts; once, however often.
    await form.get_by_label("E-mailadres").fill("ann@example.org")
    await press(page, "Meld me aan")
    told = page.locator("footer p", has_text="De brief ligt op deze machine.")
    await expect(told).to_have_count(1)
    await told.get_by_role("link", name="Lees hem").click()
    await sees(page, "Brieven op deze machine")
    await read_letter(page, "Bevestig je aanmelding")
    await page.locator("pre a").first.click()
    await press(page, "Ja, ik meld me aan")
    await sees(page, "Je bent aangemeld")
    await page.get_by_role("link", name="Achterom").first.click()
    await sees(page, "Achterom")
