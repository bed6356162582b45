"""Whoever runs the publication adds a receiver through the graph, looks at its log, and tells it again."""

import asyncio
from contextvars import copy_context

import pytest
from tortoise.transactions import in_transaction

import models
from schema.context import Publication
from schema.ids import global_id

CREATE = """mutation ($url: URL!, $events: [WebhookEvent!]!) {
  createWebhook(input: {url: $url, events: $events, clientMutationId: "1"}) {
    secret clientMutationId webhook { id url events isPaused pausedBecause failingSince createdAt }
    errors { __typename ... on UserError { code message path } } } }"""
UPDATE = """mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) {
    secret webhook { url events isPaused } errors { __typename ... on UserError { path } } } }"""
LOG = """query ($states: [WebhookCallState!], $after: String) { webhooks { id
  calls(first: 1, after: $after, states: $states) {
    totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id } }
    nodes { id event state tries lastStatus lastReason messageId nextTryAt settledAt createdAt } } } }"""
PING = """mutation ($id: ID!) { pingWebhook(input: {id: $id}) {
    call { id event state } errors { __typename ... on UserError { path } } } }"""
REPLAY = """mutation ($id: ID!) { replayWebhookCall(input: {id: $id}) {
    call { id state tries } errors { __typename ... on UserError { path } } } }"""
DELETE = """mutation ($id: ID!) { deleteWebhook(input: {id: $id}) {
    deletedWebhookId errors { __typename ... on UserError { path } } } }"""
NODES = """query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"""


@pytest.fixture
def publication(store):
    """Stand on a private server, where a receiver may stand too."""
    return Publication("http://127.0.0.1:8000", keep_seconds=0, is_private=True)


async def test_a_receiver_is_added_looked_at_told_again_and_removed(answer, staff, receiver, worker, write):
    _, _, principal = await staff(models.Role.ADMIN)

    async def ask(query, **variables):
        answered = await answer(query, principal=principal, **variables)
        assert answered.errors is None, answered.errors
        return answered.data

    made = (await ask(CREATE, url=receiver.url, events=["POST_PUBLISHED", "POST_PUBLISHED"]))["createWebhook"]
    assert made["errors"] == []
    assert made["clientMutationId"] == "1"
    id, secret = made["webhook"]["id"], made["secret"]
    assert secret.startswith("whsec_")
    assert made["webhook"]["events"] == ["POST_PUBLISHED"]
    assert await ask(CREATE, url=receiver.url, events=["POST_PUBLISHED"]) != made
    assert (await ask(PING, id=id))["pingWebhook"]["call"]["state"] == "WAITING"
    receiver.statuses = [500]
    await worker.drain()
    assert receiver.messages[0].is_signed_with(secret)
    await (await write()).publish()
    await worker.drain()
    [log, _] = (await ask(LOG))["webhooks"]
    calls = log["calls"]
    assert (calls["totalCount"], calls["pageInfo"]["hasNextPage"]) == (2, True)
    [newest] = calls["nodes"]
    assert (newest["event"], newest["state"], newest["lastStatus"]) == ("POST_PUBLISHED", "DELIVERED", 204)
    assert newest["nextTryAt"] is None
    [log, _] = (await ask(LOG, after=calls["pageInfo"]["endCursor"]))["webhooks"]
    [ping] = log["calls"]["nodes"]
    assert (ping["event"], ping["state"], ping["tries"]) == ("WEBHOOK_PING", "WAITING", 1)
    assert ping["nextTryAt"] > ping["createdAt"]
    assert ping["settledAt"] is None
    [log, _] = (await ask(LOG, states=["WAITING"]))["webhooks"]
    assert log["calls"]["nodes"] == [ping]
    again = (await ask(REPLAY, id=ping["id"]))["replayWebhookCall"]
    assert again["call"] == {"id": ping["id"], "state": "WAITING", "tries": 0}
    await worker.drain()
    assert receiver.messages[-1].id == ping["messageId"]
    found = await ask(NODES, ids=[id, ping["id"]])
    assert [node["__typename"] for node in found["nodes"]] == ["Webhook", "WebhookCall"]
    assert secret not in str(await ask(LOG))
    assert (await ask(DELETE, id=id))["deleteWebhook"] == {"deletedWebhookId": id, "errors": []}
    assert len((await ask(LOG))["webhooks"]) == 1


