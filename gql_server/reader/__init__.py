"""The reader's page: the publication as its readers see it, with scripts or without."""

from collections.abc import Collection
from pathlib import Path

from aiohttp import web
from yarl import URL

import models
from gql_server import paper, start
from gql_server.negotiation import weights
from gql_server.pages.trouble import DOORS, first_word
from gql_server.paths import old_path
from gql_server.publication import SETTINGS
from gql_server.reader.printing import given
from gql_server.reader.reading import Reading
from gql_server.reader.scripts import FOLDER
from gql_server.reader.views import nothing_at, view_at

MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# What the page shows at paths that are nobody's: lists, and what was searched for.
LISTS = frozenset({"/posts", "/authors", "/archive", "/search"})
# What names a place in a list or a conversation.
PLACES = frozenset({"after", "before", "comments", "thread"})

_FILES = {path.name: path.read_bytes() for path in (FOLDER / "reader").iterdir() if path.suffix in MEDIA}


async def front(request: web.Request) -> web.Response:
    """Show the front page; where no reader's page is shown, the start page."""
    return await _page(request) if _shows(request) else await start.page(request)


async def anywhere(request: web.Request) -> web.Response:
    """Show what lives at a path; lead on from an old one, and say so to a browser of one that is nobody's."""
    is_shown = _shows(request) and first_word(request) not in DOORS
    # What a link of somebody who writes shows lives nowhere yet; the graph knows whether it shows anything.
    if is_shown and _takes_pages(request) and ("preview" in request.query or await _lives(request.path)):
        return await _page(request)
    try:
        return await old_path(request)
    except web.HTTPNotFound:
        if not is_shown or _accepted(request).get("text/html", 0) <= 0:
            raise
    return await _page(request, is_there=False)


async def file(request: web.Request) -> web.Response:
    """Give one of the files of the page; of another name say what is said of any path."""
    body = _FILES.get(name := request.match_info["name"])
    if body is None or not _shows(request):
        return await anywhere(request)
    return paper.file(request, body, MEDIA[Path(name).suffix])


def _shows(request: web.Request) -> bool:
    return request.app[SETTINGS].shows_reader


def _takes_pages(request: web.Request) -> bool:
    # Browsers name HTML; what shows a preview of a link takes whatever there is, and says so or nothing.
    accepted = _accepted(request) or {"*/*": 1.0}
    return next((accepted[one] for one in ("text/html", "text/*", "*/*") if one in accepted), 0) > 0


def _accepted(request: web.Request) -> dict[str, float]:
    return weights(", ".join(request.headers.getall("Accept", ())))


async def _lives(path: str) -> bool:
    return path.rstrip("/") in LISTS or await models.is_somewhere(path)


async def _page(request: web.Request, *, is_there: bool = True) -> web.Response:
    reading = await Reading.of(request)
    try:
        view = await view_at(reading, request.path) if is_there else None
    except models.Unproven:
        view = nothing_at(reading, "preview_over")
    except models.Invalid:
        # A place in a list that is none: the list itself is there.
        if PLACES & request.query.keys():
            raise web.HTTPFound(_without(request, PLACES)) from None
        view = None
    return given(reading, view or nothing_at(reading))


def _without(request: web.Request, names: Collection[str]) -> URL:
    left = {name: value for name, value in request.query.items() if name not in names}
    return request.rel_url.with_query(left)
