"""Brings the menu: its entries lead to what came, else to where their pages still stand."""

from collections.abc import Callable

import models
from gql_server.importers.weebly.places import path_of
from gql_server.importers.weebly.values import MenuValue

FRONT = {"/", "/index", "/index.html"}
MAIN = "main"
LONGEST_LABEL = 200
# As the graph notes what an editor does with a menu.
ARRANGED = "menu.update"
Tell = Callable[[str], object]


async def bring_menu(site: models.Site, menu: tuple[MenuValue, ...], host: str, tell: Tell) -> None:
    """Give the site the menu of its pages, unless somebody has arranged another here; tell what is odd."""
    if await _is_arranged_here(site):
        tell("The main menu stays as it was arranged here.")
        return
    bringing = _Navigation(host)
    entries = await bringing.entries(menu)
    await models.arrange(site.id, MAIN, entries)
    if bringing.elsewhere:
        labels = ", ".join(bringing.elsewhere)
        tell(f"Menu entries that lead to the old site, for their pages were not given: {labels}.")
    if bringing.left_out:
        labels = ", ".join(bringing.left_out)
        tell(f"Left out of the menu, for their pages were not given: {labels}.")


class _Navigation:
    def __init__(self, host: str) -> None:
        self.host = host
        self.elsewhere: list[str] = []
        self.left_out: list[str] = []

    async def entries(self, items: tuple[MenuValue, ...]) -> list[models.Entry]:
        """Give the items as entries."""
        return [entry for item in items if (entry := await self._entry(item))]

    async def _entry(self, item: MenuValue) -> models.Entry | None:
        label = models.text.clean_line(item.label)[:LONGEST_LABEL].rstrip()
        to = await self._to(item.href)
        if to is None and item.href and self.host:
            to = f"https://{self.host}{item.href}"
            self.elsewhere.append(label)
        below = await self.entries(item.items)
        if to or below or not item.href:
            return models.Entry(label, to, below)
        self.left_out.append(label)
        return None

    async def _to(self, href: str | None) -> models.Page | models.Post | str | None:
        """Find what an address leads to here; None when that is nothing."""
        if not href or not href.startswith("/"):
            return href
        path = path_of(href)
        led = await models.leads(path)
        if led is None:
            return "/" if path in FRONT else href if await models.is_somewhere(path) else None
        if led.page_id is not None:
            return await models.Page.get(id=led.page_id)
        return await models.Post.get(id=led.post_id) if led.post_id is not None else led.path


async def _is_arranged_here(site: models.Site) -> bool:
    menu = await models.Menu.filter(site_id=site.id, slug=MAIN).first()
    return menu is not None and await models.Audit.told(deed=ARRANGED).filter(subject_id=menu.id).exists()
