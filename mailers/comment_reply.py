"""Tells whoever left a comment, and wanted to know, that somebody replied."""

from dataclasses import dataclass

from mailers.letter import Letter
from mailers.mail import Headers
from mailers.wording import Facts, written


@dataclass(frozen=True, kw_only=True)
class CommentReply(Facts):
    """Know who replied below which post and how it begins, where it stands, and the way out."""

    link: str
    post: str
    replier: str
    unsubscribe_link: str
    words: str


def write(facts: CommentReply) -> Letter:
    """Write the letter; mail programs show its way out as a button of their own."""
    return written("comment_reply", facts, Headers(automatic=True, unsubscribe_url=facts.unsubscribe_link))
