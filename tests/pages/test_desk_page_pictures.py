"""At the desk of a page, a picture is kept with what is written and put into the text."""

import pytest

import models
from tests.pages.writing import follow, picture_of, upload


@pytest.fixture
async def page(reader, words, desk, site):
    """Lay a draft of a page on the desk of an editor."""
    await desk(models.Role.EDITOR)
    page = await models.Page.draft(site.id, "Over", models.Content.of("Oud.", models.Format.MARKDOWN))
    await reader.opens(f"/write/pages/{page.id}")
    return page


def filled(page, **fields):
    return {"title": "Over", "slug": page.slug, "text": "Nieuw.", "version": str(page.version)} | fields


def text_of(reader):
    return reader.page.css_first("#text").text().strip()


async def test_a_picture_is_kept_for_the_text_of_a_page_and_shown_to_be_put_there(reader, page, words):
    assert reader.page.css_first("form.fill").attributes["enctype"] == "multipart/form-data"
    await upload(reader, picture_of(), do="keep", alt="Een [vlak]", **filled(page))
    assert reader.headers["Location"].endswith("#picture")
    await follow(reader)
    [image] = await models.Image.all()
    assert reader.page.css_first("#picture code").text() == rf"![Een \[vlak\]]({image.url})"
    told = reader.page.css_first("#picture .notice").text()
    # Once: of what is written and of the picture together.
    assert told.strip().startswith(f"{words['desk_picture_saved']} {words['desk_picture_to_put']} ![")
    assert (words["desk_told_saved"] in told, words["desk_picture_kept"] in told) == (False, False)
    assert words["desk_picture_or_lead"] not in reader.page.text()
    assert not reader.page.css("button[value=lead]")
    assert text_of(reader) == "Nieuw."
    await reader.presses(words["desk_save"], text=f"Kijk.\n\n{reader.page.css_first('#picture code').text()}")
    await follow(reader)
    assert f'src="{image.url}"' in (await models.Page.get()).html
    assert (await models.Image.get()).user_id == (await models.User.get()).id


async def test_of_a_page_in_html_the_picture_is_written_in_html(reader, page):
    await models.Page.filter(id=page.id).update(source_format=models.Format.HTML)
    await upload(reader, picture_of(), do="", alt='"<b>', **filled(page, text="<p>Nieuw.</p>"))
    await follow(reader)
    [image] = await models.Image.all()
    assert reader.page.css_first("#picture code").text() == f'<img src="{image.url}" alt="&quot;&lt;b&gt;">'


@pytest.mark.parametrize("button", ["publish", "preview", "withdraw"])
async def test_nothing_appears_without_the_picture_that_is_chosen(reader, page, words, button):
    await upload(reader, picture_of(), do=button, **filled(page))
    await follow(reader)
    assert words["desk_picture_first"] in reader.page.css_first("#picture .notice").text()
    kept = await models.Page.get()
    assert (kept.source, kept.status) == ("Nieuw.", models.Status.DRAFT)
    assert not await models.Key.filter(kind=models.KeyKind.PREVIEW).exists()


async def test_a_picture_is_kept_when_the_words_beside_it_cannot_be(reader, page):
    await upload(reader, picture_of(), do="keep", **filled(page, slug="Niet zo!"))
    assert (reader.status, text_of(reader)) == (422, "Nieuw.")
    [image] = await models.Image.all()
    assert image.url in reader.page.css_first("#picture code").text()
    assert (await models.Page.get()).version == 1


@pytest.mark.parametrize(("content", "field"), [(b"GIF89a<script>", "file"), (None, "file")])
async def test_what_is_no_picture_is_told_and_nothing_is_lost(reader, page, words, content, field):
    if content is None:
        await reader.posts(reader.path, filled(page, do="keep"))
    else:
        await upload(reader, content, do="keep", **filled(page))
    assert (reader.status, text_of(reader)) == (422, "Nieuw.")
    assert reader.page.css_first(f"#{field}-error").text() == words["error_desk_file"]
    assert not await models.Image.exists()


async def test_who_may_not_keep_a_page_keeps_no_picture_at_it(reader, page, words):
    await models.User.all().update(role=models.Role.AUTHOR)
    await upload(reader, picture_of(), do="keep", **filled(page))
    assert (reader.status, reader.title, text_of(reader)) == (403, words["desk_barred_title"], "Nieuw.")
    await models.User.all().update(role=models.Role.EDITOR)
    await page.rewrite("Van een ander")
    await upload(reader, picture_of(), do="keep", **filled(page, version="1"))
    assert (reader.status, text_of(reader)) == (409, "Nieuw.")
    await models.Key.all().delete()
    await upload(reader, picture_of(), do="keep", **filled(page))
    assert (reader.status, reader.title, text_of(reader)) == (403, words["desk_out_title"], "Nieuw.")
    assert not await models.Image.exists()


async def test_a_page_is_not_deleted_for_a_picture_nor_a_picture_kept_at_one_that_goes(reader, page, words):
    await upload(reader, picture_of(), do="ask_to_delete", **filled(page))
    assert words["page_delete_text"] % {"title": "Over"} in reader.page.text()
    assert not await models.Image.exists()


async def test_enter_in_a_field_of_a_page_saves_it(reader, page):
    # A browser presses the first button of the form.
    assert reader.page.css_first("form.fill button").attributes["value"] == "save"
