"""Days and moments as Weebly writes them: numbers whose order only the rest of the site gives away."""

import re
from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from typing import NamedTuple

NUMBERS = re.compile(r"(?<![0-9])([0-9]{1,2})\s?[/.-]\s?([0-9]{1,2})\s?[/.-]\s?([0-9]{4})(?![0-9])")
CLOCK = re.compile(r"(?<![0-9])([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?\s*(?:([apAP])\.?[mM]\b)?")
FIRST_YEAR, LAST_YEAR = 1990, 2100
NOON = time(12)


class Order(StrEnum):
    """Which number stands first."""

    DAY_FIRST = "D/M"
    MONTH_FIRST = "M/D"


class Witness(StrEnum):
    """What settled a date."""

    MONTH_PAGE = "the month page it stands on"
    FEED = "the feed"
    NUMBER = "a number above 12"
    SAME = "day and month alike"
    SIDEBAR = "the months in the sidebar"
    SITE = "other dates on the site"
    HINT = "only the month is known"
    NOBODY = "nobody"


class Written(NamedTuple):
    """A date as it stands on a page: two numbers and a year."""

    first: int
    second: int
    year: int

    def read(self, order: Order) -> date | None:
        """Read the numbers in an order; None when there is no such day."""
        day, month = (self.first, self.second) if order is Order.DAY_FIRST else (self.second, self.first)
        return valid_day(self.year, month, day)

    def readings(self) -> dict[Order, date]:
        """Give every reading that is a day."""
        return {order: day for order in Order if (day := self.read(order))}


def written(text: str) -> Written | None:
    """Find the date in a text."""
    found = NUMBERS.search(text[:100])
    return Written(int(found[1]), int(found[2]), int(found[3])) if found else None


def moment(text: str, order: Order, zone: tzinfo) -> datetime | None:
    """Read a comment's date and time in the site's order, the other way round when only that is a day."""
    numbers = written(text)
    if numbers is None:
        return None
    readings = numbers.readings()
    day = readings.get(order) or next(iter(readings.values()), None)
    found = NUMBERS.search(text[:100])
    clock = _clock(text[found.end() : 100] if found else "")
    return datetime.combine(day, clock, tzinfo=zone) if day else None


def valid_day(year: int, month: int, day: int) -> date | None:
    """Give the day when the calendar has it and a blog can have been written on it."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _clock(text: str) -> time:
    found = CLOCK.search(text)
    if found is None:
        return NOON
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else NOON
