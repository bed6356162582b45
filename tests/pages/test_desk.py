"""Who is signed in writes, looks at, publishes and puts away posts at a desk without JavaScript."""

from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import urlencode

import pytest
import time_machine

import models
from tests.pages.writing import TEXT, TITLE, begin, follow, is_marked, picture_of, upload, write


async def test_who_is_not_signed_in_is_sent_to_sign_in(reader, site):
    for ask, path in ((reader.opens, "/write"), (reader.posts, "/write"), (reader.opens, "/write/1")):
        await ask(path)
        assert (reader.status, reader.headers["Location"]) == (303, "/sign-in")
    assert await models.Post.all().count() == 0


async def test_an_author_writes_a_post_and_publishes_it(reader, desk):
    user = await desk()
    await begin(reader)
    await write(reader, tags="Tuin, Lente", summary="Kort.")
    await follow(reader)
    assert "Bewaard." in reader.text
    post = await models.Post.get()
    assert (post.title, post.source, post.summary) == (TITLE, TEXT, "Kort.")
    assert (post.slug, post.status) == ("de-tuin", models.Status.DRAFT)
    assert "<script" not in post.html
    assert await post.is_by(user.author_id)
    await write(reader, "Publiceer nu", tags="Tuin")
    await follow(reader)
    assert "iedereen kan het nu lezen" in reader.text
    assert await models.Post.published().count() == 1
    assert await models.Tag.in_use().values_list("name", flat=True) == ["Tuin"]
    deeds = await models.Audit.filter(user_id=user.id).order_by("id").values_list("deed", flat=True)
    assert deeds == ["sign_in", "post.create", "post.update", "post.update", "post.publish"]


async def test_a_post_is_shown_to_who_has_its_link_before_it_is_published(reader, desk):
    await desk()
    await begin(reader)
    await write(reader, "Bewaar en bekijk")
    assert reader.status == 303
    address, _, token = reader.headers["Location"].partition("?preview=")
    assert address.endswith("/posts/de-tuin")
    principal = await models.Key.principal(token)
    assert principal.post_id == (await models.Post.get()).id
    assert not principal.scopes


async def test_a_post_appears_by_itself_at_a_moment_of_the_sites_zone(reader, desk, site):
    await desk()
    await begin(reader)
    ahead = (models.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    await write(reader, "Plan", at=ahead)
    await follow(reader)
    post = await models.Post.get()
    assert post.is_scheduled
    assert post.published_at.strftime("%Y-%m-%dT%H:%M") == ahead  # the site lives in UTC
    await reader.presses("Maak er weer een concept van")
    await follow(reader)
    assert (await models.Post.get()).status is models.Status.DRAFT


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("", "Kies een dag en een tijd."),
        ("gisteren", "Kies een dag en een tijd."),
        ("99999-01-01T10:00", "Kies een dag en een tijd."),
        ("0001-01-01T00:00", "Kies een dag en een tijd."),
        ("9999-12-31T23:59", "Kies een dag en een tijd."),
        ("2001-01-01T10:00", "Dat moment is al voorbij. Kies een dag en een tijd die nog komen."),
    ],
)
async def test_a_moment_that_does_not_lie_ahead_is_told_and_nothing_filled_in_is_lost(reader, desk, at, told):
    await desk()
    await begin(reader)
    for _ in range(2):
        await write(reader, "Plan", at=at, text="Nieuw", newsletter="main")
        assert reader.status == 422
        assert reader.page.css_first("#at-error").text() == told
        assert reader.page.css_first("#text").text().strip() == "Nieuw"
        assert is_marked(reader, "main")
    post = await models.Post.get()
    assert (post.version, post.is_scheduled) == (1, False)


async def test_a_moment_is_of_the_sites_zone_wherever_the_editor_is(reader, desk, site):
    await models.set_time_zone(await models.Site.get(id=site.id), "Asia/Tokyo")
    await desk()
    await begin(reader)
    assert "In de tijdzone Asia/Tokyo." in reader.page.css_first("#at-hint").text()
    for at in ("2091-03-01T00:30", "2091-03-01T00:30:00"):
        await write(reader, "Plan" if at.count(":") == 1 else "Plan opnieuw", at=at)
        await follow(reader)
        assert "Verschijnt 1 maart 2091, 00:30 JST" in reader.page.text()
        post = await models.Post.get()
        assert post.published_at.isoformat() == "2091-02-28T15:30:00+00:00"
        assert post.published_month == "2091-03"


