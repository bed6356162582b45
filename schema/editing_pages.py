"""What editors do with pages and menus: each mutation takes its input to a verb, done once and noted."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

import models
from schema.commands import COSTLY, SAID, mistakes_as_data
from schema.editing import change, changed, content_of, found, maybe, require_editor, said_as
from schema.editing_pages_inputs import (
    CreatePageInput,
    DeletePageInput,
    MenuItemInput,
    MenuPayload,
    MenuTargetInput,
    PagePayload,
    PublishPageInput,
    UnpublishPageInput,
    UpdateMenuInput,
    UpdatePageInput,
)
from schema.given import given
from schema.ids import row_id
from schema.payloads import DeletedPayload

MOST_ITEMS = 200
# What the nouns call what an input calls otherwise.
INPUT_NAMES = {"path": "slug"}
Work = Callable[[models.Page], Awaitable[object]]
Targets = dict[tuple[str, int], Any]
TARGETS: dict[str, tuple[Any, str]] = {
    "author_id": (models.Author, "Author"),
    "page_id": (models.Page, "Page"),
    "post_id": (models.Post, "Post"),
    "tag_id": (models.Tag, "Tag"),
}


@strawberry.type
class EditingPages:
    @strawberry.mutation(description="Create a draft of a page.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(PagePayload)
    async def create_page(info: Info, input: Annotated[CreatePageInput, SAID]) -> PagePayload | None:
        require_editor(info)
        content = await content_of(input) or models.Content.of("")

        async def work() -> int:
            said = _said(input) | given(input, "slug")
            parent = await _parent(info, input) if input.parent_id else None
            page = await models.Page.draft(info.context.site.id, input.title, content, parent=parent, **said)
            return page.id

        with said_as(**INPUT_NAMES):
            id = await change(info, input, "page.create", work)
        return PagePayload(page=await changed(models.Page, id))

    @strawberry.mutation(
        description="Change a page. Fields left out stay as they are; null empties them.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(PagePayload)
    async def update_page(info: Info, input: Annotated[UpdatePageInput, SAID]) -> PagePayload | None:
        require_editor(info)
        content = await content_of(input)

        async def work(page: models.Page) -> None:
            if input.parent_id is not UNSET:
                await page.move(await _parent(info, input))
            if input.slug is not UNSET:
                await page.rename(input.slug or input.title or page.title)
            title = None if input.title is UNSET else input.title or ""
            await page.rewrite(title, content, **_said(input))

        return PagePayload(page=await _changed(info, input, "page.update", work))

    @strawberry.mutation(description="Show a page to everybody.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(PagePayload)
    async def publish_page(info: Info, input: Annotated[PublishPageInput, SAID]) -> PagePayload | None:
        require_editor(info)
        page = await _changed(info, input, "page.publish", lambda page: page.publish())
        return PagePayload(page=page)

    @strawberry.mutation(
        description="Turn a page back into a draft; pages below it must be drafts first.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(PagePayload)
    async def unpublish_page(info: Info, input: Annotated[UnpublishPageInput, SAID]) -> PagePayload | None:
        require_editor(info)
        draft = models.Status.DRAFT
        page = await _changed(info, input, "page.unpublish", lambda page: page.withdraw(to=draft))
        return PagePayload(page=page)

    @strawberry.mutation(
        description="Delete a page for good; pages below it must go first.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(DeletedPayload)
    async def delete_page(info: Info, input: Annotated[DeletePageInput, SAID]) -> DeletedPayload | None:
        require_editor(info)
        await _change(info, input, "page.delete", lambda page: page.remove())
        return DeletedPayload(deleted_id=input.id)

    @strawberry.mutation(description="Give a menu its items, in place of those it had.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(MenuPayload)
    async def update_menu(info: Info, input: Annotated[UpdateMenuInput, SAID]) -> MenuPayload | None:
        require_editor(info)

        async def work() -> int:
            entries = await _entries(input.items)
            return (await models.arrange(info.context.site.id, _slug(input.slug), entries)).id

        id = await change(info, input, "menu.update", work)
        menus = await models.read_menus(info.context.site, info.context.principal)
        menu: Any = next((menu for menu in menus.values() if menu.id == id), None)
        return MenuPayload(menu=menu)


async def _changed(info: Info, input: Any, deed: str, work: Work) -> Any:
    return await changed(models.Page, await _change(info, input, deed, work))


async def _change(info: Info, input: Any, deed: str, work: Work) -> int:
    async def on_page() -> int:
        page = await found(models.Page.all(), input.id, "Page")
        page.expect(None if input.expected_version is UNSET else input.expected_version)
        await work(page)
        return page.id

    with said_as(**INPUT_NAMES):
        return await change(info, input, deed, on_page)


async def _parent(info: Info, input: CreatePageInput | UpdatePageInput) -> models.Page | None:
    pages = models.Page.filter(site_id=info.context.site.id)
    return await maybe(pages, input.parent_id, "Page", field="parentId")


def _said(input: CreatePageInput | UpdatePageInput) -> dict[str, Any]:
    said = given(input, "position", "seo_title", "seo_description")
    return {name: value or 0 if name == "position" else value for name, value in said.items()}


def _slug(slug: str) -> str:
    if not models.text.is_slug(slug):
        raise models.Invalid("slug", "The slug of a menu has small letters, digits and hyphens.")
    return slug


async def _entries(items: list[MenuItemInput]) -> list[models.Entry]:
    measure(items)
    targets = await _targets(items)
    return [_entry(item, f"items.{place}", targets) for place, item in enumerate(items)]


def measure(items: Sequence[MenuItemInput | models.Entry]) -> None:
    """Refuse a menu beyond measure, before anything of it is looked for."""
    level, count, depth = list(items), 0, 0
    while level:
        count, depth = count + len(level), depth + 1
        if count > MOST_ITEMS:
            message = f"A menu has at most {MOST_ITEMS} items."
            raise models.Invalid("items", message, limit=MOST_ITEMS, why="too many")
        if depth > models.DEEPEST_MENU:
            raise models.Invalid("items", f"Menus nest at most {models.DEEPEST_MENU} deep.")
        level = [inner for item in level for inner in item.items]


async def _targets(items: list[MenuItemInput]) -> Targets:
    """Read all rows that a menu leads to, those of one kind together."""
    wanted: dict[str, set[int]] = {name: set() for name in TARGETS}
    waiting = list(items)
    while waiting:
        item = waiting.pop()
        waiting += item.items
        if item.target:
            for name, (_, kind) in TARGETS.items():
                if (id := getattr(item.target, name)) is not UNSET:
                    wanted[name].add(row_id(id or "", kind) or 0)
    return {
        (name, row.id): row
        for name, ids in wanted.items()
        if ids
        for row in await TARGETS[name][0].filter(id__in=ids)
    }


def _entry(item: MenuItemInput, field: str, targets: Targets) -> models.Entry:
    below = [_entry(inner, f"{field}.items.{place}", targets) for place, inner in enumerate(item.items)]
    to = _target(item.target, f"{field}.target", targets)
    with said_as(label=f"{field}.label", href=f"{field}.target.url"):
        return models.Entry(item.label, to, below)


def _target(target: MenuTargetInput | None, field: str, targets: Targets) -> Any:
    if not target:
        return None
    for name, (_, kind) in TARGETS.items():
        if (id := getattr(target, name)) is not UNSET:
            row = targets.get((name, row_id(id or "", kind) or 0))
            if row is None:
                raise models.NotFound(f"There is no such {kind.lower()}.", field=f"{field}.{kind.lower()}Id")
            return row
    return target.url
