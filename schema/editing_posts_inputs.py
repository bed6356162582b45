"""What the mutations of posts take and answer."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from schema.mistakes import ConflictError, ForbiddenError, NotFoundError, ValidationError
from schema.payloads import ANEW, Payload, client_mutation_id, errors, expected_version
from schema.scalars import HTML, URL
from schema.types import Post

CreatePostError = Annotated[
    ForbiddenError | NotFoundError | ValidationError,
    strawberry.union("CreatePostError", description="What can go wrong in createPost."),
]
UpdatePostError = Annotated[
    ConflictError | ForbiddenError | NotFoundError | ValidationError,
    strawberry.union("UpdatePostError", description="What can go wrong in updatePost and restoreRevision."),
]
PublishPostError = Annotated[
    ConflictError | ForbiddenError | NotFoundError | ValidationError,
    strawberry.union("PublishPostError", description="What can go wrong in publishPost."),
]
SchedulePostError = Annotated[
    ConflictError | ForbiddenError | NotFoundError | ValidationError,
    strawberry.union("SchedulePostError", description="What can go wrong in schedulePost."),
]
UnpublishPostError = Annotated[
    ConflictError | ForbiddenError | NotFoundError,
    strawberry.union("UnpublishPostError", description="What can go wrong in unpublishPost and archivePost."),
]
DeletePostError = Annotated[
    ConflictError | ForbiddenError | NotFoundError,
    strawberry.union("DeletePostError", description="What can go wrong in deletePost."),
]
CreatePreviewLinkError = Annotated[
    ForbiddenError | NotFoundError | ValidationError,
    strawberry.union("CreatePreviewLinkError", description="What can go wrong in createPreviewLink."),
]


def newsletter_slugs() -> list[str] | None:
    """Declare whom a post is sent to."""
    return strawberry.field(  # type: ignore[no-any-return]
        default=UNSET,
        description="Newsletters that the post goes to as it appears. Who follows its authors or tags gets "
        "it too; with an empty list they alone do. When left out, nobody is written to.",
    )


@strawberry.input(description="Input of createPost.")
class CreatePostInput:
    author_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Authors; the viewer's own author when left out."
    )
    client_mutation_id: str | None = client_mutation_id()
    comments_open: bool | None = strawberry.field(default=UNSET, description="Whether it takes comments.")
    content_html: HTML | None = strawberry.field(
        default=UNSET, description="Content as HTML; give this or contentMarkdown."
    )
    content_markdown: str | None = strawberry.field(default=UNSET, description="Content as Markdown.")
    excerpt: str | None = strawberry.field(default=UNSET, description="Written summary.")
    image_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Leading picture.")
    seo_description: str | None = strawberry.field(
        default=UNSET, description="Description for search engines; the excerpt when left out."
    )
    seo_title: str | None = strawberry.field(
        default=UNSET, description="Title for search engines; the title when left out."
    )
    slug: str | None = strawberry.field(
        default=UNSET, description="Slug; made from the title when left out. One that is taken gets a number."
    )
    tag_slugs: list[str] | None = strawberry.field(
        default=UNSET, description="Tags, by slug or by name; created when new."
    )
    title: str = strawberry.field(description="Title.")


@strawberry.input(description="Input of updatePost. Fields left out stay as they are; null empties them.")
class UpdatePostInput:
    author_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Authors.")
    client_mutation_id: str | None = client_mutation_id()
    comments_open: bool | None = strawberry.field(default=UNSET, description="Whether it takes comments.")
    content_html: HTML | None = strawberry.field(
        default=UNSET, description="Content as HTML; give this or contentMarkdown."
    )
    content_markdown: str | None = strawberry.field(default=UNSET, description="Content as Markdown.")
    excerpt: str | None = strawberry.field(default=UNSET, description="Written summary.")
    expected_version: int | None = expected_version()
    id: strawberry.ID = strawberry.field(description="Post to change.")
    image_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Leading picture.")
    seo_description: str | None = strawberry.field(
        default=UNSET, description="Description for search engines."
    )
    seo_title: str | None = strawberry.field(default=UNSET, description="Title for search engines.")
    slug: str | None = strawberry.field(
        default=UNSET,
        description=(
            "Slug; the old path keeps redirecting. Null makes it from the title. One that is taken gets a "
            "number: the slug in the answer tells."
        ),
    )
    tag_slugs: list[str] | None = strawberry.field(
        default=UNSET, description="Tags, by slug or by name; created when new."
    )
    title: str | None = strawberry.field(default=UNSET, description="Title.")


@strawberry.input(description="Input of publishPost.")
class PublishPostInput:
    client_mutation_id: str | None = client_mutation_id()
    expected_version: int | None = expected_version()
    id: strawberry.ID = strawberry.field(description="Post to publish.")
    newsletter_slugs: list[str] | None = newsletter_slugs()


@strawberry.input(description="Input of schedulePost.")
class SchedulePostInput:
    at: datetime = strawberry.field(description="When; must lie ahead.")
    client_mutation_id: str | None = client_mutation_id()
    expected_version: int | None = expected_version()
    id: strawberry.ID = strawberry.field(description="Post to schedule.")
    newsletter_slugs: list[str] | None = newsletter_slugs()


@strawberry.input(description="Input of unpublishPost.")
class UnpublishPostInput:
    client_mutation_id: str | None = client_mutation_id()
    expected_version: int | None = expected_version()
    id: strawberry.ID = strawberry.field(description="Post to withdraw.")


@strawberry.input(description="Input of archivePost.")
class ArchivePostInput:
    client_mutation_id: str | None = client_mutation_id()
    expected_version: int | None = expected_version()
    id: strawberry.ID = strawberry.field(description="Post to put away.")


@strawberry.input(description="Input of deletePost.")
class DeletePostInput:
    client_mutation_id: str | None = client_mutation_id()
    expected_version: int | None = expected_version()
    id: strawberry.ID = strawberry.field(description="Post to delete.")


@strawberry.input(description="Input of restoreRevision.")
class RestoreRevisionInput:
    client_mutation_id: str | None = client_mutation_id()
    expected_version: int | None = expected_version()
    id: strawberry.ID = strawberry.field(description="Revision to go back to.")


@strawberry.input(description="Input of createPreviewLink.")
class CreatePreviewLinkInput:
    client_mutation_id: str | None = client_mutation_id(ANEW)
    page_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Page to show, by who edits; give this or postId."
    )
    post_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Post to show; give this or pageId."
    )


@strawberry.type(description="Answer of createPost.")
class CreatePostPayload(Payload):
    errors: list[CreatePostError] = errors()
    post: Post | None = strawberry.field(default=None, description="The draft.")


@strawberry.type(description="Answer of updatePost and restoreRevision.")
class UpdatePostPayload(Payload):
    errors: list[UpdatePostError] = errors()
    post: Post | None = strawberry.field(default=None, description="The post after the change.")


@strawberry.type(description="Answer of publishPost.")
class PublishPostPayload(Payload):
    errors: list[PublishPostError] = errors()
    post: Post | None = strawberry.field(default=None, description="The published post.")


@strawberry.type(description="Answer of schedulePost.")
class SchedulePostPayload(Payload):
    errors: list[SchedulePostError] = errors()
    post: Post | None = strawberry.field(default=None, description="The scheduled post.")


@strawberry.type(description="Answer of unpublishPost and archivePost.")
class UnpublishPostPayload(Payload):
    errors: list[UnpublishPostError] = errors()
    post: Post | None = strawberry.field(default=None, description="The post that readers see no more.")


@strawberry.type(description="Answer of deletePost.")
class DeletePostPayload(Payload):
    deleted_post_id: strawberry.ID | None = strawberry.field(
        default=None, description="Identifier of the deleted post."
    )
    errors: list[DeletePostError] = errors()


@strawberry.type(description="Answer of createPreviewLink.")
class CreatePreviewLinkPayload(Payload):
    errors: list[CreatePreviewLinkError] = errors()
    expires_at: datetime | None = strawberry.field(default=None, description="Moment it runs out.")
    token: str | None = strawberry.field(
        default=None,
        description="Token to send as `Authorization: Bearer`; it shows this alone.",
    )
    url: URL | None = strawberry.field(
        default=None, description="Address of what it shows, with the token as its `preview`."
    )
