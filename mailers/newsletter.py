"""Brings a post to a reader who asked for such posts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailers.body import absolute, fitting_width, for_mail
from mailers.letter import Letter
from mailers.mail import Headers
from mailers.plain_text import plain_text
from mailers.wording import Facts, byline, day_in_words, written

LONGEST_LABEL = 63


@dataclass(frozen=True, kw_only=True)
class Newsletter(Facts):
    """Know the post, the topic that the reader follows (none in a test), and the ways to choose and leave.

    `html` is sanitised; `is_whole` says that it is all of the post. `topics` has each by its code.
    """

    title: str
    lead: str
    html: str
    is_whole: bool
    path: str
    authors: Sequence[str]
    image: Mapping[str, Any] | None
    day: str | None
    content_language: str
    topics: Sequence[Mapping[str, str]]
    topic: str | None
    preferences_link: str
    leave_link: str
    leave_all_link: str
    # Issues that began earlier tell it; it is written from the HTML.
    text: str = ""

    @property
    def post_link(self) -> str:
        """Where the post stands."""
        return self.site_url + self.path.removeprefix("/")

    @property
    def about(self) -> Mapping[str, str] | None:
        """What the reader follows."""
        return next((topic for topic in self.topics if topic["code"] == self.topic), None)


def write(facts: Newsletter) -> Letter:
    """Write the letter; mail programs file it by its topic, and show the way out of that as a button."""
    shown = {
        "post_link": facts.post_link,
        "about": facts.about,
        "html": for_mail(facts.html, facts.post_link),
        "text": plain_text(facts.html, facts.post_link),
        "image": picture(facts.image, facts.post_link),
        "byline": byline(facts.authors, facts.language),
        "day": day_in_words(facts.day, facts.language),
    }
    return written("newsletter", facts, _headers(facts), **shown)


def picture(image: Mapping[str, Any] | None, page: str) -> dict[str, Any] | None:
    """Give a picture as a letter shows it."""
    if image is None:
        return None
    address = absolute(page, image["url"])
    return {"url": address, "alt": image["alt"], "width": fitting_width(image["width"])}


def _headers(facts: Newsletter) -> Headers:
    if (about := facts.about) is None:
        return Headers(automatic=True)
    label = about["slug"][:LONGEST_LABEL].strip("-")
    return Headers(
        bulk=True,
        list_id=f"{label}.{about['kind']}.{facts.list_id.removeprefix('newsletter.')}",
        list_name=about["title"] or facts.site_title,
        unsubscribe_url=facts.leave_link,
    )
