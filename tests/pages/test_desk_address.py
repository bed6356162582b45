"""Who writes says at the desk where a post stands, and is told when that cannot be."""

import pytest

import models
from tests.pages.writing import TEXT, TITLE, begin, follow, picture_of, upload, write


def slug_in(reader):
    return reader.page.css_first("#slug").attributes["value"]


async def test_an_author_gives_a_post_another_address_and_the_old_one_leads_there(reader, desk, site):
    await desk()
    await begin(reader)
    await write(reader, "Publiceer nu")
    await follow(reader)
    assert reader.page.css_first("#slug-path").text() == "/posts/"
    assert slug_in(reader) == "de-tuin"
    await write(reader, slug="mijn-tuin")
    await follow(reader)
    assert slug_in(reader) == "mijn-tuin"
    post = await models.Post.get()
    assert (post.slug, post.title) == ("mijn-tuin", TITLE)
    assert (await models.leads("/posts/de-tuin")).path == "/posts/mijn-tuin"
    # And back, which the redirect does not stand in the way of.
    await write(reader, slug="de-tuin")
    assert (await models.Post.get()).slug == "de-tuin"
    assert (await models.leads("/posts/mijn-tuin")).path == "/posts/de-tuin"


async def test_a_post_without_a_title_gets_its_address_from_the_first(reader, desk):
    await desk()
    await begin(reader)
    assert slug_in(reader) == ""
    await write(reader, title="")
    await follow(reader)
    assert (slug_in(reader), (await models.Post.get()).slug) == ("", "zonder-titel")
    await write(reader)
    await follow(reader)
    assert (slug_in(reader), (await models.Post.get()).slug) == ("de-tuin", "de-tuin")


async def test_an_address_that_was_chosen_before_there_was_a_title_stays(reader, desk):
    await desk()
    await begin(reader)
    for title in ("", TITLE, "Het huis"):
        if title:
            await write(reader, title=title)
        else:
            await write(reader, title="", slug="lente")
        await follow(reader)
        assert (slug_in(reader), (await models.Post.get()).slug) == ("lente", "lente")


async def test_an_empty_field_makes_the_address_from_the_title(reader, desk):
    await desk()
    await begin(reader)
    await write(reader, slug="iets-anders")
    await follow(reader)
    await write(reader, title="Het huis", slug="")
    await follow(reader)
    assert (slug_in(reader), (await models.Post.get()).slug) == ("het-huis", "het-huis")


async def test_a_form_that_has_no_such_field_leaves_the_address(reader, desk):
    await desk()
    await begin(reader)
    await write(reader, slug="lente")
    post = await models.Post.get()
    fields = {"do": "save", "title": "Het huis", "text": TEXT, "version": post.version}
    await reader.posts(f"/write/{post.id}", fields)
    assert reader.status == 303
    post = await models.Post.get()
    assert (post.title, post.slug) == ("Het huis", "lente")


@pytest.mark.parametrize(
    ("slug", "why", "like"),
    [
        ("het-huis", "taken", ""),
        ("search", "reserved", ""),
        ("Mijn tuin", "", "mijn-tuin"),
        ("tuin/../huis", "", "tuin-huis"),
        ("-tuin-", "", "tuin"),
        ("tuin--huis", "", "tuin-huis"),
        ("<script>", "", "script"),
        ("a" * 101, "", "a" * 100),
        ("a" * 10_000, "", "a" * 100),
        ("???", "", ""),
        ("花园", "", ""),
    ],
)
async def test_an_address_that_cannot_be_is_told_at_its_field(reader, desk, site, words, slug, why, like):
    await models.Post.draft(site, "Het huis", "<p>Tekst</p>", authors=[])
    await desk()
    await reader.opens("/write")
    await reader.presses(words["desk_new"])
    await follow(reader)
    post = await models.Post.get(title=words["desk_untitled"])
    for button in (words["desk_save"], words["desk_publish"], words["desk_preview"]):
        await reader.presses(button, title=TITLE, text=TEXT, slug=slug, tags="Tuin")
        assert reader.status == 422
        told = words["error_desk_slug" + (f"_{why}" if why else "")]
        told += f" {words['error_desk_slug_like'] % {'like': like}}" if like else ""
        assert reader.page.css_first("#slug-error").text() == told
        assert reader.page.css_first("[role=alert]").text() == words["errors_title"]
        field = reader.page.css_first("#slug").attributes
        assert (field["value"], field["aria-invalid"]) == (slug, "true")
        assert field["aria-describedby"] == "slug-path slug-hint slug-error"
        assert reader.page.css_first("#title").attributes["value"] == TITLE
        assert reader.page.css_first("#text").text().strip() == TEXT
    kept = await models.Post.get(id=post.id)
    assert (kept.version, kept.slug, kept.status) == (1, post.slug, models.Status.DRAFT)
    assert await models.Tag.all().count() == 0


