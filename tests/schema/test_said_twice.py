"""What a client sends again with its id is done once, wherever the graph says so."""

import pytest

import models
from schema.graph import schema
from schema.ids import global_id
from schema.payloads import ANEW, ONCE

ASKED = "errors { __typename } clientMutationId"
# What these answer is kept nowhere, or may be said again without harm.
DONE_ANEW = {
    "ConfirmSubscriptionInput", "CreatePreviewLinkInput", "CreateTokenInput", "CreateWebhookInput",
    "EraseSubscriptionInput", "UnsubscribeInput", "UpdateWebhookInput",
}  # fmt: skip


def test_every_input_says_what_comes_of_sending_it_again():
    said = {
        name: kind.fields["clientMutationId"].description.partition("; ")[2]
        for name, kind in schema._schema.type_map.items()
        if "clientMutationId" in getattr(kind, "fields", {}) and name.endswith("Input")
    }
    assert set(said.values()) == {ONCE, ANEW}
    assert {name for name, promise in said.items() if promise == ANEW} == DONE_ANEW


@pytest.fixture
async def twice(answer, staff):
    """Say the same twice as an admin; give what was answered, and the deeds that were noted."""
    boss = (await staff(models.Role.ADMIN, "Boss")).principal

    async def say(mutation, asked, **input):
        query = (
            f"mutation ($input: {mutation[0].upper()}{mutation[1:]}Input!) "
            f"{{ {mutation}(input: $input) {{ {asked} {ASKED} }} }}"
        )
        await models.Audit.all().delete()
        answers = []
        for _ in range(2):
            answered = await answer(query, principal=boss, input=input | {"clientMutationId": "1"})
            assert answered.errors is None, answered.errors
            answers.append(answered.data[mutation])
        assert answers[0] == answers[1]
        assert answers[0]["errors"] == []
        return answers[0], await models.Audit.all().values_list("deed", flat=True)

    return say


async def test_those_who_sign_in_are_invited_changed_and_retired_once(twice):
    invited, deeds = await twice("inviteUser", "user { id role }", email="bob@example.org", name="Bob")
    assert deeds == ["user.invite"]
    assert await models.Delivery.filter(kind=models.LetterKind.INVITATION).count() == 1
    id = invited["user"]["id"]
    changed, deeds = await twice("updateUser", "user { role }", id=id, role="EDITOR")
    assert (changed["user"], len(deeds)) == ({"role": "EDITOR"}, 1)
    _, deeds = await twice("retireUser", "user { id }", id=id)
    assert len(deeds) == 1


async def test_a_token_is_taken_back_once(twice, staff):
    _, token, _ = await staff(models.Role.AUTHOR, "Ann")
    key = (await models.Key.principal(token)).key_id
    _, deeds = await twice("revokeToken", "accessToken { revokedAt }", id=global_id("AccessToken", key))
    assert deeds == ["token.revoke"]


async def test_a_webhook_is_tried_and_removed_once(twice, site):
    webhook, _ = await models.Webhook.add("https://hooks.example/", models.webhooks.CHOICES, by=models.NOBODY)
    id = global_id("Webhook", webhook.id)
    pinged, deeds = await twice("pingWebhook", "call { id }", id=id)
    assert deeds == ["webhook.ping"]
    assert await models.WebhookCall.all().count() == 1
    _, deeds = await twice("replayWebhookCall", "call { id }", id=pinged["call"]["id"])
    assert deeds == ["webhook.replay"]
    _, deeds = await twice("deleteWebhook", "deletedWebhookId", id=id)
    assert deeds == ["webhook.delete"]


async def test_a_letter_is_tried_out_once(twice, site):
    post = await models.Post.draft(site, "Een bericht", "<p>x</p>", authors=[])
    _, deeds = await twice("sendTestIssue", "sentTo", postId=global_id("Post", post.id))
    assert deeds == ["issue.test"]
    assert await models.Delivery.all().count() == 1


async def test_a_pen_is_taken_back_once(twice):
    passed, _ = await twice("passPen", "pen { id }", email="bea@example.org", name="Bea")
    back, deeds = await twice("withdrawPen", "pen { state }", id=passed["pen"]["id"])
    assert (back["pen"], deeds) == ({"state": "WITHDRAWN"}, ["pen.withdraw"])


async def test_what_has_gone_since_is_not_found_when_it_is_said_again(answer, staff, write):
    boss = (await staff(models.Role.ADMIN, "Boss")).principal

    async def say(mutation, asked, **input):
        [said] = (
            await answer(
                f"mutation ($input: {mutation[0].upper()}{mutation[1:]}Input!) "
                f"{{ {mutation}(input: $input) {{ {asked} {ASKED} }} }}",
                principal=boss,
                input=input | {"clientMutationId": "1"},
            )
        ).data.values()
        return said

    bea = {"email": "bea@example.org", "name": "Bea"}
    pen = (await say("passPen", "pen { id }", **bea))["pen"]
    await say("withdrawPen", "pen { id }", **pen)
    await models.Pen.forget_of((await models.Site.current()).id, bea["email"])
    post = await write()
    key, _ = await models.Key.grant_preview(boss, post)
    token = {"id": global_id("AccessToken", key.id)}
    assert (await say("revokeToken", "accessToken { id }", **token))["accessToken"] == token
    await post.remove()
    for mutation, asked, input in (
        ("passPen", "pen { id }", bea),
        ("withdrawPen", "pen { id }", pen),
        ("revokeToken", "accessToken { id }", token),
    ):
        assert (await say(mutation, asked, **input))["errors"] == [{"__typename": "NotFoundError"}]


async def test_what_is_left_out_is_not_what_is_empty(answer, staff, site):
    boss = (await staff(models.Role.ADMIN, "Boss")).principal
    await site.change(description="Een tafel.")
    query = f"mutation ($input: UpdateSiteInput!) {{ updateSite(input: $input) {{ {ASKED} }} }}"
    for input in ({}, {"description": ""}):
        said = {"title": "De tafel", "clientMutationId": "1", **input}
        answered = await answer(query, principal=boss, input=said)
        assert answered.data["updateSite"]["errors"] == []
    assert (await models.Site.current()).description is None
