"""The menu of a page, nested as deep as its owner made it."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gql_server.importers.weebly.addresses import link_address
from gql_server.importers.weebly.markup import attribute, words
from gql_server.importers.weebly.values import MenuValue

DEEPEST = 10


def read(tree: LexborHTMLParser, host: str) -> tuple[MenuValue, ...]:
    """Read the first menu that has items: the later copy is the one for telephones. Own pages go by path."""
    menus = (_items(menu, host, DEEPEST) for menu in tree.css("ul.wsite-menu-default"))
    return next(filter(None, menus), ())


def _items(menu: LexborNode, host: str, deeper: int) -> tuple[MenuValue, ...]:
    entries = (_item(entry, host, deeper) for entry in menu.iter() if entry.tag == "li")
    return tuple(entry for entry in entries if entry)


def _item(entry: LexborNode, host: str, deeper: int) -> MenuValue | None:
    link = entry.css_first("a.wsite-menu-item, a.wsite-menu-subitem")
    label = words(link)
    if link is None or not label:
        return None
    below = entry.css_first("ul.wsite-menu")
    return MenuValue(
        label=label,
        href=link_address(attribute(link, "href"), host) or None,
        items=_items(below, host, deeper - 1) if below is not None and deeper else (),
        is_current="active" in (attribute(entry, "id"), attribute(link, "id")),
    )
