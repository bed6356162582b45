"""Which of the two orders a site writes its dates in, and who says so."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from gql_server.importers.weebly.dates import Order, Witness, Written, valid_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What is known of a post's day: its own words, the month pages it stood on, the feed's local day."""

    written: Written | None
    months: frozenset[str] = frozenset()
    feed_day: date | None = None
    hint: str | None = None


class Settled(NamedTuple):
    """A day and who settled it; doubt is empty when there is none."""

    day: date
    witness: Witness
    doubt: str = ""


class Court:
    """Hears every date of a site once, then settles each post's day."""

    def __init__(
        self, posts: Iterable[Clues], *, comments: Iterable[Written], sidebar: frozenset[str], language: str
    ) -> None:
        self._sidebar = sidebar
        strong: Counter[Order] = Counter()
        weak: Counter[Order] = Counter()
        for clues in posts:
            if found := _own_witness(clues):
                strong[found[0]] += 1
            elif clues.written and (order := self._by_sidebar(clues.written)):
                weak[order] += 1
        strong.update(order for comment in comments if (order := _by_number(comment)))
        votes = strong or weak
        self.is_guess = not votes
        self.is_divided = len(votes) > 1
        self.order = votes.most_common(1)[0][0] if votes else usual_order(language)

    def settle(self, clues: Clues) -> Settled | None:
        """Give a post's day; None when nothing at all says when it was."""
        if clues.written is None or not clues.written.readings():
            return _without_date(clues)
        readings = clues.written.readings()
        if len(set(readings.values())) == 1 and len(readings) == 2:
            return Settled(readings[self.order], Witness.SAME)
        if found := _own_witness(clues):
            order, witness = found
            doubt = "" if order is self.order else f"stands against the site's order {self.order}"
            return Settled(readings[order], witness, doubt)
        day = readings[self.order]
        if self._by_sidebar(clues.written) is self.order:
            return Settled(day, Witness.SIDEBAR)
        if self.is_guess:
            return Settled(day, Witness.NOBODY, f"nothing says D/M or M/D; taken as {self.order}")
        return Settled(day, Witness.SITE)

    def _by_sidebar(self, numbers: Written) -> Order | None:
        fitting = [order for order, day in numbers.readings().items() if f"{day:%Y-%m}" in self._sidebar]
        return fitting[0] if len(fitting) == 1 else None


def usual_order(language: str) -> Order:
    """Guess from the language alone: Americans, and Weebly's plain "en", put the month first."""
    return Order.MONTH_FIRST if language.casefold().replace("_", "-") in {"en", "en-us"} else Order.DAY_FIRST


def _own_witness(clues: Clues) -> tuple[Order, Witness] | None:
    readings = clues.written.readings() if clues.written else {}
    if len(set(readings.values())) < len(readings):
        return None
    on_month_page = [order for order, day in readings.items() if f"{day:%Y-%m}" in clues.months]
    if len(on_month_page) == 1:
        return on_month_page[0], Witness.MONTH_PAGE
    in_feed = [order for order, day in readings.items() if _is_near(day, clues.feed_day)]
    if len(in_feed) == 1:
        return in_feed[0], Witness.FEED
    return (next(iter(readings)), Witness.NUMBER) if len(readings) == 1 else None


def _by_number(numbers: Written) -> Order | None:
    readings = numbers.readings()
    return next(iter(readings)) if len(readings) == 1 else None


def _is_near(day: date, other: date | None) -> bool:
    # The feed counts in Greenwich: its day may be the one before or after.
    return other is not None and abs(day - other) <= timedelta(days=1)


def _without_date(clues: Clues) -> Settled | None:
    if clues.feed_day:
        return Settled(clues.feed_day, Witness.FEED)
    known = min(clues.months, default=clues.hint)
    if known is None:
        return None
    first = valid_day(int(known[:4]), int(known[5:]), 1)
    return Settled(first, Witness.HINT, f"says no day; put on the first of {known}") if first else None
