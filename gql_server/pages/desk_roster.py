"""The door /write/subscribers/export: all subscribers as a file, as the command line writes it."""

from aiohttp import web

import models
from gql_server import rosters
from gql_server.middleware import break_off
from gql_server.pages.desk import SignedOut, at_desk_for, handed_back, read_desk_form, signed_out
from gql_server.pages.personal import private

FILE = "subscribers.csv"
# So many bytes are gathered before they are sent.
A_PIECE = 64_000


async def export(request: web.Request) -> web.StreamResponse:
    """Hand out all subscribers, a few at a time; what breaks off does not look whole."""
    form = await read_desk_form(request)
    try:
        visit, principal = await at_desk_for(models.Scope.SUBSCRIBERS_MANAGE, request)
    except SignedOut:
        return await signed_out(request, form)
    except models.NotAllowed:
        return await handed_back(request, form, "barred", status=403)
    await models.Audit.note(principal, "roster.export")
    response = web.StreamResponse(headers=private(FILE, "text/csv; charset=utf-8"))
    await response.prepare(request)
    try:
        await _send(response, visit.site)
    except Exception as error:
        break_off(request, error)
    return response


async def _send(response: web.StreamResponse, site: models.Site) -> None:
    piece = bytearray(rosters.header())
    async for line in models.hand_out(site):
        piece += rosters.row(line.cells)
        if len(piece) >= A_PIECE:
            await response.write(bytes(piece))
            piece.clear()
    await response.write(bytes(piece))
