"""What an address on a Weebly site means."""

import re
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

MONTH = re.compile(r"^(.*?)/?\barchives[/_-]([0-9]{1,2})-([0-9]{4})(?:[/_-][0-9]{1,4})?(?:\.html?)?/?$")
CATEGORY = re.compile(r"^(.*?)/category/([^/]+?)(?:/[0-9]{1,4})?(?:\.html?)?/?$")
PREVIOUS = re.compile(r"^(.*?)/previous/([0-9]{1,4})(?:\.html?)?/?$")
OLD_POST = re.compile(r"^/1/post/([0-9]{4})/([0-9]{1,2})/[^/]+$")
EVERYTHING = "all"


class Kind(StrEnum):
    """What a page of the site is."""

    POST = "post page"
    INDEX = "index"
    MONTH = "month"
    CATEGORY = "category"
    PLAIN = "plain page"


class Place(NamedTuple):
    """An address read: what it lists, which month ("2020-03"), category or page number, below which page."""

    kind: Kind
    key: str
    blog: str


def place(path: str) -> Place | None:
    """Read a path by the patterns of both generators; None when it is no list of posts by itself."""
    if (found := MONTH.match(path)) and 1 <= int(found[2]) <= 12:
        return Place(Kind.MONTH, f"{found[3]}-{int(found[2]):02}", found[1])
    if found := CATEGORY.match(path):
        return Place(Kind.CATEGORY, "" if found[2].casefold() == EVERYTHING else found[2], found[1])
    if found := PREVIOUS.match(path):
        return Place(Kind.INDEX, found[2], found[1])
    return None


def hinted_month(path: str) -> str | None:
    """Give the month that an old post's path names: a hint, for authors moved posts about."""
    found = OLD_POST.match(path)
    return f"{found[1]}-{int(found[2]):02}" if found and 1 <= int(found[2]) <= 12 else None


def path_of(url: str) -> str:
    """Give the path of an address as a server hears it, decoded; empty when there is none."""
    try:
        path = unquote(urlsplit(url.strip()).path, errors="replace")
    except ValueError:
        return ""
    return path if path.startswith("/") and path.isprintable() else ""


def host_of(url: str) -> str:
    """Give the host that an address names, empty when it names none."""
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return host if re.fullmatch(r"[a-z0-9.-]{1,253}", host) else ""


def slug_of(path: str) -> str:
    """Give the last part of a path, without the ending that old pages have."""
    return re.sub(r"\.html?$", "", path.rstrip("/").rpartition("/")[2])


def spellings(path: str) -> tuple[str, ...]:
    """Give a path with and without `.html`: Weebly answered to both."""
    bare = re.sub(r"\.html?$", "", path.rstrip("/"))
    if not bare:
        return ("/",)
    if bare == "/index":
        return ("/", "/index", "/index.html")
    return (bare, f"{bare}.html")
