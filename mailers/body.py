"""A post's text as mail programs show it: links that lead somewhere, each part with a look of its own."""

from urllib.parse import urljoin

from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser, LexborNode

# Mail programs drop style sheets, so each element wears its own. What begins a line, for a text from right to
# left, is said once more after left and right: many know the one, all the other.
_HEADING = "margin:28px 0 12px;line-height:1.3;font-weight:600;"
_CELL = "padding:4px 10px 4px 0;padding-inline:0 10px;vertical-align:top;"
_LOOKS = {
    "p": "margin:0 0 16px;",
    "h1": f"{_HEADING}font-size:22px;",
    "h2": f"{_HEADING}font-size:20px;",
    "h3": f"{_HEADING}font-size:18px;",
    "h4": f"{_HEADING}font-size:17px;",
    "h5": f"{_HEADING}font-size:17px;",
    "h6": f"{_HEADING}font-size:17px;",
    "ul": "margin:0 0 16px;padding:0 0 0 24px;padding-inline:24px 0;",
    "ol": "margin:0 0 16px;padding:0 0 0 24px;padding-inline:24px 0;",
    "li": "margin:0 0 6px;",
    "blockquote": (
        "margin:0 0 16px;padding:0 0 0 16px;padding-inline:16px 0;border-left:3px solid #c9c5ba;"
        "border-inline-end:0;border-inline-start:3px solid #c9c5ba;"
    ),
    "figure": "margin:0 0 16px;",
    "figcaption": "margin:6px 0 0;font-size:14px;line-height:1.5;color:#5d625f;",
    "img": "display:block;max-width:100%;height:auto;border:0;border-radius:8px;",
    "pre": (
        "margin:0 0 16px;padding:12px 14px;border-radius:8px;background:#f3f1ec;white-space:pre-wrap;"
        "font-size:15px;"
    ),
    # One that is wider than the paper is scrolled, and its words stay whole.
    "table": (
        "display:block;max-width:100%;overflow-x:auto;overflow-wrap:normal;word-wrap:normal;"
        "margin:0 0 16px;border-collapse:collapse;"
    ),
    "th": f"{_CELL}text-align:left;text-align:start;",
    "td": _CELL,
    "hr": "margin:24px 0;border:0;border-top:1px solid #dddad2;",
    "a": "color:#1d6b4c;",
}
_CLASSES = {"a": "link", "figcaption": "faint", "blockquote": "faint", "hr": "faint", "pre": "code"}
WIDEST = 552  # pixels, between the edges of the paper


def for_mail(html: str, page: str) -> Markup:
    """Dress sanitised HTML for a letter; its addresses begin where those on the page do."""
    body = LexborHTMLParser(html).body
    if body is None:
        return Markup()
    for node in body.css("*"):
        _dress(node, page)
    return Markup(body.inner_html or "")


def for_feed(html: str, page: str) -> str:
    """Give sanitised HTML to who shows it elsewhere; its addresses begin where those on the page do."""
    body = LexborHTMLParser(html).body
    if body is None:
        return ""
    for node in body.css("*"):
        _place(node, page)
    return body.inner_html or ""


def fitting_width(width: int | None) -> int:
    """Give the width of a picture on the paper; Outlook reads nothing else."""
    return min(width or WIDEST, WIDEST)


def _dress(node: LexborNode, page: str) -> None:
    tag = node.tag or ""
    if look := _LOOKS.get(tag):
        node.attrs["style"] = look
    if name := _CLASSES.get(tag):
        node.attrs["class"] = name
    if tag == "pre":
        # In a text from right to left too.
        node.attrs["dir"] = "ltr"
    _place(node, page)
    if tag == "img":
        _fit(node)


def _place(node: LexborNode, page: str) -> None:
    """Let the addresses of an element lead where they do on a page."""
    for attribute in ("href", "src", "cite"):
        if (address := node.attributes.get(attribute)) is not None:
            node.attrs[attribute] = absolute(page, address)
    # Programs that read mail or feeds know one address or get lost.
    for attribute in ("srcset", "sizes"):
        if attribute in node.attributes:
            del node.attrs[attribute]


def _fit(image: LexborNode) -> None:
    width = image.attributes.get("width") or ""
    if width.isdecimal() and int(width) <= WIDEST:
        return
    image.attrs["width"] = str(WIDEST)
    if "height" in image.attributes:
        del image.attrs["height"]


def absolute(page: str, address: str) -> str:
    """Give where an address leads that stands on a page; nowhere when it is none."""
    try:
        return urljoin(page, address.strip())
    except ValueError:
        return page
