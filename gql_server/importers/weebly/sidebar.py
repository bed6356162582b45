"""What stands beside the posts: names, months, categories, the feed, the newsletter form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gql_server.importers.weebly.markup import attribute, lines, words
from gql_server.importers.weebly.places import Kind, path_of, place
from gql_server.importers.weebly.values import FormValue

NAME = re.compile(r"[^\W\d_][^@:;!?/\d]{1,58}[^\W\d_]")
MOST_WORDS_IN_A_NAME = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidebar:
    """Names in order, months as ("2020-03", path, label), categories as (slug, label), the feed's address."""

    authors: tuple[str, ...]
    months: tuple[tuple[str, str, str], ...]
    categories: tuple[tuple[str, str], ...]
    feed: str


def read(tree: LexborHTMLParser) -> Sidebar:
    """Read the sidebar; its headings are the owner's words, its classes never change."""
    return Sidebar(
        authors=tuple(dict.fromkeys(_authors(tree))),
        months=tuple(_months(tree)),
        categories=tuple(_categories(tree)),
        feed=attribute(tree.css_first(".blog-feed-link a[href]"), "href"),
    )


def forms(tree: LexborHTMLParser) -> tuple[FormValue, ...]:
    """Find the newsletter forms: those that ask for one thing only."""
    return tuple(form for node in tree.css('form[action*="formSubmit.php"]') if (form := _form(node)))


def _authors(tree: LexborHTMLParser) -> Iterator[str]:
    heading = tree.css_first(".blog-author-title")
    node = heading.next if heading is not None else None
    while node is not None and node.tag not in {"h2", "h3", "form"}:
        parts = lines(node) if node.is_element_node else [words(node)]
        # An owner may tell about himself here instead: only what looks like names is taken.
        yield from (part for part in parts if _is_name(part))
        node = node.next


def _is_name(text: str) -> bool:
    parts = text.split()
    is_short = NAME.fullmatch(text) is not None and len(parts) <= MOST_WORDS_IN_A_NAME
    return is_short and not parts[0][0].islower() and not parts[-1][0].islower()


def _months(tree: LexborHTMLParser) -> Iterator[tuple[str, str, str]]:
    for link in tree.css(".blog-archive-list a[href]"):
        path = path_of(attribute(link, "href"))
        found = place(path)
        if found and found.kind is Kind.MONTH:
            yield found.key, path, words(link)


def _categories(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    for link in tree.css(".blog-category-list a[href]"):
        found = place(path_of(attribute(link, "href")))
        if found and found.kind is Kind.CATEGORY and found.key:
            yield found.key, words(link)


def _form(node: LexborNode) -> FormValue | None:
    fields = (attribute(field, "name") for field in node.css("input.wsite-form-input, textarea, select"))
    asked = [name for name in fields if name]
    ucfid = attribute(node.css_first('input[name="ucfid"]'), "value")
    if len(asked) != 1 or not asked[0].startswith("_u") or not ucfid:
        return None
    return FormValue(ucfid=ucfid, field=asked[0], label=words(node.css_first(".wsite-content-title")))
