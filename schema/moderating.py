"""What moderators decide about comments."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from strawberry import Info

import models
from schema.commands import COSTLY, DONE, SAID, mistakes_as_data, once
from schema.editing import found_all
from schema.given import at_most
from schema.mistakes import ForbiddenError, NotFoundError, ValidationError
from schema.payloads import Payload, client_mutation_id, errors
from schema.statuses import CommentStatus
from schema.types import Comment

MOST = 100
ModerateCommentError = Annotated[
    ForbiddenError | NotFoundError,
    strawberry.union("ModerateCommentError", description="What can go wrong in moderateComment."),
]
ModerateCommentsError = Annotated[
    ForbiddenError | NotFoundError | ValidationError,
    strawberry.union("ModerateCommentsError", description="What can go wrong in moderateComments."),
]
DeleteCommentError = Annotated[
    ForbiddenError | NotFoundError,
    strawberry.union("DeleteCommentError", description="What can go wrong in deleteComment."),
]


@strawberry.input(description="Input of moderateComment.")
class ModerateCommentInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Comment to moderate.")
    status: CommentStatus = strawberry.field(description="New state.")


@strawberry.input(description="Input of moderateComments.")
class ModerateCommentsInput:
    client_mutation_id: str | None = client_mutation_id()
    ids: list[strawberry.ID] = strawberry.field(description=f"Comments to moderate, at most {MOST}.")
    status: CommentStatus = strawberry.field(description="New state of all of them.")


@strawberry.input(description="Input of deleteComment.")
class DeleteCommentInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Comment to delete, with its replies.")


@strawberry.type(description="Answer of moderateComment.")
class ModerateCommentPayload(Payload):
    comment: Comment | None = strawberry.field(default=None, description="The comment in its new state.")
    errors: list[ModerateCommentError] = errors()


@strawberry.type(description="Answer of moderateComments.")
class ModerateCommentsPayload(Payload):
    comments: list[Comment] | None = strawberry.field(
        default=None, description="The comments in their new state, in the order asked for."
    )
    errors: list[ModerateCommentsError] = errors()


@strawberry.type(description="Answer of deleteComment.")
class DeleteCommentPayload(Payload):
    deleted_comment_id: strawberry.ID | None = strawberry.field(
        default=None, description="Identifier of the deleted comment."
    )
    errors: list[DeleteCommentError] = errors()


@strawberry.type
class Moderating:
    @strawberry.mutation(
        description="Publish, hold or refuse a comment, or mark it as spam.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(ModerateCommentPayload)
    async def moderate_comment(
        info: Info, input: Annotated[ModerateCommentInput, SAID]
    ) -> ModerateCommentPayload | None:
        [comment] = await _moderated(info, input, [input.id], field="id")
        return ModerateCommentPayload(comment=comment)

    @strawberry.mutation(
        description="Decide alike about several comments, or about none when one is not there.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(ModerateCommentsPayload)
    async def moderate_comments(
        info: Info, input: Annotated[ModerateCommentsInput, SAID]
    ) -> ModerateCommentsPayload | None:
        if not input.ids:
            raise models.Invalid("ids", "`ids` holds at least one identifier.", why="none")
        ids = at_most(MOST, "ids", input.ids)
        return ModerateCommentsPayload(comments=await _moderated(info, input, ids, field="ids"))

    @strawberry.mutation(description="Delete a comment with its replies, for good.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(DeleteCommentPayload)
    async def delete_comment(
        info: Info, input: Annotated[DeleteCommentInput, SAID]
    ) -> DeleteCommentPayload | None:
        async def work() -> str:
            [comment] = await _found([input.id], field="id")
            await models.remove_comment(info.context.principal, comment)
            return DONE

        await once(info, input, work)
        return DeleteCommentPayload(deleted_comment_id=input.id)


async def _moderated(info: Info, input: Any, ids: Sequence[str], *, field: str) -> list[Any]:
    async def work() -> str:
        found = [comment.id for comment in await _found(ids, field=field)]
        await models.moderate(info.context.principal, found, models.Fate(input.status.value))
        return DONE

    await once(info, input, work)
    return await _found(ids, field=field)


async def _found(ids: Sequence[str], *, field: str) -> list[Any]:
    found = await found_all(models.Comment.all(), ids, "Comment", field=field)
    return [found[id] for id in ids]
