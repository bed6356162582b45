"""The start page: what runs here, and three queries to try."""

import asyncio
from hashlib import sha256
from pathlib import Path

from aiohttp import ETag, web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import models
from gql_server.endpoint import DEADLINE_SECONDS, PUBLICATION
from gql_server.settings import PREFIX, Settings
from gql_server.start.glimpse import Glimpse, look
from gql_server.start.languages import chosen
from gql_server.start.queries import to_try
from gql_server.start.words import NAMES, WORDS

FOLDER = Path(__file__).parent
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SETTINGS = tuple(f"{PREFIX}{name.upper()}" for name in Settings.__struct_fields__)

_templates = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGE = _templates.get_template("page.html")
_CLOSED = _templates.get_template("closed.html")
_CSS = (FOLDER / "start.css").read_bytes()
_JS = (FOLDER / "start.js").read_bytes()
_SVG = (FOLDER / "start.svg").read_bytes()


async def page(request: web.Request) -> web.Response:
    """Show the start page; when the store does not answer, say so in a sentence."""
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            context = await request.app[PUBLICATION].context()
            seen = await look(context.site, context.loaders)
    except (models.Unavailable, TimeoutError):
        return _closed(chosen(request))
    return _open(seen, chosen(request, seen.site.language))


async def style(request: web.Request) -> web.Response:
    """Give the page's style sheet."""
    return _file(request, _CSS, "text/css")


async def script(request: web.Request) -> web.Response:
    """Give the page's script."""
    return _file(request, _JS, "text/javascript")


async def icon(request: web.Request) -> web.Response:
    """Give the page's icon, an open door."""
    return _file(request, _SVG, "image/svg+xml")


def _open(seen: Glimpse, language: str) -> web.Response:
    words = WORDS[language]
    text = _PAGE.render(
        seen=seen,
        site=seen.site,
        words=words,
        language=language,
        languages=NAMES,
        queries=to_try(seen.to_read.slug if seen.to_read else None),
        settings=SETTINGS,
    )
    return _html(text, language)


def _closed(language: str) -> web.Response:
    response = _html(_CLOSED.render(words=WORDS[language], language=language), language)
    response.set_status(503)
    response.headers["Retry-After"] = "1"
    return response


def _html(text: str, language: str) -> web.Response:
    headers = {
        "Content-Security-Policy": POLICY,
        "Content-Language": language,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
    }
    return web.Response(text=text, content_type="text/html", headers=headers)


def _file(request: web.Request, body: bytes, media: str) -> web.Response:
    tag = ETag(sha256(body).hexdigest()[:20])
    known = request.if_none_match or ()
    response = web.Response(headers={"Cache-Control": "no-cache"})
    response.etag = tag
    if any(one.value in {tag.value, "*"} for one in known):
        response.set_status(304)
        return response
    response.content_type, response.charset, response.body = media, "utf-8", body
    return response
