"""A guest, a moderator and somebody who replies, each by the letters that come and the links in them."""

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

import models
from models.caps import Cap
from models.deliveries import Delivery
from models.tokens import Token
from schema.ids import global_id
from tests.pages.conftest import Reader

CONFIRMED, HELD, SHOWN = (
    models.CommentPolicy.CONFIRMED,
    models.CommentPolicy.HELD,
    models.CommentPolicy.SHOWN,
)
CAS, DEE = "Cas@example.org", "dee@example.org"
ADD = """mutation($input: AddCommentInput!) { addComment(input: $input) {
  fate editToken comment { id status } errors { __typename ... on UserError { message path } } } }"""
CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "xss_dompurify_payloads.json"
OWN = [
    "<script>alert(1)</script>", "</blockquote><img src=x onerror=alert(1)>", "{{ 7 * 7 }}{% raw %}",
    "<svg><style><img src=x onerror=alert(1)></style></svg>", "</title><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>x</a>", "%(site)s %s %d", "\u202e\u2066<b>\u2028</b>",
]  # fmt: skip
YES = "Ja, dit is mijn reactie"
PUBLISH, REJECT, SPAM = "Plaats de reactie", "Weiger de reactie", "Het is spam"


@pytest.fixture
async def post(reader, site) -> models.Post:
    await site.change(title="Achterom", language="nl")
    post = await models.Post.draft(site, "Over de heg", "<p>x</p>", authors=[])
    await post.publish()
    return post


@pytest.fixture
async def editor(site, post) -> models.User:
    await models.User.welcome(site, "eve@example.org", "Eva", models.Role.ADMIN)
    return await models.User.welcome(site, "ed@example.org", "Ed", models.Role.EDITOR)


async def adds(reader: Reader, post: models.Post, **given: Any) -> dict:
    said = {"postId": global_id("Post", post.id), "content": "Mooi.", "authorName": "Cas", "authorEmail": CAS}
    body = {"query": ADD, "variables": {"input": said | given}}
    async with reader.client.post("/graphql", json=body, headers={"Accept-Language": "nl"}) as reply:
        answer = await reply.json()
    assert "errors" not in answer, answer
    return answer["data"]["addComment"]


def assert_harmless(html: str, tags: set[str]) -> None:
    """Hold that a browser finds nothing but these in a body, and nothing that runs."""
    nodes = LexborHTMLParser(html).body.css("*")
    assert {node.tag for node in nodes} <= tags | {"body"}
    for node in nodes:
        assert not [name for name in node.attributes if name.startswith("on")]
        assert (node.attributes.get("href") or "http").startswith("http")


async def letters_to(reader: Reader, email: str) -> list:
    return [letter for letter in await reader.letters() if letter.to == email]


async def everything() -> dict[str, list]:
    nouns = (models.Comment, models.Commenter, models.Post, Delivery, models.Audit)
    return {noun.__name__: await noun.all().order_by("id").values() for noun in nouns}


async def shown() -> list[int]:
    return await models.Comment.shown().order_by("id").values_list("id", flat=True)


async def test_a_guest_confirms_by_the_letter_and_is_shown_at_once_from_then_on(reader, site, post):
    await site.change(comment_policy=CONFIRMED)
    left = await adds(reader, post)
    assert (left["fate"], left["comment"]["status"]) == ("CONFIRM_ADDRESS", "PENDING")
    [letter] = await letters_to(reader, CAS)
    assert letter.language == "nl"
    assert "Over de heg" in letter.text
    assert "Cas" not in letter.text.replace(CAS, "")
    assert "Mooi" not in letter.text + letter.html
    before = await everything()
    for method in ("GET", "HEAD", "GET"):
        await reader.asks(method, letter.link("comment"))
        assert reader.status == 200
    assert await everything() == before
    await reader.opens(letter.link("comment"))
    assert "Mooi." in reader.text
    await reader.presses(YES)
    assert reader.title == "Je reactie staat er"
    assert await shown() == [1]
    await reader.posts(letter.link("comment"))
    assert reader.title == "Je reactie staat er"
    assert (await models.Post.get(id=post.id)).comment_count == 1
    again = await adds(reader, post, content="Nog eens mooi.")
    assert again["fate"] == "PUBLISHED"
    assert len(await letters_to(reader, CAS)) == 1


