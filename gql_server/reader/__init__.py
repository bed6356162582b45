"""The reader's page: the publication as its readers see it, in a browser that asks the graph for it."""

from pathlib import Path

from aiohttp import web

import models
from gql_server import paper, start
from gql_server.negotiation import weights
from gql_server.pages.trouble import DOORS, first_word
from gql_server.paths import old_path
from gql_server.publication import SETTINGS

FOLDER = Path(__file__).parent / "page"
MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
LANGUAGES = "nl, en"
# Pictures stand wherever the publication has them.
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data: http: https:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What the page shows at paths that are nobody's: lists, and what was searched for.
LISTS = frozenset({"/posts", "/authors", "/archive", "/search"})
NOTE = "<!-- In development the server leads from here to its start page. -->\n"
TO_START = '<link rel="help" href="/start">\n'

_PAGE = (FOLDER / "index.html").read_text("utf-8")
_FILES = {path.name: path.read_bytes() for path in (FOLDER / "reader").iterdir() if path.suffix in MEDIA}
assert NOTE in _PAGE


async def front(request: web.Request) -> web.Response:
    """Show the front page; where no reader's page is shown, the start page."""
    return _page(request) if _shows(request) else await start.page(request)


async def anywhere(request: web.Request) -> web.Response:
    """Show a browser what lives at a path; lead it on from an old one, and say so of one that is nobody's."""
    is_shown = _shows(request) and _reads_pages(request)
    # What a link of somebody who writes shows lives nowhere yet; the graph knows whether it shows anything.
    if is_shown and ("preview" in request.query or await _lives(request.path)):
        return _page(request)
    try:
        return await old_path(request)
    except web.HTTPNotFound:
        if not is_shown:
            raise
    return _page(request, status=404)


async def file(request: web.Request) -> web.Response:
    """Give one of the files of the page; of another name say what is said of any path."""
    body = _FILES.get(name := request.match_info["name"])
    if body is None or not _shows(request):
        return await anywhere(request)
    return paper.file(request, body, MEDIA[Path(name).suffix])


def _shows(request: web.Request) -> bool:
    return request.app[SETTINGS].shows_reader


def _reads_pages(request: web.Request) -> bool:
    accepted = weights(", ".join(request.headers.getall("Accept", ())))
    return accepted.get("text/html", 0) > 0 and first_word(request) not in DOORS


async def _lives(path: str) -> bool:
    return path.rstrip("/") in LISTS or await models.is_somewhere(path)


def _page(request: web.Request, *, status: int = 200) -> web.Response:
    to_start = TO_START if request.app[SETTINGS].is_private else ""
    response = paper.page(_PAGE.replace(NOTE, to_start), LANGUAGES, policy=POLICY, cache="no-cache")
    response.headers["Vary"] = "Accept"
    response.set_status(status)
    return response
