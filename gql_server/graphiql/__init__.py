"""GraphiQL, which shows the graph to who opens its address in a browser, and loads nothing from elsewhere."""

import asyncio
from contextlib import suppress
from pathlib import Path

import orjson
from aiohttp import web

import models
from gql_server import paper
from gql_server.answers import DEADLINE_SECONDS
from gql_server.endpoint import graphql
from gql_server.graphiql.files import read_files
from gql_server.graphiql.tabs import tabs_for
from gql_server.graphiql.words import WORDS
from gql_server.negotiation import EVENT_STREAM, GRAPHQL, JSON, takes_gzip, weights
from gql_server.paper.languages import chosen
from gql_server.persisted import DOCUMENTS
from gql_server.publication import PUBLICATION, SETTINGS
from gql_server.start.glimpse import worth_reading
from schema.languages import DEFAULT

FOLDER = Path(__file__).parent
HTML = "text/html"
ASKING = ("query", "documentId", "extensions")
# Monaco, the editor, lays out its lines with style attributes of its own (docs/why/0016).
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# What a worker of the page may do is for the worker's own file to say.
POLICY_OF_FILES = "default-src 'none'; script-src 'self'; frame-ancestors 'none'"

_PAGE = paper.templates(FOLDER).get_template("page.html")
_FILES = read_files(FOLDER / "built")
[_JS] = (name for name in _FILES if name.startswith("main-") and name.endswith(".js"))
[_CSS] = (name for name in _FILES if name.startswith("main-") and name.endswith(".css"))


async def graph(request: web.Request) -> web.StreamResponse:
    """Show GraphiQL to a browser that comes to look; whoever asks something is answered by the graph."""
    return await page(request) if is_asked_for(request) else await graphql(request)


def is_asked_for(request: web.Request) -> bool:
    """Tell whether somebody opens the graph's address to look at it, and may."""
    if not request.app[SETTINGS].offers_graphiql or any(name in request.query for name in ASKING):
        return False
    wanted = weights(", ".join(request.headers.getall("Accept", ())))
    named = [media for media in wanted if media in {HTML, JSON, GRAPHQL, EVENT_STREAM} and wanted[media] > 0]
    # The first of those wanted most.
    return request.method in {"GET", "HEAD"} and max(named, key=wanted.__getitem__, default="") == HTML


async def page(request: web.Request) -> web.Response:
    """Show GraphiQL; a store that does not answer only leaves its tabs with less to say."""
    site, post = None, None
    with suppress(models.Unavailable, TimeoutError):
        async with asyncio.timeout(DEADLINE_SECONDS):
            site = (await request.app[PUBLICATION].context()).site
            post = await worth_reading()
    language = chosen(request, site.language if site else DEFAULT)
    words = WORDS[language]
    tabs = [{"query": tab} for tab in tabs_for(request.app[DOCUMENTS].graph, post, words)]
    text = _PAGE.render(
        site=site, words=words, language=language, tabs=orjson.dumps(tabs).decode(), script=_JS, style=_CSS
    )
    response = paper.page(text, language, policy=POLICY, cache="no-cache")
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


async def file(request: web.Request) -> web.Response:
    """Give one of the files that GraphiQL is made of, packed for who takes it so."""
    found = _FILES.get(request.match_info["name"])
    if found is None or not request.app[SETTINGS].offers_graphiql:
        raise web.HTTPNotFound
    is_packed = takes_gzip(request.headers.get("Accept-Encoding", ""))
    headers = {
        "Content-Type": found.media,
        "Content-Security-Policy": POLICY_OF_FILES,
        "Cache-Control": found.cache,
        "Vary": "Accept-Encoding",
    }
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    return web.Response(body=found.packed if is_packed else found.plain, headers=headers)