async def test_the_answer_does_not_tell_whether_an_address_gets_the_newsletter(reader, site, post):
    await site.change(comment_policy=CONFIRMED)
    await reader.subscribes("ann@example.org")
    await models.suppress(site, "sue@example.org", models.Trace(door="test"))
    answers = []
    for name in ("ann", "bob", "sue"):
        answer = await adds(
            reader, post, authorEmail=f"{name}@example.org", content=f"{name} vindt er wat van"
        )
        answer["comment"].pop("id")
        answers.append(answer | {"editToken": bool(answer["editToken"])})
    assert answers == [answers[0]] * 3
    asked = [letter.to for letter in await reader.letters() if "comment" in letter.key]
    assert sorted(asked) == ["ann@example.org", "bob@example.org"]


async def test_a_stranger_cannot_have_somebody_flooded_with_letters(reader, site, post):
    await site.change(comment_policy=CONFIRMED)
    for number in range(9):
        assert (await adds(reader, post, content=f"Nummer {number}"))["fate"] == "CONFIRM_ADDRESS"
    assert len(await letters_to(reader, CAS)) == 5


async def test_a_moderator_decides_by_the_letter_and_the_guest_hears_of_the_reply(reader, site, post, editor):
    await adds(reader, post, notifyReplies=True)
    [confirmation] = await letters_to(reader, CAS)
    await reader.posts(confirmation.link("comment"))
    assert reader.title == "Je adres is bevestigd"
    assert await shown() == []
    [notice] = await letters_to(reader, "ed@example.org")
    assert "Reacties die wachten" in notice.subject
    assert notice.link("moderate") != (await letters_to(reader, "eve@example.org"))[0].link("moderate")
    before = await everything()
    for method in ("GET", "HEAD", "GET"):
        await reader.asks(method, notice.link("moderate"))
    assert await everything() == before
    await reader.opens(notice.link("moderate"))
    assert {"Cas", CAS, "Mooi."} <= set(re.findall(r">([^<>]+)<", reader.text))
    await reader.presses(PUBLISH)
    assert reader.title == "De reactie is geplaatst"
    assert await shown() == [1]
    [deed] = await models.Audit.filter(deed="comment.approved")
    assert (deed.user_id, deed.subject_id) == (editor.id, 1)
    await site.change(comment_policy=SHOWN)
    reply = await adds(
        reader,
        post,
        authorName="Dee",
        authorEmail=DEE,
        content="Vind ik ook.",
        parentId=global_id("Comment", 1),
    )
    assert reply["fate"] == "PUBLISHED"
    [told, _] = await letters_to(reader, CAS)
    assert told.subject.startswith("Dee antwoordde")
    assert "Vind ik ook." in told.text
    assert urlsplit(told.links[0]).fragment == "comment-2"
    out = told.headers.unsubscribe_url
    assert told.link("replies") == out
    await reader.opens(out)
    await reader.posts(out, [("List-Unsubscribe", "One-Click")])
    assert reader.text == "Je krijgt geen bericht meer als iemand antwoordt.\n"
    await adds(reader, post, authorEmail=DEE, content="En nog iets.", parentId=global_id("Comment", 1))
    assert len(await letters_to(reader, CAS)) == 2


async def test_a_reply_is_told_once_and_only_to_who_asked_and_proved_and_is_somebody_else(reader, site, post):
    await site.change(comment_policy=SHOWN)
    await adds(reader, post, notifyReplies=True)
    above = global_id("Comment", 1)
    await adds(reader, post, authorEmail=DEE, content="Te vroeg", parentId=above)
    [confirmation] = await letters_to(reader, CAS)
    await reader.posts(confirmation.link("comment"))
    await adds(reader, post, content="Van mijzelf", parentId=above)
    assert len(await letters_to(reader, CAS)) == 1
    await adds(reader, post, authorEmail=DEE, content="Nu wel", parentId=above)
    reply = await models.Comment.get(source="Nu wel")
    for fate in (models.Fate.PENDING, models.Fate.APPROVED, models.Fate.SPAM, models.Fate.APPROVED):
        await models.Comment.decide_all([reply.id], fate)
        await reader.letters()
    assert len(await letters_to(reader, CAS)) == 2
    await adds(reader, post, content="Zonder vraag", authorEmail=DEE)
    await adds(reader, post, content="Hoor je dit", parentId=global_id("Comment", 5))
    assert await letters_to(reader, DEE) == []


