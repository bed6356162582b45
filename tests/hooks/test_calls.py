"""A receiver is told what happens: signed, and again under the same id when it did not take it."""

import asyncio
from datetime import timedelta

import pytest
import structlog.testing
import time_machine

import models
from gql_server import outgoing
from gql_server.handlers import handlers_with
from gql_server.webhook_calls import Caller
from gql_server.worker import Worker
from models import CallState, HookEvent
from models.webhooks import FAILING_FOR
from schema.ids import global_id

TRACE = models.Trace(door="test")


async def call_of(webhook) -> models.WebhookCall:
    return await models.WebhookCall.log_of(webhook.id).get()


def told(receiver):
    return [message.told["type"] for message in receiver.messages]


async def test_a_post_is_told_from_its_publication_to_its_end(receiver, add, worker, write):
    webhook = await add()
    post = await write("Een kop")
    await post.publish()
    await worker.drain()
    [message] = receiver.messages
    assert message.is_signed_with(webhook.secret)
    assert message.id.startswith("msg_")
    assert message.headers["content-type"] == "application/json"
    assert message.headers["user-agent"].startswith("gql-server/")
    call = await call_of(webhook)
    assert message.told == {
        "type": "post.published",
        "timestamp": call.created_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "id": global_id("Post", post.id),
            "path": "/posts/een-kop",
            "url": "http://127.0.0.1:8000/posts/een-kop",
        },
    }
    assert (call.state, call.tries, call.last_status, call.last_reason) == ("delivered", 1, 204, None)
    await post.rewrite("Anders", "<p>x</p>", authors=[], tags=[])
    await worker.drain()
    await post.withdraw()
    await worker.drain()
    await post.rewrite("Niet te zien", "<p>x</p>", authors=[], tags=[])
    await worker.drain()
    assert told(receiver) == ["post.published", "post.updated", "post.withdrawn"]


async def test_a_post_that_is_put_off_is_withdrawn_and_one_that_appears_by_itself_is_told(
    receiver, add, worker, write
):
    await add()
    post = await write()
    await post.publish()
    await worker.drain()
    soon = models.now() + timedelta(hours=1)
    await post.publish(soon)
    await worker.drain()
    assert told(receiver) == ["post.published", "post.withdrawn"]
    with time_machine.travel(soon + timedelta(minutes=1), tick=True):
        assert await models.count_due() == 1
        await worker.drain()
        assert await models.count_due() == 0
    assert told(receiver)[2:] == ["post.published"]


async def test_a_draft_and_what_nobody_chose_is_told_to_nobody(receiver, add, worker, write):
    await add(HookEvent.POST_WITHDRAWN)
    post = await write()
    await post.withdraw()
    await post.publish(models.now() + timedelta(days=1))
    await post.publish()
    await worker.drain()
    assert not receiver.messages
    assert not await models.WebhookCall.all().count()


async def test_a_comment_is_told_when_it_can_be_read(receiver, add, worker, write):
    webhook = await add(HookEvent.COMMENT_SHOWN)
    post = await write()
    await post.publish()
    writer = models.Writer(name="Gast", email="gast@example.org")
    comment = await models.Comment.keep(post, writer, "Geheim")
    await worker.drain()
    assert not receiver.messages
    await comment.decide(models.Fate.APPROVED)
    await worker.drain()
    [message] = receiver.messages
    assert message.is_signed_with(webhook.secret)
    assert message.told["data"] == {
        "id": global_id("Comment", comment.id),
        "postId": global_id("Post", post.id),
    }
    assert b"gast" not in message.body.lower()
    assert b"Geheim" not in message.body


@pytest.mark.parametrize("policy", ["shown", "held"])
async def test_a_guests_comment_is_told_of_once_and_kept_in_one_step(
    site, receiver, add, worker, write, statements, policy
):
    await site.change(comment_policy=models.CommentPolicy(policy))
    post = await write()
    await post.publish()
    writer = models.Writer(name="Gast", email="gast@example.org")
    with statements() as before:
        await models.Comment.leave(post.id, writer, "Voor niemand")
    await worker.drain()
    await add(HookEvent.COMMENT_SHOWN, HookEvent.COMMENT_HELD)
    with statements() as sent:
        comment = await models.Comment.leave(post.id, writer, "Dag allemaal")
    # On SQLite the promise of work is a statement of the same hop.
    assert len(sent) <= len(before) + 1
    assert not [statement for statement in sent if "webhook_call" in statement]
    await worker.drain()
    await models.Job.promise(models.Work.ATTEND_COMMENT, comment=comment.id)
    await worker.drain()
    [message] = receiver.messages
    assert message.told["type"] == f"comment.{policy}"
    assert message.told["data"]["id"] == global_id("Comment", comment.id)
    await comment.decide(models.Fate.REJECTED)
    await comment.decide(models.Fate.APPROVED)
    await worker.drain()
    assert told(receiver)[1:] == ["comment.shown"]


