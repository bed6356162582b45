"""The paper that every page is printed on: its look, what a browser may load, how a file is given."""

import gzip
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import models
from gql_server.negotiation import has_already, is_as_old, takes_gzip

FOLDER = Path(__file__).parent
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_CSS = (FOLDER / "paper.css").read_bytes()
# The one kind of file here that is no text.
ICO = "image/vnd.microsoft.icon"
_ICO = (FOLDER / "favicon.ico").read_bytes()


def templates(folder: Path) -> Environment:
    """Read the templates of a folder, and those of all pages; whatever stands in a place is only text."""
    return Environment(
        loader=FileSystemLoader([folder, FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


async def style(request: web.Request) -> web.Response:
    """Give the style sheet that all pages share."""
    return file(request, _CSS, "text/css")


async def icon(request: web.Request) -> web.Response:
    """Give the icon that a browser asks for without having been told of one."""
    response = file(request, _ICO, ICO)
    # It is asked for on every page, and never becomes another in a hurry.
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def page(text: str, language: str, *, policy: str = POLICY, cache: str) -> web.Response:
    """Give a page."""
    headers = {"Content-Security-Policy": policy, "Content-Language": language, "Cache-Control": cache}
    return web.Response(text=text, content_type="text/html", headers=headers)


def mark(request: web.Request, response: web.Response) -> None:
    """Mark a page by what it says, and give nothing of it to who has it already."""
    assert isinstance(response.body, bytes)
    tag = _tag(response.body)
    # Weak: it is packed on its way, and says the same then.
    response.headers["ETag"] = f"W/{tag}"
    if has_already(tag, request.headers.getall("If-None-Match", ())):
        response.set_status(304)
        response.body = None


class File(NamedTuple):
    """A file as it is sent; from the second `changed` on it was as it is, if that is known."""

    body: bytes
    media: str
    tag: str
    is_packed: bool = False
    changed: datetime | None = None

    @classmethod
    def of(cls, body: bytes, media: str, **more: Any) -> "File":
        """Give a file with these very bytes."""
        return cls(body, media, _tag(body), **more)


def file(request: web.Request, body: bytes, media: str) -> web.Response:
    """Give a file that belongs to a page, packed for who takes it so; a browser that has it is told so."""
    is_packed = packs(request)
    return sent(request, File.of(_packed(body) if is_packed else body, media, is_packed=is_packed))


def sent(request: web.Request, file: File) -> web.Response:
    """Send a file, or that whoever asks has it already."""
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding", "ETag": file.tag}
    # Within that second it may become another.
    dated = file.changed if file.changed is not None and file.changed <= models.now() else None
    if dated is not None:
        headers["Last-Modified"] = format_datetime(dated, usegmt=True)
    response = web.Response(headers=headers)
    if _has(request, file.tag, dated):
        response.set_status(304)
        return response
    response.content_type, response.body = file.media, file.body
    if file.media != ICO:
        response.charset = "utf-8"
    if file.is_packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def packs(request: web.Request) -> bool:
    """Tell whether who asks takes a file packed."""
    return takes_gzip(request.headers.get("Accept-Encoding", ""))


def _tag(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()[:20]}"'


def _has(request: web.Request, tag: str, dated: datetime | None) -> bool:
    # Who names tags is not asked for a date (RFC 9110, 13.2.2).
    if named := request.headers.getall("If-None-Match", ()):
        return has_already(tag, named)
    return dated is not None and is_as_old(dated, request.headers.get("If-Modified-Since", ""))


def pack(body: bytes) -> bytes:
    """Pack a file; the same bytes are the same when they are packed."""
    return gzip.compress(body, mtime=0)


# The files of all pages.
_packed = lru_cache(maxsize=32)(pack)