async def test_below_a_post_that_is_hidden_by_now_no_guest_is_told_of_anything(reader, site, post, editor):
    await site.change(comment_policy=SHOWN)
    await adds(reader, post, notifyReplies=True)
    [confirmation] = await letters_to(reader, CAS)
    await reader.posts(confirmation.link("comment"))
    await site.change(comment_policy=HELD)
    above = global_id("Comment", 1)
    await adds(reader, post, authorEmail=DEE, content="Dat wacht", parentId=above, notifyReplies=True)
    assert len(await letters_to(reader, DEE)) == 1
    await adds(reader, post, authorEmail="eef@example.org", content="Dit ook", notifyReplies=True)
    # Before anybody has looked at it.
    await post.withdraw()
    await post.rewrite("Geheim plan", slug="geheim-plan")
    await models.Comment.decide_all([2], models.Fate.APPROVED)
    assert len(await letters_to(reader, CAS)) == 1
    assert await letters_to(reader, "eef@example.org") == []
    # Those who decide may see it.
    assert await letters_to(reader, "ed@example.org")
    await reader.opens(confirmation.link("comment"))
    assert "geheim" not in reader.text.lower()
    [said] = (await models.held_of(site, CAS))["comments"]
    assert (said["post__slug"], said["source"]) == (None, "Mooi.")
    await post.publish()
    [said] = (await models.held_of(site, CAS))["comments"]
    assert said["post__slug"] == "geheim-plan"


async def test_what_another_has_decided_is_said_and_leads_on(reader, site, post, editor):
    for number in range(2):
        await adds(reader, post, content=f"Nummer {number}")
    [letter] = await letters_to(reader, "ed@example.org")
    await reader.opens(letter.link("moderate"))
    await models.Comment.decide_all([1], models.Fate.APPROVED)
    await reader.presses(REJECT)
    assert reader.status == 409
    assert "Jouw knop deed niets" in reader.page.css_first("[role=alert]").text()
    assert reader.page.css_first("[role=status]").text() == "De reactie is geplaatst"
    assert "Niemand ziet hem" not in reader.text
    assert [button.text() for button in reader.page.css("button")] == [REJECT, SPAM]
    assert (await models.Comment.get(id=1)).status is models.Fate.APPROVED
    [onward] = [link for link in reader.page.css("a") if link.text() == "De volgende die wacht"]
    here = reader.path
    await reader.opens(onward.attributes["href"])
    assert "Nummer 1" in reader.text
    # Who has seen it decides otherwise.
    await reader.opens(here)
    await reader.presses(REJECT)
    assert (await models.Comment.get(id=1)).status is models.Fate.REJECTED


async def test_words_that_were_changed_after_they_were_shown_are_shown_first(reader, site, post, editor):
    added = await adds(reader, post)
    link = (await letters_to(reader, "ed@example.org"))[0].link("moderate")
    await reader.opens(link)
    edit = """mutation ($input: EditCommentInput!) { editComment(input: $input) { errors { __typename } } }"""
    said = {"token": added["editToken"], "content": "Dit heeft niemand gelezen."}
    await reader.client.post("/graphql", json={"query": edit, "variables": {"input": said}})
    await reader.presses(PUBLISH)
    assert reader.status == 409
    assert "de tekst is anders" in reader.page.css_first("[role=alert]").text()
    assert "Dit heeft niemand gelezen." in reader.text
    assert await shown() == []
    await reader.presses(PUBLISH)
    assert (reader.status, await shown()) == (200, [1])


async def test_of_two_who_decide_at_once_the_first_counts_and_the_other_is_shown_it(
    reader, site, post, editor
):
    await adds(reader, post)
    link = (await letters_to(reader, "ed@example.org"))[0].link("moderate")
    one, other = Reader(reader.client, "nl"), Reader(reader.client, "nl")
    deciding = [("approve", one), ("spam", other)]
    was = (await models.Comment.get()).stamp
    await asyncio.gather(*(who.posts(link, {button: "yes", "was": was}) for button, who in deciding))
    assert sorted(who.status for _, who in deciding) == [200, 409]
    [decided] = [{"approve": "approved", "spam": "spam"}[name] for name, who in deciding if who.status == 200]
    assert (await models.Comment.get()).status == decided
    assert await models.Audit.filter(deed__startswith="comment.").values_list("deed", flat=True) == [
        f"comment.{decided}"
    ]


