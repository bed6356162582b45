"""Brings somebody who writes here the link that lets them in."""

from dataclasses import dataclass

from mailers.letter import Letter
from mailers.wording import Facts, written


@dataclass(frozen=True, kw_only=True)
class SignIn(Facts):
    """Know the link, which works once."""

    link: str


def write(facts: SignIn) -> Letter:
    """Write the letter."""
    return written("sign_in", facts)
