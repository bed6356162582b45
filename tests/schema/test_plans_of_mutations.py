"""What came of a mutation a plan tells as graphql-core does, and what is done is not done again."""

import os
from collections import Counter
from random import Random

import orjson
import pytest
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server.app import build
from gql_server.settings import Settings
from schema.ids import global_id
from schema.plans import Plans
from schema.plans.changes import Change
from tests.schema.differing import Executor
from tests.schema.drawing import Question, draw_mutation
from tests.schema.lore import gather
from tests.schema.overgrown import overgrow

pytestmark = pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="plans are off")

ERRORS = """errors { __typename ... on UserError { code message path } ... on ValidationError { limit }
  ... on NotFoundError { missingId } }"""
ADD = f"""mutation ($input: AddCommentInput!, $short: Boolean = false) {{ addComment(input: $input) {{
  clientMutationId fate editToken {ERRORS}
  comment {{ id contentHtml @skip(if: $short) status createdAt viewerCanModerate
    by: author {{ name website author {{ name }} }}
    post {{ title commentCount comments(last: 2) {{ totalCount nodes {{ contentText }} }} }}
    ...Above }} }} }}
  fragment Above on Comment {{ parent {{ contentText replyCount }} replies {{ totalCount }} }}"""
SUBSCRIBE = f"""mutation ($input: SubscribeInput!) {{
  __typename subscribe(input: $input) {{ confirmationSentTo clientMutationId {ERRORS} }} }}"""
TWICE = """mutation ($id: ID!, $words: String!) {
  a: addComment(input: {postId: $id, authorName: "A", authorEmail: "a@example.org", content: $words}) { fate }
  b: addComment(input: {postId: $id, authorName: "B", authorEmail: "b@example.org", content: "Ook mooi!"}) {
    comment { post { commentCount } } } }"""


class Telling:
    """Asks for changes, and sees that both tell the same of what was done."""

    def __init__(self, publication):
        self.publication = publication
        self.executor = Executor(publication)
        self.plans = Plans(self.executor.documents.core)

    async def tell(self, question):
        """Give the answer, and whether a plan told it."""
        operation = self.executor.operation(question)
        done = {}
        context = await self.publication.context()
        planned = await self.plans.change(operation, question.variables, context, done=done)
        told = await self.executor.interpret(operation, question, done=done)
        if planned is not None:
            assert (told.errors, planned.body) == ([], told.body), question
        return orjson.loads(told.body)["data"], planned is not None

    async def planned(self, query, **variables):
        """Give the answer, which a plan told."""
        data, is_planned = await self.tell(Question(query, variables, None))
        assert is_planned, query
        return data


@pytest.fixture
async def telling(site, publication):
    await models.Site.filter(id=site.id).update(comment_policy=models.CommentPolicy.SHOWN)
    return Telling(publication)


@pytest.fixture
async def post_id(site, telling, write):
    post = await write()
    await post.publish()
    return global_id("Post", post.id)


def said(post_id, content="Mooi!", **more):
    guest = {"authorName": "Lezer", "authorEmail": "lezer@example.org"}
    return {"postId": post_id, "content": content, **guest, **more}


async def test_a_comment_and_a_reply(telling, post_id):
    data = await telling.planned(ADD, input=said(post_id, clientMutationId="a"))
    assert data["addComment"]["comment"]["by"] == {"name": "Lezer", "website": None, "author": None}
    assert (data["addComment"]["fate"], data["addComment"]["errors"]) == ("PUBLISHED", [])
    first = data["addComment"]["comment"]["id"]
    data = await telling.planned(ADD, input=said(post_id, "Zeker!", parentId=first), short=True)
    comment = data["addComment"]["comment"]
    assert comment["parent"] == {"contentText": "Mooi!", "replyCount": 1}
    assert "contentHtml" not in comment
    assert (comment["post"]["comments"]["totalCount"], comment["post"]["commentCount"]) == (1, 2)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"content": " "}, "INVALID"),
        ({"content": "x" * 10_001}, "INVALID"),
        ({"postId": "UG9zdDo5OTk5"}, "NOT_FOUND"),
        ({"parentId": "x"}, "NOT_FOUND"),
    ],
)
async def test_what_is_wrong_with_a_comment(telling, post_id, wrong, code):
    data = await telling.planned(ADD, input=said(post_id) | wrong)
    assert data["addComment"]["comment"] is data["addComment"]["editToken"] is None
    assert [error["code"] for error in data["addComment"]["errors"]] == [code]


