"""Brings the pen to who is asked to write next; reminds them, and thanks them when it is published."""

from dataclasses import dataclass

from mailers.letter import Letter
from mailers.wording import Facts, written


@dataclass(frozen=True, kw_only=True)
class Pen(Facts):
    """Know who gives it and what they say, the link, and at last the title of what was written."""

    giver: str
    link: str
    note: str = ""
    title: str = ""

    @property
    def desk(self) -> str:
        """Where those who write do so."""
        return f"{self.site_url}write"


def write(facts: Pen) -> Letter:
    """Write the letter that brings it."""
    return written("pen", facts)


def remind(facts: Pen) -> Letter:
    """Write the letter that reminds of it."""
    return written("pen_reminder", facts)


def thank(facts: Pen) -> Letter:
    """Write the letter that thanks for what was written with it."""
    return written("pen_thanks", facts, desk=facts.desk)
