"""Asks whoever left a comment to confirm that the address is theirs."""

from dataclasses import dataclass

from mailers.letter import Letter
from mailers.wording import Facts, written


@dataclass(frozen=True, kw_only=True)
class CommentConfirmation(Facts):
    """Know the post commented on, and the link that shows the comment and confirms."""

    link: str
    post: str


def write(facts: CommentConfirmation) -> Letter:
    """Write the letter; it has no word of the comment, which a stranger may have written."""
    return written("comment_confirmation", facts)
