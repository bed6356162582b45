"""Passages: the part of a text that has the words somebody looks for, with these marked."""

import html
import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from models import text

LONGEST = 200  # characters
BEFORE = 60  # characters before the first word found, to understand it by
MOST_READ = 50_000  # characters; of a longer text the beginning is looked through
# Folding takes marks off letters; the last block of them ends here.
LAST_MARK = 0x1E94A


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
    begin, end = _around(line, _best(line, words))
    return _marked(line, begin, end, _found(line, words, begin, end))


def _best(line: str, words: Sequence[str]) -> int:
    """Tell where the most of the words begin to stand close together, and look no further than all do."""
    most, start = 0, 0
    close: deque[Found] = deque()
    seen: Counter[str] = Counter()
    for place in _found(line, words, 0, len(line)):
        close.append(place)
        seen[place.word] += 1
        while len(close) > 1 and place.stop - close[0].start > LONGEST - BEFORE:
            gone = close.popleft().word
            seen[gone] -= 1
            if not seen[gone]:
                del seen[gone]
        if len(seen) > most:
            most, start = len(seen), close[0].start
        if most == len(words):
            break
    return start


def _found(line: str, words: Sequence[str], begin: int, end: int) -> Iterator[Found]:
    sought = tuple(words)
    for place in _marked_word().finditer(line, begin, end) if sought else ():
        seen = place[0]
        parts = [seen.lower()] if seen.isascii() else text.search_words(seen)
        for part in parts:
            if part.startswith(sought):
                word = next(word for word in sought if part.startswith(word))
                yield Found(*place.span(), word)
                break


@cache
def _marked_word() -> re.Pattern[str]:
    """Write what a word is, with what is taken away to find it: marks on letters, and soft hyphens."""
    marks = "".join(sign for sign in map(chr, range(0x300, LAST_MARK + 1)) if unicodedata.combining(sign))
    return re.compile(rf"[^\W_](?:[^\W_]|[{marks}{text.SOFT_HYPHEN}])*")


def _around(line: str, start: int) -> tuple[int, int]:
    """Tell where the passage with a word begins and ends."""
    begin = max(start - BEFORE, 0)
    if begin:
        begin = line.find(" ", begin, start) + 1 or start
    end = min(begin + LONGEST, len(line))
    if end < len(line) and line[end] != " ":
        end = max(line.rfind(" ", begin, end), begin) or end
    return begin, end if end > start else min(begin + LONGEST, len(line))


def _marked(line: str, begin: int, end: int, found: Iterator[Found]) -> str:
    pieces, here = ["…" if begin else ""], begin
    for start, stop, _ in found:
        pieces += _escaped(line[here:start]), f"<mark>{_escaped(line[start:stop])}</mark>"
        here = stop
    return "".join([*pieces, _escaped(line[here:end]), "…" if end < len(line) else ""])


def _escaped(said: str) -> str:
    return html.escape(said, quote=False)
