"""All letters by name: from the facts of a promise to what is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from typing import Any

from mailers import (
    already_subscribed,
    confirmation,
    goodbye,
    invitation,
    preferences_link,
    sign_in,
    welcome,
)  # fmt: skip
from mailers.compiled import NEVER, CompiledLetter, marks_for
from mailers.letter import Letter
from mailers.mail import Mail, Sender, Stamp
from mailers.wording import FOLDER, Facts, wording_of

FIXED = ("language", "site_title", "paths")
LETTERS: Mapping[str, tuple[type[Facts], Callable[[Any], Letter]]] = {
    "already_subscribed": (already_subscribed.AlreadySubscribed, already_subscribed.write),
    "confirmation": (confirmation.Confirmation, confirmation.write),
    "goodbye": (goodbye.Goodbye, goodbye.write),
    "invitation": (invitation.Invitation, invitation.write),
    "preferences_link": (preferences_link.PreferencesLink, preferences_link.write),
    "sign_in": (sign_in.SignIn, sign_in.write),
    "welcome": (welcome.Welcome, welcome.write),
}


@dataclass(frozen=True)
class Pen:
    """Writes what a sender promised; `absolute` makes links of the paths in the facts."""

    sender: Sender
    absolute: Callable[[str], str]

    @cached_property
    def site_url(self) -> str:
        """Where the site lives; the paths of a letter's links begin with a slash."""
        return self.absolute("/")

    def write(self, kind: str, key: str, promised_at: datetime, facts: Mapping[str, Any]) -> Letter:
        """Write a letter of a kind."""
        known, write = LETTERS[kind]
        told = {name: value for name, value in facts.items() if name != "paths"} | self._links(facts)
        return write(known(key=key, promised_at=promised_at, site_url=self.site_url, **told))

    def seal(self, kind: str, key: str, promised_at: datetime, facts: Mapping[str, Any]) -> Mail:
        """Write a letter of a kind and seal it: the words are looked for once, and filled in for each."""
        values = {name: value for name, value in facts.items() if name not in FIXED}
        values |= self._links(facts)
        slots = frozenset(name for name, value in values.items() if value)
        form = _form(kind, facts["language"], facts["site_title"], self.site_url, slots, self.sender)
        return form.fill(Stamp(facts["to"], key, promised_at), values)

    def _links(self, facts: Mapping[str, Any]) -> dict[str, str]:
        return {name: self.site_url + path.removeprefix("/") for name, path in facts["paths"].items()}


@lru_cache(maxsize=200)
def _form(
    kind: str, language: str, site_title: str, site_url: str, slots: frozenset[str], sender: Sender
) -> CompiledLetter:
    known, write = LETTERS[kind]
    marks = marks_for(sorted(slots))
    fixed = {"language": language, "site_title": site_title, "site_url": site_url}
    return CompiledLetter(write(known(key="", promised_at=NEVER, **fixed, **marks)), marks, sender)


@cache
def wording_id(kind: str, language: str) -> str:
    """Name the words of a letter for who reads a language, as the ledger keeps it."""
    language = wording_of(kind, language).language
    files = sorted((FOLDER / kind / language).iterdir())
    words = sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return f"{kind}/{language}@{words[:12]}"
