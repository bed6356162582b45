"""One saved page: what it is, what it says of the site, and which posts it shows."""

import re
from dataclasses import dataclass
from html import unescape

from selectolax.lexbor import LexborHTMLParser

from gql_server.importers.errors import ImportRefused
from gql_server.importers.weebly import comments, entries, menu, sidebar
from gql_server.importers.weebly.addresses import resolve
from gql_server.importers.weebly.comments import Remark
from gql_server.importers.weebly.entries import Entry
from gql_server.importers.weebly.markup import attribute, one_line, parse, words
from gql_server.importers.weebly.places import Kind, Place, host_of, path_of, place
from gql_server.importers.weebly.sidebar import Sidebar
from gql_server.importers.weebly.values import FormValue, MenuValue

SIGNS = "[class*=wsite-], div.blog-post, td.blog-sidebar"
SAVED_FROM = re.compile(r"<!-- saved from url=\([0-9]{1,6}\)(\S{1,2000}) -->")
POST_SIGNS = "body.wsite-blog-post, #commentArea, #commentReplyTitle, .blog-notice-comments-closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page read; `place` is set on months, categories and later index pages, `lists` are links to such."""

    name: str
    kind: Kind
    path: str
    host: str
    place: Place | None
    site_title: str
    title: str
    language: str
    description: str
    menu: tuple[MenuValue, ...]
    sidebar: Sidebar
    forms: tuple[FormValue, ...]
    entries: tuple[Entry, ...]
    remarks: tuple[Remark, ...]
    are_comments_closed: bool
    are_comments_elsewhere: bool
    lists: tuple[str, ...]
    content: str


def read(name: str, text: str) -> Page | None:
    """Read a document as a page of a Weebly site; None when it is none."""
    tree = parse(text, name)
    if tree.css_first(SIGNS) is None:
        return None
    if "</html" not in text[-100_000:].lower():
        raise ImportRefused(f"{name} is cut off: the end of the page is missing.")
    url = _url(tree, text)
    resolve(tree, url or f"/{name}")
    shown = entries.read(tree)
    path = path_of(url) or f"/{name}"
    listed = place(path) or place(f"/{name}")
    kind = _kind(tree, shown, listed)
    host = host_of(url) or next((entry.host for entry in shown if entry.host), "")
    content = tree.css_first("#wsite-content")
    return Page(
        name=name,
        kind=kind,
        path=(shown[0].path or path) if kind is Kind.POST else path,
        host=host,
        place=listed,
        site_title=words(tree.css_first("#wsite-title")) or _meta(tree, "og:site_name"),
        title=_title(tree),
        language=attribute(tree.css_first("html"), "lang"),
        description=_meta(tree, "og:description") or _meta(tree, "description"),
        menu=menu.read(tree, host),
        sidebar=sidebar.read(tree),
        forms=sidebar.forms(tree),
        entries=shown,
        remarks=comments.read(tree) if kind is Kind.POST else (),
        are_comments_closed=comments.are_closed(tree),
        are_comments_elsewhere=comments.are_elsewhere(tree),
        lists=tuple(_lists(tree)),
        content=(content.inner_html or "") if kind is Kind.PLAIN and content is not None else "",
    )


def _kind(tree: LexborHTMLParser, shown: tuple[Entry, ...], listed: Place | None) -> Kind:
    if listed:
        return listed.kind
    if len(shown) == 1 and tree.css_first(POST_SIGNS) is not None:
        return Kind.POST
    is_blog = shown or tree.css_first("td.blog-sidebar, .blog-archive-list") is not None
    return Kind.INDEX if is_blog else Kind.PLAIN


def _url(tree: LexborHTMLParser, text: str) -> str:
    canonical = attribute(tree.css_first('link[rel="canonical"]'), "href")
    saved = SAVED_FROM.search(text[:4096])
    return _meta(tree, "og:url") or canonical or (unescape(saved[1]) if saved else "")


def _title(tree: LexborHTMLParser) -> str:
    whole = words(tree.css_first("title"))
    return _meta(tree, "og:title") or whole.rpartition(" - ")[0] or whole


def _meta(tree: LexborHTMLParser, name: str) -> str:
    found = tree.css_first(f'meta[property="{name}"], meta[name="{name}"]')
    return one_line(attribute(found, "content"))


def _lists(tree: LexborHTMLParser) -> dict[str, None]:
    paths = (path_of(attribute(link, "href")) for link in tree.css("a[href]"))
    return dict.fromkeys(path for path in paths if path and place(path))
