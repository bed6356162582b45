"""Compares two texts line by line, as an editor reads what was changed."""

import asyncio
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

CONTEXT = 3
# Comparing takes the square of the lines; what is longer is shown as replaced.
MOST_LINES = 2_000
# HTML often comes without line ends; a block that begins is a line.
BLOCK = re.compile(r"(?<=>)(?=<(?:p|h[1-6]|ul|ol|li|dl|div|figure|blockquote|pre|table|tr|hr)\b)")


class LineFate(StrEnum):
    """What became of a line."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and what became of it."""

    fate: LineFate
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that changed with some around them; the starts count from 1, in the old and the new text."""

    old_start: int
    new_start: int
    lines: list[Line]


async def compare(old: str, new: str) -> list[Hunk]:
    """List what changed between two texts, in a thread."""
    return await asyncio.to_thread(hunks, _lines(old), _lines(new))


def hunks(old: list[str], new: list[str]) -> list[Hunk]:
    """List what changed between two lists of lines."""
    if old == new:
        return []
    if max(len(old), len(new)) > MOST_LINES:
        return [Hunk(1, 1, [*_all(LineFate.REMOVED, old), *_all(LineFate.ADDED, new)])]
    found = []
    # In a long text no change is found by lines that stand everywhere in it, such as empty ones: to look for
    # the longest run of them takes the cube of their number.
    for group in SequenceMatcher(None, old, new, autojunk=True).get_grouped_opcodes(CONTEXT):
        lines: list[Line] = []
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                lines += _all(LineFate.KEPT, old[old_from:old_to])
            else:
                lines += _all(LineFate.REMOVED, old[old_from:old_to]) + _all(
                    LineFate.ADDED, new[new_from:new_to]
                )
        found.append(Hunk(group[0][1] + 1, group[0][3] + 1, lines))
    return found


def _lines(text: str) -> list[str]:
    return [part for line in text.splitlines() for part in BLOCK.split(line)]


def _all(fate: LineFate, lines: list[str]) -> list[Line]:
    return [Line(fate, line) for line in lines]
