"""The time zone of a site: what the feed's clock gives away, else what its language suggests."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

# Only languages, and countries, that live in one zone: of the others nothing honest can be said.
BY_LANGUAGE = {
    "nl": "Europe/Amsterdam",
    "nl-be": "Europe/Brussels",
    "de": "Europe/Berlin",
    "de-at": "Europe/Vienna",
    "de-ch": "Europe/Zurich",
    "da": "Europe/Copenhagen",
    "sv": "Europe/Stockholm",
    "nb": "Europe/Oslo",
    "no": "Europe/Oslo",
    "fi": "Europe/Helsinki",
    "it": "Europe/Rome",
    "pl": "Europe/Warsaw",
    "cs": "Europe/Prague",
    "hu": "Europe/Budapest",
    "tr": "Europe/Istanbul",
    "ja": "Asia/Tokyo",
    "fr-fr": "Europe/Paris",
    "es-es": "Europe/Madrid",
    "pt-pt": "Europe/Lisbon",
    "en-gb": "Europe/London",
    "en-ie": "Europe/Dublin",
    "en-nz": "Pacific/Auckland",
}
# Asked in this order when an offset does not fit the language.
COMMON = (
    "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York", "America/Halifax",
    "America/Sao_Paulo", "Europe/London", "Europe/Paris", "Europe/Helsinki", "Asia/Kolkata", "Asia/Singapore",
    "Asia/Tokyo", "Australia/Adelaide", "Australia/Sydney", "Pacific/Auckland",
)  # fmt: skip
GREENWICH = "UTC"


class Zone(NamedTuple):
    """An IANA zone and why it was chosen."""

    name: str
    reason: str


def zone_of(language: str, feed_clock: datetime | None) -> Zone:
    """Choose the site's zone; `feed_clock` is the feed's own date with its offset."""
    tag = language.casefold().replace("_", "-")
    spoken = BY_LANGUAGE.get(tag) or BY_LANGUAGE.get(tag.partition("-")[0])
    if feed_clock is not None and feed_clock.utcoffset() is not None:
        return _by_offset(feed_clock, spoken)
    if spoken:
        return Zone(spoken, f"from the language {language}")
    return Zone(GREENWICH, "nothing says where the site is")


def _by_offset(clock: datetime, spoken: str | None) -> Zone:
    reason = f"from the feed's clock, {clock:%z}"
    if spoken and _keeps(spoken, clock):
        return Zone(spoken, f"{reason} and the language")
    if not clock.utcoffset():
        return Zone(GREENWICH, reason)
    fitting = next((name for name in COMMON if _keeps(name, clock)), None)
    if fitting:
        return Zone(fitting, f"{reason}; others share it")
    return Zone(GREENWICH, f"{reason} fits no known zone")


def _keeps(name: str, clock: datetime) -> bool:
    return clock.astimezone(ZoneInfo(name)).utcoffset() == clock.utcoffset()
