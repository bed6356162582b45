"""E-mail addresses: what is one, who is meant by it, and whose inbox it fills."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from models.errors import Invalid

LONGEST = 254  # octets; RFC 5321 4.5.3.1.3, without the angle brackets
LONGEST_LOCAL = 64  # octets; RFC 5321 4.5.3.1.1
# As most are, and not longer than any part may be: the library, which a test holds this to, takes longer for
# one than the rest of a sign-up does.
PLAIN = re.compile(
    r"(?=.{1,64}$)[A-Za-z0-9]+([._+-][A-Za-z0-9]+)*"
    r"@([A-Za-z0-9]+(-[A-Za-z0-9]+)*\.)+"
    rf"(?!(?i:{'|'.join(SPECIAL_USE_DOMAIN_NAMES)})$)[A-Za-z]{{2,}}"
)
# Letters, marks and digits (RFC 8264, 9.1); mail programs differ about signs and look-alikes.
BEYOND_ASCII = {"Ll", "Lu", "Lo", "Lm", "Mn", "Mc", "Nd"}
REFUSED = "This is not an address that a letter can be sent to; write one such as ann@example.org."


@dataclass(frozen=True, slots=True)
class Address:
    """An address as letters go to it, its domain in ASCII."""

    text: str

    @classmethod
    def of(cls, given: str, *, field: str = "email") -> Self:
        """Read an address as people write it; refuse what is none. No name server is asked."""
        given = given.strip()
        if PLAIN.fullmatch(given):
            local, _, domain = given.partition("@")
            return cls(f"{local}@{domain.lower()}")
        # Measured before it is read: the reading of a hostile megabyte is work too.
        if len(given) > LONGEST:
            raise Invalid(field, f"An address holds at most {LONGEST} characters.", limit=LONGEST)
        try:
            found = validate_email(given, check_deliverability=False, test_environment=True)
        except (EmailNotValidError, UnicodeError):
            raise Invalid(field, REFUSED) from None
        text = f"{found.local_part}@{found.ascii_domain}"
        if not _is_agreed_upon(found.local_part) or max(map(_octets, (text, text.lower()))) > LONGEST:
            raise Invalid(field, REFUSED)
        return cls(text)

    @property
    def mailbox(self) -> str:
        """Who is meant: the same for every way to write its letters large or small."""
        return self.text.lower()

    @property
    def folded(self) -> str:
        """Whose inbox it fills, near enough to count by: without dots and what follows a plus."""
        local, _, domain = self.mailbox.rpartition("@")
        return f"{local.partition('+')[0].replace('.', '') or local}@{domain}"


def _is_agreed_upon(local: str) -> bool:
    """Tell whether every mail server takes this before the @, and takes it for the same."""
    # An encoded word (RFC 2047) is read as another address by some; no mailbox is called so.
    is_plain = "=?" not in local and unicodedata.normalize("NFKC", local) == local
    letters = all(sign.isascii() or unicodedata.category(sign) in BEYOND_ASCII for sign in local)
    return is_plain and letters and _octets(local) <= LONGEST_LOCAL


def _octets(text: str) -> int:
    return len(text.encode())
