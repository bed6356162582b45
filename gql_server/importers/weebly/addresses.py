"""Addresses inside a text: made whole, made safe, and those of people uncovered."""

import re
from urllib.parse import quote, unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from gql_server.importers.weebly.places import host_of

SAFE = {"http", "https", "mailto", "tel"}
HIDDEN = re.compile(r"/cdn-cgi/l/email-protection#([0-9a-fA-F]+)")
BROWSER_COPY = re.compile(r"(^|/)[^/]+_files/", re.IGNORECASE)


def image_address(src: str, host: str) -> str:
    """Give an image's address, whole when the host is known; empty when nobody could load it."""
    src = _tidy(src)
    scheme = _scheme(src)
    if scheme:
        return src if scheme in {"http", "https"} else ""
    if src.startswith("//"):
        return f"https:{src}"
    if not src or not host or BROWSER_COPY.search(src):
        return src
    return f"https://{host}/{src.lstrip('./')}"


def link_address(href: str, host: str) -> str:
    """Give a link's address, own pages by their path so that redirects serve them; empty when unsafe."""
    href = _tidy(href)
    if hidden := HIDDEN.search(href):
        address = uncover(hidden[1])
        return f"mailto:{address}" if address else ""
    if "/cdn-cgi/" in href:
        return ""
    if href.startswith("//"):
        href = f"https:{href}"
    scheme = _scheme(href)
    if scheme and scheme not in SAFE:
        return ""
    if scheme in {"http", "https"} and host and host_of(href) == host:
        href = urlsplit(href)._replace(scheme="", netloc="").geturl()
    elif href.startswith("#"):
        return ""
    elif scheme or not href:
        return href
    if "/uploads/" in f"/{href}" and host:
        return f"https://{host}/{href.lstrip('./')}"
    return "/" + href.lstrip("./")


def resolve(tree: LexborHTMLParser, base: str) -> None:
    """Make relative addresses in a page count from the site: programs that copy sites write them so."""
    for attribute, selector in (("href", "a[href]"), ("src", "img[src]")):
        for node in tree.css(selector):
            address = (node.attributes.get(attribute) or "").strip()
            if (
                address
                and not _scheme(address)
                and address[0] not in "/#"
                and not BROWSER_COPY.search(address)
            ):
                node.attrs[attribute] = _joined(base, address)


def uncover(digits: str) -> str:
    """Read a mail address that Cloudflare hid: every byte was combined with the first one."""
    try:
        key, *hidden = bytes.fromhex(digits)
        address = bytes(byte ^ key for byte in hidden).decode()
    except ValueError:
        return ""
    return address if re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"]+", address) and address.isprintable() else ""


def file_name(href: str) -> str:
    """Give the name of the file that a link leads to."""
    return unquote(href.split("?")[0].rstrip("/").rpartition("/")[2])


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def _scheme(url: str) -> str:
    found = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", url)
    return found[1].lower() if found else ""


def _tidy(url: str) -> str:
    printable = "".join(letter for letter in url if letter.isprintable()).strip()
    return quote(printable, safe="!#$%&'()*+,-./:;=?@[]_~")