async def test_a_comment_is_told_once_each_time_that_it_can_be_read(receiver, add, worker, write):
    await add(HookEvent.COMMENT_SHOWN)
    post = await write()
    await post.publish()
    writer = models.Writer(name="Gast", email="gast@example.org")
    comment = await models.Comment.leave(post.id, writer, "Dag", notify_replies=True)
    reply = await models.Comment.keep(post, writer, "Dag", parent=comment, status=models.Fate.APPROVED)
    for fate, number in (
        (models.Fate.PENDING, 0), (models.Fate.APPROVED, 2), (models.Fate.APPROVED, 2),
        (models.Fate.PENDING, 2), (models.Fate.APPROVED, 4),
    ):  # fmt: skip
        await models.Comment.decide_all([comment.id], fate)
        for one in (comment, reply):
            await models.Job.promise(models.Work.ATTEND_COMMENT, comment=one.id)
        await worker.drain()
        assert told(receiver) == ["comment.shown"] * number
    about = {message.told["data"]["id"] for message in receiver.messages}
    assert about == {global_id("Comment", one.id) for one in (comment, reply)}
    assert len({message.id for message in receiver.messages}) == 4


async def test_a_subscriber_is_told_by_id_alone(site, receiver, add, worker):
    await add(HookEvent.SUBSCRIPTION_CONFIRMED, HookEvent.SUBSCRIPTION_ENDED)
    address = models.Address.of("ann@example.org")
    row = await models.Subscription.create(
        site_id=site.id, email=address.text, mailbox=address.mailbox, language="nl", seed="s",
        created_at=models.now(),
    )  # fmt: skip
    await row._say_yes(site, TRACE)
    await worker.drain()
    left = await row.leave(site, TRACE)
    await worker.drain()
    await models.Subscription.undo(site, left.path_back(site).rpartition("/")[2], TRACE)
    await worker.drain()
    await models.erase(row)
    await worker.drain()
    kinds = ["subscription.confirmed", "subscription.ended"]
    assert told(receiver) == kinds * 2
    for message in receiver.messages:
        assert message.told["data"] == {"id": global_id("NewsletterSubscription", row.id)}
        assert b"ann" not in message.body


async def test_what_is_not_taken_comes_again_with_the_same_id_and_a_new_signature(
    receiver, add, worker, write, time_passes
):
    webhook = await add()
    receiver.statuses, receiver.says = [500], "Oeps <b>"
    await (await write()).publish()
    with structlog.testing.capture_logs() as logs:
        await worker.drain()
    call = await call_of(webhook)
    assert (call.state, call.tries, call.last_status) == (CallState.WAITING, 1, 500)
    assert call.last_reason == "answered 500: Oeps <b>"
    assert (await models.Webhook.by_id(webhook.id)).failing_since
    await worker.drain()
    assert len(receiver.messages) == 1
    await time_passes(timedelta(minutes=2))
    await worker.drain()
    first, second = receiver.messages
    assert (first.id, first.body) == (second.id, second.body)
    assert second.is_signed_with(webhook.secret)
    assert (await call_of(webhook)).state is CallState.DELIVERED
    assert (await models.Webhook.by_id(webhook.id)).failing_since is None
    assert webhook.secret not in str(logs)
    assert "/hook" not in str(logs)


async def test_after_seven_tries_it_has_failed_and_can_be_replayed(receiver, add, worker, write, time_passes):
    webhook = await add()
    receiver.statuses = [503] * 7
    await (await write()).publish()
    for _ in range(8):
        await worker.drain()
        await time_passes(timedelta(days=1))
    assert len(receiver.messages) == 7
    call = await call_of(webhook)
    assert (call.state, call.tries) == (CallState.FAILED, 7)
    assert (await models.Job.counts()).buried == 0
    await models.webhooks.replay(call, by=models.NOBODY)
    await worker.drain()
    assert len({message.id for message in receiver.messages}) == 1
    call = await call_of(webhook)
    assert (call.state, call.tries) == (CallState.DELIVERED, 1)


