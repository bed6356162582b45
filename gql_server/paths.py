"""The door of every other path: old addresses lead to the present ones."""

from urllib.parse import quote

from aiohttp import web

import models
from gql_server.publication import PUBLICATION


async def old_path(request: web.Request) -> web.Response:
    """Lead an old address to where its content lives now."""
    known = len(request.path) <= models.LONGEST_PATH and models.text.is_plain(request.path)
    found = await models.leads(request.path) if known else None
    if found is None or found.path == request.path:
        raise web.HTTPNotFound
    context = await request.app[PUBLICATION].context()
    location = context.absolute(quote(found.path, safe="/-._~%"))
    # Whoever takes an old name back leads readers to where they were led away from.
    return web.Response(status=301, headers={"Location": location, "Cache-Control": "no-cache"})
