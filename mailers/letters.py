"""All letters by name: from the facts of a promise to what is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from mailers import (
    already_subscribed,
    comment_confirmation,
    comment_reply,
    comments_waiting,
    confirmation,
    digest,
    goodbye,
    invitation,
    newsletter,
    pen,
    preferences_link,
    sign_in,
    welcome,
)  # fmt: skip
from mailers.compiled import NEVER, CompiledLetter, marks_for
from mailers.letter import Letter
from mailers.mail import Mail, Sender, Stamp
from mailers.wording import FOLDER, Facts, wording_of

# The same for all who get the same; the rest differs from reader to reader.
FIXED = ("language", "site_title", "paths", "topic", "posts")
LETTERS: Mapping[str, tuple[type[Facts], Callable[[Any], Letter]]] = {
    "already_subscribed": (already_subscribed.AlreadySubscribed, already_subscribed.write),
    "comment_confirmation": (comment_confirmation.CommentConfirmation, comment_confirmation.write),
    "comment_reply": (comment_reply.CommentReply, comment_reply.write),
    "comments_waiting": (comments_waiting.CommentsWaiting, comments_waiting.write),
    "confirmation": (confirmation.Confirmation, confirmation.write),
    "digest": (digest.Digest, digest.write),
    "goodbye": (goodbye.Goodbye, goodbye.write),
    "invitation": (invitation.Invitation, invitation.write),
    "pen": (pen.Pen, pen.write),
    "pen_reminder": (pen.Pen, pen.remind),
    "pen_thanks": (pen.Pen, pen.thank),
    "newsletter": (newsletter.Newsletter, newsletter.write),
    "preferences_link": (preferences_link.PreferencesLink, preferences_link.write),
    "sign_in": (sign_in.SignIn, sign_in.write),
    "welcome": (welcome.Welcome, welcome.write),
}


@dataclass(frozen=True)
class Content:
    """What all letters of an issue tell, and a mark that only the same content has."""

    mark: str = ""
    told: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Content":
        """Mark what is told."""
        return cls(sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest(), told)


NO_CONTENT = Content()


@dataclass(frozen=True)
class Scribe:
    """Writes what a sender promised; `absolute` makes links of the paths in the facts."""

    sender: Sender
    absolute: Callable[[str], str]

    @cached_property
    def site_url(self) -> str:
        """Where the site lives; the paths of a letter's links begin with a slash."""
        return self.absolute("/")

    def write(
        self, kind: str, key: str, promised_at: datetime, facts: Mapping[str, Any],
        content: Content = NO_CONTENT,
    ) -> Letter:  # fmt: skip
        """Write a letter of a kind, with the content of its issue if it has one."""
        known, write = LETTERS[kind]
        own = {name: value for name, value in facts.items() if name != "paths"}
        told = {**content.told, **own, **self._links(facts)}
        return write(known(key=key, promised_at=promised_at, site_url=self.site_url, **told))

    def seal(
        self, kind: str, key: str, promised_at: datetime, facts: Mapping[str, Any],
        content: Content = NO_CONTENT,
    ) -> Mail:  # fmt: skip
        """Write a letter of a kind and seal it: the words are looked for once, and filled in for each."""
        values = {name: value for name, value in facts.items() if name not in FIXED}
        values |= self._links(facts)
        slots = frozenset(name for name, value in values.items() if value)
        about = _About(facts["language"], facts["site_title"], self.site_url, content, _share(facts))
        form = _form(kind, about, slots, self.sender)
        return form.fill(Stamp(facts["to"], key, promised_at), values)

    def _links(self, facts: Mapping[str, Any]) -> dict[str, str]:
        return {name: self.site_url + path.removeprefix("/") for name, path in facts["paths"].items()}


class _About(NamedTuple):
    """What all letters of a form have in common."""

    language: str
    site_title: str
    site_url: str
    content: Content
    share: tuple[tuple[str, Any], ...]


def _share(facts: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Give what this reader gets of an issue, as it can be compared."""
    kept = {name: facts[name] for name in ("topic", "posts") if name in facts}
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in kept.items())


@lru_cache(maxsize=100)
def _form(kind: str, about: _About, slots: frozenset[str], sender: Sender) -> CompiledLetter:
    known, write = LETTERS[kind]
    marks = marks_for(sorted(slots))
    fixed = {"language": about.language, "site_title": about.site_title, "site_url": about.site_url}
    told = {**about.content.told, **dict(about.share)}
    return CompiledLetter(write(known(key="", promised_at=NEVER, **fixed, **told, **marks)), marks, sender)


@cache
def wording_id(kind: str, language: str) -> str:
    """Name the words of a letter for who reads a language, as the ledger keeps it."""
    language = wording_of(kind, language).language
    files = sorted((FOLDER / kind / language).iterdir())
    words = sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return f"{kind}/{language}@{words[:12]}"
