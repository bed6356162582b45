"""Words on lines, inside margins: lists, quotations and what stands in them."""

import re

# What stands deeper in each other is not moved in further: margins would outgrow the words.
MOST_MARGINS = 10


class Sheet:
    """Lays words on lines, inside margins."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._gap = 0
        # Of each what stands before its first line, and before the others.
        self._margins: list[tuple[str, str]] = []
        self._shared = 0  # how many of them go on from the line above

    @property
    def text(self) -> str:
        """All that was laid down."""
        self._lay()
        return "\n".join(self._lines)

    def say(self, words: str) -> None:
        """Add words; runs of white space are one space."""
        words = re.sub(r"\s+", " ", words)
        self._line += words.lstrip() if not self._line or self._line.endswith(" ") else words

    def keep(self, words: str) -> None:
        """Add words as they are."""
        self._line += words

    def part(self, gap: int) -> None:
        """Begin on a new line, after an empty one for a gap of two."""
        self._lay()
        self._gap = max(self._gap, gap)

    def turn(self) -> None:
        """End a line; done twice, it leaves an empty one."""
        self._lay()
        self._gap = min(self._gap + 1, 2)

    def move_in(self, first: str, others: str) -> None:
        """Begin a margin."""
        is_told = len(self._margins) < MOST_MARGINS
        self._margins.append((first, others) if is_told else ("", ""))

    def move_out(self) -> None:
        """End the innermost margin."""
        self._margins.pop()
        self._shared = min(self._shared, len(self._margins))

    def _lay(self) -> None:
        line, self._line = self._line.rstrip(), ""
        if not line:
            return
        if self._gap > 1 and self._lines:
            self._lines.append("".join(others for _, others in self._margins[: self._shared]).rstrip())
        self._lines.append("".join(first for first, _ in self._margins) + line)
        self._margins = [(others, others) for _, others in self._margins]
        self._gap, self._shared = 0, len(self._margins)
