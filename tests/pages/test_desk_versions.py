"""Who writes sees what a post said before, who changed it and how, and brings a version back."""

from datetime import timedelta

import pytest

import models
from tests.pages.writing import TITLE, begin, follow, write

BACK = "Zet deze versie terug"


@pytest.fixture
async def told(reader, desk, later):
    """Write a post in three saves, long enough after each other; give who did."""
    user = await desk()
    await begin(reader)
    for title, text, summary in (
        (TITLE, "Een.\n\nTwee.\n\nDrie.", ""),
        ("Mijn tuin", "Een.\n\nAnders.\n\nDrie.", "Kort."),
    ):
        later(timedelta(minutes=6))
        await write(reader, title=title, text=text, summary=summary)
        await follow(reader)
    return user


async def open_version(reader, number):
    """Follow the links from the page of the post to one of its versions."""
    post = await models.Post.get()
    await reader.opens(f"/write/{post.id}")
    [link] = [one for one in reader.page.css("main a") if one.text() == "Eerdere versies"]
    await reader.opens(link.attributes["href"])
    [link] = [one for one in reader.page.css(".letters a") if one.text() == f"Versie {number}"]
    return await reader.opens(link.attributes["href"])


def lines(reader, section):
    """Give what a section tells: what became of which lines."""
    [found] = [one for one in reader.page.css("section") if one.css_first("h2").text() == section]
    fates, said = ([one.text() for one in found.css(name)] for name in ("dt", "dd"))
    return list(zip(fates, said, strict=True))


async def test_the_versions_are_listed_with_who_saved_them_and_when(reader, told):
    await open_version(reader, 3)
    await reader.opens(reader.path.rpartition("/")[0])
    assert reader.title == "Eerdere versies"
    listed = [" ".join(one.text().split()) for one in reader.page.css(".letters li")]
    assert [one[:8] for one in listed] == ["Versie 3", "Versie 2", "Versie 1"]
    assert all(" UTC · Ann" in one for one in listed)
    assert ["de nieuwste" in one for one in listed] == [True, False, False]
    assert reader.page.css_first(".back a").text() == "Mijn tuin"
    assert not reader.page.css("[rel=next], [rel=prev]")


async def test_a_version_tells_what_it_changed(reader, told):
    await open_version(reader, 3)
    assert lines(reader, "Titel") == [("Weg", TITLE), ("Nieuw", "Mijn tuin")]
    assert lines(reader, "Tekst") == [
        ("Gebleven", "Een."), ("Weg", "Twee."), ("Nieuw", "Anders."), ("Gebleven", "Drie."),
    ]  # fmt: skip
    assert lines(reader, "Samenvatting") == [("Nieuw", "Kort.")]
    assert "Zo is het bericht nu." in reader.text
    assert not reader.page.css("button")
    await open_version(reader, 1)
    assert "De oudste versie die bewaard is." in reader.text


async def test_lines_that_are_empty_are_told_of_where_they_are_what_changed(reader, desk, later):
    await desk()
    await begin(reader)
    for text in ("Een.\nTwee.", "Een.\n\nTwee."):
        later(timedelta(minutes=6))
        await write(reader, text=text)
        await follow(reader)
    await open_version(reader, 3)
    told = [("Gebleven", "Een."), ("Nieuw", "een lege regel"), ("Gebleven", "Twee.")]
    assert lines(reader, "Tekst") == told


async def test_a_version_is_brought_back_and_that_is_a_new_one(reader, told, later):
    later(timedelta(minutes=6))
    await open_version(reader, 2)
    assert "Lezers zien het meteen." not in reader.text
    await reader.presses(BACK)
    await follow(reader)
    assert reader.page.css_first("[role=status]").text() == "Teruggezet."
    post = await models.Post.get()
    assert (post.title, post.source, post.summary) == (TITLE, "Een.\n\nTwee.\n\nDrie.", None)
    # The address is no part of what it says.
    assert (post.version, post.slug) == (4, "de-tuin")
    audit = await models.Audit.all().order_by("-id").first()
    assert (audit.deed, audit.subject_id, audit.user_id) == ("post.restore", post.id, told.id)
    await open_version(reader, 4)
    assert "versie 2 teruggezet" in reader.text
    # And what it said until then is brought back as well.
    await open_version(reader, 3)
    await reader.presses(BACK)
    post = await models.Post.get()
    assert (post.title, post.summary) == ("Mijn tuin", "Kort.")


