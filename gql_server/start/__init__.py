"""The start page: what runs here, and three queries to try."""

import asyncio
from pathlib import Path

from aiohttp import web

import models
from gql_server import paper
from gql_server.answers import DEADLINE_SECONDS
from gql_server.pages.outbox import outbox_for
from gql_server.paper.languages import chosen, tongues_of
from gql_server.publication import PUBLICATION, SETTINGS
from gql_server.settings import PREFIX, Settings
from gql_server.start.glimpse import Glimpse, look
from gql_server.start.queries import to_try
from gql_server.start.words import WORDS

FOLDER = Path(__file__).parent
POLICY = f"{paper.POLICY}; script-src 'self'; connect-src 'self'"
NAMES_OF_SETTINGS = tuple(f"{PREFIX}{name.upper()}" for name in Settings.__struct_fields__)

_templates = paper.templates(FOLDER)
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
            language = chosen(request, context.site.language)
            seen = await look(context.site, context.loaders, language)
    except (models.Unavailable, TimeoutError):
        return _closed(chosen(request))
    return _open(request, seen, language)


async def style(request: web.Request) -> web.Response:
    """Give the page's style sheet."""
    return paper.file(request, _CSS, "text/css")


async def script(request: web.Request) -> web.Response:
    """Give the page's script."""
    return paper.file(request, _JS, "text/javascript")


async def icon(request: web.Request) -> web.Response:
    """Give the page's icon, an open door."""
    return paper.file(request, _SVG, "image/svg+xml")


def _open(request: web.Request, seen: Glimpse, language: str) -> web.Response:
    text = _PAGE.render(
        seen=seen,
        site=seen.site,
        words=WORDS[language],
        language=language,
        tongues=tongues_of(request),
        queries=to_try(seen.to_read.slug if seen.to_read else None),
        settings=NAMES_OF_SETTINGS,
        shows_graphiql=request.app[SETTINGS].offers_graphiql,
        shows_reader=request.app[SETTINGS].shows_reader,
        shows_letters=outbox_for(request) is not None,
    )
    return _html(text, language)


def _closed(language: str) -> web.Response:
    response = _html(_CLOSED.render(words=WORDS[language], language=language), language)
    response.set_status(503)
    response.headers["Retry-After"] = "1"
    return response


def _html(text: str, language: str) -> web.Response:
    response = paper.page(text, language, policy=POLICY, cache="no-cache")
    response.headers["Vary"] = "Accept-Language"
    return response
