"""Comments across posts: what everybody reads, what waits for moderators, and the form below a post."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

import models
from models.paging import Window, page
from schema.connections import NEWEST, Slice
from schema.context import Context
from schema.given import row_asked
from schema.ids import row_id
from schema.permissions import deny, refused
from schema.statuses import CommentStatus

EVERYBODYS = {models.Fate.APPROVED}


@strawberry.input(description="Conditions on comments; all must hold.")
class CommentFilter:
    post_id: strawberry.ID | None = strawberry.field(default=UNSET, description="On this post.")
    statuses: list[CommentStatus] | None = strawberry.field(
        default=UNSET,
        description="In any of these states; other than APPROVED for moderators only. APPROVED if left out.",
    )

    @property
    def wanted_states(self) -> set[models.Fate]:
        """The states that are asked for."""
        given: Any = self.statuses or []
        return {models.Fate(status.value) for status in given} or EVERYBODYS

    @property
    def are_everybodys(self) -> bool:
        """Whether nothing is asked for but what everybody may read."""
        return self.wanted_states <= EVERYBODYS

    @property
    def wanted_post(self) -> int | None:
        """The post that is asked for; None when it is any."""
        # What is no identifier of ours names what is not there.
        return row_asked(self.post_id, "Post")


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
    conditions = filter or CommentFilter()
    if conditions.are_everybodys:
        question = models.Comment.across_posts()
    else:
        if (refusal := refused(context.principal, models.Scope.COMMENTS_MODERATE)) is not None:
            deny(context.principal, refusal)
        question = models.Comment.in_queue(conditions.wanted_states, context.principal)
    if (post_id := conditions.wanted_post) is not None:
        question = question.filter(post_id=post_id)
    found = await page(question, NEWEST, asked)
    if conditions.are_everybodys:
        context.loaders.saw("Comment", found.rows)
    return Slice(found, NEWEST, question.count)


async def form_below(context: Context, post_id: str) -> CommentForm | None:
    """Give what a form carries; None where nobody can comment."""
    id = row_id(post_id, "Post") or 0
    post = await models.Post.in_list().filter(id=id).first()
    if post is None or not models.still_open(context.site, post.comments_open, post.published_at):
        return None
    return CommentForm(token=models.form_token(context.site, post.id))
