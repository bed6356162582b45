"""Asks a reader to confirm a subscription, by link or by code."""

from dataclasses import dataclass

from mailers.letter import Letter
from mailers.wording import Facts, written


@dataclass(frozen=True, kw_only=True)
class Confirmation(Facts):
    """Know the link that confirms, and the code for who signs up in an app."""

    link: str
    code: str


def write(facts: Confirmation) -> Letter:
    """Write the letter."""
    return written("confirmation", facts)