async def test_readers_see_at_once_what_is_brought_back_of_what_is_published(reader, told):
    await (await models.Post.get()).publish()
    await open_version(reader, 2)
    assert "Lezers zien het meteen." in reader.text
    await reader.presses(BACK)
    [post] = await models.Post.published()
    assert post.title == TITLE


async def test_what_appears_is_not_left_without_a_title(reader, told):
    await open_version(reader, 1)
    post = await models.Post.get()
    stale = reader.page
    await post.publish()
    await reader.posts(reader.path, {"version": post.version})
    assert reader.status == 422
    assert "heeft geen titel" in reader.page.css_first("[role=alert]").text()
    assert not reader.page.css("button")
    assert (await models.Post.get()).title == "Mijn tuin"
    assert stale.css("button")
    await post.withdraw(to=models.Status.DRAFT)
    await open_version(reader, 1)
    await reader.presses(BACK)
    await follow(reader)
    assert reader.title == "Zonder titel"
    assert (await models.Post.get()).slug == "de-tuin"


async def test_who_brings_back_what_another_has_changed_meanwhile_is_told_first(reader, told):
    await open_version(reader, 2)
    await (await models.Post.get()).rewrite("Van een ander")
    await reader.presses(BACK)
    assert reader.status == 409
    assert "intussen gewijzigd" in reader.page.css_first("[role=alert]").text()
    assert (await models.Post.get()).title == "Van een ander"
    await reader.presses(BACK)
    assert reader.status == 303
    assert (await models.Post.get()).title == TITLE


async def test_who_brings_a_version_back_twice_is_told_that_it_is_there(reader, told):
    await open_version(reader, 2)
    path, version = reader.path, (await models.Post.get()).version
    for _ in range(2):
        await reader.posts(path, {"version": version})
        await follow(reader)
        assert reader.page.css_first("[role=status]").text() == "Teruggezet."
    assert await models.Audit.filter(deed="post.restore").count() == 1


@pytest.mark.parametrize("version", ["9" * 5_000, "1", "0"])
async def test_a_version_that_it_does_not_have_brings_nothing_back(reader, told, version):
    await open_version(reader, 2)
    await reader.presses(BACK, version=version)
    assert reader.status == 409
    assert (await models.Post.get()).title == "Mijn tuin"


async def test_the_versions_of_others_are_an_editors_alone(reader, told, desk):
    path = (await open_version(reader, 2)).path
    reader.client.session.cookie_jar.clear()
    await desk(name="Bob")
    for ask, address in (
        (reader.opens, path), (reader.posts, path), (reader.opens, path.rpartition("/")[0]),
    ):  # fmt: skip
        assert (await ask(address)).status == 404
        assert reader.title == "Dit ligt niet op je schrijftafel"
    reader.client.session.cookie_jar.clear()
    await desk(models.Role.EDITOR, "Ed")
    await open_version(reader, 2)
    await reader.presses(BACK)
    await open_version(reader, 4)
    assert "Ed" in reader.page.css_first("p.more").text()


async def test_a_version_of_another_post_is_none_of_this_one(reader, told, site):
    own = [await models.Author.get(id=told.author_id)]
    other = await models.Post.draft(site, "Anders", "<p>Geheim</p>", authors=own, by=models.Editor())
    [theirs] = await models.Revision.of_post(other.id)
    post = await models.Post.get(title="Mijn tuin")
    for ask in (reader.opens, reader.posts):
        await ask(f"/write/{post.id}/versions/{theirs.id}")
        assert (reader.status, reader.title) == (404, "Deze versie is er niet")
        assert "Geheim" not in reader.text
        assert reader.page.css_first("main a").attributes["href"] == f"/write/{post.id}/versions"
    assert (await models.Post.get(id=post.id)).version == 3


@pytest.mark.parametrize("number", ["2147483647", "2147483648", "9999999999"])
async def test_a_number_that_no_version_has_is_not_found(reader, told, number):
    post = await models.Post.get()
    for ask in (reader.opens, reader.posts):
        for path in (f"/write/{post.id}/versions/{number}", f"/write/{number}/versions/1"):
            assert (await ask(path)).status == 404
    assert (await reader.opens(f"/write/{number}/versions")).status == 404


@pytest.mark.parametrize("path", ["0", "-1", "x", "1x", "12345678901", "1/2", ""])
async def test_what_is_no_number_is_no_version(reader, told, path):
    post = await models.Post.get()
    for ask in (reader.opens, reader.posts):
        assert (await ask(f"/write/{post.id}/versions/{path}")).status in (404, 405)