async def test_a_sign_up(telling):
    data = await telling.planned(SUBSCRIBE, input={"email": "Lezer@Example.org", "name": "Lezer"})
    assert data["subscribe"]["confirmationSentTo"] == "Lezer@example.org"
    for wrong in ({"topics": [{"newsletterSlug": "geen"}]}, {"language": "xx-nowhere"}):
        data = await telling.planned(SUBSCRIBE, input={"email": "lezer@example.org", **wrong})
        assert data["subscribe"]["errors"]


async def test_several_are_done_in_turn(telling, post_id):
    data = await telling.planned(TWICE, id=post_id, words="Mooi!")
    assert (data["a"]["fate"], data["b"]["comment"]["post"]["commentCount"]) == ("PUBLISHED", 2)
    data = await telling.planned(TWICE, id=post_id, words=" ")
    # Nothing is said with the first, and the second was said before.
    assert (data["a"]["fate"], data["b"]["comment"]["post"]["commentCount"]) == (None, 2)


async def test_whatever_is_asked_of_a_payload(site, telling, post_id):
    executor = telling.executor
    lore = await gather(executor.documents.core, await overgrow(site), executor.ask)
    inputs = {
        "addComment": [said(post_id), said(post_id, content="")],
        "subscribe": [
            {"email": "lezer@example.org"},
            {"email": "a@example.org", "topics": [{"authorSlug": "x"}]},
        ],
        "unsubscribe": [{"token": "x"}],
        "confirmSubscription": [{"proof": {"token": "x"}}],
    }
    random, told = Random("payloads"), Counter()
    for number in range(100):
        name = list(inputs)[number % len(inputs)]
        drawn = draw_mutation(executor.documents.core, lore, random, name)
        given = drawn.variables | {"input": random.choice(inputs[name])}
        _, is_planned = await telling.tell(Question(drawn.source, given, None))
        told[name] += is_planned
    # The others ask for what a payload alone does not tell: the whole query root, say.
    assert min(told[name] for name in inputs) >= 5, told


ASKS_MORE = "query { site { title } }"
SIGNS_UP = "mutation ($input: SubscribeInput!) { subscribe(input: $input) { %s } %s }"


@pytest.mark.parametrize(
    "query",
    [
        SIGNS_UP % (ASKS_MORE, ""),
        # Not for everybody.
        SIGNS_UP % ("confirmationSentTo", "updateSite(input: {}) { errors { __typename } }"),
    ],
)
async def test_what_no_plan_tells_is_not_begun(telling, query):
    question = Question(query, {"input": {"email": "lezer@example.org"}}, None)
    operation, done = telling.executor.operation(question), {}
    context = await telling.publication.context()
    assert await telling.plans.change(operation, question.variables, context, done=done) is None
    assert done == {}
    assert await models.SignUp.all().count() == 0


@pytest.fixture
async def client(database_url):
    async with TestClient(TestServer(build(Settings(database_url=database_url)))) as client:
        site = await models.found()
        await models.Site.filter(id=site.id).update(comment_policy=models.CommentPolicy.SHOWN)
        post = await models.Post.draft(site, "Bericht", "<p>Tekst.</p>", authors=[])
        await post.publish()
        client.post_id = global_id("Post", post.id)
        yield client


async def asks(client, query, **variables):
    async with client.post("/graphql", json={"query": query, "variables": variables}) as answer:
        return await answer.json()


async def test_what_cannot_be_told_by_a_plan_is_told_all_the_same_and_done_once(client, monkeypatch, capsys):
    async def break_down(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(Change, "told", break_down)
    answer = await asks(client, TWICE, id=client.post_id, words="Mooi!")
    assert answer == {"data": {"a": {"fate": "PUBLISHED"}, "b": {"comment": {"post": {"commentCount": 2}}}}}
    assert await models.Comment.all().count() == 2
    assert "a plan failed" in capsys.readouterr().out


async def test_what_fails_as_it_is_done_is_an_error_at_its_path_and_the_next_is_done(client, monkeypatch):
    post = await models.Post.draft(await models.found(), "Bericht", "<p>Tekst.</p>", authors=[])
    await post.publish()
    leave = models.Comment.leave

    async def fail_for_a(post_id, writer, *given, **more):
        if writer.name == "A":
            raise ZeroDivisionError
        return await leave(post_id, writer, *given, **more)

    monkeypatch.setattr(models.Comment, "leave", fail_for_a)
    answer = await asks(client, TWICE, id=client.post_id, words="Mooi!")
    assert answer["data"] == {"a": None, "b": {"comment": {"post": {"commentCount": 1}}}}
    [error] = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["a"], "INTERNAL_SERVER_ERROR")
    assert await models.Comment.all().count() == 1
