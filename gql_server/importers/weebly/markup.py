"""A page as a tree, and the plain words in it."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gql_server.importers.weebly.errors import ImportRefused

DEEPEST = 3000
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# These end by themselves: left open they do not nest.
SELF_ENDING = {
    "br", "dd", "dt", "hr", "img", "input", "li", "link", "meta", "option", "p", "param", "td", "th", "tr",
}  # fmt: skip
BREAKS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "ul"}
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))


def parse(text: str, name: str = "A text") -> LexborHTMLParser:
    """Read HTML; refuse what nests so deep that reading it takes minutes."""
    open_tags: dict[str, int] = {}
    depth = 0
    for closing, name in TAG.findall(text):
        if name.lower() in SELF_ENDING:
            continue
        count = open_tags.get(name, 0)
        step = 1 if not closing else -1 if count else 0
        open_tags[name] = count + step
        depth += step
        if depth > DEEPEST:
            raise ImportRefused(f"{name} nests too deep to be of Weebly's making.")
    return LexborHTMLParser(text)


def words(node: LexborNode | None) -> str:
    """Give a node's text on one line."""
    return one_line(node.text()) if node is not None else ""


def one_line(text: str) -> str:
    """Make white space single and drop what cannot be seen."""
    return " ".join(text.translate(INVISIBLE).split())


def lines(node: LexborNode) -> list[str]:
    """Give a node's text line by line, as breaks and blocks end them; empty lines stay."""
    pieces: list[str] = []
    for part in node.traverse(include_text=True):
        if part.is_text_node:
            pieces.append(re.sub(r"\s+", " ", part.text_content or ""))
        elif part.tag in BREAKS:
            pieces.append("\n")
    return [one_line(line) for line in "".join(pieces).split("\n")]


def attribute(node: LexborNode | None, name: str) -> str:
    """Give an attribute's value, empty when it is not there."""
    return ((node.attributes.get(name) if node is not None else None) or "").strip()
