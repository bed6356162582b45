"""What the mutations of pages, menus, tags, authors and the site take and answer."""

from enum import Enum
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

import models
from schema.editing_posts_inputs import expected_version
from schema.mistakes import ConflictError, ForbiddenError, NotFoundError, ValidationError
from schema.payloads import Payload, client_mutation_id, errors
from schema.scalars import HTML, URL, LanguageTag
from schema.types import Author, Menu, Page, Site, Tag

EditingError = Annotated[
    ConflictError | ForbiddenError | NotFoundError | ValidationError,
    strawberry.union(
        "EditingError",
        description="What can go wrong with pages, menus, tags, authors, newsletters and the site.",
    ),
]


@strawberry.enum(description="What happens to the comments of guests.")
class CommentPolicy(Enum):
    CONFIRMED = strawberry.enum_value(
        "confirmed", description="They are shown when their address is confirmed."
    )
    HELD = strawberry.enum_value("held", description="They wait for a person.")
    SHOWN = strawberry.enum_value("shown", description="They are shown at once.")


@strawberry.input(description="Input of createPage.")
class CreatePageInput:
    client_mutation_id: str | None = client_mutation_id()
    content_html: HTML | None = strawberry.field(
        default=UNSET, description="Content as HTML; give this or contentMarkdown."
    )
    content_markdown: str | None = strawberry.field(default=UNSET, description="Content as Markdown.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Page above it; none when left out."
    )
    position: int | None = strawberry.field(
        default=UNSET, description="Place among the pages beside it, the smallest first."
    )
    seo_description: str | None = strawberry.field(
        default=UNSET, description="Description for search engines."
    )
    seo_title: str | None = strawberry.field(default=UNSET, description="Title for search engines.")
    slug: str | None = strawberry.field(
        default=UNSET, description="Slug; made from the title when left out. One that is taken gets a number."
    )
    title: str = strawberry.field(description="Title.")


@strawberry.input(description="Input of updatePage. Fields left out stay as they are; null empties them.")
class UpdatePageInput:
    client_mutation_id: str | None = client_mutation_id()
    content_html: HTML | None = strawberry.field(
        default=UNSET, description="Content as HTML; give this or contentMarkdown."
    )
    content_markdown: str | None = strawberry.field(default=UNSET, description="Content as Markdown.")
    expected_version: int | None = expected_version()
    id: strawberry.ID = strawberry.field(description="Page to change.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Page above it; null for none. Old paths keep redirecting."
    )
    position: int | None = strawberry.field(
        default=UNSET, description="Place among the pages beside it, the smallest first."
    )
    seo_description: str | None = strawberry.field(
        default=UNSET, description="Description for search engines."
    )
    seo_title: str | None = strawberry.field(default=UNSET, description="Title for search engines.")
    slug: str | None = strawberry.field(default=UNSET, description="Slug; old paths keep redirecting.")
    title: str | None = strawberry.field(default=UNSET, description="Title.")


@strawberry.input(description="Input of publishPage, unpublishPage and deletePage.")
class PageInput:
    client_mutation_id: str | None = client_mutation_id()
    expected_version: int | None = expected_version()
    id: strawberry.ID = strawberry.field(description="The page.")


@strawberry.input(description="Input of publishPage.")
class PublishPageInput(PageInput):
    """The page, and the version of it that was read."""


@strawberry.input(description="Input of unpublishPage.")
class UnpublishPageInput(PageInput):
    """The page, and the version of it that was read."""


@strawberry.input(description="Input of deletePage.")
class DeletePageInput(PageInput):
    """The page, and the version of it that was read."""


@strawberry.input(one_of=True, description="Where an item of a menu leads.")
class MenuTargetInput:
    author_id: strawberry.ID | None = strawberry.field(default=UNSET, description="To an author.")
    page_id: strawberry.ID | None = strawberry.field(default=UNSET, description="To a page.")
    post_id: strawberry.ID | None = strawberry.field(default=UNSET, description="To a post.")
    tag_id: strawberry.ID | None = strawberry.field(default=UNSET, description="To a tag.")
    url: str | None = strawberry.field(
        default=UNSET, description="To a path of the site, or an address of the web, mail or telephone."
    )


@strawberry.input(description="An item of a menu, with those below it.")
class MenuItemInput:
    items: list["MenuItemInput"] = strawberry.field(
        default_factory=list, description=f"Items below it; menus nest at most {models.DEEPEST_MENU} deep."
    )
    label: str = strawberry.field(description="Text shown.")
    target: MenuTargetInput | None = strawberry.field(
        default=UNSET, description="Where it leads; nowhere itself when left out."
    )


