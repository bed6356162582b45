"""Months in words, in any language that Babel knows."""

from copy import deepcopy
from functools import lru_cache

from babel import Locale, UnknownLocaleError, localedata

import models


@lru_cache(maxsize=2_000)
def month_label(month: str, language: str) -> str:
    """Name a month in a language, capitalised as a blog shows it; refuse a language without words for it."""
    try:
        locale = Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        raise models.Invalid(
            "language", "No language is known by that tag; write one such as nl or en-GB."
        ) from None
    year, _, number = month.partition("-")
    name = _month_names(str(locale))[int(number)]
    return f"{name[:1].upper()}{name[1:]} {int(year)}"


@lru_cache(maxsize=1_000)
def _month_names(locale: str) -> dict[int, str]:
    # Babel writes what it looks up into data that languages share: the first to ask would decide for all.
    months = deepcopy(localedata.load(locale)["months"])
    return dict(localedata.LocaleDataDict({"months": months})["months"]["stand-alone"]["wide"])
