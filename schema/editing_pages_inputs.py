"""What the mutations of pages and menus take and answer."""

import strawberry
from strawberry import UNSET

import models
from schema.payloads import EditingError, Payload, client_mutation_id, errors, expected_version
from schema.scalars import HTML
from schema.types import Menu, Page


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
    slug: str | None = strawberry.field(
        default=UNSET,
        description=(
            "Slug; old paths keep redirecting. One that is taken gets a number: the path in the answer tells."
        ),
    )
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


@strawberry.type(description="Answer of createPage, updatePage, publishPage and unpublishPage.")
class PagePayload(Payload):
    errors: list[EditingError] = errors()
    page: Page | None = strawberry.field(default=None, description="The page after the change.")


@strawberry.type(description="Answer of updateMenu.")
class MenuPayload(Payload):
    errors: list[EditingError] = errors()
    menu: Menu | None = strawberry.field(default=None, description="The menu, whole.")
