"""What editors do with tags, authors and the site: each input goes to a verb, is done once, and noted."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

import models
from schema.commands import COSTLY, SAID, mistakes_as_data
from schema.editing import change, changed, found, maybe, require_editor
from schema.editing_site_inputs import (
    AuthorPayload,
    CreateAuthorInput,
    DeleteAuthorInput,
    DeleteTagInput,
    MergeTagsInput,
    SitePayload,
    TagPayload,
    UpdateAuthorInput,
    UpdateSiteInput,
    UpdateTagInput,
)
from schema.given import given
from schema.ids import row_id
from schema.payloads import DeletedPayload


@strawberry.type
class EditingSite:
    @strawberry.mutation(description="Give a tag another name or slug.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(TagPayload)
    async def update_tag(info: Info, input: Annotated[UpdateTagInput, SAID]) -> TagPayload | None:
        require_editor(info)

        async def work() -> int:
            tag = await found(models.Tag.all(), input.id, "Tag")
            await tag.rename(name=input.name or None, slug=input.slug or None)
            return tag.id

        return TagPayload(tag=await changed(models.Tag, await change(info, input, "tag.update", work)))

    @strawberry.mutation(
        description="Give all that has one tag another, and let the first go.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(TagPayload)
    async def merge_tags(info: Info, input: Annotated[MergeTagsInput, SAID]) -> TagPayload | None:
        require_editor(info)

        async def work() -> int:
            tag = await found(models.Tag.all(), input.id, "Tag")
            into = await found(models.Tag.all(), input.into_id, "Tag", field="intoId")
            await models.merge_tags(tag, into)
            return into.id

        return TagPayload(tag=await changed(models.Tag, await change(info, input, "tag.merge", work)))

    @strawberry.mutation(description="Take a tag from all that has it, for good.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(DeletedPayload)
    async def delete_tag(info: Info, input: Annotated[DeleteTagInput, SAID]) -> DeletedPayload | None:
        require_editor(info)

        async def work() -> int:
            tag = await found(models.Tag.all(), input.id, "Tag")
            await models.delete_tag(tag)
            return tag.id

        await change(info, input, "tag.delete", work)
        return DeletedPayload(deleted_id=input.id)

    @strawberry.mutation(description="Add somebody whose name may appear on posts.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(AuthorPayload)
    async def create_author(info: Info, input: Annotated[CreateAuthorInput, SAID]) -> AuthorPayload | None:
        require_editor(info)

        async def work() -> int:
            said = await _said(info, input)
            said.pop("name")
            return (await models.Author.introduce(info.context.site.id, input.name, **said)).id

        id = await change(info, input, "author.create", work)
        return AuthorPayload(author=await changed(models.Author, id))

    @strawberry.mutation(
        description="Change what is said of an author: editors of anybody, authors of themselves.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(AuthorPayload)
    async def update_author(info: Info, input: Annotated[UpdateAuthorInput, SAID]) -> AuthorPayload | None:
        is_own = row_id(input.id, "Author") == info.context.principal.author_id
        if not is_own or input.place is not UNSET:
            require_editor(info)

        async def work() -> int:
            author = await found(models.Author.all(), input.id, "Author")
            await author.edit(**await _said(info, input))
            return author.id

        id = await change(info, input, "author.update", work)
        return AuthorPayload(author=await changed(models.Author, id))

    @strawberry.mutation(
        description="Delete an author whom no post names and nobody publishes as.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(DeletedPayload)
    async def delete_author(info: Info, input: Annotated[DeleteAuthorInput, SAID]) -> DeletedPayload | None:
        require_editor(info)

        async def work() -> int:
            author = await found(models.Author.all(), input.id, "Author")
            await models.delete_author(author)
            return author.id

        await change(info, input, "author.delete", work)
        return DeletedPayload(deleted_id=input.id)

    @strawberry.mutation(
        description="Change what the site is called, where it lives and how it is run.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(SitePayload)
    async def update_site(info: Info, input: Annotated[UpdateSiteInput, SAID]) -> SitePayload | None:
        require_editor(info, models.Role.ADMIN)
        if input.url is not UNSET:
            # Links to sign in are written with it: who changes it could come in as anybody.
            info.context.principal.require(models.Scope.TOKENS_MANAGE)

        async def work() -> int:
            # Not the one of the context, which others see until it is changed.
            site = await models.Site.get(id=info.context.site.id)
            said = given(input, "title", "description", "language", "url")
            if input.comment_policy:
                said["comment_policy"] = input.comment_policy.value
            if input.logo_id is not UNSET:
                images = models.Image.usable_by(info.context.principal)
                logo = await maybe(images, input.logo_id, "Image", field="logoId")
                said["logo_id"] = logo and logo.id
            await site.change(**said)
            if input.time_zone:
                await models.set_time_zone(site, input.time_zone)
            return site.id

        await change(info, input, "site.update", work)
        await info.context.renew()
        return SitePayload(site=info.context.site)


async def _said(info: Info, input: CreateAuthorInput | UpdateAuthorInput) -> dict[str, Any]:
    said = given(input, "name", "slug", "bio_html", "place")
    if said.get("name", "") is None:
        raise models.Invalid("name", "An author needs a name.")
    if input.avatar_id is not UNSET:
        images = models.Image.usable_by(info.context.principal)
        avatar = await maybe(images, input.avatar_id, "Image", field="avatarId")
        said["avatar_id"] = avatar and avatar.id
    return said
