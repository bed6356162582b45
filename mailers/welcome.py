"""Welcomes a reader who confirmed."""

from dataclasses import dataclass

from mailers.letter import Letter
from mailers.mail import Headers
from mailers.wording import Facts, written


@dataclass(frozen=True, kw_only=True)
class Welcome(Facts):
    """Know the ways to choose and to leave."""

    preferences_link: str
    unsubscribe_link: str


def write(facts: Welcome) -> Letter:
    """Write the letter; mail programs show its way out as a button of their own."""
    headers = Headers(
        automatic=True,
        list_id=facts.list_id,
        list_name=facts.site_title,
        unsubscribe_url=facts.unsubscribe_link,
    )
    return written("welcome", facts, headers)
