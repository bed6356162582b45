"""The menu on the desk: its items in their places, and what is done with one of them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import models
from gql_server.pages.desk_bench import fingerprint
from schema.editing_pages import measure

MAIN, FOOTER = "main", "footer"
# How many levels of each readers are shown.
DEEPEST = {MAIN: models.DEEPEST_MENU, FOOTER: 1}
PLACE = re.compile(r"\d{1,3}(\.\d{1,3}){0,9}", re.ASCII)
# What of a row tells what it is called and whether readers see it.
NAMED: dict[str, tuple[Any, tuple[str, ...]]] = {
    "page": (models.Page, ("id", "title", "path", "status", "published_at")),
    "post": (models.Post, ("id", "title", "slug", "status", "published_at")),
    "author": (models.Author, ("id", "name", "slug")),
    "tag": (models.Tag, ("id", "name", "slug")),
}


@dataclass(frozen=True, slots=True)
class Item:
    """An item in its place: the numbers of those above it and its own, as `0.2`. `last` is the number of the
    last one beside it.
    """

    place: str
    entry: models.Entry
    is_seen: bool
    last: int

    @property
    def depth(self) -> int:
        """How many items stand above it."""
        return self.place.count(".")

    @property
    def number(self) -> int:
        """Its place among those beside it."""
        return int(self.place.rpartition(".")[2])

    @property
    def kind(self) -> str:
        """What it leads to: a page, post, author or tag, an address, or nothing."""
        to = self.entry.to
        return "address" if isinstance(to, str) else type(to).__name__.lower() if to else "nothing"

    @property
    def target(self) -> str:
        """What that is called."""
        to: Any = self.entry.to
        return to if isinstance(to, str) else str(getattr(to, "title", None) or getattr(to, "name", ""))


@dataclass(frozen=True, slots=True)
class MenuTree:
    """A menu as it is kept, its entries to be put elsewhere, and its items from above to below."""

    slug: str
    entries: list[models.Entry]
    items: Sequence[Item]

    @classmethod
    async def read(cls, site: models.Site, slug: str = MAIN) -> Self:
        """Read a menu of a site."""
        menu = await models.Menu.filter(site_id=site.id, slug=slug).first()
        rows = await models.MenuItem.filter(menu_id=menu.id if menu else 0).order_by("position", "id")
        named = await _named(rows)
        shown = (await models.read_menus(site)).get(slug)
        seen = {entry.id for entry in models.menu_entries([shown] if shown else [])}
        below: dict[int | None, list[models.MenuItem]] = defaultdict(list)
        for row in rows:
            below[row.parent_id].append(row)
        items: list[Item] = []

        def grow(above: str, beside: list[models.MenuItem]) -> list[models.Entry]:
            entries = []
            for number, row in enumerate(beside):
                entry = models.Entry(row.label, named[row.target] if row.target else row.href)
                is_seen = row.id in seen and above.count(".") < DEEPEST[slug]
                items.append(Item(f"{above}{number}", entry, is_seen, len(beside) - 1))
                entry.items.extend(grow(f"{above}{number}.", below[row.id]))
                entries.append(entry)
            return entries

        return cls(slug, grow("", below[None]), items)

    @property
    def version(self) -> str:
        """Name what is kept now."""
        return fingerprint(_outline(self.entries))

    @property
    def deepest(self) -> int:
        """How many levels an item can be put on."""
        return DEEPEST[self.slug]

    def item(self, place: str) -> Item | None:
        """Find the item in a place."""
        return next((item for item in self.items if item.place == place), None)

    def leads_to(self, page: models.Page, address: str) -> bool:
        """Tell whether an item leads to a page, by itself or by its path or address."""
        tos = [item.entry.to for item in self.items]
        return any(to in (page.path, address) if isinstance(to, str) else to == page for to in tos)

    def add(self, entry: models.Entry) -> str:
        """Put an entry behind the others; give its place."""
        self.entries.append(entry)
        return str(len(self.entries) - 1)

    def replace(self, place: str, entry: models.Entry) -> str:
        """Put an entry where another was, with what stood below that."""
        beside, number, _ = self._around(place)
        entry.items.extend(beside[number].items)
        beside[number] = entry
        return place

    def remove(self, place: str) -> str:
        """Take an item away; those below it come in its place."""
        beside, number, _ = self._around(place)
        beside[number : number + 1] = beside[number].items
        return place

    def up(self, place: str) -> str:
        """Put an item before the one above it."""
        return self._to(place, -1)

    def down(self, place: str) -> str:
        """Put an item behind the one below it."""
        return self._to(place, 1)

    def inside(self, place: str) -> str:
        """Put an item below the one above it, behind those that stand there."""
        beside, number, above = self._around(place)
        if number == 0 or above.count(".") + 1 >= self.deepest:
            return place
        host = beside[number - 1]
        host.items.append(beside.pop(number))
        return f"{above}{number - 1}.{len(host.items) - 1}"

    def outside(self, place: str) -> str:
        """Put an item behind the one that it stands below."""
        beside, number, above = self._around(place)
        if not above:
            return place
        around, host, beyond = self._around(above.removesuffix("."))
        around.insert(host + 1, beside.pop(number))
        return f"{beyond}{host + 1}"

    async def keep(self, site: models.Site) -> models.Menu:
        """Give the menu its items as they stand now."""
        measure(self.entries)
        return await models.arrange(site.id, self.slug, self.entries)

    def _to(self, place: str, step: int) -> str:
        beside, number, above = self._around(place)
        other = number + step
        if not 0 <= other < len(beside):
            return place
        beside[number], beside[other] = beside[other], beside[number]
        return f"{above}{other}"

    def _around(self, place: str) -> tuple[list[models.Entry], int, str]:
        """Give the entries beside an item, its number among them, and the place of those above."""
        if not PLACE.fullmatch(place) or self.item(place) is None:
            # It was there when the page was shown.
            raise models.Changed
        *above, number = map(int, place.split("."))
        beside = self.entries
        for one in above:
            beside = beside[one].items
        return beside, number, "".join(f"{one}." for one in above)


async def _named(rows: Sequence[models.MenuItem]) -> dict[tuple[str, int], Any]:
    """Read what the items lead to, those of one kind together."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.target:
            kind, id = row.target
            wanted[kind].add(id)
    return {
        (kind, row.id): row
        for kind, ids in wanted.items()
        for row in await NAMED[kind][0].filter(id__in=ids).only(*NAMED[kind][1])
    }


def _outline(entries: Sequence[models.Entry]) -> list[Any]:
    def to(entry: models.Entry) -> Any:
        target: Any = entry.to
        return target if target is None or isinstance(target, str) else (type(target).__name__, target.id)

    return [(entry.label, to(entry), _outline(entry.items)) for entry in entries]
