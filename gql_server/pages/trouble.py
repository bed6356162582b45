"""What goes wrong at the doors of pages, told as a page."""

import asyncio
import math
from contextlib import suppress
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

import models
from gql_server.answers import DEADLINE_SECONDS, FILES_SECONDS
from gql_server.middleware import REQUEST_ID, is_under_way
from gql_server.outages import OUTAGES
from gql_server.pages.conversation import address_of
from gql_server.pages.outbox import outbox_for
from gql_server.pages.printing import Link, printed, says
from gql_server.paper.languages import chosen
from gql_server.publication import PUBLICATION
from gql_server.questions import Unreadable
from gql_server.requests import BODY_SECONDS
from gql_server.uploads import UPLOAD_SECONDS, WAIT_SECONDS, brings_files
from models.sign_ins import OWNER
from schema.languages import DEFAULT

# The first word of their paths.
DOORS = {
    "subscribe",
    "confirm",
    "unsubscribe",
    "undo",
    "preferences",
    "letters",
    "weebly",
    "sign-in",
    "sign-out",
    "write",
    "pen",
    "comment",
    "moderate",
    "replies",
}
# What their links are, where they are not those of a newsletter.
ABOUT = dict.fromkeys(("comment", "moderate", "replies"), "_comment") | {"sign-in": "_in", "pen": "_pen"}
# Nobody was sent these: they stood on the page that said what became of a comment.
OF_AN_EDIT = ("/comment/edit/", "/comment/retract/")
# Where to go on: mostly to ask for another.
AGAIN = {
    "": ("sign_up_again", "/subscribe?lang={language}"),
    "_in": ("sign_in_again", "/sign-in?lang={language}"),
    "_owner": ("sign_in_title", "/sign-in?lang={language}"),
}
# The desk speaks the language of who is signed in, which a link with one in it would change.
GO_ON = dict.fromkeys(("taken_pen", "absent_desk"), ("desk_title", "/write"))
GO_ON |= {"absent_menu": ("menu_title", "/write/menu")}
GO_ON |= {"absent_page": ("pages_title", "/write/pages")}
GO_ON |= {"absent_subscriber": ("subscribers_title", "/write/subscribers")}
SECONDS = BODY_SECONDS + DEADLINE_SECONDS
# To wait for others, to come in, to be drawn anew.
UPLOADING_SECONDS = WAIT_SECONDS + UPLOAD_SECONDS + FILES_SECONDS
LONG = {"/write/subscribers/export"}
# Where only who reads pages gets one.
VARY = "Accept, Accept-Language"
log = structlog.get_logger("pages")


