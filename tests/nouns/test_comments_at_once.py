"""Comments that are left on one post at the same moment are all kept, shown and counted."""

import asyncio

import models


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


def ann(number):
    return models.Writer(name=f"Ann {number}", email=f"ann-{number}@example.org")
