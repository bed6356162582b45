"""The door /letters: what would be sent lies here to be read, on the machine of who builds the site."""

from urllib.parse import urlencode, urlsplit

from aiohttp import web

import models
from gql_server.pages.printing import Link, go_to
from gql_server.pages.visit import Visit
from gql_server.paper import POLICY
from gql_server.paths import old_path
from gql_server.visitors import VISITORS
from mailers.letter import Letter
from mailers.outbox import Outbox

FRAMING = f"{POLICY}; frame-src 'self'"
# A letter brings its own style and pictures, and nothing else; its links open in place of the page around it.
OF_A_LETTER = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' http: https:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
)


def outbox_for(request: web.Request) -> Outbox | None:
    """Give the outbox to who asks on this very machine."""
    return request.app[VISITORS].outbox_for(request)


def to_letter(visit: Visit, email: str) -> Link | None:
    """Lead who asks on this very machine to the letter that an address was just sent."""
    if outbox_for(visit.request) is None:
        return None
    return Link(visit.says("letter_read"), f"/letters?{urlencode({'to': email, 'lang': visit.language})}")


async def show(request: web.Request) -> web.StreamResponse:
    """List the letters; who asks for the one to an address is led to the newest."""
    outbox = outbox_for(request)
    if outbox is None:
        return await old_path(request)
    visit = await Visit.of(request)
    if (number := _newest_to(request.query.get("to", ""), outbox)) is not None:
        return go_to(f"/letters/{number}?lang={visit.language}")
    return visit.shows("letters.html", letters=outbox.kept, room=outbox.room)


async def letter(request: web.Request) -> web.StreamResponse:
    """Show one letter."""
    found = _found(request)
    visit = await Visit.of(request)
    leave = found.headers.unsubscribe_url
    return visit.shows(
        "letter.html",
        policy=FRAMING,
        letter=found,
        number=request.match_info["number"],
        leave=leave,
        # Below this address too when the site's own is another, so that the button works here.
        leave_here=urlsplit(leave).path,
    )


async def html(request: web.Request) -> web.StreamResponse:
    """Give the HTML of a letter, to be shown in a frame."""
    text = _found(request).html.replace("<head>", '<head>\n<base target="_top">', 1)
    headers = {"Content-Security-Policy": OF_A_LETTER, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return web.Response(text=text, content_type="text/html", headers=headers)


def _newest_to(email: str, outbox: Outbox) -> int | None:
    try:
        mailbox = models.Address.of(email).mailbox
    except models.Invalid:
        return None
    theirs = (kept.number for kept in outbox.kept if models.Address.of(kept.letter.to).mailbox == mailbox)
    return next(theirs, None)


def _found(request: web.Request) -> Letter:
    outbox = outbox_for(request)
    letters = {kept.number: kept.letter for kept in outbox.kept} if outbox is not None else {}
    number = request.match_info["number"]
    if len(number) > 9 or int(number) not in letters:
        raise web.HTTPNotFound
    return letters[int(number)]
