"""Whoever left a comment is told what became of it, and changes it or takes it back while that may be."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server.app import WORKER, build
from gql_server.settings import Settings
from schema.ids import global_id

EMAIL = "kanarie@example.org"
SHOWN, HELD = models.CommentPolicy.SHOWN, models.CommentPolicy.HELD
ERRORS = "errors { __typename ... on UserError { code message path } ... on InvalidTokenError { isExpired } }"
COMMENT = "comment { id status contentText editedAt author { name author { name } } post { commentCount } }"
ADD = f"""mutation($input: AddCommentInput!) {{ addComment(input: $input) {{
  fate editToken {COMMENT} {ERRORS.replace("... on InvalidTokenError { isExpired }", "")} }} }}"""
EDIT = f"""mutation($input: EditCommentInput!) {{ editComment(input: $input) {{
  fate editToken {COMMENT} {ERRORS} }} }}"""
RETRACT = f"""mutation($input: RetractCommentInput!) {{ retractComment(input: $input) {{
  retractedCommentId clientMutationId {ERRORS} }} }}"""
FORM = "query($post: ID!) { commentForm(postId: $post) { token } }"


class App:
    """A guest's app, on a blog with one post."""

    def __init__(self, client: TestClient, site: models.Site, post: models.Post) -> None:
        self.client, self.site = client, site
        self.post = global_id("Post", post.id)

    async def asks(self, query: str, token: str = "", **variables: Any) -> dict:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"query": query, "variables": variables}
        async with self.client.post("/graphql", json=body, headers=headers) as reply:
            said = await reply.read()
        assert EMAIL.encode() not in said
        answer = json.loads(said)
        assert "errors" not in answer, answer
        [told] = answer["data"].values()
        return told

    async def adds(self, content: str = "Mooi.", token: str = "", **given: Any) -> dict:
        said = {"postId": self.post, "content": content, "authorName": "Gast", "authorEmail": EMAIL}
        return await self.asks(ADD, token, input=said | given)

    async def edits(self, token: str, content: str, **given: Any) -> dict:
        return await self.asks(EDIT, input={"token": token, "content": content} | given)

    async def reads(self) -> list[str | None]:
        """Read below the post, as everybody does, when each comment was edited."""
        query = "query($id: ID!) { node(id: $id) { ... on Post { comments { nodes { editedAt } } } } }"
        return [one["editedAt"] for one in (await self.asks(query, id=self.post))["comments"]["nodes"]]

    async def retracts(self, token: str, id: str = "1") -> dict:
        return await self.asks(RETRACT, input={"token": token, "clientMutationId": id})


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[App]:
    async with TestClient(TestServer(build(Settings(database_url=database_url)))) as client:
        site = await models.Site.current()
        await site.change(title="Achterom", language="nl")
        await site.change(comment_policy=SHOWN)
        post = await models.Post.draft(site, "Over de heg", "<p>x</p>", authors=[])
        await post.publish()
        yield App(client, site, post)


async def test_a_guest_changes_the_words_and_takes_them_back(app):
    left = await app.adds()
    assert (left["fate"], left["comment"]["status"]) == ("PUBLISHED", "APPROVED")
    edited = await app.edits(left["editToken"], "Mooier.")
    assert (edited["errors"], edited["fate"], edited["comment"]["contentText"]) == (
        [],
        "PUBLISHED",
        "Mooier.",
    )
    for token in (left["editToken"], "", "x", edited["editToken"] + "x", f"edit_1_{'x' * 30}"):
        for told in (await app.edits(token, "Anders"), await app.retracts(token)):
            [error] = told["errors"]
            assert (error["__typename"], error["isExpired"]) == ("InvalidTokenError", False)
            assert error["path"] == ["input", "token"]
    for content, path in (("", "content"), ("x" * 5001, "content")):
        [error] = (await app.edits(edited["editToken"], content))["errors"]
        assert (error["__typename"], error["path"]) == ("ValidationError", ["input", path])
    gone = await app.retracts(edited["editToken"])
    assert gone == {"retractedCommentId": left["comment"]["id"], "clientMutationId": "1", "errors": []}
    [error] = (await app.retracts(edited["editToken"], "2"))["errors"]
    assert error["__typename"] == "InvalidTokenError"
    assert not await models.Comment.exists()