async def test_nobody_hears_of_replies_to_what_a_stranger_left_with_their_address(reader, site, post):
    await site.change(comment_policy=SHOWN)
    await adds(reader, post, notifyReplies=True)
    [confirmation] = await letters_to(reader, CAS)
    await reader.posts(confirmation.link("comment"))
    await adds(reader, post, authorName="Vals", content="Van een vreemde", notifyReplies=True)
    await adds(reader, post, authorEmail=DEE, content="Koop nu", parentId=global_id("Comment", 2))
    assert [letter.subject for letter in await letters_to(reader, CAS)] == [confirmation.subject] * 2
    # Once they say that it is theirs, they do.
    newest, _ = await letters_to(reader, CAS)
    await reader.posts(newest.link("comment"))
    await adds(reader, post, authorEmail=DEE, content="Welkom", parentId=global_id("Comment", 2))
    assert len(await letters_to(reader, CAS)) == 3


async def test_moderators_get_one_letter_for_what_comes_within_ten_minutes(reader, site, post, editor, later):
    for number in range(3):
        await adds(reader, post, content=f"Nummer {number}")
    assert len(await letters_to(reader, "ed@example.org")) == 1
    later(timedelta(minutes=11))
    await models.tell_moderators()
    newest, _ = await letters_to(reader, "ed@example.org")
    assert newest.subject.endswith(": 3")
    await reader.opens(newest.link("moderate"))
    for button, number in ((PUBLISH, 1), (REJECT, 2), (SPAM, 3)):
        await reader.presses(button)
        assert reader.status == 200
        if number < 3:
            [onward] = reader.page.css("a.button")
            await reader.opens(onward.attributes["href"])
    assert [str(one.status) for one in await models.Comment.all().order_by("id")] == [
        "approved", "rejected", "spam",
    ]  # fmt: skip
    assert "a.button" not in reader.text
    later(timedelta(minutes=11))
    await models.tell_moderators()
    assert len(await letters_to(reader, "ed@example.org")) == 2


async def test_who_decides_no_more_opens_nothing_by_an_old_letter(reader, site, post, editor, later):
    await adds(reader, post)
    link = (await letters_to(reader, "ed@example.org"))[0].link("moderate")
    await editor.become(models.Role.AUTHOR, by=models.NOBODY)
    for ask in (reader.opens, reader.posts):
        await ask(link)
        assert reader.status == 404
    await editor.become(models.Role.EDITOR, by=models.NOBODY)
    await reader.opens(link)
    assert reader.status == 200
    await editor.retire()
    await reader.posts(link, {"approve": "yes"})
    assert reader.status == 404
    await models.User.welcome(site, "ed@example.org", "Ed", models.Role.EDITOR)
    later(timedelta(days=14, minutes=1))
    await reader.posts(link, {"approve": "yes"})
    assert (reader.status, reader.title) == (410, "Deze link is verlopen")
    # What waits is at hand at the desk, without a letter.
    assert [one.attributes["href"] for one in reader.page.css("main a")] == ["/write"]
    assert await shown() == []