@pytest.mark.parametrize("minute", ["01:30:00", "00:30:00", "01:30:15.250000"])
async def test_who_saves_what_is_planned_leaves_its_moment_though_that_hour_comes_twice(
    reader, desk, site, minute
):
    await models.set_time_zone(await models.Site.get(id=site.id), "Europe/Amsterdam")
    await desk()
    await begin(reader)
    planned = datetime.fromisoformat(f"2091-10-28T{minute}+00:00")
    post = await models.Post.get()
    await post.schedule(planned)
    await reader.opens(f"/write/{post.id}")
    assert reader.page.css_first("#at").attributes["value"].startswith("2091-10-28T02:30")
    await write(reader, text="Anders")
    post = await models.Post.get()
    assert (post.source, post.published_at) == ("Anders", planned)


async def test_what_is_planned_stands_in_its_form_and_can_be_planned_anew(reader, desk, site):
    await reader.subscribes("ann@example.org")
    await desk()
    await begin(reader)
    await write(reader, "Plan", at="2091-03-01T09:00", newsletter="main")
    await follow(reader)
    assert reader.page.css_first("#at").attributes["value"] == "2091-03-01T09:00"
    assert is_marked(reader, "main")
    # Who saves keeps both, as they are filled in now.
    await write(reader, text="Anders", newsletter=None, at="2091-03-01T08:00")
    await reader.opens(reader.headers["Location"].partition("?")[0])
    assert reader.page.css_first("#at").attributes["value"] == "2091-03-01T08:00"
    assert not is_marked(reader, "main")
    await write(reader, "Plan opnieuw", at="2091-03-02T10:30:15", newsletter="main")
    await follow(reader)
    assert reader.page.css_first("#at").attributes["value"] == "2091-03-02T10:30:15"
    assert is_marked(reader, "main")
    with time_machine.travel("2091-03-02T10:30:16Z"):
        await models.count_due()
        [newest, *_] = await reader.letters()
    assert (newest.to, newest.subject) == ("ann@example.org", TITLE)


async def test_what_is_chosen_for_a_draft_stays_chosen_when_it_is_saved(reader, desk, site):
    await reader.subscribes("ann@example.org")
    await desk()
    await begin(reader)
    await write(reader, at="2091-03-01T09:00", newsletter="main")
    await follow(reader)
    assert "Bewaard" in reader.page.css_first("[role=status]").text()
    assert reader.page.css_first("#at").attributes["value"] == "2091-03-01T09:00"
    assert is_marked(reader, "main")
    assert (await models.Post.get()).status is models.Status.DRAFT
    await write(reader, "Publiceer nu")
    [newest, *_] = await reader.letters()
    assert (newest.to, newest.subject) == ("ann@example.org", TITLE)


async def test_the_picture_that_leads_a_post_can_be_taken_away(reader, desk):
    await desk()
    await begin(reader)
    await upload(reader, picture_of(), do="lead", title=TITLE, text=TEXT, version="1", at="2091-03-01T09:00")
    await follow(reader)
    assert reader.page.css(".lead-picture")
    assert reader.page.css_first("#at").attributes["value"] == "2091-03-01T09:00"
    await reader.presses("Haal hem weg", text="Nieuw")
    await follow(reader)
    post = await models.Post.get()
    assert (post.image_id, post.source) == (None, "Nieuw")
    assert not reader.page.css(".lead-picture")


@pytest.mark.parametrize("button", ["Bewaar", "Publiceer nu", "Bewaar en bekijk"])
async def test_what_was_written_on_a_post_that_was_deleted_is_handed_back(reader, desk, button):
    await desk()
    await begin(reader)
    await (await models.Post.get()).remove()
    await write(reader, button, summary="Kort.")
    assert (reader.status, reader.title) == (404, "Dit bericht is er niet meer")
    assert reader.page.css_first("#text").text().strip() == TEXT
    assert reader.page.css_first("#summary").text().strip() == "Kort."
    assert not await models.Post.exists()


@pytest.mark.parametrize("button", ["Plan opnieuw", "Publiceer nu"])
async def test_who_takes_the_mark_of_a_newsletter_away_writes_to_nobody(reader, desk, site, button):
    await reader.subscribes("ann@example.org")
    await desk()
    await begin(reader)
    await write(reader, "Plan", at="2091-03-01T09:00", newsletter="main")
    await follow(reader)
    await write(reader, button, newsletter=None)
    await follow(reader)
    assert not reader.page.css("[name=newsletter][checked]")
    with time_machine.travel("2091-03-01T09:00:01Z"):
        await models.count_due()
        assert all(letter.subject != TITLE for letter in await reader.letters())
    assert await models.Post.published().count() == (button == "Publiceer nu")


async def test_a_post_is_not_sent_over_and_over(reader, desk, site):
    await desk()
    await begin(reader)
    for _ in range(3):
        await write(reader, "Publiceer nu", newsletter="main")
        if reader.status == 303:
            await follow(reader)
            await reader.presses("Maak er weer een concept van")
            await follow(reader)
    assert reader.status == 422
    assert reader.page.css_first("#newsletters-error").text().endswith("Wacht een dag.")
    assert is_marked(reader, "main")


