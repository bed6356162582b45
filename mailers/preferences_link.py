"""Brings a reader the way to the preferences."""

from dataclasses import dataclass

from mailers.letter import Letter
from mailers.wording import Facts, written


@dataclass(frozen=True, kw_only=True)
class PreferencesLink(Facts):
    """Know the link, which is a key to the preferences."""

    link: str


def write(facts: PreferencesLink) -> Letter:
    """Write the letter."""
    return written("preferences_link", facts)
