"""A form of the desk that does not say of which version it is saves nothing, and nothing in it is lost."""

from datetime import timedelta

import pytest

import models
from tests.pages.writing import follow, write

UNREAD = ["", None, "1x", "-1", "0", "²", "١", "1.0", "0x1", "9" * 5_000, "zz"]
unread = pytest.mark.parametrize("version", UNREAD)


def is_told(reader, words, path):
    told = reader.page.css_first("[role=alert]")
    assert reader.status == 422
    assert words["error_desk_version"] in told.text()
    assert told.css_first("a").attributes["href"] == path


@unread
async def test_a_post_is_not_saved_unseen(reader, desk, words, version):
    await desk()
    await reader.posts("/write")
    await follow(reader)
    await write(reader, words["desk_save"], text="Van een ander")
    await follow(reader)
    post = await models.Post.get()
    for button in ("desk_save", "desk_preview", "desk_publish"):
        await write(reader, words[button], text="Van mij", version=version)
        is_told(reader, words, f"/write/{post.id}")
        assert reader.page.css_first("#text").text().strip() == "Van mij"
    await reader.posts(f"/write/{post.id}", {"do": "delete"} | ({"version": version} if version else {}))
    # They find what is kept, and no empty post to save.
    assert (reader.status, reader.page.css_first("#text").text().strip()) == (422, "Van een ander")
    kept = await models.Post.get()
    assert (kept.source, kept.version, kept.status) == ("Van een ander", post.version, "draft")


@unread
async def test_a_page_is_not_saved_unseen(reader, desk, site, words, version):
    page = await models.Page.draft(site.id, "Over", models.Content.of("Oud.", models.Format.MARKDOWN))
    await desk(models.Role.EDITOR)
    await reader.opens(f"/write/pages/{page.id}")
    for button in ("desk_save", "desk_preview", "desk_publish"):
        await reader.presses(words[button], text="Van mij", version=version)
        is_told(reader, words, f"/write/pages/{page.id}")
        assert reader.page.css_first("#text").text().strip() == "Van mij"
    await reader.posts(
        f"/write/pages/{page.id}", {"do": "delete"} | ({"version": version} if version else {})
    )
    assert (reader.status, reader.page.css_first("#text").text().strip()) == (422, "Oud.")
    kept = await models.Page.get()
    assert (kept.source, kept.version, kept.is_visible) == ("Oud.", 1, False)


@unread
async def test_neither_the_site_nor_its_menu_is_changed_unseen(reader, desk, site, words, version):
    await models.arrange(site.id, "main", [models.Entry("Vooraan", "/")])
    await desk(models.Role.ADMIN)
    for path, button, field in (("/write/site", "desk_save", "title"), ("/write/menu", "menu_add", "label")):
        await reader.opens(path)
        await reader.presses(words[button], **{field: "Van mij", "version": version})
        is_told(reader, words, path)
        assert reader.page.css_first(f"#{field}").attributes["value"] == "Van mij"
    await reader.opens("/write/menu?item=0")
    await reader.presses(words["desk_save"], label="Van mij", version=version)
    is_told(reader, words, "/write/menu")
    assert reader.page.css_first("#label").attributes["value"] == "Van mij"
    assert (await models.Site.get()).title == site.title
    assert [item.label for item in await models.MenuItem.all()] == ["Vooraan"]


@unread
async def test_no_version_comes_back_unseen(reader, desk, later, words, version):
    await desk()
    await reader.posts("/write")
    await follow(reader)
    for text in ("Een.", "Twee."):
        later(timedelta(minutes=6))
        await write(reader, words["desk_save"], text=text)
        await follow(reader)
    post = await models.Post.get()
    revision = await models.Revision.filter(post_id=post.id).order_by("id").first()
    await reader.posts(
        f"/write/{post.id}/versions/{revision.id}", {"version": version} if version is not None else {}
    )
    assert reader.status == 409
    assert words["desk_version_changed"] in reader.page.css_first("[role=alert]").text()
    assert (await models.Post.get()).version == post.version
