"""At the desk, a picture is kept with what is written, and the one that leads a post is described anew."""

from io import BytesIO

import pytest
from selectolax.lexbor import LexborHTMLParser

import models
from gql_server.requests import LARGEST_BODY as LARGEST
from models.pictures import MOST_BYTES
from tests.pages.writing import TEXT, TITLE, begin, follow, is_marked, picture_of, upload, write


@pytest.fixture
async def led(reader, desk):
    """Lay a post on the desk that a picture leads; give who is signed in: `await led(models.Role.EDITOR)`."""

    async def led(role=models.Role.AUTHOR):
        user = await desk(role)
        await reader.opens("/write")
        await reader.posts("/write")
        await follow(reader)
        await upload(reader, picture_of(), do="lead", title=TITLE, text=TEXT, version="1", alt="Een vlak")
        await follow(reader)
        return user

    return led


def described(reader):
    return reader.page.css_first("#lead_alt").attributes["value"]


async def test_the_picture_that_leads_a_post_is_described_in_other_words(reader, led, words):
    user = await led()
    assert described(reader) == "Een vlak"
    await write(reader, words["desk_publish"], lead_alt=" Een tuin,\nmet bloemen ")
    await follow(reader)
    assert described(reader) == "Een tuin, met bloemen"
    assert reader.page.css_first(".lead-picture").attributes["alt"] == "Een tuin, met bloemen"
    assert await models.Audit.filter(user_id=user.id, deed="image.update").count() == 1
    # Decoration is not described.
    await write(reader, words["desk_save"], lead_alt="")
    await follow(reader)
    assert (await models.Image.get()).alt_text == described(reader) == ""


async def test_who_leaves_it_as_it_is_undoes_nothing_of_what_others_said(reader, led):
    await led()
    page = reader.path, reader.body
    await (await models.Image.get()).reword(alt_text="Van een ander")
    await write(reader, text="Nieuw")
    assert reader.status == 303
    assert (await models.Image.get()).alt_text == "Van een ander"
    reader.path, reader.body = page
    version = (await models.Post.get()).version
    await write(reader, lead_alt="Van mij", version=version)
    assert (reader.status, described(reader)) == (409, "Van mij")
    assert (await models.Image.get()).alt_text == "Van een ander"


@pytest.mark.parametrize("more", [1, LARGEST])
async def test_of_a_picture_that_is_too_large_it_is_told_what_to_do(reader, desk, words, more):
    await desk()
    await reader.opens("/write")
    await reader.posts("/write")
    await follow(reader)
    await upload(reader, BytesIO(b"x" * (MOST_BYTES + more)), do="keep", text=TEXT)
    assert (reader.status, reader.title) == (413, words["413_desk_title"])
    assert reader.page.css_first(".lead").text() == words["413_desk_text"]
    assert await models.Image.all().count() == 0


async def test_a_description_that_is_too_long_is_told_and_nothing_is_lost(reader, led, words):
    await led()
    await write(reader, words["desk_save"], lead_alt="a" * 1_001, text="Nieuw")
    assert reader.status == 422
    assert reader.page.css_first("#leadAlt-error").text() == words["error_desk_leadAlt"]
    assert reader.page.css_first("#altText-error") is None
    assert (described(reader), reader.page.css_first("#text").text().strip()) == ("a" * 1_001, "Nieuw")
    assert ((await models.Image.get()).alt_text, (await models.Post.get()).source) == ("Een vlak", TEXT)


async def test_the_picture_of_somebody_else_is_theirs_and_editors_to_describe(reader, led, words, site):
    user = await led()
    other = await models.User.welcome(site, "bob@staff.example", "Bob", models.Role.AUTHOR)
    await models.Image.all().update(user_id=other.id)
    await reader.opens(reader.path)
    assert reader.page.css_first("#lead_alt") is None
    assert words["desk_lead_alt_is"] % {"alt": "Een vlak"} in reader.page.text()
    await write(reader, words["desk_save"], lead_alt="Van mij", lead_alt_was="Een vlak")
    assert reader.status == 403
    await models.User.filter(id=user.id).update(role=models.Role.EDITOR)
    await reader.opens(f"/write/{(await models.Post.get()).id}")
    assert described(reader) == "Een vlak"


