"""Requests as the bytes that a browser's client sends, without what is not looked at."""

from urllib.parse import quote, urlsplit

TAKES = "application/graphql-response+json, application/json;q=0.9"


def posted(address: str, body: bytes) -> bytes:
    """Write a POST of JSON."""
    more = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    return _head("POST", address, *more) + body


def got(address: str, document: str, variables: str, tag: str | None = None) -> bytes:
    """Write a GET of a query; with a tag, of one whose answer was kept under it."""
    known = (f"If-None-Match: {tag}",) if tag else ()
    return _head("GET", f"{address}?query={quote(document)}&variables={quote(variables)}", *known)


def _head(method: str, address: str, *more: str) -> bytes:
    url = urlsplit(address)
    path = f"{url.path}?{url.query}" if url.query else url.path
    lines = (f"{method} {path} HTTP/1.1", f"Host: {url.netloc}", f"Accept: {TAKES}", *more)
    return "\r\n".join([*lines, "", ""]).encode()
