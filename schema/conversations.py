"""Comments across posts: what everybody reads, what waits for moderators, and the form below a post."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

import models
from models.paging import Order, Window, page
from schema.connections import Slice
from schema.context import Context
from schema.ids import row_id
from schema.permissions import deny, refused
from schema.types import CommentStatus

NEWEST = Order("created_at", descending=True)
EVERYBODYS = {models.Fate.APPROVED}


@strawberry.input(description="Conditions on comments; all must hold.")
class CommentFilter:
    post_id: strawberry.ID | None = strawberry.field(default=UNSET, description="On this post.")
    statuses: list[CommentStatus] | None = strawberry.field(
        default=UNSET,
        description="In any of these states; other than APPROVED for moderators only. APPROVED if left out.",
    )


@strawberry.type(description="What a form for a comment below a post carries.")
class CommentForm:
    token: str = strawberry.field(
        description=(
            "Pass it as formToken of addComment, two seconds later at the earliest and within a day: it "
            "tells people from machines."
        )
    )


Conditions = Annotated[CommentFilter | None, strawberry.argument(description="Conditions.")]


async def across_posts(context: Context, filter: CommentFilter | None, asked: Window) -> Slice:
    """Give a page of comments, the newest first; refuse what only moderators see."""
    given: Any = (filter.statuses if filter else None) or []
    statuses = {models.Fate(status.value) for status in given} or EVERYBODYS
    if statuses <= EVERYBODYS:
        question = models.Comment.across_posts()
    else:
        if (refusal := refused(context.principal, models.Scope.COMMENTS_MODERATE)) is not None:
            deny(context.principal, refusal)
        question = models.Comment.in_queue(statuses)
    if filter and filter.post_id:
        question = question.filter(post_id=row_id(filter.post_id, "Post") or 0)
    found = await page(question, NEWEST, asked)
    if statuses <= EVERYBODYS:
        context.loaders.saw("Comment", found.rows)
    return Slice(found, NEWEST, question.count)


async def form_below(context: Context, post_id: str) -> CommentForm | None:
    """Give what a form carries; None where nobody can comment."""
    id = row_id(post_id, "Post") or 0
    post = await models.Post.in_list().filter(id=id).first()
    if post is None or not models.still_open(context.site, post.comments_open, post.published_at):
        return None
    return CommentForm(token=models.form_token(context.site, post.id))
