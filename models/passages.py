"""Passages: the part of a text that has the words somebody looks for, with these marked."""

import html
import re
from collections.abc import Sequence
from typing import NamedTuple

from models import text

LONGEST = 200  # characters
BEFORE = 60  # characters before the first word found, to understand it by
MOST_READ = 50_000  # characters; of a longer text the beginning is looked through
# A word with the marks on its letters, which folding takes away.
MARKED_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")


class Found(NamedTuple):
    """A place in a line, and which of the words was found there."""

    start: int
    stop: int
    word: str


def passage(said: str, words: Sequence[str]) -> str:
    """Cut the passage with the most of some folded words out of a text, as HTML with `mark` elements.

    A word is found where one begins with it. It is the beginning of the text where none is found.
    """
    line = " ".join(said[:MOST_READ].split())
    found = _found(line, words)
    begin, end = _best(line, found)
    within = [place for place in found if begin <= place.start and place.stop <= end]
    return _marked(line, begin, end, within)


def _found(line: str, words: Sequence[str]) -> list[Found]:
    sought = tuple(words)
    found: list[Found] = []
    for place in MARKED_WORD.finditer(line) if sought else ():
        seen = place[0]
        parts = [seen.lower()] if seen.isascii() else text.search_words(seen)
        begun = next((word for part in parts for word in sought if part.startswith(word)), None)
        if begun is not None:
            found.append(Found(*place.span(), begun))
    return found


def _best(line: str, found: list[Found]) -> tuple[int, int]:
    most, start = 0, 0
    for number, first in enumerate(found):
        # No more words stand so close together.
        close = found[number : number + LONGEST // 2]
        words = {place.word for place in close if place.stop - first.start <= LONGEST - BEFORE}
        if len(words) > most:
            most, start = len(words), first.start
    begin = max(start - BEFORE, 0)
    if begin:
        begin = line.find(" ", begin, start) + 1 or start
    end = min(begin + LONGEST, len(line))
    if end < len(line) and line[end] != " ":
        end = max(line.rfind(" ", begin, end), begin) or end
    return begin, end if end > start else min(begin + LONGEST, len(line))


def _marked(line: str, begin: int, end: int, found: list[Found]) -> str:
    pieces, here = ["…" if begin else ""], begin
    for start, stop, _ in found:
        pieces += _escaped(line[here:start]), f"<mark>{_escaped(line[start:stop])}</mark>"
        here = stop
    return "".join([*pieces, _escaped(line[here:end]), "…" if end < len(line) else ""])


def _escaped(said: str) -> str:
    return html.escape(said, quote=False)
