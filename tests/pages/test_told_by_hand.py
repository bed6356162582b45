"""What an address says that was done is told only while it is so, whoever made or kept the address."""

import pytest

import models
from schema.ids import global_id
from tests.pages.conftest import ANN

TRACE = models.Trace(door="test")


async def row():
    return await models.Subscription.get(email=ANN)


async def with_topic(site):
    """Subscribe to a tag beside the newsletter; give the tag and its topic."""
    tag, author = await models.Tag.named(site.id, "prei"), await models.Author.named(site.id, "Bob")
    post = await models.Post.draft(site, "Van prei", "<p>Tekst</p>", authors=[author], tags=[tag])
    await post.publish()
    found = await row()
    topic = ("tag", tag.id)
    await found.choose(site, TRACE, topics=[*await models.topics_of(found.id), topic])
    return tag, topic, post


@pytest.mark.parametrize("told", ["topic", "all", "undone", "", "left"])
async def test_who_gets_letters_is_not_told_that_they_do_not(reader, site, told):
    await reader.subscribes()
    await reader.opens(f"{(await row()).path_out(site)}?told={told}")
    assert [button.text() for button in reader.page.css("main button")] == ["Meld me af"]


@pytest.mark.parametrize("how", ["deleted", "hidden"])
async def test_a_topic_that_went_after_it_was_left_is_not_told_as_everything(reader, site, how):
    await reader.subscribes()
    tag, topic, post = await with_topic(site)
    path = (await row()).path_out(site, topic)
    await reader.posts(path, {"topic": "yes"})
    assert reader.title == "‘prei’ is gestopt"
    await (models.delete_tag(tag) if how == "deleted" else post.withdraw())
    await reader.opens(f"{path}?told=topic")
    assert (await row()).status is models.SubscriptionStatus.CONFIRMED
    assert reader.title != "Je bent afgemeld"


async def test_what_has_not_come_back_is_not_told_to_have(reader, site):
    await reader.subscribes()
    _, topic, _ = await with_topic(site)
    out, back = (await row()).path_out(site, topic), (await row()).path_back(site, topic)
    await reader.posts(out, {"topic": "yes"})
    await reader.opens(f"{back}?told=undone")
    assert [button.text() for button in reader.page.css("main button")] == ["Ja, ik wil ze weer krijgen"]
    await reader.posts(back)
    assert reader.title == "Je bent weer aangemeld"
    await reader.posts(out, {"topic": "yes"})
    await reader.opens(f"{back}?told=undone")
    assert topic not in await models.topics_of((await row()).id)
    assert reader.title != "Je bent weer aangemeld"


@pytest.mark.parametrize("told", ["pending", "approved", "rejected", "spam", "removed", ""])
async def test_a_comment_that_waits_is_shown_whatever_its_address_tells(reader, site, words, told):
    author = await models.Author.named(site.id, "Bob")
    post = await models.Post.draft(site, "Van Bob", "<p>Tekst</p>", authors=[author])
    await post.publish()
    await models.Comment.keep(post, models.Writer(name="Cas", email="cas@example.org"), "Mooi.")
    user = await models.User.welcome(site, "ed@staff.example", "Ed", models.Role.EDITOR)
    await user.speak(reader.languages["Accept-Language"])
    principal = models.Principal(user.id, user.role, None, models.principals.OF_ROLE[user.role])
    path = (await models.ModeratorLink.at_hand(site, principal)).path(site)
    await reader.opens(f"{path}?told={told}")
    assert (reader.status, reader.title) == (200, words["moderate_title"] % {"post": "Van Bob"})


async def test_a_comment_that_wants_notices_is_not_told_to_be_confirmed_before_it_is(reader, site, words):
    await site.change(comment_policy=models.CommentPolicy.SHOWN)
    post = await models.Post.draft(site, "Van Bob", "<p>Tekst</p>", authors=[])
    await post.publish()
    add = """mutation ($input: AddCommentInput!) { addComment(input: $input) { errors { __typename } } }"""
    for content in ("Mooi.", "Nog een."):
        said = {"postId": global_id("Post", post.id), "content": content, "authorName": "Cas"}
        said |= {"authorEmail": "cas@example.org", "notifyReplies": True}
        body = {"query": add, "variables": {"input": said}}
        async with reader.client.post("/graphql", json=body, headers=reader.languages) as reply:
            assert (await reply.json())["data"]["addComment"]["errors"] == []
        letter = next(one for one in await reader.letters() if one.to == "cas@example.org")
        await reader.opens(letter.link("comment"))
        # The address of the second is known by then.
        await reader.presses(words["comment_confirm"])
        assert reader.title == words["comment_shown_title"]
        await reader.opens(letter.link("comment"))
        assert reader.title == words["comment_shown_title"]
    assert await models.Comment.filter(is_proven=True).count() == 2
