"""What came of a mutation a plan tells as graphql-core does, and what is done is not done again."""

import os
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

import orjson
import pytest
import time_machine
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server.app import build
from gql_server.settings import Settings
from schema.ids import global_id
from schema.plans import Plans
from schema.plans.changes import Change
from tests.schema.differing import Executor
from tests.schema.drawing import Question, draw_mutation
from tests.schema.garden import AHEAD, plant
from tests.schema.lore import gather
from tests.schema.overgrown import overgrow

pytestmark = pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="plans are off")

ROOT = Path(__file__).resolve().parents[2]
ASKING = ROOT / "gql_server/reader/page/reader/asking.js"
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
        planned, outcomes = await self.change(operation, question.variables)
        told = await self.executor.interpret(operation, question, outcomes=outcomes)
        if planned is not None:
            assert (told.errors, planned.body) == ([], told.body), question
        return orjson.loads(told.body)["data"], planned is not None

    async def change(self, operation, variables):
        """Give what a plan tells, and what it has done: nothing the first time that a document comes."""
        for _ in range(2):
            outcomes, context = {}, await self.publication.context()
            planned = await self.plans.change(operation, variables, context, outcomes=outcomes)
            if outcomes:
                break
        return planned, outcomes

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
    for number in range(120):
        name = list(inputs)[number % len(inputs)]
        drawn = draw_mutation(executor.documents.core, lore, random, name)
        given = drawn.variables | {"input": random.choice(inputs[name])}
        _, is_planned = await telling.tell(Question(drawn.source, given, None))
        told[name] += is_planned
    # The others ask for what a payload alone does not tell: the whole query root, say.
    assert min(told[name] for name in inputs) >= 5, told


ASKS_MORE = "query { site { title } }"
SIGNS_UP = "subscribe(input: $input) { confirmationSentTo }"
ERRS = "{ errors { __typename } }"


@pytest.mark.parametrize(
    ("declared", "query", "given"),
    [
        ("", f"subscribe(input: $input) {{ {ASKS_MORE} }}", {}),
        # Not for everybody.
        ("", f"{SIGNS_UP} updateSite(input: {{}}) {ERRS}", {}),
        # The second one's arguments do not fit.
        (", $to: UnsubscribeInput!", f"{SIGNS_UP} unsubscribe(input: $to) {ERRS}", {"to": {}}),
        (
            ', $token: String = "x"',
            f"{SIGNS_UP} unsubscribe(input: {{ token: $token }}) {ERRS}",
            {"token": None},
        ),
    ],
)
async def test_what_no_plan_tells_is_not_begun(telling, declared, query, given):
    source = f"mutation ($input: SubscribeInput!{declared}) {{ {query} }}"
    question = Question(source, {"input": {"email": "lezer@example.org"}} | given, None)
    planned, outcomes = await telling.change(telling.executor.operation(question), question.variables)
    assert (planned, outcomes) == (None, {})
    assert await models.SignUp.all().count() == 0


async def test_what_comes_once_is_made_into_no_plan(telling):
    operation = telling.executor.operation(
        Question('mutation { subscribe(input: {email: "x"}) { errors { __typename } } }', {}, None)
    )
    context, outcomes = await telling.publication.context(), {}
    assert await telling.plans.change(operation, {}, context, outcomes=outcomes) is None
    assert outcomes == {}
    assert await telling.plans.change(operation, {}, context, outcomes=outcomes) is not None


async def test_what_the_readers_page_sends_is_told_by_plans(telling, post_id):
    documents = dict(re.findall(r"(\w+) = /\* GraphQL \*/ `([^`]+)`", ASKING.read_text()))
    data = await telling.planned(f"{documents['ADD_COMMENT']} {documents['SAID']}", input=said(post_id))
    assert data["addComment"]["comment"]["url"].startswith("http://127.0.0.1:8000/posts/")
    await telling.planned(documents["SUBSCRIBE"], input={"email": "lezer@example.org"})
    await telling.planned(documents["CONFIRM"], input={"proof": {"token": "x"}})


