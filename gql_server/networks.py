"""IP addresses: whose they are, near enough to count by, and how much of one may be kept."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

IPV6_SITE = 64  # bits that one household has to itself
# The same few ask over and over; what is longer than any address would only take memory.
KEPT = 4096
LONGEST = 100


@lru_cache(maxsize=KEPT)
def network_of(address: str | None) -> str | None:
    """Name what one household has: an IPv4 address, an IPv6 /64; None for this machine and for no address."""
    found = read_ip(address)
    if found is None or found.is_loopback:
        return None
    return str(found) if found.version == 4 else str(ip_network((found, IPV6_SITE), strict=False))


@lru_cache(maxsize=KEPT)
def truncated(address: str | None) -> str | None:
    """Give so much of an address as points at no household: a /24 of IPv4, a /48 of IPv6."""
    found = read_ip(address)
    return None if found is None else str(ip_network((found, 24 if found.version == 4 else 48), strict=False))


def read_ip(address: str | None) -> IPv4Address | IPv6Address | None:
    """Read an IP address; an IPv4 address in IPv6's clothes is one of IPv4. None when it is none."""
    read = _read if len(address or "") <= LONGEST else _read.__wrapped__
    return read(address or "")


@lru_cache(maxsize=KEPT)
def _read(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
