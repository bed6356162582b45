"""The RSS feed of a Weebly blog, read without trusting it."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from gql_server.importers.errors import ImportRefused
from gql_server.importers.weebly.dates import FIRST_YEAR, LAST_YEAR
from gql_server.importers.weebly.markup import one_line

SPACE = re.compile(r"\s*")
OPENING = re.compile(r"<(rss\b|!DOCTYPE\s+rss\b|!ENTITY)")
ENDS = {"<?": "?>", "<!": "-->"}
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
NO_CATEGORY = "uncategorized"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """A post as the feed tells it; `published` is aware."""

    link: str
    title: str
    published: datetime | None
    content: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed; `clock` is its own date when that gives away an offset."""

    title: str
    link: str
    description: str
    language: str
    clock: datetime | None
    items: tuple[FeedItem, ...]


def read(name: str, text: str) -> Feed | None:
    """Read a document as RSS 2.0; None when it is no feed, or another program's."""
    found = OPENING.match(text, _after_prolog(text))
    if found is None:
        return None
    if found[1].startswith("!"):
        raise ImportRefused(f"{name} declares a document type or entities, which no feed needs.")
    try:
        channel = ElementTree.fromstring(DECLARATION.sub("", text)).find("channel")
    except (ElementTree.ParseError, ValueError) as error:
        raise ImportRefused(f"{name} is cut off or broken: {error}.") from error
    if channel is None or "weebly" not in _text(channel, "generator", default="weebly").casefold():
        return None
    written = _text(channel, "pubDate")
    return Feed(
        title=_text(channel, "title"),
        link=_text(channel, "link"),
        description=_text(channel, "description"),
        language=_text(channel, "language"),
        # "GMT" is only how the date was written down, no sign of where the site is.
        clock=_moment(written) if re.search(r"[+-][0-9]{4}$", written) else None,
        items=tuple(_item(item) for item in channel.findall("item")),
    )


def _after_prolog(text: str) -> int:
    """Find where instructions and comments before the first element end; in linear time, however many."""
    place = _skip_space(text, 0)
    while text.startswith(("<?", "<!--"), place):
        end = ENDS[text[place : place + 2]]
        place = text.find(end, place)
        if place < 0:
            return len(text)
        place = _skip_space(text, place + len(end))
    return place


def _skip_space(text: str, place: int) -> int:
    found = SPACE.match(text, place)
    return found.end() if found else place


def _item(item: Element) -> FeedItem:
    categories = (one_line("".join(category.itertext())) for category in item.findall("category"))
    return FeedItem(
        link=_text(item, "link") or _text(item, "guid"),
        title=_text(item, "title"),
        published=_moment(_text(item, "pubDate")),
        content=item.findtext(CONTENT) or item.findtext("description") or "",
        categories=tuple(name for name in categories if name and name.casefold() != NO_CATEGORY),
    )


def _text(element: Element, tag: str, default: str = "") -> str:
    return one_line(element.findtext(tag) or default)


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    is_usable = found.tzinfo is not None and FIRST_YEAR <= found.year <= LAST_YEAR
    return found if is_usable else None
