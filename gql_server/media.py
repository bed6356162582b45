"""The door /media: pictures that come with the server."""

import re

from aiohttp import web

from gql_server.demonstration import MEDIA
from models.images import media_type

NAME = re.compile(r"[a-z0-9-]+\.webp")


async def picture(request: web.Request) -> web.FileResponse:
    """Send a picture of the demonstration blog."""
    name = request.match_info["name"]
    if not NAME.fullmatch(name) or not (MEDIA / name).is_file():
        raise web.HTTPNotFound
    # aiohttp guesses by the machine's own list of media types, and not every machine's has WebP.
    headers = {"Content-Type": media_type(name), "Cache-Control": "public, max-age=86400"}
    return web.FileResponse(MEDIA / name, headers=headers)
