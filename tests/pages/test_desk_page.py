"""At the desk, who edits begins a page, writes it, publishes it, puts it elsewhere and takes it away."""

import pytest
from tortoise.context import require_context

import models
from models.redirects import Redirect
from tests.pages.writing import follow

TEXT = "Wij *schrijven* alles op."


@pytest.fixture
def draft(site):
    """Write a draft of a page: `await draft("Over ons")`."""

    async def draft(title, parent=None):
        content = models.Content.of("Oud.", models.Format.MARKDOWN)
        return await models.Page.draft(site.id, title, content, parent=parent)

    return draft


async def again(page):
    return await models.Page.get(id=page.id)


async def opens(reader, page):
    return await reader.opens(f"/write/pages/{page.id}")


async def presses(reader, do, **filled):
    [button] = reader.page.css(f"button[name=do][value={do}]")
    return await reader.presses(button.text(), **filled)


def value_of(reader, name):
    field = reader.page.css_first(f"#{name}")
    return field.text().strip() if field.tag == "textarea" else field.attributes["value"]


def chosen(reader):
    [*_, picked] = reader.page.css("#parent option[selected]") or reader.page.css("#parent option")[:1]
    return picked.attributes["value"]


async def test_an_editor_begins_a_page_writes_and_publishes_it(reader, desk, words):
    editor = await desk(models.Role.EDITOR)
    assert reader.page.css_first('a[href="/write/pages"]').text() == words["pages_title"]
    assert not reader.page.css('a[href="/write/site"]')
    await reader.opens("/write/pages")
    assert words["pages_empty"] in reader.page.text()
    await reader.presses(words["page_new"], title="Over ons")
    await follow(reader)
    assert reader.title == "Over ons"
    await presses(reader, "save", text="Regel\r\n\r\n**twee**")
    await follow(reader)
    assert reader.page.css_first("[role=status]").text() == words["desk_told_saved"]
    page = await models.Page.get()
    assert (page.path, page.source, page.source_format) == (
        "/over-ons",
        "Regel\n\n**twee**",
        models.Format.MARKDOWN,
    )
    assert not page.is_visible
    await presses(reader, "publish", text=TEXT)
    await follow(reader)
    page = await models.Page.get()
    assert (page.is_visible, page.html) == (True, "<p>Wij <em>schrijven</em> alles op.</p>\n")
    assert reader.page.css_first("p.more a").attributes["href"].endswith("/over-ons")
    assert "schrijven" in (await reader.opens("/over-ons")).text
    await opens(reader, page)
    await presses(reader, "withdraw")
    await follow(reader)
    assert reader.page.css_first("[role=status]").text() == words["desk_told_withdrawn"]
    assert (await models.Page.get()).status is models.Status.DRAFT
    deeds = await models.Audit.filter(user_id=editor.id).order_by("id").values_list("deed", "subject_id")
    done = ("create", "update", "update", "publish", "update", "unpublish")
    assert deeds[1:] == [(f"page.{deed}", page.id) for deed in done]


async def test_the_pages_are_listed_as_the_tree_that_they_are(reader, desk, draft, words):
    about = await draft("Over ons")
    team = await draft("Wie", about)
    deep = await draft("Nog dieper", team)
    await draft("Contact")
    await about.publish()
    await desk(models.Role.EDITOR)
    await reader.opens("/write/pages")
    paths = [line.text() for line in reader.page.css(".tree bdi")]
    assert paths == ["/over-ons", "/over-ons/wie", "/over-ons/wie/nog-dieper", "/contact"]
    [below] = reader.page.css(".tree > li > ul > li > ul > li")
    assert below.css_first("a").attributes["href"] == f"/write/pages/{deep.id}"
    states = [line.text().partition(" · ")[2] for line in reader.page.css(".tree li > p")]
    assert states == [words["page_is_published"], *[words["page_is_draft"]] * 3]


async def test_a_hundred_pages_above_each_other_are_listed_and_no_address_grows_too_long(reader, desk, draft):
    page = None
    for _ in range(100):
        page = await draft("a", page)
    await desk(models.Role.EDITOR)
    assert (await reader.opens("/write/pages")).status == 200
    assert len(reader.page.css(".tree li")) == 100
    assert (await opens(reader, page)).status == 200
    await presses(reader, "save", slug="s" * 120, text=TEXT)
    assert (reader.status, value_of(reader, "text")) == (422, TEXT)
    assert reader.page.css_first("#slug-error").text()


