"""Which form an answer comes in, among those that a client accepts (RFC 9110, GraphQL over HTTP)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from gql_server.deferred import OF_2022, OF_DRAFT
from gql_server.questions import Unreadable

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
EVENT_STREAM = "text/event-stream"
MULTIPART = "multipart/mixed"
ONE_ONLY = f"A subscription needs `Accept: {EVENT_STREAM}`, or a websocket that speaks graphql-transport-ws."
OPAQUE = re.compile(r'"[^"]*"')
NOTHING = f"Accept {GRAPHQL} or {JSON}."
# Characters, as many as one header holds: a hundred that are one took a second, while everybody waited.
LONGEST_READ = 8_190


@dataclass(frozen=True, slots=True)
class Range:
    """One of the media ranges of an Accept header; `rank` is its place there."""

    media: str
    rank: int
    quality: float = 1.0
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a client accepts: how it takes one answer, and how it takes several if it does."""

    single: str | None
    events: bool = False
    subscriptions: bool = False
    deferred: str | None = None

    @property
    def is_one_answer(self) -> bool:
        """Whether it is one answer and no stream of them, whatever is asked."""
        return not (self.single is None or self.events or self.subscriptions or self.deferred)

    def check(self) -> None:
        """Refuse a client that takes nothing we have."""
        if self.single is None and not self.events and not self.subscriptions:
            raise Unreadable(406, NOTHING)

    @property
    def for_one(self) -> str:
        """The media type of an answer that comes at once; events when nothing else is taken."""
        if self.single is None and not self.events:
            raise Unreadable(406, NOTHING)
        return self.single or EVENT_STREAM

    @property
    def for_errors(self) -> str:
        """The media type that a request's errors are told in."""
        return self.single or (EVENT_STREAM if self.events else JSON)

    @property
    def for_many(self) -> str:
        """The media type of a subscription's events."""
        if self.events:
            return EVENT_STREAM
        if self.subscriptions:
            return MULTIPART
        raise Unreadable(400, ONE_ONLY)


def accepted(header: str) -> Accepted:
    """Read an Accept header; without one, JSON is taken."""
    return _accepted(header[:LONGEST_READ])


@lru_cache(maxsize=256)
def _accepted(header: str) -> Accepted:
    if not header.strip():
        return Accepted(JSON)
    ranges = _ranges(header)
    return Accepted(
        _single(ranges),
        events=_any(ranges, lambda one: one.media == EVENT_STREAM),
        subscriptions=_any(
            ranges, lambda one: one.media == MULTIPART and "subscriptionspec" in one.parameters
        ),
        deferred=next((name for one in ranges if (name := _deferred(one))), None),
    )


@lru_cache(maxsize=256)
def takes_gzip(header: str) -> bool:
    """Tell whether a client takes a packed answer, by its Accept-Encoding header."""
    codings = weights(header)
    return codings.get("gzip", codings.get("*", 0)) > 0


def weights(header: str) -> dict[str, float]:
    """Read how much each choice of an Accept header is wanted."""
    wanted: dict[str, float] = {}
    for one in _ranges(header):
        wanted.setdefault(one.media, one.quality)
    return wanted


def has_already(etag: str, named: Sequence[str]) -> bool:
    """Tell whether who asks has what an ETag stands for, by its If-None-Match headers."""
    # Compared weakly: a proxy that packs on the way makes a weak tag of ours.
    return any(one.strip() == "*" or etag in OPAQUE.findall(one) for one in named)


def is_as_old(changed: datetime, since: str) -> bool:
    """Tell whether nothing was changed since a moment, by an If-Modified-Since header; one that is no date
    says nothing.
    """
    try:
        moment = parsedate_to_datetime(since)
        return changed <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return False


def _single(ranges: list[Range]) -> str | None:
    offers: list[tuple[float, int, int, str]] = []
    for place, ours in enumerate((JSON, GRAPHQL)):
        # The closest range counts: `application/json;q=0, */*` takes anything but plain JSON.
        closest = next(
            (one for name in (ours, "application/*", "*/*") for one in ranges if one.media == name), None
        )
        if closest is not None and closest.quality > 0:
            offers.append((-closest.quality, closest.rank, place, ours))
    return min(offers)[3] if offers else None


def _any(ranges: list[Range], fits: Callable[[Range], bool]) -> bool:
    return any(one.quality > 0 and fits(one) for one in ranges)


def _deferred(one: Range) -> str | None:
    """Name the way of incremental delivery that a range asks for."""
    if one.media != MULTIPART or one.quality <= 0:
        return None
    if "subscriptionspec" in one.parameters:
        return None
    return OF_DRAFT if "incrementalspec" in one.parameters else OF_2022


def _ranges(header: str) -> list[Range]:
    parts = enumerate(header[:LONGEST_READ].split(","))
    return [_range(part, rank) for rank, part in parts if part.partition(";")[0].strip()]


def _range(part: str, rank: int) -> Range:
    media, *more = (piece.strip().lower() for piece in part.split(";"))
    pairs = [piece.partition("=") for piece in more]
    parameters = {name.strip(): value.strip().strip('"') for name, _, value in pairs}
    try:
        quality = float(parameters.pop("q", 1.0))
    except ValueError:
        quality = 0.0
    return Range(media, rank, quality, parameters)
