"""Which sites' pages may ask from a browser: our own, and those that a setting names (CORS, CSRF)."""

import re
from urllib.parse import urlsplit

from aiohttp import web

from gql_server.questions import Unreadable
from gql_server.settings import PREFIX, Settings
from models.web_addresses import is_loopback

# Clients name themselves and trace their requests in headers of their own; none of them does anything here.
HEADERS = re.compile(r"[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+){0,49}", re.ASCII)
SHOWN_HEADERS = "Retry-After, X-Request-ID"
PREFLIGHT_SECONDS = 7200


class Origins:
    """Knows the sites whose pages may ask; who is no browser says of no site, and may."""

    def __init__(self, settings: Settings) -> None:
        self._named = frozenset(settings.origins)
        self._own = _origin_of(settings.site_url)
        # A front end that is being developed has a server, and so an origin, of its own.
        self._takes_loopback = settings.is_private

    def may_ask(self, request: web.Request) -> bool:
        """Tell whether a request comes from a page that may ask, or from none."""
        origin = request.headers.get("Origin")
        if origin is not None:
            return self._is_own(origin, request) or self._is_named(origin)
        # A page's picture or script is fetched without an origin; who follows a link navigates.
        site, mode = request.headers.get("Sec-Fetch-Site", "none"), request.headers.get("Sec-Fetch-Mode")
        return site in {"same-origin", "none"} or mode == "navigate"

    def is_own_page(self, request: web.Request) -> bool:
        """Tell whether a request comes from a page of our own, or from none; or only opens one of ours."""
        origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "none")
        opens = request.method in {"GET", "HEAD"} and request.headers.get("Sec-Fetch-Mode") == "navigate"
        comes_from_here = site in {"same-origin", "none"} or opens
        return comes_from_here and (origin is None or self._is_own(origin, request))

    def headers(self, request: web.Request) -> dict[str, str]:
        """Give what lets a browser show an answer to the page that asked for it."""
        origin = request.headers.get("Origin")
        if origin is None or not self._is_named(origin):
            return {}
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": SHOWN_HEADERS}

    def _is_own(self, origin: str, request: web.Request) -> bool:
        # By the host alone: behind a proxy that ends TLS we do not know our own scheme.
        if origin == self._own:
            return True
        # On a private server not by a name of elsewhere that leads to this machine (DNS rebinding).
        is_ours = not self._takes_loopback or is_loopback(host_of(origin))
        return is_ours and origin.partition("://")[2] == request.host

    def _is_named(self, origin: str) -> bool:
        if origin in self._named or "*" in self._named:
            return True
        return self._takes_loopback and is_loopback(host_of(origin))


ORIGINS = web.AppKey("origins", Origins)


def check(request: web.Request) -> None:
    """Refuse a request that a page of another site makes, unless that site is named."""
    if not request.app[ORIGINS].may_ask(request):
        message = f"Pages of this site may not ask here; {PREFIX}CORS_ORIGINS names those that may."
        raise Unreadable(403, message, code="FORBIDDEN")


def require_own_page(request: web.Request) -> None:
    """Refuse a form that a page of elsewhere sends, where it would sign somebody in or out."""
    if not request.app[ORIGINS].is_own_page(request):
        raise Unreadable(403, "Send this from our own page.", code="FORBIDDEN")


async def preflight(request: web.Request) -> web.Response:
    """Answer what a browser asks before it asks: which methods and headers a page may use."""
    headers = {"Allow": "GET, HEAD, POST, OPTIONS", "Vary": "Origin"}
    if allowed := request.app[ORIGINS].headers(request):
        headers |= allowed
        headers["Access-Control-Allow-Methods"] = "GET, POST"
        asked = request.headers.get("Access-Control-Request-Headers", "").strip()
        headers["Access-Control-Allow-Headers"] = asked if HEADERS.fullmatch(asked) else "Content-Type"
        headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return web.Response(status=204, headers=headers)


def host_of(origin: str) -> str:
    """Give the host of an origin; nothing for what is none."""
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
