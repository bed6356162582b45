"""The doors /write/pages/N: a page is written, published, put elsewhere, taken away; each by a button."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import web

import models
from gql_server.pages.desk import at_desk_as, state_of
from gql_server.pages.desk_address import number_behind, require_slug
from gql_server.pages.desk_bench import Work, lines, number_in, row_in, shown
from gql_server.pages.desk_menu_tree import MenuTree
from gql_server.pages.desk_pages import Leaf, tree_of_pages
from gql_server.pages.desk_pictures import PictureBench, picture_to_put, pressed
from gql_server.pages.desk_sheet import POLICY, TOLD
from gql_server.pages.forms import NOTHING, Form
from gql_server.pages.printing import go_to
from models.text import slugify
from schema.editing import said_as
from schema.editing_pages import INPUT_NAMES

Deed = Callable[["PageBench", Form], Awaitable[web.Response]]


class PageBench(PictureBench):
    """One page on the desk of who edits."""

    noun, gone = "page", "page_gone"

    @classmethod
    async def of(cls, request: web.Request) -> "PageBench":
        """Take the page of an address to the desk."""
        visit, principal = await at_desk_as(models.Role.EDITOR, request)
        page = await models.Page.filter(id=row_in(request, "id")).first()
        if page is None:
            raise web.HTTPNotFound
        return cls(visit, principal, page)

    async def shows(self, form: Form = NOTHING, wrong: str = "", why: str = "") -> web.Response:
        """Show the page as it is kept, or as it was filled in when something is wrong with that."""
        page, told = self.thing, self.visit.request.query.get("told", "")
        filled = {
            "title": page.title, "text": page.source, "slug": page.slug,
            "parent": str(page.parent_id or ""), "version": str(page.version), "alt": "", "picture": "",
        }  # fmt: skip
        # Who confirms that it goes sends no words, and must not find an empty page to save.
        if wrong and "text" in form:
            filled = {name: form.one(name) for name in filled}
        address, told = self.visit.context.absolute(page.path), told if told in TOLD and not wrong else ""
        menu = await MenuTree.read(self.visit.site) if told == "published" and page.is_visible else None
        return self.visit.shows(
            "desk_page.html", status=409 if wrong == "changed" else 422 if wrong else 200,
            kept=page, filled=filled, wrong=wrong, why=why, state=state_of(page), policy=POLICY,
            is_html=page.source_format is models.Format.HTML, above=_above(await tree_of_pages(), page),
            address=address, told=told, is_in_menu=menu and menu.leads_to(page, address),
            numbered=await number_behind(page, filled["slug"], self.visit.site),
            like=slugify(filled["slug"], self.visit.site.language),
            **await picture_to_put(self.visit, self.principal, filled["picture"], page.source_format),
        )  # fmt: skip

    async def _saving(self, form: Form) -> Work:
        self.expect(form)
        page, title, slug = self.thing, form.one("title"), form.one("slug")
        # Read before the transaction, for it takes a while.
        content = await models.read_content(lines(form.one("text")), page.source_format)

        async def work() -> None:
            # So that the page above is there until this one is below it.
            await models.lock_site(page.site_id)
            with said_as(**INPUT_NAMES):
                if form.one("parent") != str(page.parent_id or ""):
                    await page.move(await _parent(form.one("parent")))
                if slug != page.slug:
                    await page.rename(slug or title)
                    require_slug(page, slug)
                await page.rewrite(title, content)

        return work

    def told_saved(self, form: Form, **more: str) -> web.Response:
        """Go back to the page, and tell what was done."""
        place = "#picture" if "picture" in more else ""
        return go_to(f"/write/pages/{self.thing.id}?{urlencode(more)}{place}")


async def show(request: web.Request) -> web.Response:
    """Show the page."""
    return await shown(request, PageBench)


async def act(request: web.Request) -> web.Response:
    """Save the page, and do what the pressed button says."""
    return await pressed(request, PageBench, DEEDS)


async def _preview(bench: PageBench, form: Form) -> web.Response:
    await bench.saves(form)
    return await bench.told_where_to_look()


async def _publish(bench: PageBench, form: Form) -> web.Response:
    await bench.saves_and_does(form, "publish", bench.thing.publish)
    return bench.told_saved(form, told="published")


async def _withdraw(bench: PageBench, form: Form) -> web.Response:
    to = models.Status.DRAFT
    await bench.saves_and_does(form, "unpublish", lambda: bench.thing.withdraw(to=to))
    return bench.told_saved(form, told="withdrawn")


async def _ask_to_delete(bench: PageBench, _form: Form) -> web.Response:
    if await models.Page.filter(parent_id=bench.thing.id).exists():
        raise models.InUse("id", "Delete or move the pages below this one first.")
    about = {"text": "page_delete_text", "no": "page_delete_not", "untitled": ()}
    return bench.visit.shows(
        "desk_delete.html", post=bench.thing, back=f"/write/pages/{bench.thing.id}", **about
    )


async def _delete(bench: PageBench, form: Form) -> web.Response:
    bench.expect(form)
    await bench.does("delete", bench.thing.remove)
    return go_to("/write/pages")


DEEDS: dict[str, Deed] = {
    "save": PageBench.saves_again,
    "preview": _preview,
    "publish": _publish,
    "withdraw": _withdraw,
    "keep": PageBench.misses_picture,
    "ask_to_delete": _ask_to_delete,
    "delete": _delete,
}


async def _parent(given: str) -> models.Page | None:
    if not given:
        return None
    if (page := await models.Page.filter(id=number_in(given)).first()) is None:
        raise models.Invalid("parentId", "The page above is gone.")
    return page


def _above(leaves: list[Leaf], page: models.Page) -> list[Leaf]:
    """Give the pages that it may be put below: all but itself and those below it."""
    return [leaf for leaf in leaves if not f"{leaf.page.path}/".startswith(f"{page.path}/")]
