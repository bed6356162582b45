"""The words of a letter in a language, from its folder under `templates/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from mailers.addresses import named_host
from mailers.letter import Letter
from mailers.mail import Headers

FOLDER = Path(__file__).parent / "templates"
FALLBACK = "en"
SPOKEN = ("en", "nl")
# Days are written the same way round in both.
VARIETY = {"en": "en_GB"}
AUTOMATIC = Headers(automatic=True)

_environment = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What every letter needs to know; `name` may be empty."""

    to: str
    name: str = ""
    language: str
    site_title: str
    site_url: str
    key: str
    promised_at: datetime

    @property
    def list_id(self) -> str:
        """What the letters of this site are filed by (RFC 2919)."""
        return f"newsletter.{named_host(self.site_url)}"


@dataclass(frozen=True)
class Wording:
    """The three templates of one letter in one language."""

    language: str
    subject: Template
    text: Template
    html: Template

    def filled(self, values: dict[str, Any]) -> tuple[str, str, str]:
        """Give subject, text and HTML with these values in them."""
        values = {**values, "language": self.language}
        subject, text, html = (part.render(values) for part in (self.subject, self.text, self.html))
        return subject.strip(), text, html


def written(letter: str, facts: Facts, headers: Headers = AUTOMATIC, **shown: Any) -> Letter:
    """Write a letter, with what is `shown` in place of facts of that name or beside them."""
    wording = wording_of(letter, facts.language)
    subject, text, html = wording.filled({**vars(facts), **shown, "named": bool(facts.name)})
    return Letter(
        to=facts.to,
        subject=subject,
        text=text,
        html=html,
        language=wording.language,
        key=facts.key,
        promised_at=facts.promised_at,
        headers=headers,
        writer=facts.site_title,
    )


def wording_of(letter: str, language: str) -> Wording:
    """Find the words in this language, else in the one it is a variety of, else in English."""
    wanted = language.replace("_", "-").lower()
    known = _languages(letter)
    return _load(letter, next((tag for tag in (wanted, wanted.partition("-")[0]) if tag in known), FALLBACK))


def byline(names: Sequence[str], language: str) -> str:
    """Name authors one after the other."""
    return format_list(names, locale=locale_of(language)) if names else ""


def day_in_words(day: str | None, language: str) -> str:
    """Write a day, such as 2021-03-01, in words."""
    return format_date(date.fromisoformat(day), "long", locale=locale_of(language)) if day else ""


def clock_in_words(here: datetime, language: str) -> str:
    """Write what the clock says at a moment, in the zone that it is in."""
    return format_time(here, "short", tzinfo=here.tzinfo, locale=locale_of(language))


def moment_in_words(here: datetime, language: str) -> str:
    """Write a moment down to the minute, in the zone that it is in: as the reader's script does."""
    return f"{day_in_words(here.date().isoformat(), language)}, {clock_in_words(here, language)}"


@cache
def locale_of(language: str) -> Locale:
    """Give the locale of the words around: what it writes stands among them."""
    tag = language.replace("_", "-").partition("-")[0].lower()
    spoken = tag if tag in SPOKEN else FALLBACK
    return Locale.parse(VARIETY.get(spoken, spoken))


@cache
def _languages(letter: str) -> set[str]:
    return {folder.name for folder in (FOLDER / letter).iterdir()}


@cache
def _load(letter: str, language: str) -> Wording:
    parts = ("subject.txt", "body.txt", "body.html")
    return Wording(language, *(_environment.get_template(f"{letter}/{language}/{part}") for part in parts))
