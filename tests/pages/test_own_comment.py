"""The doors /comment/edit and /comment/retract: who left a comment changes its words, or takes it back."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

import models
from gql_server.pages import own_comment
from gql_server.pages.words import WORDS
from gql_server.reader.scripts import WORDS as READERS
from gql_server.settings import Settings
from schema import mistakes
from schema.ids import global_id
from tests.pages.conftest import counted, reading

GUEST = models.Writer(name="Bob", email="bob@example.org")
SAID, OTHERWISE = "Mooi gezegd.", "Heel mooi gezegd.\n\nEn waar."


@pytest.fixture
async def post(site):
    """A post that takes comments, which are shown at once."""
    await site.change(comment_policy=models.CommentPolicy.SHOWN)
    ann = await models.Author.named(site.id, "Ann")
    post = await models.Post.draft(site, "One", "<p>Hello</p>", authors=[ann])
    await post.publish(models.now() - timedelta(days=1))
    return post


@pytest.fixture
async def comment(post):
    """A comment of a guest below it."""
    return await models.Comment.leave(post.id, GUEST, SAID)


def door(site, comment, verb="edit"):
    return f"/comment/{verb}/{models.edit_token(site, comment)}"


def told(reader):
    return reader.page.css_first("[role=alert]").text().strip()


def links(reader):
    return [(link.text(), link.attributes["href"]) for link in reader.page.css("main a")]


async def kept(comment):
    return (await models.Comment.get(id=comment.id)).source


async def test_from_the_page_that_tells_what_became_of_a_comment_its_words_are_changed(reader, site, post):
    words, readers = WORDS["nl"], READERS["nl"]
    await reader.opens(f"/comment?post={post.path}")
    filled = {"name": "Bob", "email": "bob@example.org", "content": SAID}
    await reader.presses(readers["send"], **filled)
    [way] = [href for label, href in links(reader) if label == readers["change"]]
    await reader.opens(way)
    assert (reader.status, reader.title) == (200, words["comment_edit_title"])
    assert reader.page.css_first("textarea").text() == SAID
    assert reader.page.css("script") == []
    assert reader.headers["Cache-Control"] == "no-store"
    assert (reader.headers["X-Robots-Tag"], reader.headers["Referrer-Policy"]) == ("noindex", "strict-origin")
    await reader.presses(words["comment_edit_save"], content=OTHERWISE.replace("\n", "\r\n"))
    [comment] = await models.Comment.all()
    assert (reader.status, comment.source, comment.edited_at is not None) == (303, OTHERWISE, True)
    fate = "held" if comment.status is models.Fate.PENDING else "published"
    # It may be loaded again, gone back to, and filled in once more.
    for _ in range(2):
        await reader.opens(reader.headers["Location"] if reader.status == 303 else reader.path)
        assert reader.page.css_first("[role=status]").text().endswith(words[f"comment_edited_{fate}_text"])
        assert reader.page.css_first("textarea").text() == OTHERWISE
    await reader.presses(words["comment_edit_save"], content=SAID)
    assert (reader.status, await kept(comment)) == (303, SAID)


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_until_when_it_may_be_changed_is_told(reader, site, comment, language):
    reader.languages["Accept-Language"] = language
    await reader.opens(door(site, comment))
    until = comment.created_at + timedelta(minutes=15)
    lead = reader.page.css_first(".lead").text()
    assert (reader.language, f":{until.minute:02d} " in lead) == (language, True)


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_moments_are_written_as_on_the_readers_page_with_their_time_zone(
    reader, site, post, comment, language
):
    reader.languages |= {"Accept-Language": language, "Accept": "text/html"}
    # Until when it may be changed is the moment that the conversation tells first.
    created = comment.created_at.replace(second=0, microsecond=0)
    await models.Comment.filter(id=comment.id).update(created_at=created + models.EDIT_LIFE)
    await reader.opens(post.path)
    read = reader.page.css_first(".who time")
    await models.Comment.filter(id=comment.id).update(created_at=created)
    await reader.opens(door(site, await models.Comment.get(id=comment.id)))
    until = reader.page.css_first(".lead time")
    zone = created.astimezone(ZoneInfo(site.time_zone)).tzname()
    assert until.text() == f"{read.text()} {zone}"
    assert until.attributes["datetime"] == read.attributes["datetime"]
    # The comment that is answered has its moment too.
    await reader.opens(f"/comment?post={post.path}&to={global_id('Comment', comment.id)}")
    moment = reader.page.css_first(".answered .who time")
    assert moment.attributes["datetime"] == created.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(("policy", "fate"), [("SHOWN", "published"), ("HELD", "held")])
async def test_what_becomes_of_the_new_words_is_told(reader, site, post, comment, policy, fate):
    await site.change(comment_policy=models.CommentPolicy[policy])
    await reader.opens(door(site, comment))
    await reader.presses(WORDS["nl"]["comment_edit_save"], content=OTHERWISE)
    assert reader.headers["Location"].endswith(f"?told={fate}")
    await reader.opens(reader.headers["Location"])
    told = f"{WORDS['nl']['comment_edited_title']}. {WORDS['nl'][f'comment_edited_{fate}_text']}"
    assert reader.page.css_first("[role=status]").text() == told
    assert reader.page.css_first("title").text().startswith(WORDS["nl"]["comment_edited_title"])
    assert links(reader)[-1][1].endswith(f"{post.path}#conversation")


async def test_of_what_became_of_it_only_what_can_be_is_told(reader, site, comment):
    await reader.opens(f"{door(site, comment)}?told=<script>")
    assert (reader.status, reader.page.css("[role=status]")) == (200, [])


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    ("content", "mistake"), [(" \r\n ", "content"), ("x" * 5001, "content_limit")], ids=["none", "too many"]
)
async def test_what_is_wrong_stands_at_the_words_and_they_stay(
    reader, site, comment, language, content, mistake
):
    reader.languages["Accept-Language"] = language
    await reader.opens(door(site, comment))
    await reader.presses(WORDS[language]["comment_edit_save"], content=content)
    sentence = mistakes.SENTENCES[language][mistake].format(limit=5000)
    field = reader.page.css_first("[aria-invalid]")
    assert (reader.status, told(reader), field.attributes["name"]) == (422, sentence, "content")
    assert reader.page.css_first(f"#{field.attributes['aria-describedby']}").text() == sentence
    assert reader.page.css_first("textarea").text() == content.strip()
    assert reader.page.css_first("title").text().startswith(sentence)
    # Until when it may be is said of the page, and not of what is wrong.
    assert reader.page.css_first("h1 + .lead + [role=alert]")
    assert await kept(comment) == SAID


async def test_who_saves_twice_has_it_done_once(reader, site, comment):
    way, moments = door(site, comment), set()
    await reader.opens(way)
    command = reader.page.css_first("[name=command]").attributes["value"]
    for _ in range(2):
        await reader.posts(way, {"content": OTHERWISE, "command": command})
        assert (reader.status, reader.headers["Location"][-15:]) == (303, "?told=published")
        moments.add((await models.Comment.get(id=comment.id)).edited_at)
    assert len(moments) == 1
    # Once its time is over there is no sheet to go on to.
    with time_machine.travel(models.now() + timedelta(minutes=16)):
        await reader.posts(way, {"content": OTHERWISE, "command": command})
    assert (reader.status, reader.title) == (200, WORDS["nl"]["comment_edited_title"])
    assert links(reader)[0][1].endswith("#conversation")


async def test_words_that_were_there_before_are_saved_again(reader, site, comment, words):
    for content in (OTHERWISE, SAID, OTHERWISE):
        await reader.opens(door(site, await models.Comment.get(id=comment.id)))
        await reader.presses(words["comment_edit_save"], content=content)
        assert (reader.status, await kept(comment)) == (303, content)


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_words_that_come_too_late_can_be_copied(reader, site, post, comment, language):
    reader.languages["Accept-Language"] = language
    words, way = WORDS[language], door(site, comment)
    await reader.opens(way)
    with time_machine.travel(models.now() + timedelta(minutes=16)):
        await reader.presses(words["comment_edit_save"], content=OTHERWISE)
        assert reader.status == 410
        assert told(reader).startswith(mistakes.SENTENCES[language]["expired_edit"])
        assert told(reader).endswith(words["comment_edit_over"])
        field = reader.page.css_first("textarea")
        assert (field.text(), "readonly" in field.attributes) == (OTHERWISE, True)
        assert reader.page.css("button") == []
        [(label, back)] = links(reader)
        assert (label, back.endswith(f"{post.path}#conversation")) == (words["comment_read"], True)
        for path in (way, way.replace("/edit/", "/retract/")):
            await reader.opens(path)
            assert (reader.status, reader.title) == (410, words["expired_edit_title"])
            # Where it was left is known, and worth more than the front page.
            assert links(reader) == [(label, back)]
        await post.withdraw()
        await reader.opens(way)
        assert (reader.status, post.path in reader.text) == (410, False)
    assert await kept(comment) == SAID


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_who_edits_too_often_is_told_when_it_may_be_again(database_url, language):
    async with counted(database_url, language) as (reader, post):
        site, comment = await models.found(), await models.Comment.leave(post.id, GUEST, SAID)
        statuses = []
        for number in range(6):
            await reader.opens(door(site, await models.Comment.get(id=comment.id)))
            await reader.presses(WORDS[language]["comment_edit_save"], content=f"{number}")
            statuses.append(reader.status)
        assert statuses == [303] * 5 + [429]
        assert 0 < int(reader.headers["Retry-After"]) <= 30
        assert told(reader) == mistakes.SENTENCES[language]["too_many"]
        field = reader.page.css_first("textarea")
        assert (field.text(), "readonly" in field.attributes) == ("5", False)
        assert await kept(comment) == "4"


async def test_a_token_of_other_words_changes_nothing(reader, site, comment):
    way = door(site, comment)
    await models.edit_comment(site, comment, OTHERWISE)
    await reader.posts(way, {"content": "Toch niet."})
    assert (reader.status, reader.page.css_first("textarea").text()) == (404, "Toch niet.")
    assert told(reader).startswith(mistakes.SENTENCES["nl"]["unproven_edit"])
    for path in (
        way,
        way.replace("/edit/", "/retract/"),
        "/comment/edit/edit_1_x",
        "/comment/edit/%F0%9F%8C%B7",
    ):
        await reader.opens(path)
        assert (reader.status, reader.title) == (404, WORDS["nl"]["link_edit_title"])
    await reader.posts(way.replace("/edit/", "/retract/"))
    assert (reader.status, reader.title) == (404, WORDS["nl"]["link_edit_title"])
    assert await kept(comment) == OTHERWISE


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_whatever_a_link_lacks_it_is_told_as_one_that_is_not_known(reader, site, comment, language):
    reader.languages["Accept-Language"] = language
    old = models.edit_token(site, comment)
    await models.edit_comment(site, comment, OTHERWISE)
    gone = await models.Comment.leave(comment.post_id, GUEST, "Weg.")
    taken_back = models.edit_token(site, gone)
    await models.retract_comment(gone)
    # A secret may have such a line in it, too.
    kind, number, secret = models.edit_token(site, await models.Comment.get(id=comment.id)).split("_", 2)
    invented = f"{kind}_{number}_{secret[::-1]}"
    nowhere = f"edit_999999_{secret}"
    asked = [("GET", "edit"), ("POST", "edit"), ("GET", "retract"), ("POST", "retract")]
    for method, verb in asked:
        pages = set()
        for token in (old, taken_back, invented, nowhere, "edit_1_x", "x"):
            fields = {"data": {"content": "Toch.", "command": "1"}} if method == "POST" else {}
            await reader.asks(method, f"/comment/{verb}/{token}", **fields)
            assert (reader.status, token, verb) == (404, token, verb)
            pages.add(reader.text.replace(f"/{token}", "").replace(reader.headers["X-Request-ID"], ""))
        [page] = pages
        known = mistakes.SENTENCES[language]["unproven_edit"].split(",")[0]
        assert known == WORDS[language]["link_edit_title"]
        assert known in page
    assert await kept(comment) == OTHERWISE


@pytest.mark.parametrize(
    "body",
    [b"content=%ff", b"content=a&content=b", b"content=%00", b"\xff\xfe"],
    ids=["no text", "two", "a zero", "bytes"],
)
async def test_what_is_no_form_is_refused(reader, site, comment, body):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    await reader.asks("POST", door(site, comment), data=body, headers=headers)
    assert reader.status == 400
    assert await kept(comment) == SAID


async def test_the_longest_comment_can_be_changed(reader, site, comment):
    content = "🌷" * 5000
    await reader.opens(door(site, comment))
    await reader.presses(WORDS["nl"]["comment_edit_save"], content=content)
    assert (reader.status, await kept(comment)) == (303, content)


async def test_a_comment_is_taken_back_after_a_question(reader, site, post, comment, words):
    await reader.opens(door(site, comment))
    [way] = [href for label, href in links(reader) if label == words["comment_edit_retract"]]
    await reader.opens(way)
    assert (reader.status, reader.title) == (200, words["comment_retract_title"])
    assert reader.page.css_first("main .text").text() == SAID
    assert await kept(comment) == SAID
    for _ in range(2):
        await reader.posts(way)
        assert (reader.status, reader.title) == (200, words["comment_retracted_title"])
    assert await models.Comment.all().count() == 0
    await reader.opens(way)
    assert (reader.status, reader.title) == (404, words["link_edit_title"])


async def test_what_was_replied_to_stays(reader, site, post, comment, words):
    await models.Comment.leave(post.id, GUEST, "Ja.", parent_id=comment.id)
    way = door(site, comment, "retract")
    await reader.opens(way)
    await reader.presses(words["comment_retract"])
    assert (reader.status, reader.title) == (422, words["comment_stays_title"])
    assert links(reader)[0][1].endswith(f"{post.path}#conversation")
    assert await kept(comment) == SAID


async def test_below_a_post_that_was_withdrawn_it_can_still_be_taken_back(reader, site, post, comment):
    await post.withdraw()
    way = door(site, comment, "retract")
    await reader.opens(way)
    assert (reader.status, post.path in reader.text) == (200, False)
    await reader.posts(way)
    assert await models.Comment.all().count() == 0


async def test_below_a_post_that_was_withdrawn_it_can_still_be_changed(reader, site, post, comment, words):
    await post.withdraw()
    await reader.opens(door(site, comment))
    await reader.presses(words["comment_edit_save"], content=OTHERWISE)
    assert (reader.status, await kept(comment)) == (303, OTHERWISE)
    await reader.opens(reader.headers["Location"])
    assert (reader.status, post.path in reader.text) == (200, False)


async def test_what_comes_too_late_to_be_taken_back_is_told_so(reader, site, comment, words):
    await reader.opens(door(site, comment, "retract"))
    with time_machine.travel(models.now() + timedelta(minutes=16)):
        await reader.presses(words["comment_retract"])
        assert (reader.status, reader.title) == (410, words["expired_edit_title"])


async def test_what_was_changed_meanwhile_is_not_said_to_have_a_reply(
    reader, site, comment, words, monkeypatch
):
    still = own_comment._still

    async def and_changed(visit):
        found = await still(visit)
        await models.edit_comment(site, comment, OTHERWISE)
        return found

    monkeypatch.setattr(own_comment, "_still", and_changed)
    await reader.posts(door(site, comment, "retract"))
    assert (reader.status, reader.title) == (404, words["link_edit_title"])
    assert await kept(comment) == OTHERWISE


async def test_where_the_readers_page_is_not_served_a_comment_can_be_changed_too(database_url):
    async with reading(Settings(database_url=database_url, reader="off")) as reader:
        site = await models.found()
        await site.change(comment_policy=models.CommentPolicy.SHOWN)
        post = await models.Post.draft(site, "One", "<p>Hello</p>", authors=[])
        await post.publish(models.now() - timedelta(days=1))
        asked = {"postId": global_id("Post", post.id), "authorName": "Bob", "authorEmail": "bob@example.org"}
        query = "mutation($input: AddCommentInput!) { addComment(input: $input) { editToken } }"
        body = {"query": query, "variables": {"input": asked | {"content": SAID}}}
        async with reader.client.post("/graphql", json=body) as answer:
            token = (await answer.json())["data"]["addComment"]["editToken"]
        await reader.opens(f"/comment/edit/{token}")
        assert (reader.status, reader.page.css_first("textarea").text()) == (200, SAID)
