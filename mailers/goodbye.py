"""Says goodbye to a reader who left, and lets a mistake be undone."""

from dataclasses import dataclass

from mailers.letter import Letter
from mailers.wording import Facts, written


@dataclass(frozen=True, kw_only=True)
class Goodbye(Facts):
    """Know the link that takes the goodbye back."""

    undo_link: str


def write(facts: Goodbye) -> Letter:
    """Write the letter."""
    return written("goodbye", facts)
