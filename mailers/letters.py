"""All letters to subscribers by name: from the facts of a promise to what is sent."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from mailers import already_subscribed, confirmation, goodbye, preferences_link, welcome
from mailers.letter import Letter
from mailers.wording import FOLDER, Facts

LETTERS: Mapping[str, tuple[type[Facts], Callable[[Any], Letter]]] = {
    "already_subscribed": (already_subscribed.AlreadySubscribed, already_subscribed.write),
    "confirmation": (confirmation.Confirmation, confirmation.write),
    "goodbye": (goodbye.Goodbye, goodbye.write),
    "preferences_link": (preferences_link.PreferencesLink, preferences_link.write),
    "welcome": (welcome.Welcome, welcome.write),
}


def write(
    kind: str, key: str, promised_at: datetime, facts: Mapping[str, Any], absolute: Callable[[str], str]
) -> Letter:
    """Write a letter of a kind; `facts` hold the paths of its links, and `absolute` makes links of them."""
    known, pen = LETTERS[kind]
    told = {name: value for name, value in facts.items() if name != "paths"}
    links = {name: absolute(path) for name, path in facts["paths"].items()}
    return pen(known(key=key, promised_at=promised_at, site_url=absolute("/"), **told, **links))


@cache
def wording_id(kind: str, language: str) -> str:
    """Name the words of a letter in a language, as the ledger keeps it; other words have another name."""
    files = sorted((FOLDER / kind / language).iterdir())
    words = sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return f"{kind}/{language}@{words[:12]}"
