"""Tags: what an answer was made from, as CDNs are told it, and what they are told when that has changed."""

import re
from collections.abc import Iterable

from models.changes import EVERYTHING

# What an answer has of which nobody knows what it was made from; each purge names it.
ANYTHING = "anything"
# Bunny reads so many bytes of such a header; Fastly and Cloudflare read sixteen times as many.
LONGEST = 1_000
PRECISE = re.compile(r"(post|comments)-\d+")


def headers_of(reads: Iterable[str] | None) -> dict[str, str]:
    """Name what an answer was made from, in the headers of Fastly and Varnish, Cloudflare, and Bunny."""
    tags = _short([EVERYTHING, *sorted(reads if reads is not None else [ANYTHING])])
    with_commas = ",".join(tags)
    return {"Surrogate-Key": " ".join(tags), "Cache-Tag": with_commas, "CDN-Tag": with_commas}


def purged(changed: Iterable[str]) -> list[str]:
    """Give the tags to purge when something has changed, so that long answers are found as well."""
    tags = {ANYTHING, *changed}
    if EVERYTHING in tags:
        return [EVERYTHING]
    return sorted(tags | {_many(tag) for tag in tags if PRECISE.fullmatch(tag)})


def _short(tags: list[str]) -> list[str]:
    """Let `many-post` stand for so many posts that naming each would be too long; a purge names both."""
    if sum(map(len, tags)) + len(tags) <= LONGEST:
        return tags
    return list(dict.fromkeys(_many(tag) if PRECISE.fullmatch(tag) else tag for tag in tags))


def _many(tag: str) -> str:
    return f"many-{tag.partition('-')[0]}"
