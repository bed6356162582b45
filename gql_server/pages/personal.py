"""The doors below /preferences for what we hold of a subscriber: take it along, or have it forgotten."""

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

import models
from gql_server.pages.forms import read_form
from gql_server.pages.preferences import owned
from gql_server.pages.printing import Link
from gql_server.pages.visit import Visit

FILE = "subscription.json"
ERASE = "erase"


async def export(request: web.Request) -> web.Response:
    """Give all that is held, as a file."""
    visit, found = await owned(request)
    await read_form(request)
    return as_file(await models.export(visit.site, found))


def as_file(held: Mapping[str, Any]) -> web.Response:
    """Hand over what is held of a subscriber, as a file."""
    body = orjson.dumps(held, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
    return web.Response(body=body, headers=private(FILE, "application/json"))


def private(file: str, media: str) -> dict[str, str]:
    """Give the headers of a file about people, which nothing on the way keeps."""
    return {
        "Content-Type": media,
        "Content-Disposition": f'attachment; filename="{file}"',
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }


async def ask_to_erase(request: web.Request) -> web.Response:
    """Ask whether to forget everything."""
    return _asked(*await owned(request))


async def erase(request: web.Request) -> web.Response:
    """Forget everything, if that is what the button said; tell what it was."""
    visit, found = await owned(request)
    if ERASE not in await read_form(request):
        return _asked(visit, found)
    held = await models.export(visit.site, found)
    await models.erase(found)
    erased = [visit.says("erased_address", email=found.email)]
    if found.name:
        erased.append(visit.says("erased_name", name=found.name))
    lists = ("topics", "consents", "letters")
    erased += [visit.says(f"erased_{name}", count=len(held[name])) for name in lists]
    if held["comments"]:
        erased.append(visit.says("erased_comments", count=len(held["comments"])))
    return visit.tells("erased", items=erased, links=[visit.home])


def _asked(visit: Visit, found: models.Subscription) -> web.Response:
    back = Link(visit.says("erase_not"), found.path_to_preferences(visit.site))
    buttons = {ERASE: visit.says("erase")}
    return visit.asks("erase", {"email": found.email}, buttons=buttons, back=back, is_grave=True)
