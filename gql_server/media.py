"""The door /media: uploaded pictures in all their renditions, and those that come with the server."""

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import NamedTuple

from aiohttp import web

import models
from gql_server.demonstration import MEDIA
from gql_server.negotiation import has_already, weights
from models.images import media_type
from models.renditions import FIRST, LATER, MEDIA_TYPES, Name

FILES = web.AppKey("files", models.Files)
OF_DEMONSTRATION = re.compile(r"[a-z0-9-]+\.webp")
FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"
UNTIL_DRAWN = "public, max-age=60"
# Whatever a file turned out to be, a browser that opens it runs nothing of it.
HARMLESS = {"Content-Security-Policy": "default-src 'none'; sandbox"}
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


async def picture(request: web.Request) -> web.StreamResponse:
    """Send a picture, or the range of it that is asked for."""
    text = request.match_info["name"]
    if (name := Name.read(text)) is not None:
        return await _uploaded(request, name)
    if not OF_DEMONSTRATION.fullmatch(text) or not (MEDIA / text).is_file():
        raise web.HTTPNotFound
    # aiohttp guesses by the machine's own list of media types, and not every machine's has WebP.
    headers = {"Content-Type": media_type(text), "Cache-Control": FOR_A_DAY, **HARMLESS}
    return web.FileResponse(MEDIA / text, headers=headers)


class Part(NamedTuple):
    """Which bytes of a file are sent, and with what status."""

    status: int
    start: int
    stop: int


async def _uploaded(request: web.Request, name: Name) -> web.StreamResponse:
    files, endings = request.app[FILES], [name.ending] if name.ending else _endings(request)
    for ending in endings:
        found = name._replace(ending=ending)
        if (size := await files.size(str(found))) is not None:
            break
    else:
        raise web.HTTPNotFound
    headers = {
        "Content-Type": found.media_type,
        "Cache-Control": FOR_EVER if found.ending == endings[0] else UNTIL_DRAWN,
        "ETag": f'"{found}"',
        "Accept-Ranges": "bytes",
        **({} if name.ending else {"Vary": "Accept"}),
        **HARMLESS,
    }
    if has_already(headers["ETag"], request.headers.getall("If-None-Match", ())):
        return web.Response(status=304, headers=headers)
    part = _part(request, size, headers["ETag"])
    if part.status != 200:
        said = f"{part.start}-{part.stop - 1}" if part.status == 206 else "*"
        headers["Content-Range"] = f"bytes {said}/{size}"
    if part.status == 416:
        return web.Response(status=416, headers=headers)
    return await _sent(request, part, headers, files.read(str(found), part.start, part.stop))


def _endings(request: web.Request) -> list[str]:
    """Give the formats that a browser takes, the best first; one that is drawn later may not be there yet."""
    wanted = weights(",".join(request.headers.getall("Accept", ())))
    return [LATER, FIRST] if wanted.get(MEDIA_TYPES[LATER], 0) > 0 else [FIRST]


def _part(request: web.Request, size: int, tag: str) -> Part:
    """Read which range is asked for; of several, or in other words than bytes, none is."""
    whole, found = Part(200, 0, size), RANGE.fullmatch(request.headers.get("Range", ""))
    if found is None or request.method != "GET" or request.headers.get("If-Range", tag) != tag:
        return whole
    first, last = found.groups()
    if not first:
        start, stop = max(0, size - int(last or 0)), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
    if (first and last and int(last) < start) or not (first or last):
        return whole
    return Part(206, start, stop) if start < stop else Part(416, 0, 0)


async def _sent(
    request: web.Request, part: Part, headers: dict[str, str], pieces: AsyncIterator[bytes]
) -> web.StreamResponse:
    response = web.StreamResponse(status=part.status, headers=headers)
    response.content_length = part.stop - part.start
    async with aclosing(pieces):  # type: ignore[type-var]
        # The first before the headers: a place that does not answer is told as such.
        piece = b"" if request.method == "HEAD" else await anext(pieces, b"")
        await response.prepare(request)
        while piece:
            await response.write(piece)
            piece = await anext(pieces, b"")
    await response.write_eof()
    return response
