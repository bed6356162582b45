"""The lines of a roster: what each says of a subscriber, and what is wrong with it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import ip_network
from typing import Any, TypeVar

from models import text
from models.addresses import Address
from models.errors import Invalid
from models.fitting import plain
from models.instants import now
from models.interests import KINDS, MOST, Slug
from models.site import Site, known_language
from models.subscriptions import LONGEST_REASON, Frequency, SubscriptionStatus, wishes
from models.suppressions import SuppressionScope

T = TypeVar("T")

COLUMNS = (
    "email", "name", "language", "frequency", "topics", "status", "created_at", "confirmed_at",
    "confirmed_source", "confirmed_ip", "left_at", "leaving_reason", "paused_until", "suppressed",
)  # fmt: skip
OLDEST = datetime(1995, 1, 1, tzinfo=UTC)
LONGEST_SOURCE = 500
# RFC 3339, a date alone, and what programs print: a space for the T, no offset, the zone named once more.
MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(\.\d{1,6})?\d*)?"
    r"(?: ?(Z|UTC|[+-]\d\d:?\d\d)(?: [A-Z+0-9]{2,6})?)?",
    re.ASCII | re.IGNORECASE,
)
NOES = (SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.BOUNCED)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was written: its number, and its cells by their column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line is left out, or a part of it; nobody's data is repeated in it."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of somebody's yes: when, where it was said, and from which network."""

    at: datetime
    source: str
    ip: str | None


@dataclass(slots=True, kw_only=True)
class Listed:
    """A subscriber as a line lists them."""

    line: int
    email: str
    mailbox: str
    name: str
    language: str
    frequency: Frequency
    topics: list[Slug]
    status: SubscriptionStatus
    created_at: datetime | None
    proof: Proof | None
    left_at: datetime | None
    leaving_reason: str | None
    paused_until: datetime | None
    suppressed: SuppressionScope | None
    is_unproven: bool

    @property
    def says_no(self) -> bool:
        """Whether the line says that this address is not written to."""
        return self.status in NOES or self.suppressed is not None


def read_line(site: Site, line: Line) -> tuple[Listed | None, list[Problem]]:
    """Read a line; one that says no is read whatever else is wrong with it, so that no no is lost."""
    cells = _Cells(line)
    address = cells.read("email", Address.of)
    if address is None and not cells.problems:
        cells.complain("email", "There is no address on this line; write one, or remove the line.")
    listed = _read(site, cells, address) if address else None
    if listed is not None and cells.problems and not listed.says_no:
        listed = None
    return listed, cells.problems


def says_no(line: Line) -> bool:
    """Tell whether a line says that its address is not written to, without reading all of it."""
    cells = _Cells(line)
    said = cells.read("status", _word_of(SubscriptionStatus))
    is_suppressed = cells.read("suppressed", _word_of(SuppressionScope)) is not None
    return is_suppressed or _status(cells, said, proof=None) in NOES


def _read(site: Site, cells: "_Cells", address: Address) -> Listed:
    said = cells.read("status", _word_of(SubscriptionStatus))
    at, source = cells.read("confirmed_at", _past), cells.read("confirmed_source", _sentence(LONGEST_SOURCE))
    ip = cells.read("confirmed_ip", _network)
    proof = Proof(at, source, ip) if at and source else None
    status = _status(cells, said, proof)
    claims_a_yes = said is not SubscriptionStatus.PENDING and (at or source or said)
    return Listed(
        line=cells.line.number,
        email=address.text,
        mailbox=address.mailbox,
        name=cells.read("name", lambda cell: wishes(site, name=cell)["name"]) or "",
        language=cells.read("language", known_language) or site.language,
        frequency=cells.read("frequency", _word_of(Frequency)) or Frequency.IMMEDIATE,
        topics=cells.read("topics", _topics) or [],
        status=status,
        created_at=cells.read("created_at", _past),
        proof=proof,
        left_at=cells.read("left_at", _past),
        leaving_reason=cells.read("leaving_reason", _sentence(LONGEST_REASON)),
        paused_until=cells.read("paused_until", lambda cell: _coming(site, cell)),
        suppressed=cells.read("suppressed", _word_of(SuppressionScope)),
        is_unproven=status is SubscriptionStatus.PENDING and bool(claims_a_yes),
    )


def _status(cells: "_Cells", said: SubscriptionStatus | None, proof: Proof | None) -> SubscriptionStatus:
    if said is SubscriptionStatus.PENDING or said in NOES:
        return said
    if cells.text("left_at"):
        return SubscriptionStatus.UNSUBSCRIBED
    return SubscriptionStatus.CONFIRMED if proof else SubscriptionStatus.PENDING


class _Cells:
    """The cells of one line, and what is wrong in them."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.problems: list[Problem] = []

    def read(self, column: str, reader: Callable[[str], T]) -> T | None:
        """Read a cell; None when it is empty or not to be read."""
        try:
            return reader(plain(column, cell)) if (cell := self.text(column)) else None
        except Invalid as error:
            self.complain(column, str(error))
            return None

    def text(self, column: str) -> str:
        return self.line.cells.get(column, "").strip()

    def complain(self, column: str, reason: str) -> None:
        self.problems.append(Problem(self.line.number, column, reason))


def _word_of(words: type[StrEnum]) -> Callable[[str], Any]:
    def read(cell: str) -> StrEnum:
        if (word := cell.lower()) not in list(words):
            raise Invalid("word", f"This holds one of {', '.join(words)}, or nothing.")
        return words(word)

    return read


def _sentence(longest: int) -> Callable[[str], str | None]:
    def read(cell: str) -> str | None:
        line = text.clean_line(cell)
        if len(line) > longest:
            raise Invalid("text", f"This holds at most {longest} characters; shorten it.", limit=longest)
        return line or None

    return read


def _moment(cell: str) -> datetime:
    found = MOMENT.fullmatch(cell)
    try:
        if found is None:
            raise ValueError(cell)
        day, time, fraction, offset = found.groups()
        offset = "+00:00" if offset is None or offset.upper() in {"Z", "UTC"} else offset
        return datetime.fromisoformat(f"{day}T{time or '00:00'}{fraction or ''}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(
            "moment",
            "This is no moment; write a date or RFC 3339, such as 2021-03-01 or 2021-03-01T09:00:00Z.",
        ) from None


def _past(cell: str) -> datetime:
    moment = _moment(cell)
    if moment > now():
        raise Invalid("moment", "This lies in the future; write when it happened.")
    if moment < OLDEST:
        raise Invalid("moment", "This lies before 1995; write when it happened, or leave it empty.")
    return moment


def _coming(site: Site, cell: str) -> datetime | None:
    moment = _moment(cell)
    if moment <= now():
        return None
    paused: datetime = wishes(site, paused_until=moment)["paused_until"]
    return paused


def _network(cell: str) -> str:
    try:
        if "/" in cell:
            return str(ip_network(cell, strict=False))
        return str(ip_network(cell).network_address)
    except ValueError:
        raise Invalid(
            "ip", "This is no IP address; write one such as 192.0.2.7, or leave it empty."
        ) from None


def _topics(cell: str) -> list[Slug]:
    words = re.split(r"[\s,;]+", cell.strip(" ,;"))
    if len(words) > MOST:
        raise Invalid("topics", f"This holds at most {MOST} things.", limit=MOST)
    return list(map(_topic, words))


def _topic(word: str) -> Slug:
    kind, colon, slug = word.partition(":")
    if not colon:
        return "newsletter", word
    if kind not in KINDS:
        raise Invalid("topics", "A topic is written newsletter:SLUG, author:SLUG or tag:SLUG.")
    return kind, slug
