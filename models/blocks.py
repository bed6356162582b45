"""Content as typed blocks, for clients that do not render HTML."""

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from models import text

Block = dict[str, Any]
INLINE_IMAGE = "img"
ANY_BLOCK = ", ".join(sorted(text.BLOCK_TAGS))


def blocks(html: str) -> list[Block]:
    """Split sanitised HTML into blocks; each names its kind and holds plain values only."""
    body = LexborHTMLParser(html).body
    found: list[Block] = []
    anchors: set[str] = set()
    loose = ""
    node = body.child if body is not None else None
    while node is not None:
        if _is_loose(node):
            loose += node.html or ""
        else:
            found += _loose_paragraph(loose) + _block(node, anchors)
            loose = ""
        node = node.next
    return found + _loose_paragraph(loose)


def _is_loose(node: LexborNode) -> bool:
    """Tell whether this stands in a line of text, here in one without a paragraph around it."""
    if node.is_text_node:
        return True
    return node.tag not in text.BLOCK_TAGS | {"br", INLINE_IMAGE} and not node.css(ANY_BLOCK)


def _loose_paragraph(html: str) -> list[Block]:
    # Words that touch are one word, whatever they are set in.
    paragraph = LexborHTMLParser(f"<p>{html}</p>").css_first("p") if html else None
    return _paragraph(paragraph) if paragraph is not None else []


def _block(node: LexborNode, anchors: set[str]) -> list[Block]:
    tag = node.tag or ""
    if tag == "p":
        return _paragraph(node)
    if re.fullmatch("h[1-6]", tag):
        return _heading(node, anchors)
    if tag in {"figure", INLINE_IMAGE}:
        return _figure(node)
    if tag in {"ul", "ol"}:
        return [_list(node)]
    if tag == "blockquote":
        return [_quote(node)]
    if tag == "br":
        return []
    return [{"kind": "html", "html": node.html or ""}]


def _paragraph(node: LexborNode) -> list[Block]:
    words = text.plain(node.html or "")
    pictures = [_image(image) for image in node.css(INLINE_IMAGE)]
    if words and pictures:
        return [{"kind": "html", "html": node.html or ""}]
    if pictures:
        return pictures
    return [{"kind": "paragraph", "html": _inner(node), "text": words}] if words else []


def _heading(node: LexborNode, anchors: set[str]) -> list[Block]:
    words = " ".join(text.plain(node.html or "").split())
    if not words:
        return []
    # Whatever language the text is in: links name what was always made of these words.
    base = anchor = text.slugify(words, "nl") or "section"
    number = 2
    while anchor in anchors:
        anchor, number = f"{base}-{number}", number + 1
    anchors.add(anchor)
    return [{"kind": "heading", "depth": max(2, int((node.tag or "h2")[1])), "text": words, "anchor": anchor}]


def _figure(node: LexborNode) -> list[Block]:
    images = [node] if node.tag == INLINE_IMAGE else node.css(INLINE_IMAGE)
    caption = node.css_first("figcaption") if node.tag == "figure" else None
    link = node.css_first("a") if node.tag == "figure" else None
    href = link.attributes.get("href") if link is not None else None
    if images and _say_all(node, _inner(caption) if caption is not None else ""):
        return [_image(image, _inner(caption) if caption is not None else None) for image in images]
    if href and not images:
        return [{"kind": "embed", "url": href, "html": node.html or ""}]
    return [{"kind": "html", "html": node.html or ""}]


def _list(node: LexborNode) -> Block:
    items = [_inner(li) for li in node.css("li") if _is_child(li, node)]
    if not _say_all(node, *items):
        return {"kind": "html", "html": node.html or ""}
    return {"kind": "list", "ordered": node.tag == "ol", "items": items}


def _image(node: LexborNode, caption: str | None = None) -> Block:
    size = {side: pixels(node.attributes.get(side)) for side in ("width", "height")}
    return {
        "kind": "image",
        "url": node.attributes.get("src") or "",
        "alt": node.attributes.get("alt") or "",
        "caption": caption,
        **size,
    }


def _quote(node: LexborNode) -> Block:
    source = node.css_first("cite") or node.css_first("footer")
    attribution = text.plain(source.html or "") if source is not None else None
    return {"kind": "quote", "html": _inner(node), "attribution": attribution or None}


def _inner(node: LexborNode) -> str:
    return (node.inner_html or "").strip()


def _say_all(node: LexborNode, *parts: str) -> bool:
    # Authors put words where the grammar of HTML has no place for them.
    return text.plain(node.html or "").split() == " ".join(map(text.plain, parts)).split()


def pixels(value: str | None) -> int | None:
    """Read a side of a picture as HTML has it; None when it is no number of pixels."""
    return int(value) if value and re.fullmatch("[0-9]{1,5}", value) else None


def _is_child(item: LexborNode, parent: LexborNode) -> bool:
    return item.parent is not None and item.parent.mem_id == parent.mem_id