def test_a_resolver_of_a_mutation_asks_for_nothing_but_the_context():
    # A plan has nothing else to tell it.
    for file in sorted((ROOT / "schema").glob("*.py")):
        if "@strawberry.mutation" in (text := file.read_text()) or file.name in {"commands.py", "editing.py"}:
            asked = set(re.findall(r"\binfo\.(\w+)", text)) - {"context"}
            assert asked <= ({"path"} if file.name == "commands.py" else set()), file


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


async def asks_twice(client, **variables):
    """Ask for two comments, of a post that is not there at first: a document that comes once has no plan."""
    nowhere = await asks(client, TWICE, **variables | {"id": "UG9zdDo5OTk5"})
    assert nowhere == {"data": {"a": {"fate": None}, "b": {"comment": None}}}
    return await asks(client, TWICE, **variables)


BOTH = {"data": {"a": {"fate": "PUBLISHED"}, "b": {"comment": {"post": {"commentCount": 2}}}}}


async def test_what_cannot_be_told_by_a_plan_is_told_all_the_same_and_done_once(client, monkeypatch, capsys):
    async def break_down(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(Change, "tell", break_down)
    assert await asks_twice(client, id=client.post_id, words="Mooi!") == BOTH
    assert await models.Comment.all().count() == 2
    assert "a plan failed" in capsys.readouterr().out


async def test_when_the_store_is_away_as_one_is_told_the_next_is_done_all_the_same(client, monkeypatch):
    async def find_nobody(*_):
        raise models.Unavailable

    monkeypatch.setattr(Change, "tell", find_nobody)
    assert await asks_twice(client, id=client.post_id, words="Mooi!") == BOTH
    assert await models.Comment.all().count() == 2


async def test_what_fails_as_it_is_done_is_an_error_at_its_path_and_the_next_is_done(client, monkeypatch):
    leave, left = models.Comment.leave, []

    async def fail_for_a(post_id, writer, *given, **more):
        left.append(writer.name)
        if writer.name == "A" and post_id < 9999:
            raise ZeroDivisionError
        return await leave(post_id, writer, *given, **more)

    monkeypatch.setattr(models.Comment, "leave", fail_for_a)
    answer = await asks_twice(client, id=client.post_id, words="Mooi!")
    assert answer["data"] == {"a": None, "b": {"comment": {"post": {"commentCount": 1}}}}
    [error] = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["a"], "INTERNAL_SERVER_ERROR")
    assert await models.Comment.all().count() == 1
    assert left == ["A", "B", "A", "B"]


async def test_each_change_is_told_as_of_its_own_moment(site, publication, monkeypatch):
    anna = (await plant(site))["Anna"]
    later = await models.Post.draft(site, "Straks", "<p>x</p>", authors=[anna])
    await later.publish(AHEAD)
    seen = await models.Post.published().first()
    add = 'addComment(input: {postId: $%s, authorName: "A", authorEmail: "a@example.org", content: "%s"})'
    asked = f"a: {add % ('now', 'Mooi!')} {{ ...Told }} b: {add % ('later', 'Ook mooi!')} {{ ...Told }}"
    query = f"mutation ($now: ID!, $later: ID!) {{ {asked} }}"
    query += " fragment Told on AddCommentPayload { comment { post { title } } }"
    executor, do = Executor(publication), Change.do
    plans = Plans(executor.documents.core)
    operation = executor.documents.read(query).operation(None)
    sent = {"now": global_id("Post", seen.id), "later": global_id("Post", later.id)}
    context = await publication.context()
    assert await plans.change(operation, sent, context, outcomes={}) is None

    with time_machine.travel(models.now(), tick=False) as clock:

        async def wait_and_do(change, given, context):
            if given["input"].post_id == sent["later"]:
                clock.move_to(AHEAD + timedelta(days=1))
            return await do(change, given, context)

        monkeypatch.setattr(Change, "do", wait_and_do)
        planned = await plans.change(operation, sent, context, outcomes={})

    told = orjson.loads(planned.body)["data"]
    assert told["b"]["comment"]["post"] == {"title": "Straks"}
