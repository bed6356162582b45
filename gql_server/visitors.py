"""Who asks: the address behind trusted proxies, the language, the form; and what of it is kept."""

from collections.abc import Sequence

from aiohttp import web

import models
from gql_server.settings import Network, Settings
from schema.context import Visitor
from schema.turnstile import SignUpGate, read_ip, truncated

LONGEST_FORM = 500


class Visitors:
    """Knows who may speak for others, how often one may ask, and what is kept of an address."""

    def __init__(self, settings: Settings) -> None:
        self._proxies = settings.proxies
        self._kept = settings.consent_ip
        self._gate = SignUpGate()

    def of(self, request: web.Request, door: str) -> Visitor:
        """Give what is known of who sent a request through a door."""
        address = address_of(request.remote, request.headers.getall("X-Forwarded-For", ()), self._proxies)
        kept = {"none": None, "full": address, "truncated": truncated(address)}[self._kept]
        form = request.headers.get("Referer") or request.headers.get("Origin")
        trace = models.Trace(door=door, form=_plain(form), network=kept)
        languages = languages_of(request.headers.get("Accept-Language", ""))
        return Visitor(trace, languages, lambda: self._gate.admit(address, door))


VISITORS = web.AppKey("visitors", Visitors)


def address_of(peer: str | None, forwarded: Sequence[str], proxies: Sequence[Network]) -> str | None:
    """Give the address that asks: the nearest one that is no trusted proxy's; nobody else's word is taken."""
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    address = peer
    while hops and (found := read_ip(address)) and any(found in proxy for proxy in proxies):
        hop = hops.pop()
        if read_ip(hop) is None:
            break
        address = hop
    return address


def languages_of(accepted: str) -> tuple[str, ...]:
    """Give the languages that a browser asks for, the best first (RFC 9110, 12.5.4)."""
    weighed: list[tuple[float, str]] = []
    for part in accepted[:1000].split(",")[:20]:
        tag, _, quality = (piece.strip() for piece in part.partition(";"))
        try:
            weight = float(quality.removeprefix("q=") or 1)
        except ValueError:
            continue
        if tag and weight > 0:
            weighed.append((-weight, tag.lower()))
    return tuple(tag for _, tag in sorted(weighed, key=lambda pair: pair[0]))


def _plain(form: str | None) -> str | None:
    # A page that does not tell where it is says "null".
    if form == "null":
        return None
    return form[:LONGEST_FORM] if form and models.text.is_plain(form) else None
