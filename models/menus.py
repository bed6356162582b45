"""Navigation menus, nested; an item leads to something of the site, to an address, or nowhere itself."""

import re
from dataclasses import dataclass, field
from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.models import Model

from models.atomic import atomic
from models.authors import Author
from models.errors import Invalid
from models.fitting import fitting, line
from models.pages import Page
from models.posts import Post
from models.relations import belongs_to, may_point_to
from models.site_lock import lock_site
from models.tags import Tag

Target = Page | Post | Author | Tag
Outline = tuple[str, tuple[str, int] | str | None, list[Any]]
DEEPEST = 6
LONGEST_LABEL = 200
SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
# What browsers leave out of an address before they look for its scheme.
UNREAD = re.compile(r"^[\s\x00-\x1f]+|[\t\n\r]")
SAFE = ("http:", "https:", "mailto:", "tel:")


class Menu(Model):
    """A menu such as main or footer."""

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    slug = fields.CharField(max_length=120)

    class Meta:
        table = "menu"
        unique_together = (("site_id", "slug"),)


class MenuItem(Model):
    """An entry of a menu, below another or at the top."""

    id = fields.IntField(primary_key=True)
    menu: Any = belongs_to("Menu", indexed=False)
    menu_id: int
    parent: Any = may_point_to("MenuItem", on_delete=OnDelete.CASCADE)
    parent_id: int | None
    position = fields.IntField()
    label = fields.CharField(max_length=LONGEST_LABEL)
    href = fields.CharField(max_length=2000, null=True)
    page: Any = may_point_to("Page", on_delete=OnDelete.CASCADE)
    page_id: int | None
    post: Any = may_point_to("Post", on_delete=OnDelete.CASCADE)
    post_id: int | None
    author: Any = may_point_to("Author", on_delete=OnDelete.CASCADE)
    author_id: int | None
    tag: Any = may_point_to("Tag", on_delete=OnDelete.CASCADE)
    tag_id: int | None

    class Meta:
        table = "menu_item"
        indexes = (("menu_id", "position"),)

    @property
    def target(self) -> tuple[str, int] | None:
        """The kind and id of what it leads to; None for an address or a mere label."""
        for kind in ("page", "post", "author", "tag"):
            if (id := getattr(self, f"{kind}_id")) is not None:
                return kind, id
        return None


@dataclass(frozen=True, slots=True)
class Entry:
    """An item to put into a menu: its label, where it leads, and the entries below it."""

    label: str
    to: Target | str | None = None
    items: list["Entry"] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse a label of nothing, or an address that a browser would run, while it is known whose."""
        label = line(MenuItem, "label", self.label, missing="An item of a menu needs a label.")
        object.__setattr__(self, "label", label)
        if isinstance(self.to, str):
            _require_address(self.to)


@atomic
async def arrange(site_id: int, slug: str, entries: list[Entry]) -> Menu:
    """Give the menu of that name these entries, in place of those it had; the same ones stay as they are."""
    # Of two at once each would leave its entries beside those of the other.
    await lock_site(site_id)
    menu, _ = await Menu.get_or_create(**fitting(Menu, {"site_id": site_id, "slug": slug}))
    if await _arranged(menu.id) == [_outline(entry) for entry in entries]:
        return menu
    await MenuItem.filter(menu_id=menu.id).delete()
    await _place(menu.id, entries)
    return menu


async def _place(menu_id: int, entries: list[Entry]) -> None:
    """Keep the entries level by level: those below need the ids of those above."""
    level: list[tuple[int | None, list[Entry]]] = [(None, entries)]
    for _ in range(DEEPEST):
        rows = [
            _item(menu_id, parent_id, position, entry)
            for parent_id, below in level
            for position, entry in enumerate(below)
        ]
        await MenuItem.bulk_create(rows)
        if not any(entry.items for _, below in level for entry in below):
            return
        kept: Any = await MenuItem.filter(menu_id=menu_id).values_list("parent_id", "position", "id")
        ids = {(parent_id, position): id for parent_id, position, id in kept}
        level = [
            (ids[parent_id, position], entry.items)
            for parent_id, below in level
            for position, entry in enumerate(below)
        ]


def _item(menu_id: int, parent_id: int | None, position: int, entry: Entry) -> MenuItem:
    to = _leading_to(entry.to)
    return MenuItem(menu_id=menu_id, parent_id=parent_id, position=position, label=entry.label, **to)


async def _arranged(menu_id: int) -> list[Outline]:
    rows = await MenuItem.filter(menu_id=menu_id).order_by("position", "id")

    def below(parent_id: int | None) -> list[Outline]:
        return [
            (row.label, row.target or row.href, below(row.id)) for row in rows if row.parent_id == parent_id
        ]

    return below(None)


def _outline(entry: Entry, depth: int = 1) -> Outline:
    to = (
        entry.to
        if entry.to is None or isinstance(entry.to, str)
        else (type(entry.to).__name__.lower(), entry.to.id)
    )
    below = [_outline(inner, depth + 1) for inner in entry.items] if depth < DEEPEST else []
    return entry.label, to, below


def _leading_to(to: Target | str | None) -> dict[str, Any]:
    if to is None or isinstance(to, str):
        return {"href": to}
    return {f"{type(to).__name__.lower()}_id": to.id}


def _require_address(href: str) -> None:
    fitting(MenuItem, {"href": href})
    if SCHEME.match(UNREAD.sub("", href)) and not href.startswith(SAFE):
        message = "A menu leads to a path, or to an address of the web, mail or telephone."
        raise Invalid("href", message, why="menu address")
