"""What those who write do with posts: each mutation takes its input to a verb, done once and noted."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import urlencode

import strawberry
from strawberry import UNSET, Info

import models
from models.newsletters import MOST as MOST_NEWSLETTERS
from schema.commands import COSTLY, SAID, mistakes_as_data
from schema.editing import change, content_of, found, found_all, maybe, require_editor, said_as
from schema.editing_posts_inputs import (
    ArchivePostInput,
    CreatePostInput,
    CreatePostPayload,
    CreatePreviewLinkInput,
    CreatePreviewLinkPayload,
    DeletePostInput,
    DeletePostPayload,
    PublishPostInput,
    PublishPostPayload,
    RestoreRevisionInput,
    SchedulePostInput,
    SchedulePostPayload,
    UnpublishPostInput,
    UnpublishPostPayload,
    UpdatePostInput,
    UpdatePostPayload,
)
from schema.given import at_most, given
from schema.ids import row_id
from schema.scalars import URL

MOST_AUTHORS = 20
MOST_TAGS = 50
TOLD = {"excerpt": "summary", "seo_title": "seo_title", "seo_description": "seo_description", "slug": "slug"}
# What the nouns call what an input calls otherwise.
INPUT_NAMES = {"summary": "excerpt", "name": "tagSlugs", "newsletters": "newsletterSlugs"}
Work = Callable[[models.Post], Awaitable[object]]


@strawberry.type
class EditingPosts:
    @strawberry.mutation(description="Create a draft.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(CreatePostPayload)
    async def create_post(info: Info, input: Annotated[CreatePostInput, SAID]) -> CreatePostPayload | None:
        content = await content_of(input) or models.Content.of("")
        # Null is no byline that a new post could have.
        input.author_ids = UNSET if input.author_ids is None else input.author_ids

        async def work() -> int:
            said = await _said(info, input)
            if "authors" not in said:
                said["authors"] = await _authors(info, None)
            by = await models.Editor.of(info.context.principal)
            post = await models.Post.draft(info.context.site, input.title, content, by=by, **said)
            return post.id

        with said_as(**INPUT_NAMES):
            id = await change(info, input, "post.create", work)
        return CreatePostPayload(post=await _read(info, id))

    @strawberry.mutation(
        description="Change a post. Fields left out stay as they are; null empties them.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(UpdatePostPayload)
    async def update_post(info: Info, input: Annotated[UpdatePostInput, SAID]) -> UpdatePostPayload | None:
        content = await content_of(input)

        async def work(post: models.Post) -> None:
            said, by = await _said(info, input), await models.Editor.of(info.context.principal)
            title = None if input.title is UNSET else input.title or ""
            await post.rewrite(title, content, by=by, **said)

        return UpdatePostPayload(post=await _changed(info, input, "post.update", work))

    @strawberry.mutation(description="Publish now.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(PublishPostPayload)
    async def publish_post(info: Info, input: Annotated[PublishPostInput, SAID]) -> PublishPostPayload | None:
        async def work(post: models.Post) -> None:
            await post.publish(newsletters=await _newsletters(info, input.newsletter_slugs))

        post = await _changed(info, input, "post.publish", work)
        return PublishPostPayload(post=post)

    @strawberry.mutation(description="Publish later.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(SchedulePostPayload)
    async def schedule_post(
        info: Info, input: Annotated[SchedulePostInput, SAID]
    ) -> SchedulePostPayload | None:
        async def work(post: models.Post) -> None:
            newsletters = await _newsletters(info, input.newsletter_slugs)
            await post.schedule(input.at, newsletters=newsletters)

        post = await _changed(info, input, "post.schedule", work)
        return SchedulePostPayload(post=post)

    @strawberry.mutation(
        description="Turn a published or scheduled post back into a draft.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(UnpublishPostPayload)
    async def unpublish_post(
        info: Info, input: Annotated[UnpublishPostInput, SAID]
    ) -> UnpublishPostPayload | None:
        to = models.Status.DRAFT
        post = await _changed(info, input, "post.unpublish", lambda post: post.withdraw(to=to))
        return UnpublishPostPayload(post=post)

    @strawberry.mutation(description="Put a post away: readers see it no more.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(UnpublishPostPayload)
    async def archive_post(
        info: Info, input: Annotated[ArchivePostInput, SAID]
    ) -> UnpublishPostPayload | None:
        post = await _changed(info, input, "post.archive", lambda post: post.withdraw())
        return UnpublishPostPayload(post=post)

    @strawberry.mutation(
        description="Delete a post for good, with its comments and all that leads to it.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(DeletePostPayload)
    async def delete_post(info: Info, input: Annotated[DeletePostInput, SAID]) -> DeletePostPayload | None:
        await _change(info, input, "post.delete", lambda post: post.remove())
        return DeletePostPayload(deleted_post_id=input.id)

    @strawberry.mutation(
        description="Let a post say again what it said; that is a new revision.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(UpdatePostPayload)
    async def restore_revision(
        info: Info, input: Annotated[RestoreRevisionInput, SAID]
    ) -> UpdatePostPayload | None:
        principal = info.context.principal
        revision = await found(models.Revision.open_to(principal), input.id, "Revision")
        content = await models.read_content(revision.source, revision.source_format)

        async def work() -> int:
            post = await _own(info, input, revision.post_id)
            await post.restore(revision, content, await models.Editor.of(principal))
            return post.id

        return UpdatePostPayload(post=await _read(info, await change(info, input, "post.restore", work)))

    @strawberry.mutation(
        description="Make a link that shows a post or page to whoever has it, for a week, published or not.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(CreatePreviewLinkPayload)
    async def create_preview_link(
        info: Info, input: Annotated[CreatePreviewLinkInput, SAID]
    ) -> CreatePreviewLinkPayload | None:
        # Not `once`: an answer to repeat would have to keep the token.
        shown = await _to_show(info, input)
        key, token = await models.Key.grant_preview(info.context.principal, shown)
        url = URL(f"{info.context.absolute(shown.path)}?{urlencode({'preview': token})}")
        return CreatePreviewLinkPayload(expires_at=key.expires_at, token=token, url=url)


async def _changed(info: Info, input: Any, deed: str, work: Work) -> Any:
    return await _read(info, await _change(info, input, deed, work))


async def _change(info: Info, input: Any, deed: str, work: Work) -> int:
    async def on_own() -> int:
        post = await _own(info, input, row_id(input.id, "Post"))
        await work(post)
        return post.id

    with said_as(**INPUT_NAMES):
        return await change(info, input, deed, on_own)


async def _own(info: Info, input: Any, id: int | None, *, field: str = "id") -> models.Post:
    """Give a post that is the principal's to change, as they have read it."""
    principal = info.context.principal
    post = await models.Post.open_to(principal).filter(id=id or 0).first()
    if post is None:
        raise models.NotFound("There is no such post.", field=field)
    await post.require_edit_by(principal)
    version = getattr(input, "expected_version", UNSET)
    post.expect(None if version is UNSET else version)
    return post


