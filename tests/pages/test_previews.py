"""A preview that is looked at without scripts, and the way back from it to the desk."""

from urllib.parse import quote

import pytest

import models
from gql_server.reader.scripts import WORDS


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_whoever_writes_a_draft_is_led_back_from_it_to_their_desk_and_nobody_else_is(
    reader, site, desk, language
):
    user = await desk(models.Role.AUTHOR, "Ann")
    reader.languages = {"Accept": "text/html", "Accept-Language": language}
    ann = await models.Author.get(id=user.author_id)
    theirs = await models.Post.draft(site, "Mine", "<p>Hi</p>", authors=[ann])
    other = await models.Post.draft(site, "Other", "<p>Hi</p>", authors=[])
    told = {}
    for post in (theirs, other):
        await _looks_at(reader, user, post)
        told[post.title] = [(link.text(), link.attributes["href"]) for link in reader.page.css(".told a")]
    way = f"/write?path={quote(theirs.path, safe='')}"
    assert told == {"Mine": [(WORDS[language]["to_desk"], way)], "Other": []}
    await reader.opens(way)
    assert (reader.status, reader.headers["Location"]) == (303, f"/write/{theirs.id}")
    # Whoever was only shown the link has no desk to go back to.
    reader.client.session.cookie_jar.clear()
    await _looks_at(reader, user, theirs)
    assert reader.page.css(".told a") == []


async def test_who_is_signed_in_reads_what_everybody_reads(reader, site, desk):
    user = await desk(models.Role.AUTHOR, "Ann")
    reader.languages = {"Accept": "text/html", "Accept-Language": "nl"}
    ann = await models.Author.get(id=user.author_id)
    post = await models.Post.draft(site, "Mine", "<p>Hi</p>", authors=[ann])
    await post.publish()
    await reader.opens(post.path)
    theirs = reader.text
    reader.client.session.cookie_jar.clear()
    await reader.opens(post.path)
    assert reader.text == theirs


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_an_editor_looks_at_a_draft_of_a_page_and_is_led_back_to_its_desk(reader, site, desk, language):
    await desk(models.Role.EDITOR)
    reader.languages = {"Accept": "text/html", "Accept-Language": language}
    page = await models.Page.draft(site.id, "Over & wij", models.Content.of("Oud.", models.Format.MARKDOWN))
    await reader.opens(f"/write/pages/{page.id}")
    [button] = reader.page.css("button[name=do][value=preview]")
    await reader.presses(button.text(), text="Kanarie")
    assert reader.status == 303
    address = reader.headers["Location"]
    assert address.partition("?preview=")[0].endswith(page.path)
    assert (await models.Page.get(id=page.id)).source == "Kanarie"
    assert [key.page_id for key in await models.Key.filter(kind=models.KeyKind.PREVIEW)] == [page.id]
    await reader.opens(address)
    assert (reader.status, reader.title) == (200, "Over & wij")
    assert reader.page.css_first(".prose").text().strip() == "Kanarie"
    assert reader.page.css_first("meta[name=robots]").attributes["content"] == "noindex"
    assert reader.headers["Cache-Control"] == "no-store"
    assert "ETag" not in reader.headers
    [back] = reader.page.css(".told a")
    assert back.text() == WORDS[language]["to_desk"]
    await reader.opens(back.attributes["href"])
    assert (reader.status, reader.headers["Location"]) == (303, f"/write/pages/{page.id}")


async def test_only_the_link_shows_the_draft_of_a_page_and_only_who_edits_is_led_to_its_desk(
    reader, site, desk
):
    editor = await desk(models.Role.EDITOR)
    reader.languages = {"Accept": "text/html", "Accept-Language": "nl"}
    page, other = [await models.Page.draft(site.id, title, "<p>Canary</p>") for title in ("Over", "Wie")]
    principal = models.Principal(user_id=editor.id, role=models.Role.EDITOR)
    key, token = await models.Key.grant_preview(principal, page)
    addresses = [f"{page.path}?preview={token}{ending}" for ending in ("", "&lang=nl")]
    await models.User.filter(id=editor.id).update(role=models.Role.AUTHOR)
    for is_signed_in in (True, False):
        for address in addresses:
            await reader.opens(address)
            assert (reader.status, "Canary" in reader.text) == (200, True)
            assert reader.page.css(".told") != []
            assert reader.page.css(".told a") == []
        for address in (page.path, f"{page.path}?preview=x", f"{page.path}?preview={token[:-1]}"):
            await reader.opens(address)
            assert (address, reader.status, "Canary" in reader.text) == (address, 404, False)
        # It shows nothing else, wherever it is tried: it leads to what it shows.
        for path in (other.path, f"/posts{page.path}"):
            await reader.opens(f"{path}?preview={token}")
            assert (reader.status, reader.headers["Location"]) == (302, addresses[0])
        if is_signed_in:
            await reader.opens(f"/write?path={page.path}")
            assert (reader.status, "Canary" in reader.text) == (403, False)
            reader.client.session.cookie_jar.clear()
    await models.Key.revoke(key.id)
    await reader.opens(addresses[0])
    assert (reader.status, "Canary" in reader.text) == (404, False)
    assert WORDS["nl"]["preview_over"] in reader.page.text()


