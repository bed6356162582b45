"""The start page: what runs here, and three queries to try."""

from aiohttp import web


async def page(_request: web.Request) -> web.Response:
    """Show the start page."""
    return web.Response(text="soon")


style = script = page
