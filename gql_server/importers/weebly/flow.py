"""A text being written anew: runs of words become lines, lines become blocks of clean HTML."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from gql_server.importers.weebly.markup import INVISIBLE
from gql_server.importers.weebly.values import ImageValue

BLANK = " \u00a0"
Wrappers = tuple[str, ...]
Run = tuple[str, Wrappers]


@dataclass(frozen=True, slots=True)
class Block:
    """A block: its tag and the HTML of each line in it, each line whole by itself."""

    tag: str
    lines: tuple[str, ...]
    image: ImageValue | None = None

    @property
    def html(self) -> str:
        """The block as HTML."""
        return f"<{self.tag}>{'<br>'.join(self.lines)}</{self.tag}>" if self.tag != "hr" else "<hr>"


@dataclass(slots=True)
class Flow:
    """Takes words and breaks in reading order, and gives blocks; what is said becomes blocks of `tag`."""

    blocks: list[Block] = field(default_factory=list)
    tag: str = "p"
    _lines: list[list[Run]] = field(default_factory=lambda: [[]])

    def say(self, text: str, wrappers: Wrappers) -> None:
        """Add words inside inline elements, the outermost first."""
        line = self._lines[-1]
        text = re.sub(r"[ \t\r\n\f]+", " ", text.translate(INVISIBLE))
        if not line or line[-1][0].endswith(" "):
            text = text.removeprefix(" ")
        if text:
            line.append((text, wrappers))

    def break_line(self) -> None:
        """End the line; two ends after each other end the paragraph."""
        self._lines.append([])

    def add(self, block: Block) -> None:
        """Put a finished block after what was said."""
        self.end()
        self.blocks.append(block)

    def figure(self, image: ImageValue, href: str = "") -> None:
        """Add an image with its caption."""
        picture = f'<img src="{escape(image.url)}" alt="{escape(image.alt)}">'
        linked = f'<a href="{escape(href)}">{picture}</a>' if href else picture
        caption = f"<figcaption>{escape(image.caption, quote=False)}</figcaption>" if image.caption else ""
        self.add(Block("figure", (linked + caption,), image))

    def link(self, href: str, text: str, tag: str = "p") -> None:
        """Add a block that is one link."""
        self.add(Block(tag, (f'<a href="{escape(href)}">{escape(text or href, quote=False)}</a>',)))

    def end(self) -> None:
        """End the block that is being said; empty lines divide it."""
        group: list[str] = []
        for runs in [*self._lines, []]:
            line = _line(runs)
            if line:
                group.append(line)
            elif group:
                self.blocks.append(Block(self.tag, tuple(group)))
                group = []
        self._lines = [[]]

    @property
    def html(self) -> str:
        """All blocks; a single paragraph without its tag, as a list item wants it."""
        if len(self.blocks) == 1 and self.blocks[0].tag == "p":
            return "<br>".join(self.blocks[0].lines)
        return "".join(block.html for block in self.blocks)


def _line(runs: Sequence[Run]) -> str:
    runs = _trimmed(runs)
    pieces: list[str] = []
    open_now: Wrappers = ()
    for text, wrappers in runs:
        shared = _shared(open_now, wrappers)
        pieces += [_closing(wrapper) for wrapper in reversed(open_now[shared:])]
        pieces += [f"<{wrapper}>" for wrapper in wrappers[shared:]]
        pieces.append(escape(text, quote=False))
        open_now = wrappers
    return "".join([*pieces, *(_closing(wrapper) for wrapper in reversed(open_now))])


def _trimmed(runs: Sequence[Run]) -> list[Run]:
    kept = list(runs)
    while kept and not kept[0][0].strip(BLANK):
        kept.pop(0)
    while kept and not kept[-1][0].strip(BLANK):
        kept.pop()
    if kept:
        kept[0] = (kept[0][0].lstrip(BLANK), kept[0][1])
        kept[-1] = (kept[-1][0].rstrip(BLANK), kept[-1][1])
    return kept


def _shared(one: Wrappers, other: Wrappers) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return count


def _closing(wrapper: str) -> str:
    return f"</{wrapper.partition(' ')[0]}>"
