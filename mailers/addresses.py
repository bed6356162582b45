"""Addresses as a mail server takes them: one mailbox, nothing beside it."""

import re
import unicodedata
from urllib.parse import urlsplit

import idna

import models
from mailers.reasons import NO_ADDRESS
from models.addresses import LONGEST, LONGEST_LOCAL

LOCAL = "localhost"  # RFC 2919, 3: for lists of whom no domain is known
_DOMAIN = r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*"
_PLAIN = re.compile(rf"[\w!#$%&'*+/=?^`{{|}}~.-]{{1,64}}@{_DOMAIN}", re.ASCII)
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")


def mailbox(address: str, *, field: str) -> str:
    """Give the address as it stands in an envelope, its domain in ASCII; refuse what is not one mailbox."""
    local, _, domain = address.rpartition("@")
    if len(address) > LONGEST or not _LOCAL.fullmatch(_without_marks(local)):
        raise models.Invalid(field, NO_ADDRESS)
    if _PLAIN.fullmatch(address):
        return address
    try:
        found = f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except UnicodeError:
        raise models.Invalid(field, NO_ADDRESS) from None
    if domain.endswith(".") or len(local.encode()) > LONGEST_LOCAL or len(found.encode()) > LONGEST:
        raise models.Invalid(field, NO_ADDRESS)
    return found


def named_host(url: str) -> str:
    """Give the host of a web address in ASCII; `localhost` for one that is no name."""
    host = urlsplit(url).hostname or LOCAL
    try:
        return mailbox(f"host@{host}", field="url").removeprefix("host@")
    except models.Invalid:
        return LOCAL


def _without_marks(text: str) -> str:
    # Hindi and Thai are not written without them, and `\w` knows letters alone.
    return "".join(sign for sign in text if not unicodedata.category(sign).startswith("M"))
