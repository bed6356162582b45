"""Whether the process lives, and whether it can serve."""

from aiohttp import web

import models
from models.store import ready


async def healthz(_request: web.Request) -> web.Response:
    """Say that the process lives."""
    return web.json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def readyz(_request: web.Request) -> web.Response:
    """Say whether the store answers."""
    try:
        await ready()
    except models.Unavailable:
        headers = {"Cache-Control": "no-store", "Retry-After": "1"}
        return web.json_response({"status": "the store cannot be reached"}, status=503, headers=headers)
    return web.json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})
