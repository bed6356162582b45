"""At the desk, a post goes to newsletters, as it appears or after all, and what became of it is told."""

import pytest

import models
from gql_server.pages.words import WORDS
from tests.pages.writing import TITLE, begin, follow, write

BOB = "bob@example.org"


@pytest.fixture
async def garden(site):
    """Start a second newsletter, which only Bob reads."""
    return await models.Newsletter.start(site, "Tuin")


async def publish(reader, words, **filled):
    await reader.opens("/write")
    await reader.presses(words["desk_new"])
    await follow(reader)
    await write(reader, words["desk_publish"], **filled)
    await follow(reader)


async def announce(reader):
    """Publish a post in the newsletter that everybody reads."""
    await publish(reader, WORDS["nl"], newsletter="main")


def notice(reader):
    return reader.page.css_first("[role=status]").text()


def letters(reader):
    return [line.text() for line in reader.page.css("main .list li")]


def offered(reader):
    return [box.attributes["value"] for box in reader.page.css("[name=newsletter]")]


async def test_a_post_that_was_sent_to_nobody_is_sent_after_all(reader, desk, garden, words):
    await reader.subscribes(BOB, newsletters="main")
    await desk()
    await publish(reader, words)
    was = await models.Post.get()
    assert offered(reader) == ["main", "tuin"]
    assert all(letter.subject != TITLE for letter in await reader.letters())
    await write(reader, words["desk_send"], newsletter="main", text="Met een zin erbij.")
    await follow(reader)
    assert notice(reader) == f"{words['desk_told_saved']} {words['desk_told_letter_announced']}"
    [newest, *_] = await reader.letters()
    assert (newest.to, newest.subject) == (BOB, TITLE)
    assert "Met een zin erbij." in newest.text
    post = await models.Post.get()
    assert (post.status, post.published_at) == (models.Status.PUBLISHED, was.published_at)
    await reader.opens(f"/write/{post.id}")
    assert offered(reader) == ["tuin"]


async def test_a_post_that_went_to_all_newsletters_is_offered_to_none(reader, desk, site):
    await reader.subscribes(BOB)
    await desk()
    await announce(reader)
    # Not even before the worker has begun with it: what is asked then would stand in its place.
    assert offered(reader) == []
    await reader.letters()
    await reader.opens(reader.path)
    assert offered(reader) == []


async def test_nothing_else_is_offered_until_what_was_asked_is_on_its_way(reader, desk, garden):
    await reader.subscribes(BOB, newsletters="main")
    await desk()
    await announce(reader)
    assert offered(reader) == []
    await reader.letters()
    await reader.opens(reader.path)
    assert offered(reader) == ["tuin"]


async def test_who_chooses_no_newsletter_is_told_and_nobody_is_written_to(reader, desk, words, site):
    await desk()
    await publish(reader, words)
    await write(reader, words["desk_send"], text="Nieuw")
    assert reader.status == 422
    assert reader.page.css_first("#newsletters-error").text() == words["error_desk_no_newsletter"]
    assert reader.page.css_first("#text").text().strip() == "Nieuw"
    assert await models.Issue.all().count() == 0


async def test_the_same_form_sent_twice_sends_one_letter(reader, desk, site):
    await reader.subscribes(BOB)
    await desk()
    await begin(reader)
    await write(reader, "Publiceer nu")
    await follow(reader)
    twice = reader.path, reader.body
    for status in (303, 409):
        reader.path, reader.body = twice
        await write(reader, "Bewaar en verstuur", newsletter="main")
        assert reader.status == status
    assert [letter.subject for letter in await reader.letters()].count(TITLE) == 1


async def test_what_was_withdrawn_before_its_letter_began_can_be_sent_later(reader, desk, site):
    await reader.subscribes(BOB)
    await desk()
    await announce(reader)
    await reader.presses("Maak er weer een concept van")
    await reader.letters()
    await follow(reader)
    await write(reader, "Publiceer nu")
    await follow(reader)
    assert offered(reader) == ["main"]
    assert all(letter.subject != TITLE for letter in await reader.letters())


async def test_what_became_of_a_letter_stands_with_the_post(reader, desk, garden, words):
    await reader.subscribes(BOB, newsletters="main")
    await desk(models.Role.ADMIN)
    await publish(reader, words)
    assert letters(reader) == []
    await write(reader, words["desk_send"], newsletter="main")
    await follow(reader)
    name = (await models.Newsletter.main(await models.found())).called(reader.language)
    assert letters(reader) == [words["desk_letter_awaited"] % {"to": name}]
    await reader.letters()
    issue = await models.Issue.get()
    for status, state, stands in (
        ("sent", "sent", "desk_letters_sent"),
        ("sent", "failed", "desk_letters_failed"),
        ("sending", "deferred", "desk_letters_waiting"),
        ("paused", "queued", "desk_letters_waiting"),
        ("recalled", "cancelled", "desk_letters_cancelled"),
    ):
        await models.Issue.filter(id=issue.id).update(status=status)
        await models.Delivery.filter(issue_id=issue.id).update(state=state)
        await reader.opens(reader.path.partition("?")[0])
        ways = [link.attributes["href"] for link in reader.page.css("main .more a")]
        assert ("/write/issues" in ways) is (status in {"sending", "paused"})
        [line] = letters(reader)
        told, _, numbers = line.partition(" " + words["desk_letters"].partition("%")[0].strip())
        begins, ends = (words[f"desk_letter_{status}"] % {"to": name, "at": "|"}).split("|")
        assert told.startswith(begins)
        assert told.endswith(ends)
        assert numbers == f" 1 ({words[stands] % {'count': 1}})."


async def test_how_many_letters_there_were_is_for_who_may_see_subscribers(reader, desk, site, words):
    await reader.subscribes(BOB)
    await desk(models.Role.AUTHOR)
    await publish(reader, words, newsletter="main")
    await reader.letters()
    await reader.opens(reader.path)
    [line] = letters(reader)
    assert line.endswith((words["desk_letter_sending"][-10:], words["desk_letter_sent"][-6:]))


async def test_a_newsletter_that_nobody_gets_at_once_is_told_of(reader, desk, site, words):
    await reader.subscribes(BOB, frequency="daily")
    await desk()
    await publish(reader, words, newsletter="main")
    assert notice(reader) == f"{words['desk_told_published']} {words['desk_told_letter_unread']}"
    assert letters(reader) == []
    await reader.letters()
    await reader.opens(reader.path)
    [line] = letters(reader)
    assert line.endswith(words["desk_letter_unread"].rpartition("%(at)s")[2])
    # It went to nobody, so it may go there yet.
    assert offered(reader) == ["main"]


async def test_a_post_without_a_newsletter_has_no_letter_to_tell_of(reader, desk, site, words):
    await desk()
    await publish(reader, words)
    assert notice(reader) == words["desk_told_published"]
    assert letters(reader) == []


async def test_a_letter_to_followers_alone_is_told_of_as_that(reader, desk, site):
    await desk()
    await begin(reader)
    await write(reader)
    post = await models.Post.get()
    await post.publish(newsletters=[])
    await reader.letters()
    await follow(reader)
    [line] = letters(reader)
    assert line.startswith("Brief aan wie de schrijver of een onderwerp volgt, ")
