"""Addresses on the web, and those that we are to call: which machines they mean, and may lead to."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Self

from models.errors import Invalid

LONGEST = 2_000
# No name and password, no fragment, no sign that somebody else would read as another.
FORM = re.compile(
    r"(https?)://(\[[0-9a-f:.]+\]|[0-9a-z.-]+)(:[0-9]{1,5})?([/?][!$-;=?-\[\]_a-z~]*)?", re.IGNORECASE
)
LABEL = re.compile(r"[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?")
# What ends like this is read as an address of four bytes by some, and as a name by nobody.
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
PORTS = {"http": 80, "https": 443}
NAT64 = IPv6Network("64:ff9b::/96")
UNICAST = IPv6Network("2000::/3")
# Of the registries for special purposes (RFC 6890) what some releases of Python take for everybody's.
SPECIAL = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
DOCUMENTED = IPv6Network("3fff::/20")
Ip = IPv4Address | IPv6Address


class NotCalled(Invalid):
    """This address is not on the public internet."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address that may be called, unless its name turns out to lead elsewhere."""

    url: str
    host: str
    port: int

    @classmethod
    def of(cls, text: str, *, near: bool = False) -> Self:
        """Read an address; refuse one that can lead nowhere but into a network of ours.

        `near` takes one on this machine too.
        """
        if len(text) > LONGEST:
            raise NotCalled("url", f"An address holds at most {LONGEST} characters.")
        found = FORM.fullmatch(text) if text.isascii() else None
        if found is None:
            raise NotCalled("url", "Write an address such as https://hooks.example/posts, and no password.")
        scheme, host = found[1].lower(), found[2].strip("[]").lower().removesuffix(".")
        port = int(found[3][1:]) if found[3] else PORTS[scheme]
        if not 0 < port < 65536:
            raise NotCalled("url", "A port is a number from 1 to 65535.")
        _require_host(host, is_ip="[" in found[2], near=near)
        return cls(text, host, port)


def is_loopback(host: str) -> bool:
    """Tell whether a host's name or address means this machine (RFC 6761, 6.3)."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def may_be_called(machine: str, *, near: bool = False) -> bool:
    """Tell whether an IP address is one of the whole world's; `near` says the same of this machine's."""
    meant = _meant(ip_address(machine))
    return all(_is_global(each) or (near and each.is_loopback) for each in meant)


def _require_host(host: str, *, is_ip: bool, near: bool) -> None:
    labels = host.split(".")
    if is_ip or NUMBER.fullmatch(labels[-1]):
        try:
            is_reached = may_be_called(host, near=near)
        except ValueError:
            raise NotCalled("url", "This is neither a host's name nor an IP address.") from None
    else:
        if len(host) > 253 or not all(map(LABEL.fullmatch, labels)):
            raise NotCalled("url", "This is no host's name; write a foreign one as xn--….")
        # A name without a dot is one of a network at home.
        is_reached = near if labels[-1] == "localhost" else len(labels) > 1
    if not is_reached:
        raise NotCalled("url")


def _meant(machine: Ip) -> tuple[Ip, ...]:
    """Give the machines that are reached by an address which may wrap others."""
    if isinstance(machine, IPv4Address):
        return (machine,)
    if machine in NAT64:
        return (IPv4Address(int(machine) & 0xFFFF_FFFF),)
    if (wrapped := machine.ipv4_mapped or machine.sixtofour) is not None:
        return (wrapped,)
    return machine.teredo or (machine,)


def _is_global(machine: Ip) -> bool:
    if isinstance(machine, IPv6Address):
        return machine in UNICAST and machine not in DOCUMENTED and machine.is_global
    special = machine.is_multicast or machine.is_reserved or any(machine in network for network in SPECIAL)
    return machine.is_global and not special