@pytest.mark.parametrize("moderated", [SHOWN, HELD])
async def test_everybody_sees_when_the_words_were_changed_last(app, moderated):
    await app.site.change(comment_policy=moderated)
    with time_machine.travel("2031-03-09T09:00:00Z", tick=False) as clock:
        left = await app.adds(clientMutationId="a")
        assert left["comment"]["editedAt"] is None
        clock.shift(timedelta(minutes=2))
        same = await app.edits(left["editToken"], " Mooi. ")
        assert (same["errors"], same["comment"]["editedAt"]) == ([], None)
        edited = await app.edits(same["editToken"], "Mooier.")
        assert edited["comment"]["editedAt"] == "2031-03-09T09:02:00Z"
        clock.shift(timedelta(minutes=2))
        assert (await app.edits(edited["editToken"], ""))["errors"]
        [kept] = await models.Comment.all()
        await kept.decide(models.Fate.APPROVED)
        assert await app.reads() == ["2031-03-09T09:02:00Z"]
        again = await app.edits(edited["editToken"], "Mooist.")
        [kept] = await models.Comment.all()
        await kept.decide(models.Fate.APPROVED)
        assert again["comment"]["editedAt"] == "2031-03-09T09:04:00Z"
        assert await app.reads() == ["2031-03-09T09:04:00Z"]
        assert (await app.adds(clientMutationId="a"))["comment"]["editedAt"] == "2031-03-09T09:04:00Z"


async def test_who_lost_the_answer_to_a_change_sends_it_again(app):
    left = await app.adds()
    first = await app.edits(left["editToken"], "Mooier.", clientMutationId="a")
    # More often than one network may comment at once: what is done already is not counted.
    for _ in range(6):
        assert await app.edits(left["editToken"], "Mooier.", clientMutationId="a") == first
    for content, id in (("Anders.", "a"), ("Mooier.", "b")):
        [error] = (await app.edits(left["editToken"], content, clientMutationId=id))["errors"]
        assert error["__typename"] == "InvalidTokenError"
    second = await app.edits(first["editToken"], "Mooist.", clientMutationId="c")
    again = await app.edits(left["editToken"], "Mooier.", clientMutationId="a")
    assert (again["comment"]["contentText"], again["editToken"]) == ("Mooist.", second["editToken"])


async def test_who_lost_the_answer_to_taking_it_back_sends_that_again(app):
    left = await app.adds()
    edited = await app.edits(left["editToken"], "Mooier.", clientMutationId="a")
    gone = await app.retracts(edited["editToken"])
    assert gone["retractedCommentId"] == left["comment"]["id"]
    assert await app.retracts(edited["editToken"]) == gone
    assert not await models.Comment.exists()
    [error] = (await app.edits(left["editToken"], "Mooier.", clientMutationId="a"))["errors"]
    assert error["message"] == "Deze reactie is teruggenomen of verwijderd."


async def test_of_many_at_once_one_changes_it_and_all_are_answered_so(app):
    left = await app.adds()
    edits = (app.edits(left["editToken"], "Mooier.", clientMutationId="a") for _ in range(8))
    first, *others = await asyncio.gather(*edits)
    assert (first["errors"], first["comment"]["contentText"]) == ([], "Mooier.")
    assert others == [first] * 7
    first, *others = await asyncio.gather(*(app.retracts(first["editToken"]) for _ in range(8)))
    assert first["retractedCommentId"] == left["comment"]["id"]
    assert others == [first] * 7


async def test_a_refusal_to_take_it_back_is_not_kept(app):
    left = await app.adds()
    reply = await app.adds("Antwoord", parentId=left["comment"]["id"])
    [error] = (await app.retracts(left["editToken"]))["errors"]
    assert error["__typename"] == "ValidationError"
    assert (await app.retracts(reply["editToken"], "2"))["errors"] == []
    assert (await app.retracts(left["editToken"]))["retractedCommentId"] == left["comment"]["id"]


async def test_a_comment_that_was_taken_back_is_not_told_once_more(app):
    left = await app.adds(clientMutationId="a")
    await app.retracts(left["editToken"])
    [error] = (await app.adds(clientMutationId="a"))["errors"]
    assert (error["__typename"], error["path"]) == ("NotFoundError", ["input", "clientMutationId"])
    assert "brief" not in (await app.retracts(left["editToken"], "2"))["errors"][0]["message"]


async def test_the_time_to_change_it_ends_after_a_quarter_of_an_hour(app):
    left = await app.adds(clientMutationId="a")
    assert (await app.adds(clientMutationId="a"))["editToken"] == left["editToken"]
    with time_machine.travel(models.now() + timedelta(minutes=15, seconds=1)):
        for told in (await app.edits(left["editToken"], "Te laat"), await app.retracts(left["editToken"])):
            [error] = told["errors"]
            assert (error["__typename"], error["isExpired"]) == ("InvalidTokenError", True)
        assert (await app.adds(clientMutationId="a"))["editToken"] is None


async def test_what_somebody_has_replied_to_stays(app):
    left = await app.adds()
    await app.adds("Antwoord", parentId=left["comment"]["id"])
    [error] = (await app.retracts(left["editToken"]))["errors"]
    assert (error["__typename"], error["message"]) == (
        "ValidationError", "Er is al op geantwoord, dus je reactie blijft staan.",
    )  # fmt: skip