@web.middleware
async def told_as_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what goes wrong with a page, at the doors where people stand."""
    if first_word(request) not in DOORS:
        return await _elsewhere(request, handler)
    try:
        async with asyncio.timeout(_patience(request)):
            return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        what = _absent(request) if error.status == 404 and first_word(request) == "write" else ""
        return await _told(request, error.status, what=what, **headers)
    except Unreadable as error:
        return await _told(request, error.status)
    except models.Expired as error:
        what = f"{error.why or 'expired'}{_about(request)}"
        return await _told(request, 410, error.post_id, what=what)
    except models.Unproven:
        return await _told(request, 404, what=f"link{_about(request)}")
    except models.NotAllowed:
        return await _told(request, 403)
    except models.TooMany as error:
        wait = max(1, math.ceil(error.wait.total_seconds()))
        return await _told(request, 429, **{"Retry-After": str(wait)})
    except models.Refused:
        return await _told(request, 422)
    except (models.Unavailable, models.Overtaken, TimeoutError) as error:
        if isinstance(error, models.Unavailable):
            OUTAGES.tell(error)
        return await _told(request, 503, **{"Retry-After": "1"})
    except Exception as error:
        log.error("failed", request_id=request[REQUEST_ID], exc_info=error)
        return await _told(request, 500)


def _patience(request: web.Request) -> float | None:
    """Give the seconds that a door has; a file as long as a list has as many as whoever takes it."""
    if request.path in LONG:
        return None
    return UPLOADING_SECONDS if brings_files(request) else SECONDS


def _about(request: web.Request) -> str:
    # It is bound to no browser, and ends when somebody owns the site.
    if request.path.startswith(f"/sign-in/{OWNER}_"):
        return "_owner"
    if request.path.startswith(OF_AN_EDIT):
        return "_edit"
    return ABOUT.get(first_word(request), "")


def _absent(request: web.Request) -> str:
    if request.path.startswith("/write/subscribers/"):
        return "absent_subscriber"
    if request.path.startswith("/write/pages/"):
        return "absent_page"
    if request.path == "/write/menu":
        return "absent_menu"
    # Of a path the desk tells whoever edits where its post or page is written.
    path = request.query.get("path", "") if request.path == "/write" else ""
    return "absent_page" if path.strip("/") and models.place_of(path)[0] is models.Page else "absent_desk"


def first_word(request: web.Request) -> str:
    """Give the first word of a path, by which the doors of pages are known."""
    return request.path.removeprefix("/").partition("/")[0]


async def _elsewhere(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell whoever reads pages that there is none, or none now; other clients are answered in JSON."""
    if "text/html" not in request.headers.get("Accept", "").lower():
        return await handler(request)
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return await _told(request, 404, Vary=VARY)
    except Unreadable as error:
        return await _told(request, error.status, **{**error.headers, "Vary": VARY})
    except Exception as error:
        if is_under_way(request):
            raise
        if isinstance(error, models.Unavailable):
            OUTAGES.tell(error)
            return await _told(request, 503, **{"Retry-After": "1", "Vary": VARY})
        if isinstance(error, web.HTTPException | OSError):
            raise  # what these mean is known where it is told in JSON
        log.error("failed", request_id=request[REQUEST_ID], exc_info=error)
        return await _told(request, 500, Vary=VARY)


def _way_on(request: web.Request, what: str) -> tuple[str, str] | None:
    # What waits is at hand there too, whatever became of the letter.
    if first_word(request) == "moderate":
        return GO_ON["absent_desk"]
    return GO_ON.get(what) or AGAIN.get(_about(request))


def _of_status(request: web.Request, status: int) -> str:
    """Name what is told of a status; what is too large at the desk has mostly a picture in it."""
    is_of_desk = status == 413 and first_word(request) == "write" and brings_files(request)
    return "413_desk" if is_of_desk else str(status)


async def _told(
    request: web.Request, status: int, post_id: int | None = None, /, *, what: str = "", **headers: str
) -> web.Response:
    site, home, talk = None, "", None
    if status < 500:
        with suppress(models.Unavailable):
            context = await request.app[PUBLICATION].context()
            site, home = context.site, context.absolute("/")
            talk = await address_of(context, post_id)
    language = chosen(request, site.language if site else DEFAULT)

    def told(words: str, **facts: Any) -> str:
        return says(language, words, **facts)

    links = []
    if talk is not None:
        links.append(Link(told("comment_read"), talk))
    elif what and (way := _way_on(request, what)):
        words, address = way
        links.append(Link(told(words), address.format(language=language)))
    elif what:
        links.append(Link(told("to_site", site=site.title if site else home), home))
    elif status == 404:
        if request.path.startswith("/letters/") and outbox_for(request) is not None:
            links.append(Link(told("letters_back"), f"/letters?lang={language}"))
        if site is not None:
            links.append(Link(told("to_site", site=site.title), home))
    elif status >= 500 and request.method in {"GET", "HEAD"}:
        links.append(Link(told("try_again"), ""))  # the same address
    # No link sends a form once more, and who goes back may find it empty.
    comes_again = status in {429, 503} and request.method == "POST"
    values: dict[str, Any] = {
        "rest": told("form_again") if comes_again else None,
        "what": what or _of_status(request, status),
        "facts": {"number": request[REQUEST_ID]},
        "links": links,
    }
    response = printed(
        "told.html", language, status=status, site=site, home=home, says=told, **values
    )  # fmt: skip
    response.headers.update(headers)
    return response