async def test_a_page_gets_another_address_and_another_page_above_it(reader, desk, draft):
    about, page = await draft("Over ons"), await draft("Wie")
    child = await draft("Jan", page)
    await page.publish()
    await page.withdraw(to=models.Status.DRAFT)
    await desk(models.Role.EDITOR)
    await opens(reader, page)
    offered = [option.attributes["value"] for option in reader.page.css("#parent option")]
    assert offered == ["", str(about.id)]
    await presses(reader, "save", slug="wie-we-zijn", parent=str(about.id))
    await follow(reader)
    assert (value_of(reader, "slug"), chosen(reader)) == ("wie-we-zijn", str(about.id))
    assert (await again(page)).path == "/over-ons/wie-we-zijn"
    assert (await again(child)).path == "/over-ons/wie-we-zijn/jan"
    assert await Redirect.filter(path="/wie", page_id=page.id).exists()
    # Without an address it gets that of its title, and what is taken gets a number.
    await presses(reader, "save", title="Over ons", slug="", parent="")
    await follow(reader)
    assert (await again(page)).path == "/over-ons-2"


@pytest.mark.parametrize(
    ("slug", "told", "like"),
    [
        ("over-ons", "error_page_slug_taken", ""),
        ("posts", "error_desk_slug_reserved", ""),
        ("Wie we zijn!", "error_desk_slug", "wie-we-zijn"),
        ("a" * 101, "error_desk_slug", "a" * 100),
        ("???", "error_desk_slug", ""),
    ],
)
async def test_an_address_that_cannot_be_had_is_told_at_its_field(
    reader, desk, draft, slug, told, like, words
):
    await draft("Over ons")
    page = await draft("Wie")
    await desk(models.Role.EDITOR)
    await opens(reader, page)
    for do in ("save", "publish"):
        await presses(reader, do, slug=slug, text=TEXT)
        assert reader.status == 422
        says = [words[told], *([words["error_desk_slug_like"] % {"like": like}] if like else [])]
        assert reader.page.css_first("#slug-error").text() == " ".join(says)
        assert (value_of(reader, "slug"), value_of(reader, "text")) == (slug, TEXT)
    now = await again(page)
    assert (now.path, now.version, now.is_visible) == ("/wie", 1, False)


async def test_what_is_saved_as_it_stood_stays_where_it_is(reader, desk, draft):
    page = await draft("Wie", await draft("Over ons"))
    await desk(models.Role.EDITOR)
    await opens(reader, page)
    await presses(reader, "save")
    assert reader.status == 303
    now = await again(page)
    assert (now.path, now.source, now.title) == (page.path, page.source, page.title)
    assert not await Redirect.all().exists()


async def test_a_page_in_html_stays_in_html(reader, desk, site, words):
    page = await models.Page.draft(site.id, "Oud", "<p>Van <b>vroeger</b></p>")
    await desk(models.Role.EDITOR)
    await opens(reader, page)
    assert reader.page.css_first("#text-hint").text() == words["page_html_hint"]
    await presses(reader, "save", text="<p>Van <i>nu</i></p>")
    page = await again(page)
    assert (page.source_format, page.html) == (models.Format.HTML, "<p>Van <i>nu</i></p>")


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "\u200b"}, "title"),
        ({"title": "t" * 301}, "title"),
        ({"text": "t" * 500_001}, "content"),
        ({"parent": "9" * 5_000}, "parentId"),
        ({"parent": "-1"}, "parentId"),
        ({"parent": "\u00b2"}, "parentId"),
    ],
)
async def test_what_cannot_be_kept_is_told_at_its_field_and_nothing_is_lost(
    reader, desk, draft, filled, field
):
    page = await draft("Wie")
    await desk(models.Role.EDITOR)
    await opens(reader, page)
    said = {"title": "Nieuw", "text": TEXT, "slug": "nieuw"} | filled
    await presses(reader, "publish", **said)
    assert reader.status == 422
    assert reader.page.css_first(f"#{field}-error").text()
    [described] = reader.page.css(f"[aria-describedby~='{field}-error']")
    assert described.attributes["aria-invalid"] == "true"
    for name in ("title", "text", "slug"):
        assert value_of(reader, name) == said[name].strip()
    now = await again(page)
    assert (now.title, now.path, now.version, now.is_visible) == ("Wie", "/wie", 1, False)