async def test_what_is_written_as_the_session_ends_is_handed_back(reader, desk):
    user = await desk()
    await begin(reader)
    await models.Key.revoke(*await models.Key.filter(user_id=user.id).values_list("id", flat=True))
    await write(reader, text="Lang\nnagedacht <b>", summary="Ook\ndit", tags="Tuin, Lente")
    assert reader.status == 403
    assert reader.title == "Je bent uitgelogd"
    assert reader.page.css_first("#text").text().strip() == "Lang\nnagedacht <b>"
    assert reader.page.css_first("#summary").text().strip().splitlines() == ["Ook", "dit"]
    handed_back = [reader.page.css_first(f"#{name}").attributes["value"] for name in ("title", "tags")]
    assert handed_back == [TITLE, "Tuin, Lente"]
    assert (await upload(reader, picture_of(), do="lead")).status == 403
    assert reader.title == "Je bent uitgelogd"
    assert (await models.Post.get()).version == 1
    assert await models.Image.all().count() == 0


async def test_a_draft_is_found_where_it_was_once_it_has_a_name(reader, desk):
    await desk()
    await begin(reader)
    for title in (TITLE, "Het huis"):
        await write(reader, title=title)
        await follow(reader)
        assert (await models.Post.get()).slug == "de-tuin"


async def test_a_post_has_so_many_tags_and_no_more(reader, desk):
    await desk()
    await begin(reader)
    await write(reader, tags=", ".join(f"t{number}" for number in range(51)))
    assert reader.status == 422
    assert reader.page.css_first("#name-error") is not None
    await write(reader, "Plan", tags="Nieuw", at="2001-01-01T10:00")
    assert reader.status == 422
    assert await models.Tag.all().count() == 0


async def test_the_words_are_kept_with_the_picture_and_neither_over_those_of_others(reader, desk):
    await desk()
    await begin(reader)
    path, text = reader.path, "Nog niet bewaard\r\n"
    await upload(reader, picture_of(), do="lead", title=TITLE, text=text, version="1", alt="")
    assert reader.headers["Location"] == f"{path}?told=saved"
    post = await models.Post.get()
    assert (post.title, post.source) == (TITLE, "Nog niet bewaard")
    assert post.image_id is not None
    reader.path = path
    await upload(reader, picture_of(), do="keep", title=TITLE, text="Anders", version="1")
    assert reader.status == 409
    assert reader.page.css_first("#text").text().strip() == "Anders"
    assert (await models.Post.get()).source == "Nog niet bewaard"


async def test_who_saves_what_another_has_changed_is_told_and_keeps_their_words(reader, desk):
    await desk()
    await begin(reader)
    post = await models.Post.get()
    await post.rewrite("Van een ander")
    await write(reader, text="Mijn woorden")
    assert reader.status == 409
    assert reader.page.css_first("#text").text().strip() == "Mijn woorden"
    assert (await models.Post.get()).title == "Van een ander"


async def test_a_post_is_deleted_after_a_second_button(reader, desk):
    await desk()
    await begin(reader)
    await reader.presses("Verwijder …")
    assert await models.Post.all().count() == 1
    await reader.presses("Ja, verwijder het")
    assert reader.headers["Location"] == "/write"
    assert await models.Post.all().count() == 0


async def test_the_posts_of_others_are_an_editors_alone(reader, desk, site):
    bob = await models.Author.named(site.id, "Bob")
    post = await models.Post.draft(site, "Van Bob", "<p>Geheim</p>", authors=[bob])
    await desk()
    assert "Van Bob" not in reader.text
    for ask in (reader.opens, reader.posts):
        assert (await ask(f"/write/{post.id}")).status == 404
    reader.client.session.cookie_jar.clear()
    await desk(models.Role.EDITOR, "Ed")
    assert "Van Bob" in reader.text
    assert (await reader.opens(f"/write/{post.id}")).status == 200
    assert "Geheim" in reader.text


async def test_a_page_of_elsewhere_writes_nothing(reader, desk):
    await desk()
    await reader.posts("/write", **{"Sec-Fetch-Site": "cross-site"})
    # As who is not signed in.
    assert (reader.status, reader.headers["Location"]) == (303, "/sign-in")
    assert await models.Post.all().count() == 0


@pytest.mark.parametrize("filled", [{"title": "t" * 301}, {"summary": "s" * 2_001}])
async def test_what_cannot_be_kept_is_told_at_its_field(reader, desk, filled):
    await desk()
    await begin(reader)
    await write(reader, **filled)
    assert reader.status == 422
    assert reader.page.css_first(".error") is not None
    assert (await models.Post.get()).version == 1


