"""Tokens: what a link in a letter proves; and digests of what is not to be kept itself."""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Self

from models.paging import BIGGEST_ID

FORM = re.compile(r"([a-z]{1,16})_([1-9][0-9]{0,9})_([A-Za-z0-9._-]{1,128})")
CODE = re.compile(r"[0-9]{8}")
KEY_ID = 6  # signs


@dataclass(frozen=True, slots=True)
class Token:
    """A token as a link carries it: what it is for, whose it is, and what only its owner can know."""

    kind: str
    owner: int
    secret: str

    def __str__(self) -> str:
        return f"{self.kind}_{self.owner}_{self.secret}"

    @classmethod
    def read(cls, text: str, kind: str) -> Self | None:
        """Read a token; None when it is none, or one for another purpose."""
        found = FORM.fullmatch(text)
        if found is None or found[1] != kind or int(found[2]) > BIGGEST_ID:
            return None
        return cls(found[1], int(found[2]), found[3])

    @classmethod
    def signed(cls, kind: str, owner: int, key: str, *bound: object, claim: str = "") -> Self:
        """Sign a token: it names its key, says its claim, and is bound to what stands nowhere in it."""
        parts = (_key_id(key), claim, _mac(key, kind, owner, claim, *bound))
        # Without two dots in a row, at which some mail programs end a link.
        return cls(kind, owner, ".".join(filter(None, parts)))

    def claim(self, key: str, *bound: object) -> str | None:
        """Give what a signed token claims; None when this key did not sign it for what it is bound to."""
        key_id, _, rest = self.secret.partition(".")
        claim, _, mac = rest.rpartition(".")
        is_ours = hmac.compare_digest(mac, _mac(key, self.kind, self.owner, claim, *bound))
        return claim if is_ours and key_id == _key_id(key) else None


def fresh_secret() -> str:
    """Make 256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


def fresh_seed() -> str:
    """Make 128 bits that tell a row from every other that ever has its id."""
    return secrets.token_hex(16)


def fresh_code() -> str:
    """Make eight digits, short enough to type."""
    return f"{secrets.randbelow(10**8):08d}"


def digest(secret: str) -> str:
    """Give what is kept of a secret that nobody can guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed_digest(key: str, *words: object) -> str:
    """Give what is kept of words that can be guessed: an address, a code."""
    return _hmac(key, words).hex()


def matches(kept: str | None, given: str) -> bool:
    """Compare two digests in a time that says nothing; nothing matches None."""
    return hmac.compare_digest(kept or "", given) and kept is not None


def _key_id(key: str) -> str:
    return digest(key)[:KEY_ID]


def _mac(key: str, *words: object) -> str:
    return urlsafe_b64encode(_hmac(key, words)).decode().rstrip("=")


def _hmac(key: str, words: tuple[object, ...]) -> bytes:
    # A stranger's words may hold half a surrogate pair, which has a digest like any other.
    told = "\n".join(map(str, words)).encode(errors="surrogatepass")
    return hmac.digest(key.encode(), told, "sha256")
