"""Tells a reader what is new since the last time, once a day or a week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailers.letter import Letter
from mailers.mail import Headers
from mailers.newsletter import picture
from mailers.wording import Facts, byline, day_in_words, written


@dataclass(frozen=True, kw_only=True)
class Digest(Facts):
    """Know what is new, which of it this reader asked for (`posts`, by their ids), and the ways out.

    It is of what appeared `until` a moment, and for who had no digest yet since one `before`.
    """

    before: str
    until: str
    items: Sequence[Mapping[str, Any]]
    posts: Sequence[int]
    content_language: str
    preferences_link: str
    leave_link: str
    leave_all_link: str


def write(facts: Digest) -> Letter:
    """Write the letter; mail programs show the way out of all digests as a button of their own."""
    shown = [_shown(item, facts) for item in facts.items if item["id"] in facts.posts]
    headers = Headers(
        automatic=True,
        bulk=True,
        list_id=f"digest.{facts.list_id}",
        list_name=facts.site_title,
        unsubscribe_url=facts.leave_all_link,
    )
    return written("digest", facts, headers, shown=shown)


def _shown(item: Mapping[str, Any], facts: Digest) -> dict[str, Any]:
    link = facts.site_url + item["path"].removeprefix("/")
    return {
        "title": item["title"],
        "lead": item["lead"],
        "link": link,
        "image": picture(item["image"], link),
        "byline": byline(item["authors"], facts.language),
        "day": day_in_words(item["day"], facts.language),
    }