async def test_a_link_to_a_page_that_is_published_by_now_shows_it_as_everybody_sees_it(reader, site, desk):
    editor = await desk(models.Role.EDITOR)
    reader.languages = {"Accept": "text/html", "Accept-Language": "nl"}
    page = await models.Page.draft(site.id, "Over", "<p>Wij</p>")
    _, token = await models.Key.grant_preview(models.Principal(user_id=editor.id), page)
    await page.publish()
    await reader.opens(f"{page.path}?preview={token}")
    assert (reader.status, reader.page.css(".told")) == (200, [])
    assert reader.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "about"),
    [
        ("/over/", "page"), ("/nergens", "page"), ("/%00", "page"), ("/" + "a" * 501, "page"), ("//", "desk"),
        ("", "desk"), ("/tags/x", "desk"), ("/posts/x", "desk"), ("/posts/%00", "desk"),
    ],
)  # fmt: skip
async def test_a_path_of_no_page_leads_to_no_desk(reader, site, desk, path, about, words):
    await models.Page.draft(site.id, "Over", "", slug="over")
    await desk(models.Role.EDITOR)
    await reader.opens(f"/write?path={path}")
    assert (reader.status, reader.title) == (404, words[f"absent_{about}_title"])
    assert reader.page.css_first("main a").attributes["href"] == (
        "/write/pages" if about == "page" else "/write"
    )


@pytest.mark.parametrize("path", ["/over", "/wie", "/nergens", "/%00", "/" + "a" * 501])
async def test_whoever_edits_no_pages_is_told_so_and_not_which_there_are(reader, site, desk, path, words):
    await models.Page.draft(site.id, "Over", "", slug="over")
    await (await models.Page.draft(site.id, "Wie", "", slug="wie")).publish()
    await desk(models.Role.AUTHOR)
    await reader.opens(f"/write?path={path}")
    assert (reader.status, reader.title) == (403, words["desk_no_pages_title"])
    assert words["desk_no_pages_back"] in reader.page.text()
    assert reader.page.css_first("main a").attributes["href"] == "/write"
    # Of posts they are told what they were.
    await reader.opens("/write?path=/posts/nergens")
    assert (reader.status, reader.title) == (404, words["absent_desk_title"])


@pytest.mark.parametrize("is_signed_in", [True, False])
@pytest.mark.parametrize("noun", [models.Page, models.Post])
async def test_a_link_goes_on_showing_what_got_another_address_since(reader, site, desk, noun, is_signed_in):
    user = await desk(models.Role.EDITOR)
    reader.languages = {"Accept": "text/html", "Accept-Language": "nl"}
    thing = await _begun(site, noun, "Over")
    _, token = await models.Key.grant_preview(models.Principal(user_id=user.id), thing)
    link = f"{thing.path}?preview={token}&lang=en"
    if not is_signed_in:
        reader.client.session.cookie_jar.clear()
    for name in ("wie-wij-zijn", "wij"):
        await _rename(thing, name)
        await reader.opens(link)
        assert (reader.status, reader.headers["Cache-Control"]) == (302, "no-store")
        to = reader.headers["Location"]
        assert to == f"{thing.path}?preview={token}&lang=en"
        await reader.opens(to)
        assert (reader.status, reader.title, "Canary" in reader.text) == (200, "Over", True)
    # Published by now, and renamed again: it leads there as well.
    await thing.publish()
    await _rename(thing, "ons")
    await reader.opens(link)
    assert (reader.status, reader.headers["Location"]) == (302, f"{thing.path}?preview={token}&lang=en")
    await reader.opens(to)
    assert (reader.status, reader.title) == (200, "Over")
    # Without the link nobody is told where the draft was or is.
    await thing.withdraw()
    for ending in ("", "?preview=x", f"?preview={token[:-1]}", "?preview="):
        await reader.opens(f"{link.partition('?')[0]}{ending}")
        assert (ending, reader.status, "Location" in reader.headers) == (ending, 404, False)
    await models.Key.filter(kind=models.KeyKind.PREVIEW).update(revoked_at=models.now())
    await reader.opens(link)
    assert (reader.status, WORDS["en"]["preview_over"] in reader.page.text()) == (404, True)
    await noun.filter(id=thing.id).delete()
    await reader.opens(link)
    assert reader.status == 404


@pytest.mark.parametrize("noun", [models.Page, models.Post])
@pytest.mark.parametrize("kind", [models.KeyKind.API, models.KeyKind.SESSION])
async def test_only_a_token_that_was_made_to_show_something_is_taken_in_an_address(
    reader, site, desk, noun, kind
):
    editor = await desk(models.Role.EDITOR)
    reader.languages = {"Accept": "text/html", "Accept-Language": "nl"}
    thing = await _begun(site, noun, "Over")
    key, token = await models.Key.grant(kind, editor)
    await reader.opens(f"{thing.path}?preview={token}")
    assert (reader.status, "Canary" in reader.text) == (404, False)
    refused = reader.text.replace(token, "x")
    await reader.opens(f"{thing.path}?preview=x")
    assert (reader.status, reader.text) == (404, refused)
    assert (await models.Key.get(id=key.id)).used_at is None


async def _begun(site, noun, title):
    if noun is models.Page:
        return await models.Page.draft(site.id, title, "<p>Canary</p>")
    return await models.Post.draft(site, title, "<p>Canary</p>", authors=[])


async def _rename(thing, name):
    await (thing.rename(name) if isinstance(thing, models.Page) else thing.rewrite(slug=name))


async def _looks_at(reader, user, post):
    principal = models.Principal(user_id=user.id, role=models.Role.EDITOR)
    _, token = await models.Key.grant_preview(principal, post)
    await reader.opens(f"{post.path}?preview={token}")
    assert (reader.status, reader.headers["Cache-Control"]) == (200, "no-store")
