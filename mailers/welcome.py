"""Welcomes a reader who confirmed."""

from dataclasses import dataclass

from mailers.letter import Letter
from mailers.wording import Facts, written


@dataclass(frozen=True, kw_only=True)
class Welcome(Facts):
    """Know the ways to choose and to leave."""

    preferences_link: str
    unsubscribe_link: str


def write(facts: Welcome) -> Letter:
    """Write the letter."""
    return written("welcome", facts)
