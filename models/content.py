"""What a post or a page says, in every form it is read in, worked out once when it is written."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from models import markdown, text
from models.blocks import Block, blocks, pixels
from models.errors import Invalid
from models.fitting import plain
from models.renditions import choices, named_in

# Widths and heights of pictures in pixels, by address.
Sizes = Mapping[str, tuple[int, int]]
LONGEST = 500_000
OPENING = 1000


class Format(StrEnum):
    """What a text is written in."""

    HTML = "html"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Content:
    """A text as given and as read: sanitised HTML, plain text, blocks, words to find it by."""

    source: str
    format: Format
    html: str
    text: str
    blocks: list[Block]

    @classmethod
    def of(cls, source: str, format: Format = Format.HTML, sizes: Sizes | None = None) -> "Content":
        """Read a text as an author gave it; refuse what is longer than LONGEST characters.

        A picture whose size is known by its address is shown with it, so that nothing jumps when it comes,
        and with its renditions, so that nobody fetches more than their screen shows.
        """
        if len(source) > LONGEST:
            raise Invalid("content", f"A text holds at most {LONGEST} characters.", limit=LONGEST)
        source = plain("content", source.replace("\x00", ""))
        html = text.sanitise(markdown.to_html(source) if format is Format.MARKDOWN else source)
        html = _with_sizes(html, sizes or {})
        parts = blocks(html)
        html = _with_anchors(html, [part["anchor"] for part in parts if part["kind"] == "heading"])
        return cls(source=source, format=format, html=html, text=text.plain(html), blocks=parts)

    @classmethod
    async def read(cls, source: str, format: Format, sizes: Sizes | None = None) -> "Content":
        """Do so in a thread: a long text in Markdown takes a second, in which others are answered."""
        return await asyncio.to_thread(cls.of, source, format, sizes)

    @property
    def columns(self) -> dict[str, Any]:
        """What a row keeps of it."""
        return {
            "source": self.source,
            "source_format": self.format,
            "html": self.html,
            "text": self.text,
            "blocks": self.blocks,
            "opening": self.opening,
        }

    @property
    def opening(self) -> str:
        """At most OPENING characters as one line: enough for any excerpt in a list."""
        return text.excerpt(text.told(self.html) or self.text, OPENING)

    @property
    def word_count(self) -> int:
        """How many words it has."""
        return text.count_words(self.text)


def _with_sizes(html: str, sizes: Sizes) -> str:
    body = LexborHTMLParser(html).body if sizes else None
    if body is None:
        return html
    for node in body.css("img"):
        said = node.attributes
        # Wherever it is said to live: it is the same picture.
        size = next((sizes[name] for name in named_in(said.get("src") or "") if name in sizes), None)
        if size is None:
            continue
        width, height = pixels(said.get("width")), pixels(said.get("height"))
        if not width:
            width = round(size[0] * height / size[1]) if height else size[0]
        node.attrs["width"] = str(width)
        node.attrs["height"] = str(height or max(1, round(size[1] * width / size[0])))
        # Of this very address alone: a proxy's, say, need not have the others.
        address = said["src"] or ""
        if address in sizes and (choice := choices(address)):
            node.attrs["srcset"] = ", ".join(f"{one} {wide}w" for wide, one in choice.items())
            # As wide as it is said to be, where the page has the room.
            node.attrs["sizes"] = f"(min-width: {width}px) {width}px, 100vw"
    return body.inner_html or ""


def _with_anchors(html: str, anchors: list[str]) -> str:
    if not anchors:
        return html
    body = LexborHTMLParser(html).body
    if body is None:
        return html
    headings = [
        node for node in body.css("h1,h2,h3,h4,h5,h6") if node.parent == body and text.plain(node.html or "")
    ]
    for node, anchor in zip(headings, anchors, strict=False):
        node.attrs["id"] = anchor
    return body.inner_html or ""
