"""Whoever runs the publication sends a post to its subscribers through the graph, and sees how it goes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server.app import CARRIER, WORKER, build
from gql_server.settings import Settings
from schema.ids import global_id

FORM = models.Trace(door="test")
ISSUE = """id kind status audience startedAt finishedAt newsletters { slug } post { title }
  counters { queued sent deferred failed uncertain cancelled }"""
LIST = f"{{ issues(first: 5) {{ totalCount nodes {{ {ISSUE} }} }} }}"
ONE = f"query($id: ID!) {{ issue(id: $id) {{ {ISSUE} }} node(id: $id) {{ id }} }}"
MISTAKE = "errors { __typename ... on UserError { code path } ... on ForbiddenError { requiredRole } }"
TURN = """mutation($input: %(Name)sIssueInput!) { %(name)sIssue(input: $input) {
  issue { status counters { queued cancelled sent } } %(mistake)s } }"""
PUBLISH = f"""mutation($input: PublishPostInput!) {{
  publishPost(input: $input) {{ post {{ status }} {MISTAKE} }} }}"""
TEST = f"""mutation($input: SendTestIssueInput!) {{ sendTestIssue(input: $input) {{ sentTo {MISTAKE} }} }}"""


class Desk:
    """The desk of somebody who signs in, by a token of theirs."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client, self.token = client, token

    async def asks(self, query: str, **variables: object) -> dict:
        """Ask the graph; give data and errors."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        reply = await self.client.post("/graphql", json=body, headers=headers)
        return json.loads(await reply.read())

    async def turns(self, name: str, id: str) -> dict:
        """Pause, resume, recall or retry an issue."""
        words = {"name": name, "Name": name.capitalize(), "mistake": MISTAKE}
        [told] = (await self.asks(TURN % words, input={"id": id}))["data"].values()
        return told


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(build(Settings(database_url=database_url)))) as client:
        site = await models.Site.current()
        await site.change(title="Achterom", language="nl")
        yield client


@pytest.fixture
async def sit(client):
    """Sit down at a desk with a role: `await sit(models.Role.ADMIN)`; as a reader without."""

    async def sit(role=None, scopes=None):
        if role is None:
            return Desk(client, "")
        site = await models.Site.current()
        user = await models.User.welcome(site, f"{role}@achterom.example", "Corrie", role)
        _, token = await models.Key.grant(models.KeyKind.API, user, scopes=scopes)
        return Desk(client, token)

    return sit


@pytest.fixture
async def ann(client):
    """Ann, who said yes to the newsletter."""
    site = await models.Site.current()
    await models.SignUp.ask(site, "ann@example.org", FORM)
    await client.app[WORKER].drain()
    token = client.app[CARRIER].outbox.letters[0].link("confirm").rpartition("/")[2]
    return await models.Subscription.confirm(site, token, FORM)


async def publish(title="Over de heg"):
    site = await models.Site.current()
    post = await models.Post.draft(site, title, "<p>Tekst.</p>", authors=[])
    await post.publish(newsletters=await models.Newsletter.by_slugs(site, ["main"]))
    return post


async def test_a_writer_publishes_to_newsletters_and_no_other(client, sit, ann):
    editor = await sit(models.Role.EDITOR)
    site = await models.Site.current()
    draft = await models.Post.draft(site, "Over de heg", models.Content.of("<p>Tekst.</p>"), authors=[])
    id = global_id("Post", draft.id)
    for slugs, path in (
        (["elders"], ["input", "newsletterSlugs"]),
        (["main"] * 51, ["input", "newsletterSlugs"]),
    ):
        [told] = (await editor.asks(PUBLISH, input={"id": id, "newsletterSlugs": slugs}))["data"].values()
        assert (told["post"], [error["path"] for error in told["errors"]]) == (None, [path])
    [told] = (await editor.asks(PUBLISH, input={"id": id, "newsletterSlugs": ["main"]}))["data"].values()
    assert told == {"post": {"status": "PUBLISHED"}, "errors": []}
    await client.app[WORKER].drain()
    [letter, *_] = client.app[CARRIER].outbox.letters
    assert (letter.to, letter.subject) == ("ann@example.org", "Over de heg")


async def test_an_issue_is_seen_from_its_beginning_to_its_end(client, sit, ann):
    admin = await sit(models.Role.ADMIN)
    assert (await admin.asks(LIST))["data"]["issues"] == {"totalCount": 0, "nodes": []}
    post = await publish()
    await models.announce_post(post.id)
    issues = (await admin.asks(LIST))["data"]["issues"]
    [issue] = issues["nodes"]
    none = {"sent": 0, "deferred": 0, "failed": 0, "uncertain": 0, "cancelled": 0}
    assert issue | {"startedAt": "", "id": ""} == {
        "id": "", "kind": "POST", "status": "SENDING", "audience": 1, "startedAt": "", "finishedAt": None,
        "newsletters": [{"slug": "main"}], "post": {"title": "Over de heg"}, "counters": none | {"queued": 1},
    }  # fmt: skip
    await client.app[WORKER].drain()
    told = (await admin.asks(ONE, id=issue["id"]))["data"]
    assert told["issue"]["counters"] == none | {"queued": 0, "sent": 1}
    assert told["node"] == {"id": issue["id"]}
    [letter, *_] = client.app[CARRIER].outbox.letters
    assert (letter.to, letter.subject) == ("ann@example.org", "Over de heg")


async def test_one_click_ends_the_letters_of_a_topic_at_once(client, ann):
    site = await models.Site.current()
    other = await models.Newsletter.start(site, "Recepten")
    await ann.choose(site, FORM, topics=[*await models.topics_of(ann.id), ("newsletter", other.id)])
    await publish()
    await client.app[WORKER].drain()
    [letter, *_] = client.app[CARRIER].outbox.letters
    await models.announce_post((await publish("Nog een")).id)
    way_out = urlsplit(letter.headers.unsubscribe_url).path
    gone = await client.post(way_out, data={"List-Unsubscribe": "One-Click"})
    assert gone.status == 200
    await client.app[WORKER].drain()
    assert [letter.subject for letter in client.app[CARRIER].outbox.letters if letter.headers.bulk] == [
        "Over de heg"
    ]
    assert await models.topics_of(ann.id) == [("newsletter", other.id)]


async def test_an_issue_is_paused_resumed_and_recalled(client, sit, ann):
    admin = await sit(models.Role.ADMIN)
    await models.announce_post((await publish()).id)
    id = global_id("Issue", (await models.Issue.get()).id)
    assert (await admin.turns("pause", id))["issue"]["status"] == "PAUSED"
    await client.app[WORKER].drain()
    assert (await admin.turns("resume", id))["issue"]["counters"] == {"queued": 1, "cancelled": 0, "sent": 0}
    assert (await admin.turns("recall", id))["errors"] == []
    await client.app[WORKER].drain()
    told = (await admin.asks(ONE, id=id))["data"]["issue"]
    assert (told["status"], told["counters"]["cancelled"]) == ("RECALLED", 1)
    assert told["finishedAt"]
    late = await admin.turns("pause", id)
    assert [(error["__typename"], error["path"]) for error in late["errors"]] == [
        ("ValidationError", ["input", "id"])
    ]
    again = await admin.turns("retry", id)
    assert [error["path"] for error in again["errors"]] == [["input", "id"]]
    strange = await admin.turns("pause", global_id("Issue", 77))
    assert [error["__typename"] for error in strange["errors"]] == ["NotFoundError"]
    deeds = await models.Audit.filter(deed__startswith="issue.").order_by("id").values_list("deed", flat=True)
    assert list(deeds) == ["issue.pause", "issue.resume", "issue.recall"]


async def test_what_was_given_up_is_sent_once_more(client, sit, ann):
    admin = await sit(models.Role.ADMIN)
    await models.announce_post((await publish()).id)
    issue = await models.Issue.get()
    with suppress(models.TryLater):
        await models.carry_issue(issue.id)
    [promised] = await models.Delivery.filter(issue_id=issue.id)
    await models.settle([models.Outcome(key=promised.key, state=models.State.FAILED, reason="no")])
    await client.app[WORKER].drain()
    told = await admin.turns("retry", global_id("Issue", issue.id))
    assert told["issue"] == {"status": "SENDING", "counters": {"queued": 1, "cancelled": 0, "sent": 0}}
    await client.app[WORKER].drain()
    assert [letter.to for letter in client.app[CARRIER].outbox.letters if letter.headers.bulk] == [ann.email]
    told = await admin.turns("retry", global_id("Issue", issue.id))
    assert (told["issue"], len(told["errors"])) == (None, 1)


async def test_a_letter_is_tried_out_on_the_staff_alone(client, sit, ann):
    admin = await sit(models.Role.ADMIN)
    site = await models.Site.current()
    draft = await models.Post.draft(site, "Nog niet af", "<p>Tekst.</p>", authors=[])
    id = global_id("Post", draft.id)
    [told] = (await admin.asks(TEST, input={"postId": id}))["data"].values()
    assert told == {"sentTo": "admin@achterom.example", "errors": []}
    await client.app[WORKER].drain()
    # Ann's own letter, which welcomes her, may go out before it or after it.
    [letter] = [letter for letter in client.app[CARRIER].outbox.letters if letter.to != "ann@example.org"]
    assert (letter.to, letter.subject) == ("admin@achterom.example", "[Proef] Nog niet af")
    assert not letter.headers.unsubscribe_url
    [told] = (await admin.asks(TEST, input={"postId": id, "email": "ann@example.org"}))["data"].values()
    assert told["sentTo"] is None
    assert [(error["code"], error["path"]) for error in told["errors"]] == [("NOT_FOUND", ["input", "email"])]
    [told] = (await admin.asks(TEST, input={"postId": global_id("Post", 99)}))["data"].values()
    assert [error["path"] for error in told["errors"]] == [["input", "postId"]]
    assert not await models.Issue.exists()


@pytest.mark.parametrize("role", [None, models.Role.AUTHOR, models.Role.EDITOR])
async def test_others_learn_nothing_of_issues(client, sit, ann, role):
    desk = await sit(role)
    await models.announce_post((await publish()).id)
    id = global_id("Issue", (await models.Issue.get()).id)
    for asked in (LIST, "query($id: ID!) { issue(id: $id) { audience } }"):
        answer = await desk.asks(asked, **({"id": id} if "$id" in asked else {}))
        assert {error["extensions"]["code"] for error in answer["errors"]} <= {"FORBIDDEN", "UNAUTHENTICATED"}
        assert set((answer["data"] or {"": None}).values()) == {None}
    assert (await desk.asks("query($id: ID!) { node(id: $id) { id } }", id=id))["data"] == {"node": None}
    for name in ("pause", "resume", "recall", "retry"):
        told = await desk.turns(name, id)
        assert (told["issue"], [error["code"] for error in told["errors"]]) == (None, ["FORBIDDEN"])
    assert (await models.Issue.get()).status is models.IssueStatus.SENDING


async def somebody_follows_an_issue():
    # Whoever is signed in listens to what becomes of the key besides, and before.
    return models.pulse.listeners(models.pulse.IssueProgressed)


async def test_progress_is_told_live(client, sit, ann, until):
    admin = await sit(models.Role.ADMIN)
    await models.announce_post((await publish()).id)
    id = global_id("Issue", (await models.Issue.get()).id)
    document = "subscription($id: ID!) { issueProgress(issueId: $id) { issue { status counters { sent } } } }"
    socket = await client.ws_connect(
        "/graphql",
        protocols=["graphql-transport-ws"],
        headers={"Authorization": f"Bearer {admin.token}"},
    )
    await socket.send_json({"type": "connection_init"})
    assert (await socket.receive_json())["type"] == "connection_ack"
    payload = {"query": document, "variables": {"id": id}}
    await socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
    await until(somebody_follows_an_issue)
    await (await models.Issue.get()).pause()
    async with asyncio.timeout(60):
        told = await socket.receive_json()
    assert told["payload"]["data"]["issueProgress"]["issue"] == {"status": "PAUSED", "counters": {"sent": 0}}
    await socket.close()
