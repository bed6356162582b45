"""The conversation below a post, as it stands on its page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gql_server.importers.weebly.markup import attribute, lines, words
from models.remarks import is_website


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A comment; `number` is Weebly's own, or its place on the page when it has none."""

    number: str
    parent: str | None
    name: str
    website: str | None
    written: str
    text: str
    is_owner: bool


def read(tree: LexborHTMLParser) -> tuple[Remark, ...]:
    """Read the comments in reading order; the parent is the nearest one before that stands one level up."""
    last_of_level: dict[int, str] = {}
    remarks: list[Remark] = []
    taken: set[str] = set()
    for place, (wrap, level) in enumerate(_wraps(tree), start=1):
        number = _number(wrap)
        if not number or number in taken:
            number = f"at-{place}"
        taken.add(number)
        above = {depth: last for depth, last in last_of_level.items() if depth < level}
        last_of_level = above | {level: number}
        remarks.append(_remark(wrap, number, above[max(above)] if above else None))
    return tuple(remarks)


def are_closed(tree: LexborHTMLParser) -> bool:
    """Tell whether the page says that nobody may comment any more."""
    return tree.css_first(".blog-notice-comments-closed") is not None


def are_elsewhere(tree: LexborHTMLParser) -> bool:
    """Tell whether the conversation was kept by Facebook or Disqus, which leave no words on the page."""
    return tree.css_first(".fb-comments, .fb_comments, #disqus_thread") is not None


def _wraps(tree: LexborHTMLParser) -> Iterator[tuple[LexborNode, int]]:
    for wrap in tree.css("#commentArea .blogCommentWrap"):
        found = re.search(r"\bblogCommentLevel([0-9])\b", attribute(wrap, "class"))
        yield wrap, int(found[1]) if found else 0


def _number(wrap: LexborNode) -> str:
    found = re.fullmatch(r"(?:comment-?)?([0-9]{1,30})", attribute(wrap.parent, "id"))
    return found[1] if found else ""


def _remark(wrap: LexborNode, number: str, parent: str | None) -> Remark:
    name = wrap.css_first(".blogCommentAuthor .name")
    website = attribute(name, "href")
    text = wrap.css_first(".blogCommentText")
    paragraphs = (text.css("p") or [text]) if text is not None else []
    return Remark(
        number=number,
        parent=parent,
        name=words(name) or words(wrap.css_first(".blogCommentAuthor")),
        website=website if is_website(website) else None,
        written=words(wrap.css_first(".blogCommentDate")),
        text="\n\n".join("\n".join(lines(paragraph)).strip() for paragraph in paragraphs).strip(),
        is_owner="blogCommentOwner" in attribute(wrap, "class").split(),
    )
