"""The doors /write/menu: who edits puts items into a menu of the site, in their order; each by a button."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import web

import models
from gql_server.pages.desk import at_desk_as, read_desk_form
from gql_server.pages.desk_bench import Bench, acted, expect_fingerprint, number_in, shown
from gql_server.pages.desk_menu_tree import DEEPEST, MAIN, Item, MenuTree
from gql_server.pages.desk_pages import tree_of_pages
from gql_server.pages.forms import NOTHING, Form
from gql_server.pages.printing import go_to
from models.menus import LONGEST_LABEL

PATH = "/write/menu"
# What an item leads to that no list here can show stays so.
KEEP = "keep"
# What an address begins with: any other is read as one that goes on from the page it stands on.
BEGINNINGS = ("/", "#", "https://", "http://", "mailto:", "tel:")
MOVES = ("up", "down", "inside", "outside")
TOLD = {"added", "saved", "removed"}


class MenuBench(Bench):
    """A menu of the site, by its name: the one above every page, or the one below it."""

    @classmethod
    async def of(cls, request: web.Request) -> "MenuBench":
        """Take the menu that an address names to the desk of who edits."""
        visit, principal = await at_desk_as(models.Role.EDITOR, request)
        if (slug := request.query.get("of", MAIN)) not in DEEPEST:
            raise web.HTTPNotFound
        return cls(visit, principal, slug)

    async def shows(self, form: Form = NOTHING, wrong: str = "", why: str = "") -> web.Response:
        """Show the menu, or the one item that an address names; what was filled in again when it is wrong."""
        query, tree = self.visit.request.query, await MenuTree.read(self.visit.site, self.thing)
        item = tree.item(form.one("item") if wrong else query.get("item", ""))
        if wrong == "changed" or (wrong and form.one("do") != "change"):
            # In the place of one that was put elsewhere stands another.
            item = None
        filled = (_kept(item) if item else await _begun(query.get("page", ""))) | {"version": tree.version}
        if wrong:
            filled = {name: form.one(name) for name in filled}
        told, moved, leaves = query.get("told", ""), query.get("moved", ""), await tree_of_pages()
        return self.visit.shows(
            "desk_menu.html", status=409 if wrong == "changed" else 422 if wrong else 200,
            items=tree.items, item=item, filled=filled, wrong=wrong, why=why,
            version=tree.version, pages=leaves, called={leaf.page.id: leaf.called for leaf in leaves},
            slug=self.thing, to=self.path, ways={slug: _path(slug) for slug in DEEPEST}, deepest=tree.deepest,
            told=told if told in TOLD and not wrong else "", moves=MOVES, moved=moved,
            at="" if wrong else query.get("at", ""),
        )  # fmt: skip

    def path(self, **query: str) -> str:
        """Give the way to the menu, or to something on its page."""
        return _path(self.thing, **query)

    def back(self, **query: str) -> web.Response:
        """Go back to the menu, and tell what was done."""
        return go_to(self.path(**query))

    async def changes(self, form: Form, work: Callable[[MenuTree], Awaitable[str]]) -> str:
        """Change the menu, unless somebody else has done so meanwhile; give the place that was changed."""
        places: list[str] = []

        async def noted() -> int:
            # Nobody changes it between what is read here and what is kept.
            site = await models.lock_site(self.visit.site.id)
            tree = await MenuTree.read(site, self.thing)
            expect_fingerprint(form, tree.version)
            places.append(await work(tree))
            return (await tree.keep(site)).id

        await models.Audit.noted(self.principal, "menu.update", noted)
        return places[-1]


Deed = Callable[[MenuBench, Form], Awaitable[web.Response]]


async def show(request: web.Request) -> web.Response:
    """Show the menu."""
    return await shown(request, MenuBench)


async def act(request: web.Request) -> web.Response:
    """Change the menu as the pressed button says."""
    form = await read_desk_form(request)
    return await acted(request, form, MenuBench, DEEDS.get(form.one("do"), _move))


async def _add(bench: MenuBench, form: Form) -> web.Response:
    async def work(tree: MenuTree) -> str:
        return tree.add(await _entry(form, None))

    await bench.changes(form, work)
    return bench.back(told="added")


async def _change(bench: MenuBench, form: Form) -> web.Response:
    async def work(tree: MenuTree) -> str:
        place = form.one("item")
        return tree.replace(place, await _entry(form, tree.item(place)))

    await bench.changes(form, work)
    return bench.back(told="saved")


async def _remove(bench: MenuBench, form: Form) -> web.Response:
    async def work(tree: MenuTree) -> str:
        return tree.remove(form.one("item"))

    await bench.changes(form, work)
    return bench.back(told="removed")


async def _move(bench: MenuBench, form: Form) -> web.Response:
    move = form.one("do")
    if move not in MOVES:
        return bench.back()

    async def work(tree: MenuTree) -> str:
        place: str = getattr(tree, move)(form.one("item"))
        return place

    # The button that was pressed is in hand again, to be pressed once more.
    return bench.back(at=await bench.changes(form, work), moved=move)


DEEDS: dict[str, Deed] = {"add": _add, "change": _change, "remove": _remove}


async def _begun(page: str) -> dict[str, str]:
    """Fill in a new item, of a page where an address names one."""
    row = await models.Page.filter(id=number_in(page)).first()
    return {"label": row.title[:LONGEST_LABEL] if row else "", "page": str(row.id) if row else "", "href": ""}


def _kept(item: Item) -> dict[str, str]:
    """Fill in an item as it is kept."""
    to = item.entry.to
    page = str(to.id) if isinstance(to, models.Page) else "" if to is None or isinstance(to, str) else KEEP
    return {"label": item.entry.label, "page": page, "href": to if isinstance(to, str) else ""}


async def _entry(form: Form, was: Item | None) -> models.Entry:
    """Read an item as it is filled in; `was` is what it was before."""
    page, href = form.one("page"), form.one("href")
    if page and href:
        raise models.Invalid("href", "Choose a page or write an address.", why="both")
    if page == KEEP and was is not None and not isinstance(was.entry.to, str):
        return models.Entry(form.one("label"), was.entry.to)
    if not page:
        # What the graph put there before stays.
        if href and not href.lower().startswith(BEGINNINGS) and (was is None or href != was.entry.to):
            raise models.Invalid("href", "Begin the address with a / or with https://.", why="beginning")
        return models.Entry(form.one("label"), href or None)
    if (row := await models.Page.filter(id=number_in(page)).first()) is None:
        raise models.Invalid("page", "This page is gone.")
    return models.Entry(form.one("label"), row)


def _path(slug: str, **query: str) -> str:
    asked = {"of": slug, **query} if slug != MAIN else query
    return PATH + (f"?{urlencode(asked)}" if asked else "")