async def test_who_saves_while_a_picture_is_chosen_saves_both(reader, desk, words):
    await desk()
    await reader.posts("/write")
    await follow(reader)
    await write(reader, words["desk_save"], file=picture_of(), alt="Een tuin", at="2091-03-01T09:00")
    await follow(reader)
    [image] = await models.Image.all()
    assert reader.page.css_first("#picture .notice").text().strip().startswith(words["desk_picture_saved"])
    assert reader.page.css_first("#picture code").text() == f"![Een tuin]({image.url})"
    assert reader.page.css_first("#at").attributes["value"] == "2091-03-01T09:00"
    post = await models.Post.get()
    assert (post.title, post.source, post.image_id, post.version) == (TITLE, TEXT, None, 2)


@pytest.mark.parametrize("button", ["Publiceer nu", "Plan", "Bewaar en bekijk"])
async def test_nothing_appears_without_the_picture_that_is_chosen(reader, desk, site, button):
    await desk()
    await begin(reader)
    await write(reader, button, file=picture_of(), at="2091-03-01T09:00", newsletter="main")
    await follow(reader)
    assert "nog niets gedaan" in reader.page.css_first("#picture .notice").text()
    assert is_marked(reader, "main")
    post = await models.Post.get()
    assert (post.source, post.status) == (TEXT, models.Status.DRAFT)
    await write(reader, button)
    assert reader.status == 303
    assert await models.Image.all().count() == 1


async def test_a_picture_is_kept_when_the_words_beside_it_cannot_be(reader, desk):
    await desk()
    await begin(reader)
    await write(reader, summary="s" * 2_001, file=picture_of())
    assert reader.status == 422
    [image] = await models.Image.all()
    assert image.url in reader.page.css_first("#picture .notice").text()
    assert not reader.page.css_first("#picture .notice").text().strip().startswith("Bewaard")
    assert reader.page.css_first("#text").text().strip() == TEXT
    await write(reader, summary="Kort.")
    assert reader.status == 303


async def test_a_picture_that_is_kept_leads_the_post_as_soon_as_the_words_are_right(reader, desk, words):
    await desk()
    await reader.posts("/write")
    await follow(reader)
    lead = words["desk_picture_lead"]
    await write(reader, lead, summary="s" * 2_001, file=picture_of(), alt="Een tuin")
    for summary in ("s" * 2_002, "Kort."):
        assert reader.status == 422
        [image] = await models.Image.all()
        assert image.url in reader.page.css_first("#picture code").text()
        await write(reader, lead, summary=summary)
    await follow(reader)
    assert ((await models.Post.get()).image_id, described(reader)) == (image.id, "Een tuin")
    # One that was kept for the text may lead as well; that of somebody else may not.
    await write(reader, words["desk_picture_keep"], file=picture_of((600, 400)))
    await follow(reader)
    await write(reader, lead)
    await follow(reader)
    assert (await models.Post.get()).image_id == (await models.Image.all().order_by("-id").first()).id
    await models.Image.filter(id=image.id).update(user_id=None)
    await write(reader, lead, picture=str(image.id))
    assert reader.page.css_first("#file-error").text() == words["error_desk_file"]


async def test_what_is_to_be_put_into_the_text_is_written_as_the_text_is(reader, desk):
    await desk()
    await begin(reader)
    await write(reader, "Bewaar hem voor de tekst", file=picture_of(), alt='Een [tuin "\\')
    await follow(reader)
    [image] = await models.Image.all()
    piece = reader.page.css_first("#picture code").text()
    await write(reader, text=piece)
    post = await models.Post.get()
    [shown] = LexborHTMLParser(post.html).css("img")
    assert shown.attributes["alt"] == 'Een [tuin "\\'
    await models.Post.filter(id=post.id).update(source_format=models.Format.HTML)
    await reader.opens(f"/write/{post.id}?picture={image.id}")
    assert reader.page.css_first("#picture code").text() == (
        f'<img src="{image.url}" alt="Een [tuin &quot;\\">'
    )


async def test_the_words_are_handed_back_whose_picture_comes_as_the_session_ends(reader, desk):
    user = await desk()
    await begin(reader)
    await models.Key.revoke(*await models.Key.filter(user_id=user.id).values_list("id", flat=True))
    await write(reader, file=picture_of())
    assert (reader.status, reader.page.css_first("#text").text().strip()) == (403, TEXT)
    assert await models.Image.all().count() == 0
