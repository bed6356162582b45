"""What moderators call spam, learned by its words: a naive Bayes filter in a table that stays small."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from tortoise import fields
from tortoise.context import TortoiseContext, require_context
from tortoise.models import Model

from models import text
from models.atomic import atomic
from models.instants import Instant, now
from models.site import Site

MOST_WORDS = 5_000
MOST_OF_ONE = 300
# With less than this of either it guesses.
LEAST = 10
TELLING = 15
# How many times a word has to be seen before it counts for more than nothing.
DOUBT = 1.0
KEEP_SECONDS = 60.0
ALL = "all"
HOST = re.compile(r"https?://([^\s/?#]{1,200})", re.IGNORECASE)


class Lesson(StrEnum):
    """What a moderator's decision teaches about a comment."""

    SPAM = "spam"
    HAM = "ham"


class SpamWord(Model):
    """In how many comments of each kind a word stood; the word is a digest, and all comments are `ALL`."""

    key = fields.CharField(max_length=16, primary_key=True)
    spam = fields.IntField(default=0)
    ham = fields.IntField(default=0)
    learned_at = Instant(db_index=True)

    class Meta:
        table = "spam_word"


@dataclass(frozen=True, slots=True)
class Known:
    """All that was learned, as it was at a moment."""

    words: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    read_at: float = -math.inf

    def score(self, words: Iterable[str]) -> float | None:
        """Tell how likely these are words of spam, from 0 to 1; None as long as too little was learned."""
        spam, ham = self.words.get(ALL, (0, 0))
        if min(spam, ham) < LEAST:
            return None
        odds = [_odds(*self.words[word], spam, ham) for word in words if word in self.words]
        total = sum(sorted(odds, key=abs, reverse=True)[:TELLING])
        return round(1 / (1 + math.exp(-max(-50.0, min(50.0, total)))), 4)


async def score(site: Site, words: Callable[[], Iterable[str]]) -> float | None:
    """Tell how likely these are words of spam, by what was learned; read anew once a minute at most."""
    known = _kept.get(require_context(), Known())
    if monotonic() - known.read_at > KEEP_SECONDS:
        rows = await SpamWord.all().values_list("key", "spam", "ham")
        known = Known({key: (spam, ham) for key, spam, ham in rows}, monotonic())
        _kept[require_context()] = known
    # Most sites have learned nothing, and need not look for words.
    return known.score(_digests(site, words())) if len(known.words) > 1 else None


def features(content: str, name: str, website: str | None) -> list[str]:
    """List what a comment is known by: its words, those of its name, and the hosts it leads to."""
    hosts = [f"host:{host.lower()}" for host in HOST.findall(f"{content} {website or ''}")]
    names = [f"name:{word}" for word in text.search_words(name)]
    return [*hosts, *names, *text.search_words(content)][:MOST_OF_ONE]


@atomic
async def learn(site: Site, words: Iterable[str], *, new: Lesson | None, old: Lesson | None) -> None:
    """Learn what a comment is, and forget what it was taken for."""
    if new is old:
        return
    keys = [ALL, *_digests(site, words)]
    # The first row is everybody's: whoever has it learns, and the others wait.
    await SpamWord.bulk_create([SpamWord(key=ALL, learned_at=now())], ignore_conflicts=True)
    await SpamWord.select_for_update().get(key=ALL)
    found = {row.key: row for row in await SpamWord.filter(key__in=keys)}
    rows = [found.get(key) or SpamWord(key=key, spam=0, ham=0) for key in dict.fromkeys(keys)]
    for row in rows:
        row.learned_at = now()
        for lesson, by in ((old, -1), (new, 1)):
            if lesson is not None:
                setattr(row, lesson, max(0, getattr(row, lesson) + by))
    changed: Any = ["spam", "ham", "learned_at"]
    await SpamWord.bulk_create(rows, on_conflict=["key"], update_fields=changed)
    await _forget_the_oldest()
    _kept.pop(require_context(), None)


async def _forget_the_oldest() -> None:
    too_many = await SpamWord.all().count() - MOST_WORDS
    if too_many > 0:
        oldest = SpamWord.exclude(key=ALL).order_by("learned_at", "key").limit(too_many)
        await SpamWord.filter(key__in=await oldest.values_list("key", flat=True)).delete()


def _odds(spam: int, ham: int, all_spam: int, all_ham: int) -> float:
    often, seldom = spam / all_spam, ham / all_ham
    share = often / (often + seldom) if often + seldom else 0.5
    seen = spam + ham
    likely = (DOUBT * 0.5 + seen * share) / (DOUBT + seen)
    return math.log(likely / (1 - likely))


def _digests(site: Site, words: Iterable[str]) -> list[str]:
    # Not the words themselves: they may be names, and stay when the comment is erased.
    key = site.secret.encode()[:64]
    return [
        blake2b(word.encode(errors="surrogatepass"), key=key, digest_size=8).hexdigest() for word in words
    ]


_kept: WeakKeyDictionary[TortoiseContext, Known] = WeakKeyDictionary()
