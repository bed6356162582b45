"""The doors /write/pages: who edits finds the pages, in the tree that they are, and begins another."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web

import models
from gql_server.pages.desk import at_desk_as, read_desk_form, state_of
from gql_server.pages.desk_bench import Bench, acted, shown
from gql_server.pages.forms import NOTHING, Form
from gql_server.pages.printing import go_to

LISTED = ("id", "parent_id", "title", "path", "status", "published_at")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page in the tree, how many stand above it, and what it is called where one is chosen."""

    page: models.Page
    depth: int
    called: str

    @property
    def state(self) -> str:
        """The editorial state of the page."""
        return state_of(self.page)


class PagesBench(Bench):
    """The pages of the site, all of them."""

    @classmethod
    async def of(cls, request: web.Request) -> "PagesBench":
        """Take the pages to the desk of who edits."""
        return cls(*await at_desk_as(models.Role.EDITOR, request))

    async def shows(self, form: Form = NOTHING, wrong: str = "", why: str = "") -> web.Response:
        """Show the tree, and what is filled in of a page to begin."""
        return self.visit.shows(
            "desk_pages.html", status=422 if wrong else 200,
            leaves=await tree_of_pages(), title=form.one("title"), wrong=wrong,
        )  # fmt: skip


async def show(request: web.Request) -> web.Response:
    """Show the pages."""
    return await shown(request, PagesBench)


async def begin(request: web.Request) -> web.Response:
    """Begin a page."""
    return await acted(request, await read_desk_form(request), PagesBench, _begin)


async def _begin(bench: PagesBench, form: Form) -> web.Response:
    async def work() -> int:
        nothing = models.Content.of("", models.Format.MARKDOWN)
        return (await models.Page.draft(bench.visit.site.id, form.one("title"), nothing)).id

    return go_to(f"/write/pages/{await models.Audit.noted(bench.principal, 'page.create', work)}")


async def tree_of_pages() -> list[Leaf]:
    """Read the pages, each behind the one above it, those beside each other in their order."""
    below: dict[int | None, list[models.Page]] = {}
    titles: Counter[str] = Counter()
    for page in await models.Page.all().order_by("position", "id").only(*LISTED):
        below.setdefault(page.parent_id, []).append(page)
        titles[page.title] += 1
    return list(_grow(below, titles))


def _grow(below: dict[int | None, list[models.Page]], titles: Counter[str]) -> Iterator[Leaf]:
    # Not by a function in itself: an address has room for a hundred pages above each other.
    waiting = [(page, 0) for page in reversed(below.get(None, []))]
    while waiting:
        page, depth = waiting.pop()
        # Two of one title are told apart by their addresses.
        yield Leaf(page, depth, page.title if titles[page.title] == 1 else f"{page.title} ({page.path})")
        waiting += [(one, depth + 1) for one in reversed(below.get(page.id, []))]