async def test_a_character_that_no_store_keeps_makes_no_address(reader, desk):
    await desk()
    await begin(reader)
    await write(reader, slug="tu\0in")
    assert reader.status == 400
    assert (await models.Post.get()).version == 1


async def test_an_address_given_twice_is_no_form(reader, desk):
    await desk()
    await begin(reader)
    await write(reader, slug=["een", "twee"])
    assert reader.status == 400
    assert (await models.Post.get()).version == 1


async def test_an_address_with_a_number_behind_it_is_left_as_it_is(reader, desk, site):
    title = "t" * 100
    other = await models.Post.draft(site, title, "<p>Tekst</p>", authors=[])
    await desk()
    await begin(reader)
    await write(reader, title=title)
    await follow(reader)
    # Longer than who writes may ask for, and by now there is a shorter one.
    await other.rewrite(slug="iets-anders")
    await write(reader, title=title)
    await follow(reader)
    assert slug_in(reader) == f"{title}-2"


async def test_a_picture_is_kept_though_the_address_is_taken(reader, desk, site):
    await models.Post.draft(site, "Het huis", "<p>Tekst</p>", authors=[])
    await desk()
    await begin(reader)
    await upload(reader, picture_of(), do="keep", title=TITLE, text=TEXT, version="1", slug="het-huis")
    assert reader.status == 422
    assert reader.page.css_first("#slug-error") is not None
    assert reader.page.css_first(".notice code").text().startswith("![](/media/")


async def test_an_address_is_handed_back_to_who_was_signed_out_meanwhile(reader, desk):
    user = await desk()
    await begin(reader)
    await models.Key.revoke(*await models.Key.filter(user_id=user.id).values_list("id", flat=True))
    await write(reader, slug="mijn-tuin")
    assert (reader.status, slug_in(reader)) == (403, "mijn-tuin")
    assert (await models.Post.get()).version == 1


async def test_who_has_another_version_changes_no_address(reader, desk):
    await desk()
    await begin(reader)
    await (await models.Post.get()).rewrite("Van een ander")
    await write(reader, slug="mijn-tuin")
    assert (reader.status, slug_in(reader)) == (409, "mijn-tuin")
    assert (await models.Post.get()).slug == "zonder-titel"


def hint_in(reader):
    assert "slug-hint" in reader.page.css_first("#slug").attributes["aria-describedby"]
    return reader.page.css_first("#slug-hint").text()


@pytest.mark.parametrize("noun", [models.Page, models.Post])
async def test_why_an_address_has_a_number_behind_it_is_told_beside_it(reader, desk, site, words, noun):
    await desk(models.Role.EDITOR)
    kind, at = ("page", "/write/pages") if noun is models.Page else ("desk", "/write")
    taken, reserved = words[f"{kind}_slug_taken"], words["desk_slug_reserved"]

    async def begun(title, **more):
        if noun is models.Page:
            return await models.Page.draft(site.id, title, "<p>x</p>", **more)
        return await models.Post.draft(site, title, "<p>x</p>", authors=[], **more)

    first, second, third = [await begun("Over ons") for _ in range(3)]
    start, meant, other = await begun("Start"), await begun("Top 10"), await begun("Top", slug="iets-2")
    for thing, slug, told in (
        (first, "over-ons", None), (second, "over-ons-2", taken), (third, "over-ons-3", taken),
        (start, "start-1", reserved), (meant, "top-10", None), (other, "iets-2", None),
    ):  # fmt: skip
        await reader.opens(f"{at}/{thing.id}")
        assert slug_in(reader) == slug
        said = told and told % {"slug": "start" if told is reserved else "over-ons"}
        numbers = [one for one in (taken, reserved) if one.partition("%(slug)s")[2] in hint_in(reader)]
        assert (said or "") in hint_in(reader)
        assert bool(numbers) == bool(told)
    # What is filled in instead has no number, though it cannot be had; and who was first may have left.
    await reader.opens(f"{at}/{second.id}")
    await reader.presses(words["desk_save"], slug="over-ons")
    assert (reader.status, slug_in(reader)) == (422, "over-ons")
    assert taken % {"slug": "over-ons"} not in hint_in(reader)
    await noun.filter(id=first.id).delete()
    await reader.opens(f"{at}/{second.id}")
    assert taken % {"slug": "over-ons"} not in hint_in(reader)
