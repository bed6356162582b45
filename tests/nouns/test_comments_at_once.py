"""Comments that are left on one post at the same moment are all kept, shown and counted."""

import asyncio
from contextvars import copy_context

from tortoise.transactions import in_transaction

import models
from models.comment_letters import CONFIRM, _bound
from models.tokens import Token


async def test_comments_left_at_once_wait_for_each_other_in_turn(site, write):
    await models.Site.filter(id=site.id).update(comment_policy=models.CommentPolicy.SHOWN)
    post = await write()
    await post.publish()
    first = await models.Comment.leave(post.id, ann(0), "The first")
    left = await asyncio.gather(
        *[models.Comment.leave(post.id, ann(n), f"Number {n}", parent_id=first.id) for n in range(8)],
        *[models.Comment.leave(post.id, ann(n), f"Number {n}") for n in range(8)],
    )
    assert all(comment.is_shown for comment in left)
    assert (await models.Post.get(id=post.id)).comment_count == 17
    assert (await models.Comment.get(id=first.id)).reply_count == 8


async def test_an_address_is_confirmed_while_somebody_decides_about_the_comment(site, write):
    await models.Site.filter(id=site.id).update(comment_policy=models.CommentPolicy.SHOWN)
    post = await write()
    await post.publish()
    before = copy_context()
    for number in range(3):
        said = await models.Comment.leave(post.id, ann(number), f"Number {number}", notify_replies=True)
        comment = await models.Comment.get(id=said.id)
        token = Token.signed(CONFIRM, comment.id, site.secret, *_bound(comment))
        async with in_transaction():
            await comment.decide(models.Fate.PENDING)
            confirming = asyncio.create_task(models.confirm_comment(site, str(token)), context=before)
            # Who does not wait is done by then.
            await asyncio.wait([confirming], timeout=0.3)
            await comment.decide(models.Fate.APPROVED)
        await confirming
        assert (await models.Comment.get(id=comment.id)).is_proven


def ann(number):
    return models.Writer(name=f"Ann {number}", email=f"ann-{number}@example.org")


async def test_who_confirms_and_declines_letters_at_once_is_refused_neither(site, write):
    await site.change(comment_policy=models.CommentPolicy.CONFIRMED)
    post = await write()
    await post.publish()
    for number in range(5):
        ann = models.Writer(name="Ann", email=f"ann{number}@example.org")
        left = await models.Comment.leave(post.id, ann, "Wat mooi!", notify_replies=True)
        await models.attend_comment(left.id)
        [letter] = await models.Delivery.filter(state=models.State.QUEUED)
        commenter = await models.Commenter.of(site, ann.email)
        await asyncio.gather(
            models.confirm_comment(site, letter.facts["paths"]["link"].rpartition("/")[2]),
            models.decline_notices(site, commenter.path_out(site).rpartition("/")[2]),
        )
        await models.Delivery.all().delete()
