"""Mail servers as a setting names them: `smtp://user:password@host:587?weight=2, smtps://…`."""

from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import models
from models.web_addresses import is_loopback

FIELD = "smtp_url"
LOOKS_LIKE = (
    "A mail server's address looks like smtp://user:password@host:587, "
    "with signs such as / and @ in a password as %2F and %40."
)


class Security(Enum):
    """What guards the line."""

    TLS = "TLS from the first byte"
    STARTTLS = "STARTTLS or nothing"
    OPPORTUNISTIC = "STARTTLS when offered, by any certificate (RFC 7435)"
    PLAIN = "nothing; the line does not leave this machine"


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where letters are handed in."""

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)
    security: Security
    weight: int = 1


def read_servers(urls: str) -> list[Server]:
    """Read the urls of mail servers, separated by commas; refuse what is not clear."""
    return [_read(url.strip()) for url in urls.split(",") if url.strip()]


def _read(url: str) -> Server:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        raise models.Invalid(FIELD, LOOKS_LIKE) from None
    if parts.scheme not in {"smtp", "smtps"} or not host or parts.path not in {"", "/"} or parts.fragment:
        raise models.Invalid(FIELD, LOOKS_LIKE)
    security = _security(parts.scheme, host, signs_in=bool(parts.username))
    return Server(
        host=host,
        port=port or {Security.TLS: 465, Security.STARTTLS: 587}.get(security, 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        security=security,
        weight=_weight(parts),
    )


def _security(scheme: str, host: str, *, signs_in: bool) -> Security:
    if scheme == "smtps":
        return Security.TLS
    if is_loopback(host):
        return Security.PLAIN
    return Security.STARTTLS if signs_in else Security.OPPORTUNISTIC


def _weight(parts: SplitResult) -> int:
    wanted = parse_qs(parts.query, keep_blank_values=True)
    values = wanted.pop("weight", ["1"])
    if wanted or len(values) != 1 or not (values[0].isdecimal() and 1 <= int(values[0]) <= 1000):
        raise models.Invalid(FIELD, "A mail server's address takes ?weight= with a number from 1 to 1000.")
    return int(values[0])