async def test_a_receiver_is_changed_paused_and_given_a_new_secret(answer, staff, receiver, add, worker):
    _, _, principal = await staff(models.Role.ADMIN)
    webhook = await add()
    id = global_id("Webhook", webhook.id)

    async def update(**input):
        answered = await answer(UPDATE, principal=principal, input={"id": id} | input)
        return answered.data["updateWebhook"]

    assert (await update(isPaused=True))["webhook"]["isPaused"]
    assert not (await update(isPaused=False))["webhook"]["isPaused"]
    changed = await update(url=receiver.url + "?x=1", events=["COMMENT_SHOWN"], newSecret=True)
    assert changed["webhook"] == {
        "url": receiver.url + "?x=1", "events": ["COMMENT_SHOWN"], "isPaused": False,
    }  # fmt: skip
    assert changed["secret"] != webhook.secret
    await webhook.ping(by=principal)
    await worker.drain()
    assert receiver.messages[0].is_signed_with(changed["secret"])
    assert (await update())["secret"] is None
    # All or nothing.
    wrong = await update(url="http://10.0.0.1/", isPaused=True)
    assert wrong["errors"] == [{"__typename": "ValidationError", "path": ["input", "url"]}]
    assert not (await models.Webhook.by_id(webhook.id)).is_paused
    assert (await update(events=[]))["errors"][0]["path"] == ["input", "events"]


async def test_what_cannot_be_is_told_in_the_payload(answer, staff, site, receiver):
    _, _, principal = await staff(models.Role.ADMIN)

    async def create(url, *events):
        answered = await answer(CREATE, principal=principal, url=url, events=events or ["POST_PUBLISHED"])
        [error] = answered.data["createWebhook"]["errors"]
        return error["__typename"], error["path"], error["message"]

    kind, path, message = await create("http://169.254.169.254/latest")
    assert (kind, path) == ("ValidationError", ["input", "url"])
    assert "internet" in message
    assert (await create(receiver.url, "WEBHOOK_PING"))[1] == ["input", "events"]
    nowhere = global_id("Webhook", 9)
    for mutation, id in ((PING, nowhere), (DELETE, nowhere), (DELETE, "x"), (REPLAY, nowhere)):
        [payload] = (await answer(mutation, principal=principal, id=id)).data.values()
        assert payload["errors"] == [{"__typename": "NotFoundError", "path": ["input", "id"]}]
    for _ in range(models.webhooks.MOST):
        await models.Webhook.add("https://a.example/", models.webhooks.CHOICES, by=models.NOBODY)
    assert "20" in (await create(receiver.url))[2]


async def test_two_who_add_the_last_one_at_once_do_not_both(site):
    def add():
        return models.Webhook.add("https://a.example/", models.webhooks.CHOICES, by=models.NOBODY)

    for _ in range(models.webhooks.MOST - 1):
        await add()
    before = copy_context()
    async with in_transaction():
        await add()
        second = asyncio.create_task(add(), context=before)
        # Who does not wait is done by then.
        await asyncio.wait([second], timeout=0.3)
    with pytest.raises(models.NotCalled):
        await second
    assert await models.Webhook.all().count() == models.webhooks.MOST


@pytest.mark.parametrize("role", [None, models.Role.AUTHOR, models.Role.EDITOR])
async def test_nobody_but_an_admin_sees_or_changes_any(answer, staff, receiver, add, role):
    webhook = await add()
    await webhook.ping(by=models.NOBODY)
    principal = (await staff(role)).principal if role else models.NOBODY
    told = await answer(LOG, principal=principal)
    assert told.errors
    ids = [global_id("Webhook", webhook.id), global_id("WebhookCall", 1)]
    assert (await answer(NODES, principal=principal, ids=ids)).data == {"nodes": [None, None]}
    for mutation in (PING, DELETE):
        [payload] = (await answer(mutation, principal=principal, id=ids[0])).data.values()
        assert payload["errors"][0]["__typename"] == "ForbiddenError"
    [payload] = (await answer(REPLAY, principal=principal, id=ids[1])).data.values()
    assert payload["errors"][0]["__typename"] == "ForbiddenError"
    assert await models.WebhookCall.all().count() == 1
