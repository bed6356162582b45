"""A guest's comment is held or shown as the site has it, and heard of when everybody can read it."""

import asyncio
from datetime import timedelta
from unicodedata import category

import pytest

import models
from models.comments import LONGEST_NAME, LONGEST_WEBSITE
from models.pulse import CommentShown, PostPublished

GUEST = models.Writer(name="Gast", email="Gast@Example.org", website="https://gast.example/")
SHOWN = models.CommentPolicy.SHOWN


@pytest.fixture
async def post(write):
    post = await write()
    await post.publish()
    return post


@pytest.fixture
async def hospitable(site):
    """Let comments be shown at once."""
    await site.change(comment_policy=SHOWN)


async def leave(post, content="Mooi.", *, parent=None, **writer):
    who = {"name": "Gast", "email": "gast@example.org"} | writer
    parent_id = parent.id if parent is not None else None
    return await models.Comment.leave(post.id, models.Writer(**who), content, parent_id=parent_id)


async def told(*listeners):
    """Read what has come so far, one list a listener."""
    for listener in listeners:
        listener.put(None)
    return [[event async for event in _until_none(listener)] for listener in listeners]


async def _until_none(listener):
    async for event in listener:
        if event is None:
            return
        yield event


async def test_a_new_site_holds_comments_and_another_shows_them(post, site):
    held = await models.Comment.leave(post.id, GUEST, "Mooi.")
    assert (held.status, held.is_shown) == (models.Fate.PENDING, False)
    await site.change(comment_policy=SHOWN)
    shown = await models.Comment.leave(post.id, GUEST, "Mooi.")
    assert (shown.status, shown.is_shown, shown.email) == (models.Fate.APPROVED, True, "Gast@example.org")
    assert await models.Comment.shown() == [shown]
    assert (await models.Post.get(id=post.id)).comment_count == 1


async def test_a_site_that_makes_way_for_another_holds_comments_again(post, site, hospitable):
    await models.clear(site)
    assert (await models.Site.current()).comment_policy is models.CommentPolicy.HELD


@pytest.mark.parametrize("state", ["draft", "scheduled", "archived", "nothing"])
async def test_what_nobody_sees_takes_no_comments(write, state):
    post = await write()
    if state == "scheduled":
        await post.publish(models.now() + timedelta(days=1))
    if state == "archived":
        await post.publish()
        await post.withdraw()
    if state == "nothing":
        post.id = 0
    with pytest.raises(models.NotFound) as refused:
        await leave(post)
    assert refused.value.field == "postId"
    assert not await models.Comment.exists()


async def test_a_closed_post_takes_no_comments(write):
    post = await write(comments_open=False)
    await post.publish()
    with pytest.raises(models.Closed):
        await leave(post)


async def test_one_replies_to_what_is_shown_below_the_same_post(post, write, hospitable):
    other = await write("Elders")
    await other.publish()
    shown, elsewhere = await leave(post), await leave(other)
    hidden, held = await leave(post), await models.Comment.keep(post, GUEST, "Straks")
    await hidden.decide(models.Fate.SPAM)
    assert (await leave(post, parent=shown)).parent_id == shown.id
    for parent in (elsewhere, hidden, held):
        with pytest.raises(models.NotFound) as refused:
            await leave(post, parent=parent)
        assert refused.value.field == "parentId"
    assert (await models.Post.get(id=post.id)).comment_count == 2


WRONG = {
    "no name": ({"name": ""}, "authorName", None),
    "a name of blanks": ({"name": "\u3164\u115f\u2800"}, "authorName", None),
    "a name of nothing": ({"name": " \u200b\u2060\u00ad\u202e\t "}, "authorName", None),
    "a name without end": ({"name": "x" * (LONGEST_NAME + 1)}, "authorName", LONGEST_NAME),
    "half a character": ({"name": "\ud800"}, "authorName", None),
    "no address": ({"email": None}, "authorEmail", None),
    "no such address": ({"email": "gast at example"}, "authorEmail", None),
    "two addresses": ({"email": "a@example.org, b@example.org"}, "authorEmail", None),
    "a line more": ({"email": "a@example.org\r\nBcc: b@example.org"}, "authorEmail", None),
    "an endless address": ({"email": "x" * 300 + "@example.org"}, "authorEmail", 254),
    "a script": ({"website": "javascript:alert(1)"}, "authorWebsite", None),
    "a hidden script": ({"website": "java\x00script:alert(1)"}, "authorWebsite", None),
    "no host": ({"website": "https:///x"}, "authorWebsite", None),
    "a name before the host": ({"website": "https://example.org@a.example/"}, "authorWebsite", None),
    "a slash that turns": ({"website": "https://x\\@a.example"}, "authorWebsite", None),
    "half an address": ({"website": "https://[::1"}, "authorWebsite", None),
    "data": ({"website": "data:text/html,x"}, "authorWebsite", None),
    "no scheme": ({"website": "//example.org"}, "authorWebsite", None),
    "a quote": ({"website": 'https://example.org/"onclick="x'}, "authorWebsite", None),
    "a control": ({"website": "https://example.org/\x1b[2J"}, "authorWebsite", None),
    "half a website": ({"website": "https://example.org/\ud800"}, "authorWebsite", None),
    "an endless website": ({"website": "https://example.org/" + "x" * 500}, "authorWebsite", LONGEST_WEBSITE),
    "no words": ({"content": ""}, "content", None),
    "words of nothing": ({"content": " \n\u200b\u2060\x07 "}, "content", None),
    "words without end": ({"content": "x" * 5001}, "content", 5000),
    "half a word": ({"content": "x\udfff"}, "content", None),
}


