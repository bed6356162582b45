"""Requests to addresses that somebody gave us: to nothing but the public internet, for seconds, and once."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
)  # fmt: skip
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from models.web_addresses import WebAddress, may_be_called

PATIENCE_SECONDS = 5.0
# Of what is answered no more is read; a status says enough.
MOST_BYTES = 400
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Unanswered(Exception):
    """Nobody was asked, or nobody answered; the message says why in plain words."""


async def look_up(host: str, port: int) -> list[str]:
    """Ask the system for the IP addresses of a host."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


async def post(
    url: str, body: bytes, headers: dict[str, str], *, near: bool, resolve: Resolve = look_up
) -> tuple[int, bytes]:
    """Send a body; give the status and the beginning of the answer. `near` may be this machine."""
    address = WebAddress.of(url, near=near)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            machines = await _machines(address, near=near, resolve=resolve)
            return await _post(address, machines, body, headers)
    except TimeoutError:
        raise Unanswered(f"no answer within {PATIENCE_SECONDS:.0f} seconds") from None
    except (ClientError, OSError, ValueError) as error:
        raise Unanswered(_in_words(error)) from None


def _in_words(error: Exception) -> str:
    match error:
        case ClientConnectorCertificateError():
            return "its certificate is not trusted"
        case ClientConnectorSSLError():
            return "no TLS connection with it can be made"
        case ClientConnectorError(errno=errno.ECONNREFUSED):
            return "nobody listens there"
        case ClientConnectorError():
            return "it cannot be reached"
        case ServerDisconnectedError() | OSError():
            return "it hung up without an answer"
    return "what it answers is no HTTP"


async def _machines(address: WebAddress, *, near: bool, resolve: Resolve) -> list[str]:
    """Find the machines once; refuse all when one of them is none that may be called."""
    try:
        machines = list(dict.fromkeys(await resolve(address.host, address.port)))
    except (OSError, UnicodeError):
        machines = []
    if not machines:
        raise Unanswered("its name is not known")
    if not all(may_be_called(machine, near=near) for machine in machines):
        raise Unanswered("its name leads to an address that is not on the public internet")
    return machines


async def _post(
    address: WebAddress, machines: Sequence[str], body: bytes, headers: dict[str, str]
) -> tuple[int, bytes]:
    connector = TCPConnector(resolver=_Known(machines), use_dns_cache=False, force_close=True)
    async with (
        ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            # What is packed is not unpacked: nobody knows how much would come out.
            auto_decompress=False,
            timeout=ClientTimeout(total=PATIENCE_SECONDS),
        ) as session,
        session.post(
            URL(address.url, encoded=True), data=body, headers=headers, allow_redirects=False
        ) as answer,
    ):
        return answer.status, await _beginning(answer.content)


async def _beginning(content: Any) -> bytes:
    # The status has been told: nothing that goes wrong from here on takes it back.
    try:
        async with asyncio.timeout(1):
            return bytes(await content.read(MOST_BYTES))
    except (ClientError, OSError, ValueError):
        return b""


class _Known(AbstractResolver):
    """Leads to the machines that were looked at, whatever a name leads to by now."""

    def __init__(self, machines: Sequence[str]) -> None:
        self._machines = machines

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give all of them."""
        return [
            ResolveResult(
                hostname=host, host=machine, port=port, proto=0, flags=socket.AI_NUMERICHOST,
                family=socket.AF_INET6 if ":" in machine else socket.AF_INET,
            )
            for machine in self._machines
        ]  # fmt: skip

    async def close(self) -> None:
        """Hold nothing open."""
