"""A guest answers a post through an app, and the comment is seen by those who may see it."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server.app import build
from gql_server.settings import Settings
from models.pulse import CommentShown
from schema.ids import global_id
from schema.mistakes import REASONS, SENTENCES

EMAIL = "kanarie@example.org"
COMMENT = """{ id status contentText contentHtml replyCount url author { name website author { name } }
  post { title commentCount } parent { id } replies { totalCount nodes { id } } }"""
ADD = f"""mutation($input: AddCommentInput!) {{ addComment(input: $input) {{
  clientMutationId comment {COMMENT} query {{ site {{ title }} }}
  errors {{ __typename ... on UserError {{ code message path }} ... on ValidationError {{ limit }}
    ... on RateLimitedError {{ retryAfterSeconds }} ... on NotFoundError {{ missingId }}
    ... on CommentsClosedError {{ closedAt }} }} }} }}"""
EVERYWHERE = """query($post: ID!, $comment: ID!) {
  node(id: $comment) { id } nodes(ids: [$comment]) { id }
  post(by: {id: $post}) { commentCount comments { totalCount nodes { id contentText replyCount
    replies { totalCount nodes { id contentText } } } } }
}"""


class App:
    """A guest's app, on a blog with two posts."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.post = ""

    async def bytes(self, query: str, headers: dict[str, str] | None = None, **variables: object) -> bytes:
        body = {"query": query, "variables": variables}
        reply = await self.client.post("/graphql", json=body, headers=headers)
        assert reply.status == 200
        return await reply.read()

    async def ask(self, query: str, headers: dict[str, str] | None = None, **variables: object) -> dict:
        answer = await self.bytes(query, headers, **variables)
        assert EMAIL.encode() not in answer
        assert b'"errors":[{"message"' not in answer, answer
        return json.loads(answer)["data"]

    async def adds(self, headers: dict[str, str] | None = None, **given: object) -> dict:
        """Add a comment; give what the app is told."""
        said = {"postId": self.post, "content": "Mooi.", "authorName": "Gast", "authorEmail": EMAIL}
        return (await self.ask(ADD, headers, input=said | given))["addComment"]

    async def sees(self, comment: str) -> dict:
        return await self.ask(EVERYWHERE, post=self.post, comment=comment)


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[App]:
    settings = Settings(database_url=database_url, trusted_proxies="127.0.0.0/8, ::1")
    async with TestClient(TestServer(build(settings))) as client:
        site = await models.Site.current()
        await site.change(title="Achterom", language="nl")
        app = App(client)
        for title, is_open in (("Over de heg", True), ("Gesloten", False)):
            post = await models.Post.draft(site, title, "<p>x</p>", authors=[], comments_open=is_open)
            await post.publish()
            app.post = app.post or global_id("Post", post.id)
        yield app


async def show_at_once() -> None:
    await (await models.Site.current()).change(comment_policy=models.CommentPolicy.SHOWN)


async def test_a_comment_that_is_held_is_seen_by_nobody_but_its_writer(app):
    heard = models.pulse.listen(CommentShown)
    before = await app.sees(global_id("Comment", 1))
    added = await app.adds(clientMutationId="1", authorWebsite="https://gast.example/")
    assert added["clientMutationId"] == "1"
    assert added["errors"] == []
    assert added["query"] == {"site": {"title": "Achterom"}}
    comment = added["comment"]
    assert comment.pop("url").endswith("/posts/over-de-heg#comment-1")
    assert comment == {
        "id": global_id("Comment", 1), "status": "PENDING", "contentText": "Mooi.",
        "contentHtml": "<p>Mooi.</p>", "replyCount": 0, "parent": None,
        "author": {"name": "Gast", "website": "https://gast.example/", "author": None},
        "post": {"title": "Over de heg", "commentCount": 0}, "replies": {"totalCount": 0, "nodes": []},
    }  # fmt: skip
    assert await app.sees(comment["id"]) == before
    assert before["nodes"] == [None]
    await models.Comment.decide_all([1], models.Fate.APPROVED)
    assert (await anext(heard)).comment_id == 1
    seen = await app.sees(comment["id"])
    assert seen["node"] == {"id": comment["id"]}
    assert seen["post"]["commentCount"] == 1


async def test_a_conversation_grows_at_once_where_the_site_lets_it(app):
    await show_at_once()
    first = (await app.adds(content="Eerste\n\nregel <b>"))["comment"]
    assert (first["status"], first["contentHtml"]) == ("APPROVED", "<p>Eerste</p><p>regel &lt;b&gt;</p>")
    reply = (await app.adds(content="Antwoord", parentId=first["id"]))["comment"]
    assert reply["parent"] == {"id": first["id"]}
    [root] = (await app.sees(first["id"]))["post"]["comments"]["nodes"]
    assert root["replies"] == {"totalCount": 1, "nodes": [{"id": reply["id"], "contentText": "Antwoord"}]}