@strawberry.input(description="Input of updateMenu.")
class UpdateMenuInput:
    client_mutation_id: str | None = client_mutation_id()
    items: list[MenuItemInput] = strawberry.field(description="Its items, in place of those it had.")
    slug: str = strawberry.field(default="main", description="Slug of the menu; made when it is new.")


@strawberry.input(description="Input of updateTag. Fields left out stay as they are.")
class UpdateTagInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Tag to change.")
    name: str | None = strawberry.field(default=UNSET, description="Name.")
    slug: str | None = strawberry.field(default=UNSET, description="Slug; the old path keeps redirecting.")


@strawberry.input(description="Input of mergeTags.")
class MergeTagsInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Tag that goes.")
    into_id: strawberry.ID = strawberry.field(description="Tag that takes over all that has it.")


@strawberry.input(description="Input of deleteTag.")
class DeleteTagInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Tag to delete.")


@strawberry.input(description="Input of createAuthor.")
class CreateAuthorInput:
    avatar_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Portrait.")
    bio_html: HTML | None = strawberry.field(default=UNSET, description="Short biography.")
    client_mutation_id: str | None = client_mutation_id()
    name: str = strawberry.field(description="Name; nobody else is called so.")
    place: int | None = strawberry.field(
        default=UNSET, description="Place in lists of authors; those without one follow by name."
    )
    slug: str | None = strawberry.field(
        default=UNSET, description="Slug; made from the name when left out. One that is taken gets a number."
    )


@strawberry.input(description="Input of updateAuthor. Fields left out stay as they are; null empties them.")
class UpdateAuthorInput:
    avatar_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Portrait.")
    bio_html: HTML | None = strawberry.field(default=UNSET, description="Short biography.")
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Author to change.")
    name: str | None = strawberry.field(default=UNSET, description="Name; nobody else is called so.")
    place: int | None = strawberry.field(
        default=UNSET, description="Place in lists of authors; those without one follow by name."
    )
    slug: str | None = strawberry.field(default=UNSET, description="Slug; the old path keeps redirecting.")


@strawberry.input(description="Input of deleteAuthor.")
class DeleteAuthorInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Author to delete: one whom no post names.")


@strawberry.input(description="Input of updateSite. Fields left out stay as they are; null empties them.")
class UpdateSiteInput:
    client_mutation_id: str | None = client_mutation_id()
    comment_policy: CommentPolicy | None = strawberry.field(
        default=UNSET, description="What happens to the comments of guests."
    )
    description: str | None = strawberry.field(default=UNSET, description="One sentence about the site.")
    language: LanguageTag | None = strawberry.field(default=UNSET, description="Language of the content.")
    logo_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Logo.")
    time_zone: str | None = strawberry.field(
        default=UNSET, description="IANA time zone; the months of the archive follow within a moment."
    )
    title: str | None = strawberry.field(default=UNSET, description="Title.")
    url: URL | None = strawberry.field(default=UNSET, description="Root URL; null for where the server is.")


def _entity(description: str) -> Any:
    return strawberry.field(default=None, description=description)


@strawberry.type(description="Answer of createPage, updatePage, publishPage and unpublishPage.")
class PagePayload(Payload):
    errors: list[EditingError] = errors()
    page: Page | None = _entity("The page after the change.")


@strawberry.type(description="Answer of updateMenu.")
class MenuPayload(Payload):
    errors: list[EditingError] = errors()
    menu: Menu | None = _entity("The menu, whole.")


@strawberry.type(description="Answer of updateTag and mergeTags.")
class TagPayload(Payload):
    errors: list[EditingError] = errors()
    tag: Tag | None = _entity("The tag after the change.")


@strawberry.type(description="Answer of createAuthor and updateAuthor.")
class AuthorPayload(Payload):
    author: Author | None = _entity("The author after the change.")
    errors: list[EditingError] = errors()


@strawberry.type(description="Answer of updateSite.")
class SitePayload(Payload):
    errors: list[EditingError] = errors()
    site: Site | None = _entity("The site after the change.")


@strawberry.type(description="Answer of deletePage, deleteTag, deleteAuthor and deleteNewsletter.")
class DeletedPayload(Payload):
    deleted_id: strawberry.ID | None = _entity("Identifier of what is gone.")
    errors: list[EditingError] = errors()