@pytest.mark.parametrize(("wrong", "field", "limit"), WRONG.values(), ids=WRONG)
async def test_what_cannot_be_used_is_refused_by_the_field_it_stands_in(post, wrong, field, limit):
    with pytest.raises(models.Invalid) as refused:
        await leave(post, **wrong)
    assert (refused.value.field, refused.value.limit) == (field, limit)
    assert "gast@" not in str(refused.value)
    assert not await models.Comment.exists()


async def test_a_comment_of_anything_is_harmless_and_as_long_as_it_may_be(post, hospitable):
    await leave(post, "x" * 5000)
    said = "<script>alert(1)</script>\n<img src=x onerror=alert(1)>\r\n\r\n\x00\x08\x1b[2Jdag\n[a](data:b)"
    comment = await leave(post, said, name="An\u202ena\n\tde\x07Vries", website="http://a.example/?b=c#d")
    assert comment.html == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;<br>&lt;img src=x onerror=alert(1)&gt;</p>"
        "<p>[2Jdag<br>[a](data:b)</p>"
    )
    assert comment.name == "Anna de Vries"
    kept = comment.source + comment.name
    assert [sign for sign in kept if category(sign) == "Cc" and sign not in "\r\n"] == []


async def test_what_becomes_shown_is_told_once_with_the_replies_it_brings(post):
    one = await leave(post)
    two = await models.Comment.keep(post, GUEST, "Ja", parent=one, status=models.Fate.APPROVED)
    await models.Comment.keep(post, GUEST, "Nee", parent=one)
    heard = models.pulse.listen(CommentShown)
    await one.decide(models.Fate.APPROVED)
    await one.decide(models.Fate.APPROVED)
    [events] = await told(heard)
    assert [(event.comment_id, event.post_id) for event in events] == [(one.id, post.id), (two.id, post.id)]
    for fate in (models.Fate.PENDING, models.Fate.SPAM, models.Fate.REJECTED):
        await one.decide(fate)
    assert await told(heard) == [[]]


async def test_a_post_is_told_when_it_appears_and_when_it_changes(write, site, clock):
    heard = models.pulse.listen(PostPublished)
    post, draft, ahead = await write("Een"), await write("Concept"), await write("Straks")

    async def rewrite(post):
        await post.rewrite("Anders", "<p>x</p>", authors=[], tags=[])

    async def updates():
        [events] = await told(heard)
        return [(event.post_id, event.is_update) for event in events]

    await rewrite(draft)
    assert await updates() == []
    await post.publish()
    await rewrite(post)
    await post.publish()
    assert await updates() == [(post.id, False), (post.id, True), (post.id, True)]
    await post.withdraw()
    await rewrite(post)
    assert await updates() == []
    await post.publish()
    assert await updates() == [(post.id, False)]
    await ahead.publish(models.now() + timedelta(hours=1))
    assert await updates() == []
    clock.shift(timedelta(hours=2))
    assert await updates() == []
    assert await asyncio.gather(models.count_due(), models.count_due()) in ([1, 0], [0, 1], [1, 1])
    assert await updates() == [(ahead.id, False)]


async def test_many_who_comment_at_once_do_not_stand_in_each_others_way(post, hospitable):
    first = await leave(post)
    await asyncio.gather(*(leave(post, parent=first if number % 2 else None) for number in range(20)))
    assert (await models.Post.get(id=post.id)).comment_count == 21
    assert (await models.Comment.get(id=first.id)).reply_count == 10