async def test_a_large_text_outside_ascii_is_kept_whole(reader, desk):
    await desk()
    await begin(reader)
    text, version = "ë€" * 150_000, (await models.Post.get()).version
    fields = {"do": "save", "title": TITLE, "text": text, "version": version}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = BytesIO(urlencode(fields).encode())
    await reader.asks("POST", reader.path, data=body, headers=headers)
    assert reader.status == 303
    assert (await models.Post.get()).source == text


async def test_a_picture_leads_a_post_or_stands_in_its_text(reader, desk):
    await desk()
    await begin(reader)
    path = reader.path
    await upload(reader, picture_of(), alt="Een vlak", do="lead")
    await follow(reader)
    post = await models.Post.get().select_related("image")
    assert post.image.alt_text == "Een vlak"
    assert reader.page.css_first("img").attributes["src"] == post.image.url
    reader.path = path
    await upload(reader, picture_of((600, 400)), alt="Nog een", do="keep")
    assert reader.headers["Location"].endswith("#picture")
    await follow(reader)
    assert reader.page.css_first(".notice code").text().startswith("![Nog een](/media/")
    assert (await models.Post.get()).image_id == post.image_id


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", picture_of()[:200]])
async def test_what_is_no_picture_is_told_at_its_field(reader, desk, content):
    await desk()
    await begin(reader)
    await upload(reader, content, do="lead")
    assert reader.status == 422
    assert reader.page.css_first("#file-error") is not None
    assert (await models.Post.get()).image_id is None


@pytest.mark.parametrize("number", ["2147483648", "9999999999"])
async def test_a_number_that_no_post_has_is_not_found(reader, desk, number):
    await desk()
    assert (await reader.opens(f"/write/{number}")).status == 404


async def test_who_comes_for_a_post_that_is_not_theirs_is_told_and_led_to_their_own(
    reader, desk, site, words
):
    post = await models.Post.draft(site, "Van een ander", "<p>Tekst</p>", authors=[])
    await desk()
    paths = (post.path, "/", "/posts/%00", f"/posts/{'a' * 121}")
    for address in (f"/write/{post.id}", "/write/99999", *(f"/write?path={path}" for path in paths)):
        await reader.opens(address)
        assert (reader.status, reader.title) == (404, words["absent_desk_title"])
        link = reader.page.css_first("main a")
        assert (link.text(), link.attributes["href"]) == (words["desk_title"], "/write")


async def test_the_path_of_a_post_leads_to_where_it_is_written(reader, desk):
    await desk()
    await begin(reader)
    await write(reader)
    post = await models.Post.get()
    await reader.opens(f"/write?path={post.path}")
    await follow(reader)
    assert reader.path == f"/write/{post.id}"


async def test_no_switch_of_language_takes_away_what_is_being_written(reader, desk):
    await desk()
    assert reader.page.css("nav [hreflang]")
    await begin(reader)
    assert not reader.page.css("nav [hreflang]")
    await reader.opens("/pen")
    assert not reader.page.css("nav [hreflang]")


async def test_what_was_never_written_is_not_published(reader, desk):
    await desk()
    await begin(reader)
    for button, title in (("Publiceer nu", ""), ("Plan", " "), ("Publiceer nu", "Untitled")):
        await reader.presses(button, title=title, at="2091-03-01T09:00")
        assert reader.status == 422
        assert reader.page.css_first("#title-error").text().startswith("Het heeft een titel nodig")
    assert await models.Post.published().count() == 0


async def test_a_post_is_sent_to_the_newsletters_that_are_chosen(reader, desk, site):
    await reader.subscribes("ann@example.org")
    await desk()
    await begin(reader)
    await write(reader, "Publiceer nu", newsletter="main")
    assert reader.status == 303
    newest, *_ = await reader.letters()
    assert (newest.to, newest.subject) == ("ann@example.org", TITLE)


async def test_a_draft_is_saved_without_a_title_until_it_has_one(reader, desk):
    await desk()
    await begin(reader)
    title = reader.page.css_first("#title").attributes
    assert (title["value"], title["placeholder"], reader.title) == ("", "Zonder titel", "Zonder titel")
    await write(reader, title="")
    await follow(reader)
    assert reader.page.css_first("#title").attributes["value"] == ""
    post = await models.Post.get()
    assert (post.title, post.source) == ("Zonder titel", TEXT)
    await write(reader)
    await follow(reader)
    # Who takes the title away again has made a mistake.
    await write(reader, title="")
    assert reader.status == 422
    post = await models.Post.get()
    assert (post.title, post.slug) == (TITLE, "de-tuin")