async def test_the_words_of_a_held_comment_wait_as_they_did(app):
    await app.site.change(comment_policy=HELD)
    left = await app.adds()
    assert left["fate"] == "HELD"
    edited = await app.edits(left["editToken"], "Anders")
    assert (edited["fate"], edited["comment"]["status"]) == ("HELD", "PENDING")
    assert [str(doubt) for doubt in (await models.Comment.get()).doubts] == ["policy"]


async def test_a_bad_edit_of_what_is_shown_hides_it(app):
    left = await app.adds()
    edited = await app.edits(left["editToken"], "https://a https://b https://c")
    assert (edited["fate"], edited["comment"]["post"]["commentCount"]) == ("HELD", 0)
    await app.client.app[WORKER].drain()
    assert await models.Comment.undecided().count() == 1


async def test_an_edit_needs_no_form_of_its_own(app):
    form = (await app.asks(FORM, post=app.post))["token"]
    await app.site.set_comment_rules(form=True)
    with time_machine.travel(models.now() + timedelta(seconds=5)):
        left = await app.adds("Rustig", formToken=form)
        assert left["fate"] == "PUBLISHED"
        edited = await app.edits(left["editToken"], "Rustiger")
    assert (edited["fate"], edited["comment"]["contentText"]) == ("PUBLISHED", "Rustiger")


async def test_an_edit_that_says_what_was_said_before_waits(app):
    await app.adds("Dank je wel!")
    left = await app.adds("Iets heel anders")
    same = await app.edits(left["editToken"], "Iets héél anders")
    assert same["fate"] == "PUBLISHED"
    again = await app.edits(same["editToken"], "dank je WEL")
    assert again["fate"] == "HELD"
    comment = await models.Comment.get(source="dank je WEL")
    assert [str(doubt) for doubt in comment.doubts] == ["duplicate"]
    await app.edits(again["editToken"], "Toch iets anders")
    assert await models.Comment.undecided().values_list("held_because", flat=True) == [None]


async def test_a_form_tells_people_from_machines(app):
    with time_machine.travel(models.now(), tick=False):
        form = (await app.asks(FORM, post=app.post))["token"]
        quick = await app.adds("Snel", formToken=form)
    assert (quick["fate"], quick["comment"]["status"]) == ("HELD", "PENDING")
    with time_machine.travel(models.now() + timedelta(seconds=5)):
        assert (await app.adds("Rustig", formToken=form))["fate"] == "PUBLISHED"
        assert (await app.adds("Vol", formToken=form, trap="https://spam.example"))["fate"] == "HELD"
    for post in ("", "x", global_id("Post", 99), global_id("Comment", 1)):
        assert await app.asks(FORM, post=post) is None
    query = {"query": FORM.replace("($post: ID!)", "").replace("$post", f'"{app.post}"')}
    async with app.client.get("/graphql", params=query, headers={"Accept": "application/json"}) as reply:
        assert reply.headers["Cache-Control"] in {"no-store", "private, no-store"}


async def test_an_author_of_the_site_writes_as_themselves_and_is_shown(app):
    await app.site.change(comment_policy=HELD)
    user = await models.User.welcome(app.site, "anna@example.com", "Anna", models.Role.AUTHOR)
    _, token = await models.Key.grant(models.KeyKind.API, user)
    left = await app.adds("Van mij.", token, authorName="Iemand anders", authorEmail="x")
    assert left["errors"] == []
    assert left["fate"] == "PUBLISHED"
    assert left["comment"]["author"] == {"name": "Anna", "author": {"name": "Anna"}}
    _, reading = await models.Key.grant(models.KeyKind.API, user, scopes=[models.Scope.CONTENT_READ])
    guest = await app.adds("Van een programma", reading)
    assert (guest["fate"], guest["comment"]["author"]) == ("HELD", {"name": "Gast", "author": None})
    edited = await app.edits(left["editToken"], "Nog steeds van mij.")
    assert edited["fate"] == "PUBLISHED"


async def test_a_post_that_is_too_old_takes_no_more_and_says_so(app):
    query = "query($post: ID!) { post(by: {id: $post}) { commentsOpen } }"
    await app.site.set_comment_rules(days=3)
    assert await app.asks(query, post=app.post) == {"commentsOpen": True}
    with time_machine.travel(models.now() + timedelta(days=3, seconds=1)):
        assert await app.asks(query, post=app.post) == {"commentsOpen": False}
        [error] = (await app.adds())["errors"]
        assert error["code"] == "COMMENTS_CLOSED"
        assert await app.asks(FORM, post=app.post) is None