async def test_who_is_gone_is_told_nothing_more(receiver, add, worker, write):
    webhook = await add()
    receiver.statuses = [410]
    await (await write("Een")).publish()
    await worker.drain()
    webhook = await models.Webhook.by_id(webhook.id)
    assert webhook.is_paused
    assert "gone" in webhook.paused_because
    assert (await call_of(webhook)).state is CallState.FAILED
    await (await write("Twee")).publish()
    await worker.drain()
    assert len(receiver.messages) == 1


async def test_who_takes_nothing_for_days_is_paused_and_gets_what_was_kept(
    receiver, add, worker, write, time_passes
):
    webhook = await add()
    receiver.statuses = [500]
    await (await write()).publish()
    await models.Webhook.filter(id=webhook.id).update(failing_since=models.now() - FAILING_FOR)
    await worker.drain()
    webhook = await models.Webhook.by_id(webhook.id)
    assert "days" in webhook.paused_because
    assert (await call_of(webhook)).state is CallState.PAUSED
    await time_passes(timedelta(days=1))
    await worker.drain()
    assert len(receiver.messages) == 1
    with pytest.raises(models.Invalid, match="paused"):
        await webhook.ping(by=models.NOBODY)
    with pytest.raises(models.Invalid, match="paused"):
        await models.webhooks.replay(await call_of(webhook), by=models.NOBODY)
    await webhook.resume(by=models.NOBODY)
    await worker.drain()
    assert len(receiver.messages) == 2
    assert (await call_of(webhook)).state is CallState.DELIVERED
    assert (await models.Webhook.by_id(webhook.id)).failing_since is None


async def test_who_does_not_answer_is_left_alone_and_not_asked_for_everything_that_waits(
    receiver, add, worker, write, time_passes, monkeypatch
):
    monkeypatch.setattr(outgoing, "PATIENCE_SECONDS", 0.2)
    webhook = await add()
    receiver.may_answer.clear()
    for number in range(8):
        await (await write(str(number))).publish()
    await worker.drain()
    # Only those that were asked together; on a busy machine even they may not have come through in that time.
    asked = await models.WebhookCall.filter(tries=1)
    assert {call.last_reason for call in asked} == {"no answer within 0 seconds"}
    assert len(receiver.messages) <= len(asked) < 8
    monkeypatch.setattr(outgoing, "PATIENCE_SECONDS", 60)
    receiver.may_answer.set()
    await models.Webhook.filter(id=webhook.id).update(rests_until=None)
    await time_passes(timedelta(minutes=2))
    await worker.drain()
    assert {call.state for call in await models.WebhookCall.all()} == {CallState.DELIVERED}
    assert len({message.id for message in receiver.messages}) == 8


async def test_redirects_are_not_followed_and_an_answer_without_end_is_cut(receiver, add, worker):
    here = await add()
    endless = await add(url=receiver.url.replace("/hook", "/endless"))
    receiver.statuses = [302]
    for webhook in (here, endless):
        await webhook.ping(by=models.NOBODY)
    await worker.drain()
    assert "redirects" in (await call_of(here)).last_reason
    assert not receiver.elsewhere
    assert (await call_of(endless)).last_reason.startswith("answered 500: xxx")


async def test_a_ping_is_a_message_of_its_own(receiver, add, worker):
    webhook = await add(HookEvent.POST_DELETED)
    await webhook.ping(by=models.NOBODY)
    await worker.drain()
    [message] = receiver.messages
    assert message.told["type"] == "webhook.ping"
    assert message.told["data"] == {"id": global_id("Webhook", webhook.id)}


async def test_for_a_day_the_secret_before_signs_too(receiver, add, worker):
    webhook = await add()
    before, fresh = webhook.secret, await webhook.rotate(by=models.NOBODY)
    assert before != fresh
    await webhook.ping(by=models.NOBODY)
    await worker.drain()
    with time_machine.travel(models.now() + timedelta(days=2), tick=True):
        await webhook.ping(by=models.NOBODY)
        await worker.drain()
    both, one = receiver.messages
    assert both.is_signed_with(before)
    assert both.is_signed_with(fresh)
    assert not one.is_signed_with(before)
    assert one.is_signed_with(fresh)


