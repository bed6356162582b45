"""Global identifiers: opaque to clients, a kind and a key to us."""

import base64
import binascii
import re
from functools import lru_cache

from models.paging import BIGGEST_ID

GLOBAL_ID = re.compile(r"([A-Z][A-Za-z]+):([0-9a-z-]{1,40})")


# The same are written over and over; to look one up takes a third of the time.
@lru_cache(maxsize=10_000)
def global_id(kind: str, key: int | str) -> str:
    """Write the identifier of an object."""
    return binascii.b2a_base64(f"{kind}:{key}".encode(), newline=False).decode()


def read_id(value: str) -> tuple[str, str] | None:
    """Read an identifier's kind and key; None when it is none of ours."""
    try:
        text = base64.b64decode(value.encode(), validate=True).decode()
    except (ValueError, UnicodeError, binascii.Error):
        return None
    match = GLOBAL_ID.fullmatch(text)
    # Base64 has several ways to write the same; an object has one identifier.
    return (match[1], match[2]) if match and global_id(*match.groups()) == value else None


def row_id(value: str, kind: str) -> int | None:
    """Read the row's id from an identifier of that kind; None when it names no row."""
    found = read_id(value)
    return int_key(found[1]) if found is not None and found[0] == kind else None


def int_key(key: str) -> int | None:
    """Read a key as a row's id; None when no row can have it."""
    return int(key) if re.fullmatch("[1-9][0-9]*", key) and int(key) <= BIGGEST_ID else None