async def test_no_token_opens_what_it_is_not_for(reader, site, post, editor, later):
    await site.change(comment_policy=CONFIRMED)
    left = [await adds(reader, post, notifyReplies=True, content=f"Nummer {n}") for n in range(2)]
    await models.Comment.decide_all([2], models.Fate.PENDING)
    await models.attend_comment(2)
    confirmation = (await letters_to(reader, CAS))[-1]
    moderate = (await letters_to(reader, "ed@example.org"))[0].link("moderate").rpartition("/")[2]
    confirm = confirmation.link("comment").rpartition("/")[2]
    commenter = await models.Commenter.get()
    replies = commenter.path_out(site).rpartition("/")[2]
    tokens = {"comment": confirm, "moderate": moderate, "replies": replies, "edit": left[0]["editToken"]}
    before = await everything()
    for door in ("comment", "moderate", "replies"):
        others = [token for kind, token in tokens.items() if kind != door]
        others += [token.replace(kind, door, 1) for kind, token in tokens.items() if kind != door]
        others += [
            tokens[door][:-1],
            tokens[door].replace("_1_", "_2_").replace("_2_", "_1_"),
            f"{door}_1_x.y.z",
        ]
        others += [str(Token.signed(door, 1, "another secret", claim="1-99999999999")), "x", "😀"]
        for token in others:
            if token == tokens[door]:
                continue
            for ask in (reader.opens, reader.posts):
                await ask(f"/{door}/{token}")
                assert reader.status == 404, (door, token)
    assert await everything() == before
    later(timedelta(days=7, minutes=1))
    await reader.posts(f"/comment/{confirm}")
    assert (reader.status, reader.title) == (410, "Deze link is verlopen")
    [back] = [one.attributes["href"] for one in reader.page.css("main a")]
    assert back.endswith(f"{post.path}#conversation")


@pytest.mark.parametrize("fields", [{}, {"approve": "yes", "spam": "yes"}, {"delete": "yes"}])
async def test_a_button_that_is_none_decides_nothing(reader, site, post, editor, fields):
    await adds(reader, post)
    link = (await letters_to(reader, "ed@example.org"))[0].link("moderate")
    before = await everything()
    await reader.posts(link, fields)
    assert reader.status == 422
    assert await everything() == before


async def test_what_was_deleted_is_no_more_to_be_decided_or_confirmed(reader, site, post, editor):
    await adds(reader, post, notifyReplies=True)
    links = [
        (await letters_to(reader, to))[0].link(kind)
        for to, kind in ((CAS, "comment"), ("ed@example.org", "moderate"))
    ]
    await models.Comment.remove_all([1])
    for link in links:
        await reader.posts(link, {"approve": "yes"})
        assert (reader.status, reader.title) == (404, "Deze link werkt niet")
    other = await models.Comment.leave(post.id, models.Writer(name="Bo", email="bo@example.org"), "Ander")
    for link in links:
        await reader.posts(link.replace("_1_", f"_{other.id}_"), {"approve": "yes"})
        assert reader.status == 404
    assert await shown() == []


async def test_hostile_words_and_names_are_words_in_pages_and_letters(reader, site, post, editor):
    cases = json.loads(CORPUS.read_text("utf-8")) if CORPUS.exists() else []
    said = OWN + [case["payload"] for case in cases if len(case["payload"]) < 4000][::8]
    for number, words in enumerate(said):
        writer = models.Writer(name=f"{number} {words}"[:90].strip(), email=CAS)
        try:
            left = await models.Comment.leave(post.id, writer, f"{words}\n{number}")
        except models.Invalid:
            continue
        await Cap.all().delete()
        await models.tell_moderators()
        [letter, *_] = await letters_to(reader, "ed@example.org")
        assert_harmless(letter.html, {"div", "br", "a", "p", "h1"})
        await reader.opens(letter.link("moderate"))
        assert reader.status == 200
        page = reader.page
        to_post, to_desk = page.css("main a")
        assert to_post.attributes["href"].endswith(post.path)
        assert to_desk.attributes["href"] == "/write"
        to_desk.decompose()
        main = page.css_first("main").html
        assert_harmless(
            main, {"main", "a", "h1", "p", "dl", "dt", "dd", "time", "blockquote", "form", "input", "button"}
        )
        await models.Comment.filter(id=left.id).delete()


async def test_a_subscriber_takes_along_and_erases_what_they_said_below_posts_too(reader, site, post):
    await site.change(comment_policy=SHOWN)
    await reader.subscribes("ann@example.org")
    await adds(reader, post, authorEmail="Ann@example.org", content="Van mij gezegd")
    subscription = await models.Subscription.get()
    path = subscription.path_to_preferences(site)
    await reader.posts(f"{path}/export")
    assert [row["source"] for row in json.loads(reader.body)["comments"]] == ["Van mij gezegd"]
    await reader.posts(f"{path}/erase", {"erase": "yes"})
    assert "je reacties (1)" in reader.text
    assert not await models.Comment.exists()