async def _to_show(info: Info, input: CreatePreviewLinkInput) -> models.Post | models.Page:
    if bool(input.post_id) is bool(input.page_id):
        raise models.Invalid("postId", "Give a postId or a pageId.", why="one of two")
    if not input.page_id:
        return await _own(info, input, row_id(input.post_id or "", "Post"), field="postId")
    require_editor(info)
    return await found(models.Page.open_to(info.context.principal), input.page_id, "Page", field="pageId")


async def _read(info: Info, id: int) -> Any:
    post = await models.Post.open_to(info.context.principal).filter(id=id).first()
    if post is None:
        raise models.NotFound("This post is gone.", field="id")
    return post


async def _said(info: Info, input: CreatePostInput | UpdatePostInput) -> dict[str, Any]:
    """Give what an input says beside title and text, as the verbs take it."""
    said = given(input, **TOLD)
    site_id = info.context.site.id
    if input.comments_open not in (UNSET, None):
        said["comments_open"] = input.comments_open
    if input.image_id is not UNSET:
        images = models.Image.usable_by(info.context.principal)
        image = await maybe(images, input.image_id, "Image", field="imageId")
        said["image_id"] = image and image.id
    if input.author_ids is not UNSET:
        said["authors"] = await _authors(info, input.author_ids or [])
    if input.tag_slugs is not UNSET:
        words = at_most(MOST_TAGS, "tagSlugs", input.tag_slugs or [])
        said["tags"] = await models.Tag.all_called(site_id, words)
    return said


async def _newsletters(info: Info, slugs: list[str] | None) -> list[models.Newsletter] | None:
    """Give the newsletters that a post goes to; None when it is sent to nobody."""
    if slugs is None or slugs is UNSET:
        return None
    return await models.Newsletter.by_slugs(
        info.context.site, at_most(MOST_NEWSLETTERS, "newsletterSlugs", slugs)
    )


async def _authors(info: Info, ids: list[strawberry.ID] | None) -> list[models.Author]:
    """Give the authors of a byline; an author's own posts go on naming them."""
    principal, known = info.context.principal, models.Author.filter(site_id=info.context.site.id)
    if ids is None:
        authors = await known.filter(id=principal.author_id or 0)
    else:
        named = at_most(MOST_AUTHORS, "authorIds", ids)
        authors = list((await found_all(known, named, "Author", field="authorIds")).values())
    if not principal.edits_all and principal.author_id not in [author.id for author in authors]:
        raise models.NotAllowed(models.Role.EDITOR)
    return authors