async def test_a_phone_that_asks_again_adds_nothing(app):
    once = await app.adds(clientMutationId="a")
    assert await app.adds(clientMutationId="a") == once
    again = await asyncio.gather(*(app.adds(clientMutationId="a") for _ in range(4)))
    assert again == [once] * 4
    for number, decided in enumerate((models.Fate.SPAM, models.Fate.APPROVED)):
        await models.Comment.decide_all([1], decided)
        later = (await app.adds(clientMutationId="a"))["comment"]
        assert later["id"] == once["comment"]["id"]
        # What is taken for spam waits, as far as its writer is told.
        assert later["status"] == ("PENDING" if decided is models.Fate.SPAM else decided.name)
        assert later["post"]["commentCount"] == number
    other = await app.adds(clientMutationId="a", content="Anders")
    assert other["comment"]["id"] != once["comment"]["id"]
    unnamed = [(await app.adds())["comment"]["id"] for _ in range(2)]
    assert len(set(unnamed)) == 2
    assert await models.Comment.all().count() == 4


async def test_who_asks_again_after_the_post_is_gone_gets_what_is_left(app):
    once = await app.adds(clientMutationId="a")
    await (await models.Post.get(id=1)).withdraw()
    said = json.loads(await app.bytes(ADD, input=await _input(app, clientMutationId="a")))
    assert {error["extensions"]["code"] for error in said["errors"]} == {"NOT_FOUND"}
    await models.Post.filter(id=1).delete()
    [gone] = (await app.adds(clientMutationId="a"))["errors"]
    assert (gone["code"], gone["missingId"]) == ("NOT_FOUND", app.post)
    assert once["errors"] == []


async def _input(app: App, **more: object) -> dict:
    return {"postId": app.post, "content": "Mooi.", "authorName": "Gast", "authorEmail": EMAIL, **more}


MISTAKES = {
    "postId": [global_id("Post", 99), global_id("Comment", 1), global_id("Post", 2**40), "x", "", "🙂"],
    "parentId": [global_id("Comment", 99), global_id("Post", 1), "x", ""],
    "authorName": ["", None, " ", "x" * 101],
    "authorEmail": ["", None, "x", "a@b@c.example", "a@example.org\nBcc: b@example.org"],
    "authorWebsite": ["javascript:alert(1)", "x", "https://" + "x" * 600],
    "content": ["", " \n ", "\u200b", "x" * 5001],
}
CODES = {"postId": "NOT_FOUND", "parentId": "NOT_FOUND"}


async def test_all_mistakes_of_a_comment_are_told_in_one_answer(app):
    wrong = {"authorName": "", "authorEmail": "x", "authorWebsite": "x", "content": ""}
    added = await app.adds(**wrong)
    assert added["comment"] is None
    assert [error["path"] for error in added["errors"]] == [["input", field] for field in wrong]
    assert {error["code"] for error in added["errors"]} == {"INVALID"}
    assert len({error["message"] for error in added["errors"]}) == len(wrong)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("field", MISTAKES)
async def test_a_mistake_is_told_by_its_field_in_the_language_of_who_asks(app, field, language):
    for value in MISTAKES[field]:
        added = await app.adds({"Accept-Language": language}, **{field: value})
        [error] = added["errors"]
        assert added["comment"] is None
        assert error["code"] == CODES.get(field, "INVALID")
        assert error["path"] == ["input", field]
        key = field if error.get("limit") is None else f"{field}_limit"
        sentences = SENTENCES[language] | {"parentId": REASONS[language]["reply"]}
        assert error["message"] == sentences[key].format(limit=error.get("limit"))
        if "missingId" in error:
            assert error["missingId"] == value
    assert not await models.Comment.exists()


@pytest.mark.parametrize(
    "given",
    [{"content": 5}, {"content": None}, {"postId": None}, {"authorWebsite": {"a": 1}}, {"status": "x"}],
)
async def test_what_is_no_input_is_no_request(app, given):
    said = json.loads(await app.bytes(ADD, input=await _input(app, **given)))
    assert said["errors"]
    assert "data" not in said or said["data"] is None


async def test_a_closed_post_says_that_it_is_closed(app):
    [error] = (await app.adds(postId=global_id("Post", 2)))["errors"]
    assert error == {
        "__typename": "CommentsClosedError", "code": "COMMENTS_CLOSED", "closedAt": None,
        "message": SENTENCES["nl"]["closed"], "path": ["input", "postId"],
    }  # fmt: skip


async def test_a_network_comments_five_times_at_once_and_a_repeat_does_not_count(app):
    of_network = {"X-Forwarded-For": "203.0.113.7"}
    for number in range(5):
        for _ in range(2):
            added = await app.adds(of_network, clientMutationId=str(number))
            assert added["errors"] == []
    refused = await app.adds(of_network, clientMutationId="6")
    [error] = refused["errors"]
    assert (error["__typename"], error["code"]) == ("RateLimitedError", "RATE_LIMITED")
    assert 0 < error["retryAfterSeconds"] <= 30
    assert refused["comment"] is None
    assert (await app.adds({"X-Forwarded-For": "203.0.113.8"}))["errors"] == []
    assert await models.Comment.all().count() == 6


async def test_the_address_stands_in_no_log_and_no_event(app, caplog, capsys):
    heard = models.pulse.listen(CommentShown)
    await show_at_once()
    with caplog.at_level(logging.INFO):
        await app.adds()
        await app.adds(authorWebsite="javascript:x")
        await app.adds(authorEmail=f"{EMAIL} x")
    assert EMAIL not in repr(await anext(heard))
    assert (await models.Comment.get(id=1)).email == EMAIL
    assert EMAIL not in caplog.text + "".join(capsys.readouterr())
