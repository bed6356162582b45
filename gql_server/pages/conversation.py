"""The way back to a conversation, of who left something in it or came too late for that."""

import models
from schema.context import Context


async def address_of(context: Context, post_id: int | None) -> str | None:
    """Give the address of the conversation below a post; None when that is not to be seen."""
    post = await models.Post.published().filter(id=post_id).first() if post_id else None
    return context.absolute(f"{post.path}#conversation") if post else None
