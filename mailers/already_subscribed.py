"""Tells who signs up again that nothing needs to be done."""

from dataclasses import dataclass

from mailers.letter import Letter
from mailers.wording import Facts, written


@dataclass(frozen=True, kw_only=True)
class AlreadySubscribed(Facts):
    """Know where the reader chooses what to receive."""

    preferences_link: str


def write(facts: AlreadySubscribed) -> Letter:
    """Write the letter."""
    return written("already_subscribed", facts)
