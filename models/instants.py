"""Moments in time, kept in UTC so that both stores compare them alike."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tortoise import Model, fields

from models.errors import Invalid

Stored = datetime | None


class Instant(fields.DatetimeField[Any]):
    """A moment; SQLite compares the text it is stored as, so every one is written in UTC."""

    def to_db_value(self, value: Stored, instance: type[Model] | Model) -> Stored:  # type: ignore[override]
        if isinstance(value, datetime) and value.tzinfo is not None:
            value = value.astimezone(UTC)
        return super().to_db_value(value, instance)


def now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)


def lasts(since: datetime | None, life: timedelta) -> bool:
    """Tell whether what began at a moment and lives so long still does."""
    # What began further ahead than it lives was kept before the clock was put back, and would never end.
    return since is not None and abs(now() - since) < life


def rfc_3339(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def known_moment(moment: datetime) -> datetime:
    """Give a moment back in UTC; refuse one without an offset, and years that no store and calendar share."""
    if moment.tzinfo is None:
        raise Invalid("at", "A moment needs an offset, such as 2021-03-01T09:00:00Z.")
    if not 1 < moment.year < 9999:
        raise Invalid("at", "A moment lies between the years 2 and 9998.")
    return moment.astimezone(UTC)


def month_of(moment: datetime, time_zone: str) -> str:
    """Name the calendar month a moment falls in, such as 2021-03."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{local.year:04d}-{local.month:02d}"


def day_of(moment: datetime, time_zone: str) -> str:
    """Name the calendar day a moment falls on, such as 2021-03-01."""
    return moment.astimezone(ZoneInfo(time_zone)).date().isoformat()
