"""What whoever left a comment does with it: how it comes in, in other words, and back again."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

import models
from schema.commands import COSTLY, SAID, key_of, mistakes_as_data, once
from schema.comment_fates import CommentFate, edit_token_of, fate_of
from schema.given import row_asked
from schema.ids import global_id, row_id
from schema.mistakes import (
    CommentsClosedError,
    InvalidTokenError,
    NotFoundError,
    RateLimitedError,
    ValidationError,
)
from schema.payloads import Payload, client_mutation_id, errors
from schema.scalars import URL, EmailAddress
from schema.sources import derived, worked
from schema.types import Comment

AddCommentError = Annotated[
    CommentsClosedError | NotFoundError | RateLimitedError | ValidationError,
    strawberry.union("AddCommentError", description="What can go wrong in addComment."),
]
EditCommentError = Annotated[
    InvalidTokenError | RateLimitedError | ValidationError,
    strawberry.union("EditCommentError", description="What can go wrong in editComment."),
]
RetractCommentError = Annotated[
    InvalidTokenError | ValidationError,
    strawberry.union("RetractCommentError", description="What can go wrong in retractComment."),
]


def _edit_token() -> Any:
    return strawberry.field(description="The editToken that came with the comment as it reads now.")


@strawberry.input(description="Input of addComment.")
class AddCommentInput:
    author_email: EmailAddress | None = strawberry.field(
        default=UNSET, description="Address; needed from visitors, never shown."
    )
    author_name: str | None = strawberry.field(default=UNSET, description="Name shown; needed from visitors.")
    author_website: URL | None = strawberry.field(default=UNSET, description="Own website.")
    client_mutation_id: str | None = client_mutation_id()
    content: str = strawberry.field(
        description=(
            f"Comment in plain text, at most {models.LONGEST_COMMENT} characters; an empty line begins a "
            "paragraph."
        )
    )
    form_token: str | None = strawberry.field(
        default=UNSET, description="Token of the form, by commentForm; a site may want one of every guest."
    )
    notify_replies: bool = strawberry.field(
        default=False,
        description="Whether to write to the address about replies, once that is confirmed by letter.",
    )
    parent_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Comment to reply to.")
    post_id: strawberry.ID = strawberry.field(description="Post to comment on.")
    trap: str | None = strawberry.field(
        default=UNSET,
        description="What a field holds that people do not see: machines fill it in.",
    )


@strawberry.input(description="Input of editComment.")
class EditCommentInput:
    client_mutation_id: str | None = client_mutation_id()
    content: str = strawberry.field(description="Comment in plain text, in its new words.")
    token: str = _edit_token()


@strawberry.input(description="Input of retractComment.")
class RetractCommentInput:
    client_mutation_id: str | None = client_mutation_id()
    token: str = _edit_token()


@strawberry.type(description="Answer of addComment.")
class AddCommentPayload(Payload):
    comment: Comment | None = strawberry.field(
        default=None, description="The comment, with status PENDING while it waits."
    )
    edit_token: str | None = worked(
        "Token for editComment and retractComment, within 15 minutes.", edit_token_of, "comment"
    )
    errors: list[AddCommentError] = errors()
    fate: CommentFate | None = derived("What became of the comment.", fate_of, "comment")


@strawberry.type(description="Answer of editComment.")
class EditCommentPayload(Payload):
    comment: Comment | None = strawberry.field(default=None, description="The comment in its new words.")
    edit_token: str | None = worked(
        "The token for the next change, within 15 minutes of the first writing.", edit_token_of, "comment"
    )
    errors: list[EditCommentError] = errors()
    fate: CommentFate | None = derived("What became of it.", fate_of, "comment")


@strawberry.type(description="Answer of retractComment.")
class RetractCommentPayload(Payload):
    errors: list[RetractCommentError] = errors()
    retracted_comment_id: strawberry.ID | None = strawberry.field(
        default=None, description="Identifier of the comment that is gone."
    )


@strawberry.type
class Commenting:
    @strawberry.mutation(
        description="Write a comment or a reply. It may wait for a moderator.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(AddCommentPayload)
    async def add_comment(info: Info, input: Annotated[AddCommentInput, SAID]) -> AddCommentPayload | None:
        key = key_of(info, input)
        known = await models.Repeat.answer_to(key)
        if known:
            post_id = row_id(input.post_id, "Post") or 0
            comment: Any = await models.Comment.as_left(int(known), post_id)
        else:
            comment = await _left(info, input, key)
        return AddCommentPayload(comment=_as_told(info, comment))

    @strawberry.mutation(
        description=(
            "Say a comment in other words, within 15 minutes. It waits where a new one of these words would."
        ),
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(EditCommentPayload, token_kind="edit")
    async def edit_comment(info: Info, input: Annotated[EditCommentInput, SAID]) -> EditCommentPayload | None:
        async def change() -> str:
            site = info.context.site
            found = await models.comment_to_edit(site, input.token)
            info.context.visitor.admit_comment()
            writer = models.Writer(name=found.name, email=found.email, website=found.website)
            screening = await _screened(info, found.post_id, writer, input.content, is_edit=True)

            async def edit() -> str:
                return str((await models.edit_comment(site, found, input.content, screening)).id)

            return await once(info, input, edit)

        id = await _changed(key_of(info, input), change)
        edited: Any = await models.Comment.filter(id=id).first()
        if edited is None:
            raise models.Invalid("token", why="taken back")
        return EditCommentPayload(comment=_as_told(info, edited))

    @strawberry.mutation(
        description="Take a comment back, within 15 minutes and as long as nobody has replied.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(RetractCommentPayload, token_kind="edit")
    async def retract_comment(
        info: Info, input: Annotated[RetractCommentInput, SAID]
    ) -> RetractCommentPayload | None:
        async def change() -> str:
            found = await models.comment_to_edit(info.context.site, input.token)

            async def retract() -> str:
                await models.retract_comment(found)
                return str(found.id)

            return await once(info, input, retract)

        gone = await _changed(key_of(info, input), change)
        return RetractCommentPayload(retracted_comment_id=strawberry.ID(global_id("Comment", gone)))


async def _changed(key: str | None, change: Callable[[], Awaitable[str]]) -> int:
    """Change a comment by its token, or tell again which one was changed so; give its id.

    A token has done its work when the words are others, so what came before is looked for first. Whoever
    sends all of it again may have the newest token: they had the one that it comes from.
    """
    if known := await models.Repeat.answer_to(key):
        return int(known)
    try:
        return int(await change())
    except models.Unproven:
        # Of two at once the other was done meanwhile.
        if known := await models.Repeat.answer_to(key):
            return int(known)
        raise


async def _left(info: Info, input: AddCommentInput, key: str | None) -> models.Comment:
    """Leave a comment as who is signed in, or as a guest whose comment is looked at first."""
    info.context.visitor.admit_comment()
    # What is no identifier of ours names what is not there.
    post_id = row_id(input.post_id, "Post") or 0
    parent_id = row_asked(input.parent_id, "Comment")
    author = await _author(info)
    if author is not None:
        writer = models.Writer(name=author.name, author_id=author.id)
        return await models.Comment.leave(post_id, writer, input.content, parent_id=parent_id, key=key)
    writer = models.Writer(
        name=input.author_name or "", email=input.author_email or "", website=input.author_website or ""
    )
    form = {"form": input.form_token or None, "bait": input.trap or ""}
    screening = await _screened(info, post_id, writer, input.content, **form)
    return await models.Comment.leave(
        post_id, writer, input.content, parent_id=parent_id, key=key, screening=screening,
        language=info.context.language, notify_replies=bool(input.notify_replies),
    )  # fmt: skip


def _as_told(info: Info, comment: models.Comment) -> Any:
    """Give a comment to whoever left it: what was taken for spam waits, as far as they know."""
    may_know = info.context.principal.may(models.Scope.COMMENTS_MODERATE)
    if comment.status is models.Fate.SPAM and not may_know:
        comment.status = models.Fate.PENDING
    return comment


async def _author(info: Info) -> models.Author | None:
    principal = info.context.principal
    if principal.author_id is None or not principal.may(models.Scope.CONTENT_WRITE):
        return None
    return await models.Author.filter(id=principal.author_id).first()


async def _screened(
    info: Info, post_id: int, writer: models.Writer, content: str, **about: Any
) -> models.Screening:
    # Not longer than what may be kept: looking is work too.
    said = content[: models.LONGEST_COMMENT]
    draft = models.Draft(post_id=post_id, writer=writer, content=said, **about)
    return await models.screen(info.context.site, draft)
