"""What stands above every page: the site and its menus, read at one moment."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.authors import Author
from models.comment_rules import next_closing
from models.errors import NotFound
from models.menus import Menu, MenuItem
from models.pages import Page, next_page
from models.posts import Post, next_due
from models.principals import NOBODY, Principal
from models.site import Site
from models.tags import Tag

Target = tuple[str, int]


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """An item of a menu as readers see it; `href` is a path below the site's URL or an address."""

    id: int
    label: str
    href: str
    target: Target | None
    items: tuple["MenuEntry", ...]


@dataclass(frozen=True, slots=True)
class MenuTree:
    """A menu with its items nested."""

    id: int
    slug: str
    items: tuple[MenuEntry, ...]


@dataclass(frozen=True, slots=True)
class Masthead:
    """The site, its menus by slug, and when the next scheduled post will change the counts.

    `next_change` is when the next post or page appears by itself, or a post grows too old for comments; what
    is read before tells of none of these.
    """

    site: Site
    menus: dict[str, MenuTree]
    next_due: datetime | None
    next_change: datetime | None


async def read_masthead() -> Masthead:
    """Read the site and its menus, as everybody sees them."""
    site = await Site.current()
    if site is None:
        raise NotFound("This store holds no site yet.")
    menus = await read_menus(site)
    due = await next_due()
    change = _first(due, await next_page(), await next_closing(site))
    return Masthead(site, menus, next_due=due, next_change=change)


async def read_menus(site: Site, principal: Principal = NOBODY) -> dict[str, MenuTree]:
    """Read the menus of a site; items that lead to what somebody may not see are left out."""
    rows = await MenuItem.all().order_by("menu_id", "position", "id")
    paths = await _paths({row.target for row in rows if row.target is not None}, principal)
    below: dict[tuple[int, int | None], list[MenuItem]] = defaultdict(list)
    for row in rows:
        below[row.menu_id, row.parent_id].append(row)
    return {
        menu.slug: MenuTree(menu.id, menu.slug, _entries(below, paths, menu.id, None))
        for menu in await Menu.filter(site_id=site.id)
    }


def menu_entries(menus: Iterable[MenuTree]) -> Iterable[MenuEntry]:
    """Go through all items of some menus, whatever their depth."""
    waiting = [entry for menu in menus for entry in menu.items]
    while waiting:
        entry = waiting.pop()
        waiting += entry.items
        yield entry


async def _paths(targets: set[Target], principal: Principal) -> dict[Target, str]:
    wanted: dict[str, list[int]] = defaultdict(list)
    for kind, id in targets:
        wanted[kind].append(id)
    paths: dict[Target, str] = {}
    if ids := wanted["page"]:
        pages = Page.open_to(principal).filter(id__in=ids).only("id", "path")
        paths |= {("page", row.id): row.path for row in await pages}
    if ids := wanted["post"]:
        posts = Post.open_to(principal).filter(id__in=ids).only("id", "slug")
        paths |= {("post", row.id): row.path for row in await posts}
    if ids := wanted["author"]:
        paths |= {("author", row.id): row.path for row in await Author.known().filter(id__in=ids)}
    if ids := wanted["tag"]:
        paths |= {("tag", row.id): row.path for row in await Tag.open_to(principal).filter(id__in=ids)}
    return paths


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _entries(
    below: dict[tuple[int, int | None], list[MenuItem]],
    paths: dict[Target, str],
    menu_id: int,
    parent_id: int | None,
) -> tuple[MenuEntry, ...]:
    shown: list[MenuEntry] = []
    for row in below[menu_id, parent_id]:
        if row.target is not None and row.target not in paths:
            continue
        items = _entries(below, paths, menu_id, row.id)
        href = paths[row.target] if row.target else row.href or (items[0].href if items else "/")
        shown.append(MenuEntry(row.id, row.label, href, row.target, items))
    return tuple(shown)