async def test_a_signature_is_that_of_the_specification():
    webhook = models.Webhook(secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = webhook.signatures("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_what_is_removed_is_told_nothing_and_leaves_no_log(receiver, add, worker, write):
    webhook = await add()
    await (await write()).publish()
    await webhook.remove(by=models.NOBODY)
    await worker.drain()
    assert not receiver.messages
    assert not await models.WebhookCall.all().count()
    assert await models.Audit.filter(deed__startswith="webhook.").order_by("id").values_list(
        "deed", flat=True
    ) == ["webhook.create", "webhook.delete"]


async def test_a_verb_that_fails_has_promised_nothing(add, write):
    await add()
    post = await write()
    await models.Post.filter(id=post.id).update(version=9)
    with pytest.raises(models.Changed):
        await post.publish()
    assert not await models.WebhookCall.all().count()
    assert (await models.Job.counts()).waiting == 0


async def test_without_a_webhook_a_verb_asks_one_thing_more(add, write, statements):
    post = await write()
    with statements() as sent:
        await post.publish()
    assert len([statement for statement in sent if "webhook" in statement]) == 1


async def test_what_is_done_quietly_as_an_import_is_told_to_nobody(add, write):
    await add()
    post = await write()
    with models.webhooks.quietly():
        await post.publish()
    assert not await models.WebhookCall.all().count()
    await post.withdraw()
    assert await models.WebhookCall.all().count() == 1


async def test_whose_mail_bounces_is_a_subscriber_no_more(site, receiver, add, worker):
    await add(HookEvent.SUBSCRIPTION_ENDED)
    row = await models.Subscription.create(
        site_id=site.id, email="a@example.org", mailbox="a@example.org", language="nl", seed="s",
        created_at=models.now(), status=models.SubscriptionStatus.CONFIRMED,
    )  # fmt: skip
    letter = row.letter(models.LetterKind.WELCOME, site, paths={})
    await models.Delivery.promise([letter], lane=models.Lane.URGENT)
    outcome = models.Outcome(key=letter.key, state=models.State.FAILED, bounced=True)
    await models.settle([outcome])
    await worker.drain()
    assert told(receiver) == ["subscription.ended"]


async def test_the_log_is_kept_for_thirty_days(add, write):
    webhook = await add()
    await webhook.ping(by=models.NOBODY)
    old = models.now() - timedelta(days=31)
    await models.WebhookCall.filter(webhook_id=webhook.id).update(created_at=old)
    await webhook.ping(by=models.NOBODY)
    await models.purge()
    assert await models.WebhookCall.log_of(webhook.id).count() == 1


async def test_one_that_was_added_here_is_refused_where_everybody_is_served(publication, receiver, add):
    webhook = await add()
    await webhook.ping(by=models.NOBODY)
    await Worker(handlers_with(Caller(publication, near=False)), {}).drain()
    assert not receiver.messages
    assert "public internet" in (await call_of(webhook)).last_reason


async def test_a_pause_and_a_removal_cost_the_same_however_much_waits(add, statements):
    webhook = await add()
    costs = []
    for number in (1, 9):
        for _ in range(number):
            await webhook.ping(by=models.NOBODY)
        with statements() as pausing:
            await webhook.pause(by=models.NOBODY)
        await webhook.resume(by=models.NOBODY)
        costs.append(len(pausing))
    with statements() as removing:
        await webhook.remove(by=models.NOBODY)
    assert costs[0] == costs[1]
    assert len(removing) <= costs[0]


async def test_a_replay_while_an_outcome_is_kept_is_not_lost(add):
    webhook = await add()
    calls = [await webhook.ping(by=models.NOBODY) for _ in range(5)]
    listed = await models.WebhookCall.log_of(webhook.id)
    heard = models.Heard(status=204)
    await asyncio.gather(
        *(models.webhooks.hear(call, heard) for call in calls),
        *(models.webhooks.replay(call, by=models.NOBODY) for call in listed),
    )
    states = await models.WebhookCall.log_of(webhook.id).values_list("state", "tries")
    assert states == [(CallState.WAITING, 0)] * len(calls)


async def test_a_call_is_not_set_aside_when_its_webhook_goes_on_meanwhile(add):
    webhook = await add()
    call = await webhook.ping(by=models.NOBODY)
    await webhook.pause(by=models.NOBODY)
    await webhook.resume(by=models.NOBODY)
    assert not await models.webhooks.set_aside(call)
    assert (await call_of(webhook)).state is CallState.WAITING
    await webhook._become(is_paused=True)
    assert await models.webhooks.set_aside(call)
    assert (await call_of(webhook)).state is CallState.PAUSED
