"""Weebly's markup of a text made into clean HTML."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html import escape

from selectolax.lexbor import LexborNode

from gql_server.importers.weebly import embeds
from gql_server.importers.weebly.addresses import link_address, uncover
from gql_server.importers.weebly.flow import Block, Flow, Wrappers
from gql_server.importers.weebly.markup import attribute, one_line, parse, words
from gql_server.importers.weebly.values import ImageValue

DEEPEST = 120
INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em"} | {
    tag: tag for tag in ("u", "s", "del", "ins", "mark", "small", "sub", "sup", "code", "cite", "q")
}
HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h5", "h6": "h6"}
BLOCKS = {
    "address", "article", "aside", "center", "dd", "div", "dl", "dt", "figure", "figcaption", "footer",
    "header", "main", "p", "section", "table", "tbody", "thead", "tfoot", "tr", "td", "th", "li",
}  # fmt: skip
SILENT = {"head", "title", "style", "template", "noscript", "link", "meta", "base"}
DROPPED = {"form", "input", "select", "textarea", "button", "video", "audio", "canvas", "svg", "math", "map"}
FRAMES = {"iframe", "embed", "object", "frame"}


@dataclass(frozen=True, slots=True)
class Body:
    """A text in blocks, and how often something of each sort was left out."""

    blocks: tuple[Block, ...]
    dropped: Counter[str]

    @property
    def html(self) -> str:
        """The text as clean HTML."""
        return "".join(block.html for block in self.blocks)

    @property
    def images(self) -> tuple[ImageValue, ...]:
        """The images that stand in the text itself, in order."""
        return tuple(block.image for block in self.blocks if block.image)


def read(html: str, host: str) -> Body:
    """Clean the markup of one post or page; own images get the host in their address."""
    writer = _Writer(host)
    body = parse(html).body
    if body is not None:
        writer.children(body, ())
    writer.flow.end()
    return Body(tuple(writer.flow.blocks), writer.dropped)


@dataclass(slots=True)
class _Writer:
    host: str
    flow: Flow = field(default_factory=Flow)
    dropped: Counter[str] = field(default_factory=Counter)
    depth: int = 0

    def children(self, node: LexborNode, wrappers: Wrappers) -> None:
        if self.depth > DEEPEST:
            self.flow.say(node.text(), wrappers)
            return
        self.depth += 1
        for child in node.iter(include_text=True):
            if child.is_text_node:
                self.flow.say(child.text_content or "", wrappers)
            elif child.is_element_node and not _is_hidden(child):
                self.element(child, child.tag or "", wrappers)
        self.depth -= 1

    def element(self, node: LexborNode, tag: str, wrappers: Wrappers) -> None:
        if tag == "br":
            self.flow.break_line()
        elif tag in HEADINGS:
            self.heading(node, HEADINGS[tag])
        elif tag == "a":
            self.anchor(node, wrappers)
        elif tag == "img":
            self.image(node)
        elif tag in BLOCKS:
            self.block(node, wrappers)
        elif tag in {"blockquote", "ul", "ol", "pre", "hr"}:
            self.special(node, tag)
        elif tag in FRAMES:
            self.frame(node)
        elif tag == "script":
            self.script(node)
        elif tag in DROPPED:
            self.dropped[tag] += 1
        elif tag not in SILENT:
            self.inline(node, tag, wrappers)

    def heading(self, node: LexborNode, tag: str) -> None:
        self.flow.end()
        self.flow.tag = tag
        self.children(node, ())
        self.flow.end()
        self.flow.tag = "p"

    def block(self, node: LexborNode, wrappers: Wrappers) -> None:
        classes = attribute(node, "class").split()
        if "wsite-spacer" in classes:
            return
        self.flow.end()
        if box := embeds.file_box(node, self.host):
            self.flow.link(*box)
        elif "wsite-image" in classes and len(node.css("img")) == 1:
            self.captioned(node)
        elif node.tag == "table" and _is_data(node):
            self.table(node)
        else:
            self.children(node, wrappers)
        self.flow.end()

    def inline(self, node: LexborNode, tag: str, wrappers: Wrappers) -> None:
        style = _style(node)
        added = [INLINE[tag]] if tag in INLINE else []
        if re.search(r"font-weight:(bold|[6-9]00)", style):
            added.append("strong")
        if "font-style:italic" in style:
            added.append("em")
        if uncovered := uncover(attribute(node, "data-cfemail")):
            self.flow.say(uncovered, wrappers)
            return
        self.children(node, wrappers + tuple(name for name in dict.fromkeys(added) if name not in wrappers))

    def anchor(self, node: LexborNode, wrappers: Wrappers) -> None:
        href = link_address(attribute(node, "href"), self.host)
        if address := uncover(attribute(node, "data-cfemail")):
            self.flow.say(address, (*_unlinked(wrappers), f'a href="mailto:{escape(address)}"'))
        elif "wsite-button" in attribute(node, "class").split():
            self.button(words(node), href)
        elif len(images := node.css("img")) == 1 and not words(node):
            self.image(images[0], href=href)
        else:
            link = (f'a href="{escape(href)}"',) if href else ()
            self.children(node, _unlinked(wrappers) + link if link else wrappers)

    def button(self, text: str, href: str) -> None:
        if href and text:
            self.flow.link(href, text)
        else:
            self.dropped["button that leads nowhere"] += 1

    def captioned(self, node: LexborNode) -> None:
        image = node.css_first("img")
        link = node.css_first("a[href]:has(img)")
        small = (each for each in node.css("div") if "font-size:90%" in _style(each))
        if image is not None:
            self.image(image, link_address(attribute(link, "href"), self.host), words(next(small, None)))

    def image(self, node: LexborNode, href: str = "", caption: str = "") -> None:
        image = embeds.image_of(node, self.host, caption)
        if image is None:
            self.dropped["image without an address"] += 0 if "weebly.com/" in attribute(node, "src") else 1
        else:
            # Weebly links an image to its own larger copy.
            is_itself = re.search(r"\.(jpe?g|png|gif|webp)(\?|$)", href, re.IGNORECASE) is not None
            self.flow.figure(image, "" if is_itself else href)

    def special(self, node: LexborNode, tag: str) -> None:
        if tag == "hr":
            self.flow.add(Block("hr", ()))
        elif tag == "pre":
            self.flow.add(Block("pre", (escape(node.text().strip("\n"), quote=False),)))
        elif tag == "blockquote":
            inner = "".join(block.html for block in self.within(node).blocks)
            if inner:
                self.flow.add(Block(tag, (inner,)))
        else:
            items = [self.within(item).html for item in node.iter() if not _is_hidden(item)]
            if any(items):
                self.flow.add(Block(tag, ("".join(f"<li>{item}</li>" for item in items if item),)))

    def table(self, node: LexborNode) -> None:
        rows = ([self.within(cell).html for cell in row.css("td, th")] for row in node.css("tr"))
        html = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows if any(row))
        if html:
            self.flow.add(Block("table", (f"<tbody>{html}</tbody>",)))

    def frame(self, node: LexborNode) -> None:
        address = embeds.video_address(node)
        inner = node.css_first("embed, iframe") if node.tag == "object" else None
        address = address or (embeds.video_address(inner) if inner is not None else "")
        if address:
            self.flow.link(address, one_line(attribute(node, "title")), tag="figure")
        else:
            self.dropped["frame of another site"] += 1

    def script(self, node: LexborNode) -> None:
        pictures = embeds.slides(node.text(), self.host)
        for picture in pictures:
            self.flow.figure(picture)
        if not pictures:
            self.dropped["script"] += 1

    def within(self, node: LexborNode) -> Flow:
        outer, self.flow = self.flow, Flow()
        self.children(node, ())
        self.flow.end()
        inner, self.flow = self.flow, outer
        return inner


def _is_hidden(node: LexborNode) -> bool:
    return "display:none" in _style(node) or "visibility:hidden" in _style(node)


def _style(node: LexborNode) -> str:
    return attribute(node, "style").replace(" ", "").casefold()


def _is_data(table: LexborNode) -> bool:
    is_layout = "wsite-multicol-table" in attribute(table, "class").split()
    return not is_layout and len(table.css("table")) == 1 and len(table.css("td, th")) > 1


def _unlinked(wrappers: Wrappers) -> Wrappers:
    return tuple(wrapper for wrapper in wrappers if not wrapper.startswith("a "))
