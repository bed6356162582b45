"""Tells somebody that they can sign in from now on, and where."""

from dataclasses import dataclass

from mailers.letter import Letter
from mailers.wording import Facts, written


@dataclass(frozen=True, kw_only=True)
class Invitation(Facts):
    """Know the page to sign in at."""

    link: str


def write(facts: Invitation) -> Letter:
    """Write the letter."""
    return written("invitation", facts)
