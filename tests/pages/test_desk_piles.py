"""At the desk every post is found, in the order of the moment that stands with it, with its authors."""

from datetime import timedelta

import pytest

import models
from gql_server.pages.desk_pile import SIZE


@pytest.fixture
def written(site):
    """Let a user have written some drafts: `await written(ann, "A", "B")`."""

    async def written(user, *titles):
        author = await user.as_author()
        return [await models.Post.draft(site, title, "<p>Tekst</p>", authors=[author]) for title in titles]

    return written


def titles(reader):
    return [link.text() for link in reader.page.css(".letters a")]


async def go(reader, rel):
    return await reader.opens(reader.page.css_first(f"a[rel={rel}]").attributes["href"])


async def test_older_posts_are_a_link_away_and_newer_ones_back(reader, desk, written, words):
    user = await desk()
    names = [f"Bericht {number}" for number in range(2 * SIZE + 1)]
    await written(user, *names)
    newest_first = names[::-1]
    await reader.opens("/write")
    assert titles(reader) == newest_first[:SIZE]
    assert not reader.page.css("a[rel=prev]")
    await go(reader, "next")
    assert titles(reader) == newest_first[SIZE : 2 * SIZE]
    await go(reader, "next")
    assert titles(reader) == newest_first[2 * SIZE :]
    assert not reader.page.css("a[rel=next]")
    await go(reader, "prev")
    assert titles(reader) == newest_first[SIZE : 2 * SIZE]
    assert reader.page.css_first(".back a").attributes["href"] == "/write"


async def test_another_language_is_spoken_of_the_same_page_and_from_then_on(reader, desk, written):
    user = await desk()
    await written(user, *(f"Bericht {number}" for number in range(SIZE + 1)))
    await reader.opens("/write?state=draft&page=2")
    await reader.opens(f"/write{reader.page.css_first('a[hreflang=en]').attributes['href']}")
    assert (reader.language, titles(reader), reader.title) == ("en", ["Bericht 0"], "Your desk")
    for path in ("/write", "/pen", "/sign-in", f"/write/{(await models.Post.first()).id}"):
        assert (await reader.opens(path)).language == "en"
    await reader.opens("/sign-in?lang=nl")
    assert (await reader.opens("/write?lang=xx")).language == "nl"


@pytest.mark.parametrize("page", ["", "0", "-1", "x", "\u00b2", "9" * 5_000])
async def test_a_page_that_is_none_shows_no_error(reader, desk, page):
    await desk()
    assert (await reader.opens(f"/write?state=draft&page={page}")).status == 200
    assert (await reader.opens(f"/write?state=burnt&page={page}")).status == 200


async def test_what_is_published_stands_by_the_day_that_is_shown(reader, desk, written):
    user = await desk()
    old, new = await written(user, "Oud", "Nieuw")
    await new.publish(models.now() - timedelta(days=1))
    await old.publish(models.now() - timedelta(days=9))
    first, _ = await written(user, "Concept A", "Concept B")
    await first.rewrite("Concept A", "<p>Anders</p>")
    await reader.opens("/write")
    assert titles(reader) == ["Concept A", "Concept B", "Nieuw", "Oud"]


async def test_who_edits_the_posts_of_others_sees_whose_they_are(reader, desk, written, site):
    [post] = await written(await desk(), "Van Ann")
    bob = await models.Author.named(site.id, "Bob")
    ann = await models.Author.get(name="Ann")
    await post.rewrite(authors=[bob, ann])
    await reader.opens("/write")
    assert "Bob" not in reader.text
    reader.client.session.cookie_jar.clear()
    await desk(models.Role.EDITOR, "Ed")
    assert "Bob, Ann" in reader.page.css_first(".letters p").text()


async def test_what_was_begun_in_another_language_is_untitled_in_ones_own(reader, desk, written):
    [post] = await written(await desk(), "Untitled")
    await reader.opens("/write")
    assert titles(reader) == ["Zonder titel"]
    await reader.opens(f"/write/{post.id}")
    await reader.presses("Verwijder …")
    assert "‘Zonder titel’" in reader.text
