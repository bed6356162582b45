"""The paper that every page is printed on: its look, what a browser may load, how a file is given."""

import gzip
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gql_server.negotiation import has_already, takes_gzip

FOLDER = Path(__file__).parent
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_CSS = (FOLDER / "paper.css").read_bytes()


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


def page(text: str, language: str, *, policy: str = POLICY, cache: str) -> web.Response:
    """Give a page."""
    headers = {"Content-Security-Policy": policy, "Content-Language": language, "Cache-Control": cache}
    return web.Response(text=text, content_type="text/html", headers=headers)


def file(request: web.Request, body: bytes, media: str) -> web.Response:
    """Give a file that belongs to a page, packed for who takes it so; a browser that has it is told so."""
    is_packed = takes_gzip(request.headers.get("Accept-Encoding", ""))
    body = _packed(body) if is_packed else body
    tag = f'"{sha256(body).hexdigest()[:20]}"'
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding", "ETag": tag}
    response = web.Response(headers=headers)
    if has_already(tag, request.headers.getall("If-None-Match", ())):
        response.set_status(304)
        return response
    response.content_type, response.charset, response.body = media, "utf-8", body
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


# The files of all pages, and the last few of what changes, as the feed does.
@lru_cache(maxsize=32)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
