"""What Weebly puts into a text by program: videos, slideshows, file boxes."""

import re
from json import JSONDecodeError, JSONDecoder

from selectolax.lexbor import LexborNode

from gql_server.importers.weebly.addresses import file_name, image_address, link_address
from gql_server.importers.weebly.markup import attribute, one_line, parse, words
from gql_server.importers.weebly.values import ImageValue

YOUTUBE = re.compile(
    r"(?:youtube(?:-nocookie)?\.com/(?:embed/|v/|watch\?v=)|youtu\.be/)([\w-]{6,20})", re.ASCII
)
VIMEO = re.compile(r"vimeo\.com/(?:video/)?([0-9]{4,15})")
SLIDES = re.compile(r"wslideshow\.render\(.{0,2000}?\bimages\s*:\s*(?=\[)", re.IGNORECASE | re.DOTALL)
# What Weebly itself writes when the author gives no alternative text.
DEFAULT_ALTS = {
    "picture", "photo", "image", "foto", "afbeelding", "bild", "imagen", "imagem", "immagine", "kuva",
    "billede", "bilde", "zdjęcie", "obrázek", "kép", "resim", "фото", "изображение", "画像", "图片",
}  # fmt: skip


def video_address(node: LexborNode) -> str:
    """Give the address where people watch what a frame shows; empty when it is no video."""
    source = attribute(node, "src") or attribute(node, "data")
    if found := YOUTUBE.search(source):
        return f"https://www.youtube.com/watch?v={found[1]}"
    if found := VIMEO.search(source):
        return f"https://vimeo.com/{found[1]}"
    return ""


def image_of(node: LexborNode, host: str, caption: str = "") -> ImageValue | None:
    """Read an `img`; None for Weebly's own icons and for what has no address."""
    url = image_address(attribute(node, "src"), host)
    if not url or "weebly.com/weebly/images/" in url:
        return None
    alt = one_line(attribute(node, "alt"))
    return ImageValue(url=url, alt="" if alt.casefold() in DEFAULT_ALTS else alt, caption=caption)


def slides(script: str, host: str) -> list[ImageValue]:
    """Read the images of a slideshow out of its script."""
    found = SLIDES.search(script)
    try:
        images = JSONDecoder().raw_decode(script, found.end())[0] if found else []
    except (JSONDecodeError, RecursionError):
        return []
    return [image for slide in images if isinstance(slide, dict) and (image := _slide(slide, host))]


def file_box(node: LexborNode, host: str) -> tuple[str, str] | None:
    """Read a box that offers a file: its address and name."""
    link = node.css_first("a[href]:has(img[src*='/file_icons/'])") if node.tag == "div" else None
    if link is None or link.parent is None or link.parent.mem_id != node.mem_id:
        return None
    href = link_address(attribute(link, "href"), host)
    return (href, words(node.css_first("td b")) or file_name(href)) if href else None


def _slide(slide: dict[str, object], host: str) -> ImageValue | None:
    # Captions and addresses come from JSON, which may hold half of a surrogate pair.
    told = (str(slide.get(key) or "") for key in ("url", "caption"))
    url, caption = (text.encode("utf-8", "ignore").decode() for text in told)
    is_own_upload = url and not re.match(r"(?:https?:)?/", url)
    address = image_address(f"/uploads/{url}" if is_own_upload else url, host)
    return ImageValue(url=address, alt="", caption=words(parse(caption).body)) if address else None