@pytest.mark.parametrize("parent", ["1234567890", "12345678901", "0123456789"])
async def test_a_long_number_names_no_page_whose_number_it_begins_with(reader, desk, draft, parent):
    page, above = await draft("Wie"), await draft("Over ons")
    moved = f"UPDATE page SET id = {int(parent[:9])} WHERE id = {above.id}"
    await require_context().db().execute_query(moved)
    await desk(models.Role.EDITOR)
    await opens(reader, page)
    await presses(reader, "save", parent=parent)
    assert reader.status == 422
    assert reader.page.css_first("#parentId-error").text()
    assert (await again(page)).path == "/wie"


async def test_a_page_does_not_stand_below_itself_nor_show_below_a_draft(reader, desk, draft, words):
    page = await draft("Wie")
    child = await draft("Jan", page)
    await desk(models.Role.EDITOR)
    await opens(reader, page)
    await presses(reader, "save", parent=str(child.id), text=TEXT)
    assert reader.status == 422
    assert reader.page.css_first("#parentId-error").text() == words["error_page_below_itself"]
    await opens(reader, child)
    await presses(reader, "publish", text=TEXT)
    assert reader.status == 422
    assert reader.page.css_first("#parentId-error").text() == words["error_page_above"]
    assert value_of(reader, "text") == TEXT
    assert (await again(child)).version == 1


async def test_pages_below_go_first(reader, desk, draft, words):
    page = await draft("Wie")
    child = await draft("Jan", page)
    await page.publish()
    await child.publish()
    await desk(models.Role.EDITOR)
    for do, told in (("withdraw", "below"), ("ask_to_delete", "in_use")):
        await opens(reader, page)
        await presses(reader, do, text=TEXT)
        assert reader.status == 422
        assert words[f"error_page_{told}"] in reader.page.css_first("[role=alert]").text()
        assert value_of(reader, "text") == TEXT
    await reader.posts(f"/write/pages/{page.id}", {"do": "delete", "version": "2"})
    assert reader.status == 422
    assert await models.Page.all().count() == 2


async def test_a_page_is_deleted_after_a_second_button(reader, desk, draft, words):
    page = await draft("Wie <b>")
    await desk(models.Role.EDITOR)
    await opens(reader, page)
    await presses(reader, "ask_to_delete")
    assert words["page_delete_text"] % {"title": "Wie <b>"} in reader.page.text()
    assert words["page_delete_not"] in reader.page.text()
    assert await models.Page.exists()
    await presses(reader, "delete")
    assert (reader.status, reader.headers["Location"]) == (303, "/write/pages")
    assert not await models.Page.exists()


async def test_what_another_has_changed_or_deleted_is_told_and_the_words_stay(reader, desk, draft, words):
    page = await draft("Wie")
    await desk(models.Role.EDITOR)
    await opens(reader, page)
    await page.rewrite("Van een ander")
    for do in ("save", "publish"):
        await presses(reader, do, text=TEXT)
        assert reader.status == 409
        assert words["desk_wrong_changed_title"] in reader.page.css_first("[role=alert]").text()
        assert value_of(reader, "text") == TEXT
    await (await again(page)).remove()
    await presses(reader, "save", text=TEXT)
    assert (reader.status, reader.title) == (404, words["desk_page_gone_title"])
    assert value_of(reader, "text") == TEXT
    assert not await models.Page.exists()


async def test_the_words_stay_of_a_page_that_is_deleted_while_it_gets_another_address(
    reader, desk, draft, words, monkeypatch
):
    page = await draft("Wie")
    await desk(models.Role.EDITOR)
    await opens(reader, page)
    read = models.read_content

    async def meanwhile(*given):
        await (await again(page)).remove()
        return await read(*given)

    monkeypatch.setattr(models, "read_content", meanwhile)
    await presses(reader, "save", text=TEXT, slug="wie-wij-zijn")
    assert (reader.status, reader.title) == (404, words["desk_page_gone_title"])
    assert value_of(reader, "text") == TEXT