async def test_many_versions_stand_on_pages(reader, desk, site):
    user = await desk()
    await begin(reader)
    post = await models.Post.get()
    for number in range(2, 31):
        await post.rewrite(f"Titel {number}", by=models.Editor())
    await reader.opens(f"/write/{post.id}/versions")
    assert [one.text() for one in reader.page.css(".letters a")] == [f"Versie {n}" for n in range(30, 5, -1)]
    assert "door wie is niet bekend" in reader.text
    await reader.opens(reader.page.css_first("[rel=next]").attributes["href"])
    assert [one.text() for one in reader.page.css(".letters a")] == [f"Versie {n}" for n in range(5, 0, -1)]
    assert "de nieuwste" not in reader.text
    assert user.name in reader.page.css(".letters li")[-1].text()
    assert not reader.page.css("[rel=next]")
    await reader.opens(reader.page.css_first("[rel=prev]").attributes["href"])
    assert len(reader.page.css(".letters li")) == 25


@pytest.mark.parametrize("page", ["3", "9" * 5_000, "0", "-1", "x", "²", ""])
async def test_a_page_that_is_none_shows_no_error(reader, told, page):
    post = await models.Post.get()
    await reader.opens(f"/write/{post.id}/versions?page={page}")
    assert reader.status == 200
    assert len(reader.page.css(".letters li")) in (0, 3)


async def test_a_post_of_which_nothing_is_kept_says_so(reader, desk, site):
    user = await desk()
    author = await models.Author.get(id=user.author_id)
    post = await models.Post.draft(site, "Van elders", "<p>Tekst</p>", authors=[author])
    await reader.opens(f"/write/{post.id}/versions")
    assert reader.page.css_first("p.more").text().startswith("Hier is nog niets")


async def test_who_was_signed_out_meanwhile_brings_nothing_back(reader, told):
    path = (await open_version(reader, 2)).path
    await models.Key.revoke(*await models.Key.filter(user_id=told.id).values_list("id", flat=True))
    await reader.presses(BACK)
    assert (reader.status, reader.title) == (403, "Je bent uitgelogd")
    assert (await models.Post.get()).version == 3
    # Who only looks signs in, and is led on to what they came for.
    for address in (path, path.rpartition("/")[0]):
        await reader.opens(address)
        assert (reader.status, reader.headers["Location"]) == (303, "/sign-in")
        await reader.posts(f"/sign-in/{await models.SignIn.at_hand(told)}")
        assert reader.headers["Location"] == address
        await reader.posts("/sign-out")


async def test_an_author_who_has_retired_brings_nothing_back_and_stays_named(reader, told, desk):
    path = (await open_version(reader, 2)).path
    await models.Key.retire(told, by=models.NOBODY)
    await reader.presses(BACK)
    assert reader.status == 403
    await reader.opens(path)
    assert (reader.status, reader.headers["Location"]) == (303, "/sign-in")
    assert (await models.Post.get()).version == 3
    await desk(models.Role.EDITOR, "Ed")
    await open_version(reader, 2)
    assert "Ann" in reader.page.css_first("p.more").text()


async def test_a_page_of_elsewhere_brings_nothing_back(reader, told):
    await open_version(reader, 2)
    for header in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        await reader.posts(reader.path, {"version": "3"}, **header)
        assert reader.status == 403
    assert (await models.Post.get()).version == 3


async def test_a_version_of_a_post_that_was_deleted_meanwhile_is_not_there(reader, told):
    await open_version(reader, 2)
    await (await models.Post.get()).remove()
    await reader.presses(BACK)
    assert (reader.status, reader.title) == (404, "Dit ligt niet op je schrijftafel")


async def test_what_was_written_is_text_on_the_pages_of_versions(reader, desk, later, words):
    await desk()
    await reader.presses(words["desk_new"])
    await follow(reader)
    for attack in ("<script>alert(1)</script>", "<img src=x onerror=alert(2)>"):
        later(timedelta(minutes=6))
        await reader.presses(words["desk_save"], title=attack, text=attack, summary=attack)
        await follow(reader)
    post = await models.Post.get()
    for revision in await models.Revision.of_post(post.id):
        for address in (f"/write/{post.id}/versions/{revision.id}", f"/write/{post.id}/versions"):
            await reader.opens(address)
            assert reader.status == 200
            assert not reader.page.css("script, img")
