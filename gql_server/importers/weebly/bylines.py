"""Who wrote a post: Weebly has no field for it, so authors say it in the first lines."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import unescape

from gql_server.importers.weebly.flow import BLANK, Block

LINES_LOOKED_AT = 3
LONGEST_LINE = 120
PREPOSITIONS = "van|door|by|von|vom|par|por|de|di|da|af|av|fra|od|przez|from|of"
AND = "en|and|und|et|y|e|og|och|i"
WORD = r"[^\W\d_]+"
PREFIX = rf"(?:(?:{WORD}\s+){{0,2}}(?:{PREPOSITIONS})\s*:?\s+|{WORD}(?:\s+{WORD}){{0,3}}\s*:\s*)?"
BETWEEN = rf"\s*(?:[,;&+/]|\b(?:{AND})\b)\s*(?:(?:{AND})\s+)?"
DATE = (
    rf"(?:\s*[,|·–—(-]?\s*(?:{WORD},?\s+)?(?:[0-9]{{1,2}}[.]?[\s/-]*)?(?:{WORD}[.]?|[0-9]{{1,2}})"
    rf"[\s./-]+(?:[0-9]{{1,2}},?\s+)?(?:19|20)[0-9]{{2}}\)?)?"
)


class Bylines:
    """Knows the names of a site's authors and finds them at the head of a text."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = {fold(name): name for name in names}
        choices = "|".join(re.escape(name) for name in sorted(self.names, key=len, reverse=True))
        self._name = re.compile(rf"(?<!\w)(?:{choices})(?!\w)")
        self._line = re.compile(rf"{PREFIX}(?:{choices})(?:{BETWEEN}(?:{choices}))*{DATE}[\s.:,-]*")

    def take(self, blocks: Sequence[Block]) -> tuple[tuple[str, ...], tuple[Block, ...]]:
        """Give the authors that the first lines name, and the blocks without those lines."""
        authors: list[str] = []
        kept: list[Block] = []
        looked_at = 0
        for place, block in enumerate(blocks):
            lines = list(block.lines)
            while lines and looked_at < LINES_LOOKED_AT and _is_text(block):
                named = self.named(_plain(lines[0]))
                if not named:
                    break
                authors += named
                lines.pop(0)
            kept += [replace(block, lines=tuple(lines))] if lines or not block.lines else []
            if _is_text(block) and lines:
                looked_at += 1
                # Once somebody is named, or real sentences begin, what follows is the text.
                if authors or len(_plain(lines[0])) > LONGEST_LINE or looked_at == LINES_LOOKED_AT:
                    return tuple(dict.fromkeys(authors)), (*kept, *blocks[place + 1 :])
        return tuple(dict.fromkeys(authors)), tuple(kept)

    def named(self, line: str) -> list[str]:
        """Give the names when the whole line is a byline, in the order they stand there."""
        folded = fold(line)
        if not self.names or len(folded) > LONGEST_LINE or not self._line.fullmatch(folded):
            return []
        return [self.names[found] for found in self._name.findall(folded)]


def fold(text: str) -> str:
    """Make one line without case and accents."""
    spread = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def _is_text(block: Block) -> bool:
    return block.tag in {"p", "h2", "h3", "h4", "h5", "h6"}


def _plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html)).strip(BLANK)