async def test_who_is_no_editor_is_told_and_keeps_their_words(reader, desk, draft, words):
    page = await draft("Geheim")
    user = await desk(models.Role.EDITOR)
    await opens(reader, page)
    await models.User.filter(id=user.id).update(role=models.Role.AUTHOR)
    await presses(reader, "publish", text=TEXT)
    assert (reader.status, reader.title) == (403, words["desk_barred_title"])
    assert value_of(reader, "text") == TEXT
    for path in ("/write/pages", f"/write/pages/{page.id}"):
        await reader.opens(path)
        assert (reader.status, reader.title) == (403, words["desk_barred_title"])
        assert "Geheim" not in reader.text
        await reader.posts(path, {"title": "Anders", "do": "publish"})
        assert reader.status == 403
    assert not (await reader.opens("/write")).page.css('a[href^="/write/pages"]')
    assert [row.title for row in await models.Page.all()] == ["Geheim"]
    await models.Key.filter(user_id=user.id).delete()
    await reader.posts(f"/write/pages/{page.id}", {"title": "Anders", "text": TEXT})
    assert (reader.status, reader.title) == (403, words["desk_out_title"])
    assert value_of(reader, "text") == TEXT
    await opens(reader, page)
    assert (reader.status, reader.headers["Location"]) == (303, "/sign-in")


async def test_a_page_that_is_none_is_told(reader, desk, site, words):
    await desk(models.Role.EDITOR)
    for number in ("1", "9999999999"):
        await reader.opens(f"/write/pages/{number}")
        assert (reader.status, reader.title) == (404, words["absent_page_title"])
        assert reader.page.css_first("main a").attributes["href"] == "/write/pages"
        await reader.posts(f"/write/pages/{number}", {"do": "publish"})
        assert reader.status == 404


async def test_a_page_without_a_title_is_not_begun(reader, desk, words):
    await desk(models.Role.EDITOR)
    for title in ("", "t" * 301):
        await reader.opens("/write/pages")
        await reader.presses(words["page_new"], title=title)
        assert reader.status == 422
        assert reader.page.css_first("#title-error").text() == words["error_page_title"]
        assert value_of(reader, "title") == title
    assert not await models.Page.exists()


async def test_a_page_of_elsewhere_changes_no_page(reader, desk, draft):
    page = await draft("Wie")
    await desk(models.Role.EDITOR)
    for path in ("/write/pages", f"/write/pages/{page.id}"):
        await reader.posts(path, {"title": "Anders", "do": "publish"}, **{"Sec-Fetch-Site": "cross-site"})
        assert reader.status == 403
    assert [row.title for row in await models.Page.all()] == ["Wie"]
    assert not (await again(page)).is_visible


async def test_who_publishes_a_page_is_told_whether_it_stands_in_the_menu_and_led_there(
    reader, desk, draft, words
):
    page = await draft("Over & ons")
    await models.Page.filter(id=page.id).update(title=f"Over & ons{' en meer' * 30}")
    await desk(models.Role.EDITOR)
    await opens(reader, page)
    await presses(reader, "publish")
    await follow(reader)
    told = reader.page.css_first("[role=status]")
    assert words["page_not_in_menu"] in told.text()
    way = told.css_first("a")
    assert (way.text(), way.attributes["href"]) == (words["page_menu_add"], f"/write/menu?page={page.id}#new")
    await reader.opens(way.attributes["href"])
    assert value_of(reader, "label") == (await again(page)).title[:200]
    await presses(reader, "add")
    await follow(reader)
    assert [item.page_id for item in await models.MenuItem.all()] == [page.id]
    assert value_of(reader, "label") == ""
    await opens(reader, page)
    assert not reader.page.css("[role=status]")
    await presses(reader, "withdraw")
    await follow(reader)
    assert "menu" not in reader.page.css_first("[role=status]").text()
    await presses(reader, "publish")
    await follow(reader)
    told = reader.page.css_first("[role=status]")
    assert (words["page_in_menu"] in told.text(), told.css("a")) == (True, [])


async def test_a_menu_that_leads_to_the_path_of_a_page_has_it(reader, desk, draft, site, words):
    page, other = await draft("Over ons"), await draft("Wie")
    await models.arrange(site.id, "main", [models.Entry("Meer", None, [models.Entry("Over", "/over-ons")])])
    await desk(models.Role.EDITOR)
    for one, told in ((page, "page_in_menu"), (other, "page_not_in_menu")):
        await opens(reader, one)
        await presses(reader, "publish")
        await follow(reader)
        assert words[told] in reader.page.css_first("[role=status]").text()


@pytest.mark.parametrize("number", ["9999999999", "x", "", "0", "-1", "\u00b2"])
async def test_a_menu_that_a_page_which_is_none_leads_to_begins_empty(reader, desk, draft, number):
    await draft("Over ons")
    await desk(models.Role.EDITOR)
    await reader.opens(f"/write/menu?page={number}")
    assert (reader.status, value_of(reader, "label")) == (200, "")
    assert not reader.page.css("#page option[selected]")
