"""Tells a moderator that comments wait, and leads to the oldest."""

from dataclasses import dataclass

from mailers.letter import Letter
from mailers.wording import Facts, written


@dataclass(frozen=True, kw_only=True)
class CommentsWaiting(Facts):
    """Know how many wait, who wrote the oldest below which post and how it begins, and the link to it."""

    link: str
    number: str
    post: str
    words: str
    writer: str


def write(facts: CommentsWaiting) -> Letter:
    """Write the letter."""
    return written("comments_waiting", facts)
