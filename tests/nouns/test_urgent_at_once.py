"""What is urgent may be done by two workers at once, when one was starved: all comes of it once."""

import asyncio
from collections import Counter

import models
from models.caps import Cap
from models.deliveries import Delivery
from models.sign_ins import SignIn

WORKERS = 4
BROWSER = "browser"


async def test_a_sign_in_gets_one_link_and_it_works(site):
    ann = await models.User.welcome(site, "ann@example.org", "Ann", models.Role.EDITOR)
    await SignIn.ask(site, ann.email, BROWSER)
    asked = await SignIn.get()
    await asyncio.gather(*(models.answer_sign_in(asked.id) for _ in range(WORKERS)))
    [letter] = await Delivery.filter(kind=models.LetterKind.SIGN_IN)
    token = letter.facts["paths"]["link"].rpartition("/")[2]
    assert await SignIn.use(site, token, BROWSER) == ann


async def test_a_reply_is_told_once_and_each_letter_goes_by_itself(site, write):
    await models.Site.filter(id=site.id).update(comment_policy=models.CommentPolicy.SHOWN)
    await models.Webhook.add("https://hooks.example.org/", [models.HookEvent.COMMENT_SHOWN], by=models.NOBODY)
    post = await write()
    await post.publish()
    ann, bob = (models.Writer(name=name, email=f"{name}@example.org") for name in ("ann", "bob"))
    first = await models.Comment.leave(post.id, ann, "The first", notify_replies=True)
    await models.attend_comment(first.id)
    await models.Commenter.all().update(confirmed_at=models.now())
    await models.Comment.filter(id=first.id).update(is_proven=True)
    reply = await models.Comment.leave(post.id, bob, "A reply", parent_id=first.id, notify_replies=True)
    counted = await counts()
    await asyncio.gather(*(models.attend_comment(reply.id) for _ in range(WORKERS)))
    assert await models.WebhookCall.filter(subject_id=reply.id).count() == 1
    batches = Counter(await Delivery.all().values_list("batch", flat=True))
    assert set(batches.values()) == {1}
    kinds = Counter(await Delivery.all().values_list("kind", flat=True))
    assert kinds == {models.LetterKind.COMMENT_CONFIRMATION: 2, models.LetterKind.COMMENT_REPLY: 1}
    assert await counts() == counted + 2


async def counts():
    """Count what the limits have counted."""
    return sum(len(cap.moments) for cap in await Cap.all())
