"""A page as a tree, and the plain words in it."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gql_server.importers.errors import ImportRefused
from models.nesting import nesting
from models.text import is_seen

DEEPEST = 3000
BREAKS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "ul"}
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))


def parse(text: str, what: str = "A text") -> LexborHTMLParser:
    """Read HTML; refuse what nests so deep that reading it takes minutes."""
    if nesting(text) > DEEPEST:
        raise ImportRefused(f"{what} nests too deep to be of Weebly's making.")
    return LexborHTMLParser(text)


def words(node: LexborNode | None) -> str:
    """Give a node's text on one line."""
    return one_line(node.text()) if node is not None else ""


def one_line(text: str) -> str:
    """Make white space single and drop what cannot be seen; give nothing when nothing can be."""
    line = " ".join(text.translate(INVISIBLE).split())
    return line if is_seen(line) else ""


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
