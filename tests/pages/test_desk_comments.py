"""At the desk, who may decide about comments is shown how many wait, and led to them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

import models


@pytest.fixture
async def left(site):
    """Let comments wait: `await left("Mooi.", "Lelijk.")`."""
    author = await models.Author.named(site.id, "Bob")
    post = await models.Post.draft(site, "Van Bob", "<p>Tekst</p>", authors=[author])
    await post.publish()

    async def left(*said):
        writer = models.Writer(name="Cas", email="cas@example.org")
        return [await models.Comment.keep(post, writer, one) for one in said]

    return left


def way(reader):
    return reader.page.css_first('a[href^="/moderate/"]')


def known(reader):
    """Give what the page tells of a comment, by its name."""
    return dict(zip(*[[one.text() for one in reader.page.css(tag)] for tag in ("dt", "dd")], strict=True))


async def test_a_moderator_finds_what_waits_and_decides_about_all_of_it(reader, desk, left, words):
    oldest, newest = await left("Mooi.", "Lelijk.")
    editor = await desk(models.Role.EDITOR)
    assert way(reader).text() == words["desk_comments_wait"] % {"count": 2}
    await reader.opens(way(reader).attributes["href"])
    assert (reader.status, reader.page.css_first("blockquote").text()) == (200, "Mooi.")
    await reader.presses(words["moderate_approve"])
    await reader.opens(reader.page.css_first("a.button").attributes["href"])
    assert reader.page.css_first("blockquote").text() == "Lelijk."
    await reader.opens("/write")
    assert way(reader).text() == words["desk_comment_waits"]
    await reader.opens(way(reader).attributes["href"])
    await reader.presses(words["moderate_reject"])
    await reader.opens("/write")
    assert way(reader) is None
    fates = [(await models.Comment.get(id=one.id)).status for one in (oldest, newest)]
    assert fates == [models.Fate.APPROVED, models.Fate.REJECTED]
    assert await models.Audit.filter(user_id=editor.id, deed__startswith="comment").count() == 2


async def test_a_moderator_is_told_when_words_were_edited_and_of_others_nothing(
    reader, desk, left, words, site, later
):
    [comment] = await left("Mooi.")
    await desk(models.Role.EDITOR)
    address = way(reader).attributes["href"]
    await reader.opens(address)
    assert words["moderate_edited"] not in known(reader)
    later(timedelta(minutes=7))
    # The same words once more are no edit.
    await models.edit_comment(site, comment, "Mooi.")
    await reader.opens(address)
    assert words["moderate_edited"] not in known(reader)
    await models.edit_comment(site, comment, "Heel mooi.")
    edited = (await models.Comment.get(id=comment.id)).edited_at
    await reader.opens(address)
    assert reader.page.css_first("blockquote").text() == "Heel mooi."
    told = known(reader)
    assert told[words["moderate_edited"]] != told[words["moderate_at"]]
    assert f"{edited.astimezone(ZoneInfo(site.time_zone)):%M}" in told[words["moderate_edited"]]


async def test_of_a_comment_that_is_decided_it_is_told_why_it_waited(reader, desk, left, words):
    [comment] = await left("Mooi.")
    await models.Comment.filter(id=comment.id).update(held_because=models.Rule.POLICY)
    await desk(models.Role.EDITOR)
    address = way(reader).attributes["href"]
    await reader.opens(address)
    why = known(reader)[words["moderate_reasons"]]
    await reader.presses(words["moderate_approve"])
    await reader.opens(address)
    assert words["moderate_reasons"] not in known(reader)
    assert known(reader)[words["moderate_reasons_then"]] == why


async def test_who_presses_twice_is_told_what_they_decided_and_whether_another_waits(
    reader, desk, left, words
):
    await left("Mooi.", "Lelijk.")
    await desk(models.Role.EDITOR)
    await reader.opens(way(reader).attributes["href"])
    was = {"was": reader.page.css_first("[name=was]").attributes["value"]}
    for _ in range(2):
        await reader.posts(reader.path, {"spam": "yes", **was})
        assert (reader.status, reader.title) == (200, words["moderated_spam_title"])
        assert words["moderate_none_waits"] not in reader.text
    # Another button, on the page as it was before, does nothing.
    assert (await reader.posts(reader.path, {"approve": "yes", **was})).status == 409
    assert await models.Audit.filter(deed__startswith="comment").count() == 1
    await reader.opens(reader.page.css_first(".more a").attributes["href"])
    await reader.presses(words["moderate_approve"])
    assert words["moderate_none_waits"] in reader.text
    await reader.opens(reader.path)
    assert words["moderate_none_waits"] in reader.text


async def test_who_may_not_decide_about_comments_is_shown_none(reader, desk, left):
    await left("Mooi.")
    await desk(models.Role.AUTHOR)
    assert way(reader) is None
    assert "wacht" not in reader.page.css_first("main").text()


async def test_the_way_from_the_desk_ends_with_the_hour_and_with_who_it_is_for(reader, desk, left, later):
    await left("Mooi.")
    editor = await desk(models.Role.EDITOR)
    address = way(reader).attributes["href"]
    await models.User.filter(id=editor.id).update(role=models.Role.AUTHOR)
    assert (await reader.opens(address)).status == 404
    await models.User.filter(id=editor.id).update(role=models.Role.EDITOR)
    assert (await reader.opens(address)).status == 200
    later(timedelta(hours=1, seconds=1))
    assert (await reader.opens(address)).status == 410


async def test_where_is_decided_the_post_and_the_desk_are_a_link_away(reader, desk, left, words):
    await left("Mooi.")
    await desk(models.Role.EDITOR)
    address = way(reader).attributes["href"]
    await reader.opens(address)
    links = {link.text(): link.attributes["href"] for link in reader.page.css("main a")}
    assert links[words["moderate_post"]].endswith("/posts/van-bob")
    assert links[words["desk_title"]] == "/write"
    await reader.presses(words["moderate_approve"])
    after = {link.text(): link.attributes["href"] for link in reader.page.css("main a")}
    assert links.items() <= after.items()
    # What readers do not see has no page of theirs.
    await (await models.Post.get()).withdraw()
    await reader.opens(address)
    assert words["moderate_post"] not in reader.text
    await reader.presses(words["moderate_reject"])
    assert words["moderate_post"] not in reader.text
