"""A post for who reads letters as plain text: where links lead and what pictures show is spelled out."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailers.body import absolute
from mailers.sheet import Sheet

# How many line ends part an element from what stands around it.
_GAPS = {
    **dict.fromkeys(("li", "tr", "dt", "dd", "figcaption", "caption"), 1),
    **dict.fromkeys(
        ("address", "article", "aside", "blockquote", "div", "dl", "figure", "h1", "h2", "h3", "h4", "h5",
         "h6", "hr", "ol", "p", "pre", "section", "table", "ul"), 2,
    ),
}  # fmt: skip
_LISTS = {"ul", "ol"}
_CELLS = {"td", "th"}
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_LINE_END = re.compile(r"\r\n?|\n")


def plain_text(html: str, page: str) -> str:
    """Write sanitised HTML as lines of text; its addresses begin where those on the page do."""
    writer = _Writer(page)
    body = LexborHTMLParser(html).body
    # An own stack: HTML may nest deeper than Python recurses.
    stack = [(body, False)] if body is not None else []
    while stack:
        node, is_done = stack.pop()
        if node.is_text_node:
            writer.say(node.text_content or "")
        elif is_done:
            writer.leave(node)
        else:
            writer.enter(node)
            stack.append((node, True))
            stack.extend((child, False) for child in _from_the_last(node))
    return writer.sheet.text


class _Writer:
    """Reads elements one after the other, and knows in which lists, cells and kept lines it stands."""

    def __init__(self, page: str) -> None:
        self.sheet = Sheet()
        self._page = page
        self._numbers: list[int | None] = []  # of the next item of each list; None where they have a dash
        self._in_cells = 0
        self._in_pre = 0

    def say(self, words: str) -> None:
        """Write words."""
        if not self._in_pre:
            self.sheet.say(words)
            return
        for number, line in enumerate(_LINE_END.split(words)):
            if number:
                self._turn()
            self.sheet.keep(line)

    def enter(self, node: LexborNode) -> None:
        """Write what stands before and in place of an element."""
        tag = node.tag or ""
        if tag in _CELLS:
            if not self._in_cells and _has_cell_before(node):
                self.sheet.say(" | ")
            self._in_cells += 1
        self._part(tag)
        if tag == "br":
            self._turn()
        elif tag == "hr":
            self.sheet.say("* * *")
        elif tag == "img" and (alt := node.attributes.get("alt")):
            self.sheet.say(f"[{alt}]")
        elif tag == "pre":
            self._in_pre += 1
        elif tag == "blockquote":
            self.sheet.move_in("> ", "> ")
        elif tag in _LISTS:
            self._numbers.append(_first_number(node) if tag == "ol" else None)
        elif tag == "li":
            sign = self._sign()
            self.sheet.move_in(sign, " " * len(sign))

    def leave(self, node: LexborNode) -> None:
        """Write what stands after an element."""
        tag = node.tag or ""
        if tag == "a":
            self._lead(node)
        self._part(tag)
        if tag in _CELLS:
            self._in_cells -= 1
        elif tag == "pre":
            self._in_pre -= 1
        elif tag in _LISTS:
            self._numbers.pop()
        elif tag in {"blockquote", "li"}:
            self.sheet.move_out()

    def _part(self, tag: str) -> None:
        if tag not in _GAPS:
            return
        if self._in_cells:  # a row stays on its line
            self.sheet.say(" ")
        else:
            self.sheet.part(1 if tag in _LISTS and self._numbers else _GAPS[tag])

    def _turn(self) -> None:
        if self._in_cells:
            self.sheet.say(" ")
        else:
            self.sheet.turn()

    def _sign(self) -> str:
        if not self._numbers or (number := self._numbers[-1]) is None:
            return "- "
        self._numbers[-1] = number + 1
        return f"{number}. "

    def _lead(self, link: LexborNode) -> None:
        href = (link.attributes.get("href") or "").strip()
        # What leads to another place in the letter leads nowhere from here.
        if not href or href.startswith("#"):
            return
        address = absolute(self._page, href)
        shown = re.sub("^(mailto|tel):", "", address)
        if link.text().strip() not in {address, address.rstrip("/"), shown}:
            self.sheet.say(f" <{shown}>")


def _from_the_last(node: LexborNode) -> Iterator[LexborNode]:
    child = node.last_child
    while child is not None:
        yield child
        child = child.prev


def _has_cell_before(cell: LexborNode) -> bool:
    before = cell.prev
    while before is not None and before.tag not in _CELLS:
        before = before.prev
    return before is not None


def _first_number(node: LexborNode) -> int:
    start = node.attributes.get("start") or ""
    return int(start) if _NUMBER.fullmatch(start) else 1
