"""Who asks: the address behind trusted proxies, the language, the form; and what of it is kept."""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp import HttpVersion11, web

import models
from gql_server.answers import Asker
from gql_server.carrier import Carrier
from gql_server.middleware import REQUEST_ID
from gql_server.negotiation import weights
from gql_server.networks import network_of, read_ip, truncated
from gql_server.origins import host_of
from gql_server.questions import Unreadable
from gql_server.rate_limits import CommentGate, RateLimit, SignUpGate
from gql_server.settings import Network, Settings
from mailers.outbox import Outbox
from models.web_addresses import is_loopback
from schema.context import Visitor

OF_PROXIES = re.compile(
    r"(X-Forwarded-.*|Forwarded|X-Real-IP|Via|CF-Connecting-IP|True-Client-IP|X-Client-IP)$", re.IGNORECASE
)
UNKNOWN = "0.0.0.0"
LONGEST_KEPT = 200  # characters of X-Forwarded-For
PLAIN_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?", re.ASCII)
# As nginx (192.0.2.1:80), and others with the brackets of IPv6, write who asks.
WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([^:\[\]]*):\d+")


class Visitors:
    """Knows who may speak for others, how often one may ask, and what is kept of an address."""

    def __init__(self, settings: Settings, carrier: Carrier) -> None:
        self._carrier = carrier
        self._proxies = tuple(settings.proxies)
        self._kept = settings.consent_ip
        self._sign_ups = SignUpGate()
        self._comments = CommentGate()
        rate = settings.rate_limit
        self._questions = RateLimit(rate, 60 / rate) if rate else None

    def network_of(self, request: web.Request) -> str | None:
        """Name the network that asks; None for this machine."""
        return network_of(self._address(request))

    def admit(self, request: web.Request) -> None:
        """Count a request to the graph; refuse it when its network asks too often."""
        if self._questions is None or (network := self.network_of(request)) is None:
            return
        try:
            self._questions.pass_one(network)
        except models.TooMany as error:
            wait = math.ceil(error.wait.total_seconds())
            message = f"Too many requests came from this network; try again in {wait} s."
            raise Unreadable(429, message, code="RATE_LIMITED", retry_after=str(wait)) from None

    def may_come(self, request: web.Request) -> bool:
        """Tell whether a request to the graph would be let in, without counting it."""
        if self._questions is None or (network := self.network_of(request)) is None:
            return True
        return self._questions.is_open(network)

    def asker(self, request: web.Request, principal: models.Principal = models.NOBODY) -> Asker:
        """Give who asks something of the graph; the visitor is looked at when somebody needs to know."""
        return Asker(request[REQUEST_ID], lambda: self.of(request, "graph"), principal)

    def of(self, request: web.Request, door: str) -> Visitor:
        """Give what is known of who sent a request through a door."""
        address = self._address(request)
        kept = {"none": None, "full": address, "truncated": truncated(address)}[self._kept]
        form = request.headers.get("Referer") or request.headers.get("Origin")
        # A page that does not tell where it is says "null".
        trace = models.Trace(door=door, form=None if form == "null" else form, network=kept)
        languages = languages_of(request.headers.get("Accept-Language", ""))
        return Visitor(
            trace,
            languages,
            admit=lambda: self._sign_ups.admit(address, door),
            admit_comment=lambda: self._comments.admit(address, door),
            find_outbox=lambda: self.outbox_for(request),
        )

    def outbox_for(self, request: web.Request) -> Outbox | None:
        """Give the outbox to who asks on this very machine."""
        return self._carrier.outbox if is_of_this_machine(request) else None

    def _address(self, request: web.Request) -> str | None:
        forwarded = tuple(request.headers.getall("X-Forwarded-For", ())) if self._proxies else ()
        # The same networks ask over and over; what is longer than any address is not worth a place.
        find = _asking if sum(map(len, forwarded)) <= LONGEST_KEPT else _asking.__wrapped__
        return find(request.remote, forwarded, self._proxies)


VISITORS = web.AppKey("visitors", Visitors)


def is_of_this_machine(request: web.Request) -> bool:
    """Tell whether a request was made to and from this machine: by no proxy, and by no name of elsewhere.

    A page from elsewhere may have its own name lead to this machine (DNS rebinding), but not ours.
    """
    origin = request.headers.get("Origin")
    if origin is not None and not is_loopback(host_of(origin)):
        return False
    # Before HTTP/1.1 there are only proxies: nginx speaks so by itself, and names neither us nor who asks.
    by_proxy = request.version < HttpVersion11 or any(OF_PROXIES.match(name) for name in request.headers)
    if not PLAIN_HOST.fullmatch(request.host):
        return False
    host = urlsplit(f"//{request.host}").hostname or ""
    peer = read_ip(request.remote)
    return not by_proxy and is_loopback(host) and peer is not None and peer.is_loopback


@lru_cache(maxsize=4096)
def _asking(peer: str | None, forwarded: tuple[str, ...], proxies: tuple[Network, ...]) -> str | None:
    address = address_of(peer, forwarded, proxies)
    # Who came through a proxy is not this machine, whatever the proxy could not tell, or was told.
    near = read_ip(peer)
    by_proxy = forwarded and near is not None and any(near in proxy for proxy in proxies)
    return UNKNOWN if by_proxy and network_of(address) is None else address


def address_of(peer: str | None, forwarded: Sequence[str], proxies: Sequence[Network]) -> str | None:
    """Give the address that asks: the nearest one that is no trusted proxy's; nobody else's word is taken."""
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    address = read_ip(peer)
    while hops and address is not None and any(address in proxy for proxy in proxies):
        if (nearer := read_ip(_without_port(hops.pop()))) is None:
            break
        address = nearer
    # As it is written, not as it was: there may be anything behind the % of one in IPv6.
    return None if address is None else str(address)


def _without_port(hop: str) -> str:
    found = WITH_PORT.fullmatch(hop)
    return (found[1] or found[2] or "") if found else hop


def languages_of(accepted: str) -> tuple[str, ...]:
    """Give the languages that a browser asks for, the best first (RFC 9110, 12.5.4)."""
    return _languages_of(accepted[:1000])


@lru_cache(maxsize=256)
def _languages_of(accepted: str) -> tuple[str, ...]:
    # No browser sends more; and nobody asks for more languages than anybody speaks.
    wanted = weights(",".join(accepted.split(",")[:20]))
    return tuple(sorted((tag for tag in wanted if wanted[tag] > 0), key=lambda tag: -wanted[tag]))
