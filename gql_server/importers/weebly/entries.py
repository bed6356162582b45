"""The posts on a page, whole or as far as it shows them."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gql_server.importers.weebly.markup import attribute, words
from gql_server.importers.weebly.places import host_of, path_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A post as one page shows it; `digits` are Weebly's number, `counted` the comments it speaks of."""

    digits: str
    path: str
    host: str
    title: str
    date: str
    counted: int | None
    content: str
    is_cut: bool


def read(tree: LexborHTMLParser) -> tuple[Entry, ...]:
    """Read every post on the page, in order."""
    return tuple(_entry(node) for node in tree.css("div.blog-post"))


def _entry(node: LexborNode) -> Entry:
    found = re.search(r"blog-post-([0-9]{1,30})", attribute(node, "id"))
    link = attribute(node.css_first("a.blog-title-link[href]"), "href")
    more = node.css(".blog-read-more")
    for part in more:
        part.decompose()
    content = node.css_first(".blog-content")
    return Entry(
        digits=found[1] if found else "",
        path=path_of(link),
        host=host_of(link),
        title=words(node.css_first(".blog-title")),
        date=words(node.css_first(".blog-date .date-text")) or words(node.css_first(".blog-date")),
        counted=_counted(words(node.css_first(".blog-comments"))),
        content=(content.inner_html or "") if content is not None else "",
        is_cut=bool(more),
    )


def _counted(header: str) -> int | None:
    found = re.search(r"(?<![0-9])[0-9]{1,6}(?![0-9])", header)
    return int(found[0]) if found else None
