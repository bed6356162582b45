"""At the desk, who edits arranges the menu at the foot as they do the one above every page."""

import pytest

import models
from tests.pages.test_desk_menu import kept
from tests.pages.writing import follow

FOOT = "/write/menu?of=footer"
ABOVE = ["Thuis:address"]


@pytest.fixture
async def above(site):
    """Give the site a menu above every page."""
    return await models.arrange(site.id, "main", [models.Entry("Thuis", "/")])


@pytest.fixture
async def foot(site, above):
    """Give it another, with one item below another as the graph can put it."""
    over = models.Entry("Over", "/over", [models.Entry("Diep", "/x")])
    return await models.arrange(site.id, "footer", [models.Entry("Contact", "/contact"), over])


async def test_the_menu_at_the_foot_is_found_from_the_other_and_back(reader, desk, site, foot, words):
    await desk(models.Role.EDITOR)
    await reader.opens("/write/menu")
    [way] = reader.page.css(f'a[href="{FOOT}"]')
    assert way.text() == words["menu_footer_title"]
    await reader.opens(FOOT)
    assert (reader.status, reader.title) == (200, words["menu_footer_title"])
    assert words["menu_footer_text"] in reader.page.text()
    assert [link.text() for link in reader.page.css(".tree a")] == ["Contact", "Over", "Diep"]
    [back] = reader.page.css('a[href="/write/menu"]')
    assert back.text() == words["menu_title"]
    # Readers are shown its first level.
    lines = [line.text() for line in reader.page.css(".tree li > p")]
    assert [words["menu_unseen"] in line for line in lines] == [False, False, True]
    offered = [one.attributes["value"] for one in reader.page.css("form.moves button")]
    assert offered == ["down", "up", "outside"]


async def test_all_that_is_done_at_the_foot_is_done_to_it_and_not_to_the_menu_above(
    reader, desk, site, above, words
):
    editor = await desk(models.Role.EDITOR)
    await reader.opens(FOOT)
    assert words["menu_empty"] in reader.page.text()
    for label, href in (("Contact", "/contact"), ("Privacy", "/privacy"), ("Weg", "/weg")):
        await reader.presses(words["menu_add"], label=label, href=href)
        assert reader.headers["Location"] == f"{FOOT}&told=added"
        await follow(reader)
        assert (reader.title, reader.page.css_first("[role=status]").text()) == (
            words["menu_footer_title"], words["menu_told_added"],
        )  # fmt: skip
    assert {form.attributes["action"] for form in reader.page.css("main form")} == {FOOT}
    version = reader.page.css_first("[name=version]").attributes["value"]
    await reader.posts(FOOT, {"do": "up", "item": "1", "version": version})
    assert reader.headers["Location"] == f"{FOOT}&at=0&moved=up"
    await follow(reader)
    assert reader.page.css_first("[autofocus]").attributes["aria-label"] == f"{words['menu_down']}: Privacy"
    await reader.opens(reader.page.css(".tree a")[2].attributes["href"])
    assert reader.title == words["menu_footer_item_title"] % {"label": "Weg"}
    assert reader.page.css_first(".back a").attributes["href"] == FOOT
    await reader.presses(words["menu_remove"])
    assert reader.headers["Location"] == f"{FOOT}&told=removed"
    await follow(reader)
    await reader.opens(reader.page.css(".tree a")[0].attributes["href"])
    await reader.presses(words["desk_save"], label="Privé")
    assert reader.headers["Location"] == f"{FOOT}&told=saved"
    assert await kept(site, "footer") == ["Privé:address", "Contact:address"]
    assert await kept(site) == ABOVE
    deeds = models.Audit.filter(user_id=editor.id, deed="menu.update")
    ids = await deeds.distinct().values_list("subject_id", flat=True)
    assert ids == [(await models.Menu.get(slug="footer")).id]
    reader.languages["Accept"] = "text/html"
    await reader.opens("/")
    assert [link.text() for link in reader.page.css("footer .foot ul a")] == ["Privé", "Contact"]


async def test_nothing_is_put_at_the_foot_where_readers_do_not_see_it(reader, desk, site, foot):
    await desk(models.Role.EDITOR)
    before = await kept(site, "footer")
    for place in ("1", "1.0"):
        await reader.opens(FOOT)
        version = reader.page.css_first("[name=version]").attributes["value"]
        await reader.posts(FOOT, {"do": "inside", "item": place, "version": version})
        assert (reader.status, await kept(site, "footer")) == (303, before)


async def test_what_is_wrong_at_the_foot_is_told_there(reader, desk, site, foot, words):
    await desk(models.Role.EDITOR)
    await reader.opens(FOOT)
    await reader.presses(words["menu_add"], label="", href="/x")
    assert (reader.status, reader.title) == (422, words["menu_footer_title"])
    assert reader.page.css_first("#label-error").text() == words["error_menu_label"]
    # What was shown of one menu changes no other, and of the same one nothing that another has changed.
    version = reader.page.css_first("[name=version]").attributes["value"]
    await reader.posts("/write/menu", {"do": "remove", "item": "0", "version": version})
    assert reader.status == 409
    await reader.opens(FOOT)
    await models.arrange(site.id, "footer", [models.Entry("Anders", "/")])
    await reader.presses(words["menu_add"], label="Van mij", href="/x")
    assert (reader.status, reader.page.css_first("#label").attributes["value"]) == (409, "Van mij")
    assert reader.page.css_first("[role=alert] a").attributes["href"] == FOOT
    assert (await kept(site, "footer"), await kept(site)) == (["Anders:address"], ABOVE)


@pytest.mark.parametrize("of", ["", "nav", "Footer", "%00", "footer%20", "x" * 5000, "../main"])
async def test_a_menu_that_there_is_not_is_told_and_none_is_made(reader, desk, site, above, words, of):
    await desk(models.Role.EDITOR)
    await reader.opens(f"/write/menu?of={of}")
    assert (reader.status, reader.title) == (404, words["absent_menu_title"])
    assert reader.page.css_first("main a").attributes["href"] == "/write/menu"
    await reader.posts(f"/write/menu?of={of}", {"do": "add", "label": "X", "version": "0" * 16})
    assert (reader.status, await models.Menu.all().count(), await kept(site)) == (404, 1, ABOVE)


async def test_who_edits_no_menu_learns_of_none(reader, desk, site, foot, words):
    await desk(models.Role.AUTHOR)
    for of in ("footer", "nav"):
        await reader.opens(f"/write/menu?of={of}")
        assert (reader.status, reader.title) == (403, words["desk_barred_title"])
