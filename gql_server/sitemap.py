"""The doors for search engines: what they may not visit, and the map of the rest (sitemaps.org, RFC 9309)."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote
from xml.sax.saxutils import escape

from aiohttp import web

import models
from gql_server import followed, paper
from gql_server.admission import ADMISSION
from gql_server.followed import Written
from gql_server.publication import PUBLICATION
from gql_server.questions import turned_away
from gql_server.visitors import VISITORS
from models.sitemap import Part, Spot
from models.slugs import RESERVED
from schema.context import Context

PATH = "/sitemap.xml"
MEDIA = "application/xml"
# First words of what is for readers, and of what their pages are made from.
OPEN = {"archive", "authors", "media", "posts", "reader", "search", "subscribe", "tags"}
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<{} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
# What the map is made from: "posts" is told of posts by those who tell precisely what they change.
TABLES = ("site", "post", "page", "author", "tag", "month_count")
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
SAFE = "/-._~%"
READS = frozenset(("posts", *(f"any-{table}" for table in TABLES)))


async def robots(request: web.Request) -> web.Response:
    """Tell crawlers where the map is, and what is not for them."""
    context = await request.app[PUBLICATION].context()
    # Word for word: a page may well be called /pension, and stand beside /pen.
    closed = [f"/{word}{end}" for word in sorted(RESERVED - OPEN) for end in ("$", "/", "?")]
    closed += ["/*?preview=", "/*&preview="]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    lines += [f"Sitemap: {context.absolute(PATH)}", ""]
    return paper.file(request, "\n".join(lines).encode(), "text/plain")


async def show(request: web.Request) -> web.Response:
    """Give the map: of a publication that is too large for one file, a list of its parts."""
    _admit(request)
    return await followed.given(request, PATH, MEDIA, partial(_write, request))


async def part(request: web.Request) -> web.Response:
    """Give a part of the map."""
    named = request.match_info
    part = models.sitemap.part_of(named["kind"], int(named["number"]))
    if part is None:
        raise web.HTTPNotFound
    _admit(request)
    return await followed.given(request, _path_of(part), MEDIA, partial(_write_part, request, part))


def _admit(request: web.Request) -> None:
    request.app[VISITORS].admit(request)
    if request.app[ADMISSION].is_full_of_readers:
        raise turned_away()


async def _write(request: web.Request) -> Written:
    context, parts = await request.app[PUBLICATION].context(), await models.sitemap.parts()
    if all(part.number == 1 for part in parts):
        return await _listed(context, parts)
    lines = [f"<sitemap><loc>{escape(context.absolute(_path_of(part)))}</loc></sitemap>\n" for part in parts]
    return Written(_enclosed("sitemapindex", lines), READS, context.masthead.next_change)


async def _write_part(request: web.Request, part: Part) -> Written:
    return await _listed(await request.app[PUBLICATION].context(), [part])


async def _listed(context: Context, parts: Iterable[Part]) -> Written:
    home, newest, lines = context.absolute("/").rstrip("/"), NEVER, list[str]()
    for part in parts:
        async for spots in models.sitemap.spots(part):
            lines += [_line(home, spot) for spot in spots]
            newest = max(newest, *(spot.changed or NEVER for spot in spots))
            # SQLite is read without waiting for anything.
            await asyncio.sleep(0)
    if not lines:
        raise web.HTTPNotFound
    return Written(_enclosed("urlset", lines), READS, context.masthead.next_change, newest)


def _line(home: str, spot: Spot) -> str:
    changed = spot.changed and f"<lastmod>{spot.changed.isoformat(timespec='seconds')}</lastmod>"
    return f"<url><loc>{escape(home + quote(spot.path, safe=SAFE))}</loc>{changed or ''}</url>\n"


def _enclosed(name: str, lines: Iterable[str]) -> bytes:
    return f"{HEAD.format(name)}{''.join(lines)}</{name}>\n".encode()


def _path_of(part: Part) -> str:
    # At the root: a map in a folder may only list what is in that folder.
    return f"/sitemap-{part.kind}-{part.number}.xml"
