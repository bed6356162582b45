"""The rules that make a guest's comment wait: each has a name, and tells moderators what it found."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b

from models import spam, text
from models.instants import now
from models.posts import Post
from models.remarks import Writer
from models.site import Site
from models.tokens import Token

FORM = "form"
QUICKEST = timedelta(seconds=2)
OLDEST = timedelta(days=1)
LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
# Fewer words than these are said by many people; more, again and again, are sent by one.
FEW_WORDS = 8
SAID_AGAIN_WITHIN = timedelta(days=7)
DOUBTFUL, SPAM = 0.8, 0.98


class Rule(StrEnum):
    """Why a comment waits."""

    BLOCKED_WORDS = "blocked_words"
    DUPLICATE = "duplicate"
    LINKS = "links"
    POLICY = "policy"
    SPAM_SCORE = "spam_score"
    TRAP = "trap"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rule that a comment met, and what it found there."""

    rule: Rule
    found: str = ""

    def __str__(self) -> str:
        return f"{self.rule} {self.found}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A comment before it is kept; `form` is the token that its form bore, `bait` what nobody fills in.

    An edit bears no form: the one that the comment was left with was looked at.
    """

    post_id: int
    writer: Writer
    content: str
    form: str | None = None
    bait: str = ""
    is_edit: bool = False

    @property
    def words(self) -> list[str]:
        """All its words in their order, folded."""
        return text.words_of(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What the rules say of a comment; two with one fingerprint say the same."""

    doubts: tuple[Doubt, ...] = ()
    score: float | None = None
    fingerprint: str | None = None

    @property
    def is_spam(self) -> bool:
        """Whether it is so much like spam that nobody need look."""
        return self.score is not None and self.score >= SPAM


UNSCREENED = Screening()


async def screen(site: Site, draft: Draft) -> Screening:
    """Try all rules that need to know nothing but the site and what was learned from its moderators."""
    doubts = [found for rule in RULES if (found := rule(site, draft)) is not None]
    about = draft.content, draft.writer.name, draft.writer.website
    score = await spam.score(site, lambda: spam.features(*about))
    if score is not None and score >= DOUBTFUL:
        doubts.append(Doubt(Rule.SPAM_SCORE, f"{score:.2f}"))
    return Screening(doubts=tuple(doubts), score=score, fingerprint=fingerprint_of(draft))


def still_open(site: Site, comments_open: bool, published_at: datetime | None) -> bool:
    """Tell whether a post takes comments now, by its own word and its age."""
    is_young = site.comment_days is None or (
        published_at is not None and now() < published_at + timedelta(days=site.comment_days)
    )
    return comments_open and is_young


async def next_closing(site: Site) -> datetime | None:
    """Tell when the next post grows too old for comments."""
    if site.comment_days is None:
        return None
    life = timedelta(days=site.comment_days)
    young = Post.published().filter(comments_open=True, published_at__gt=now() - life)
    first = await young.order_by("published_at").only("id", "published_at").first()
    return first.published_at + life if first else None


def form_token(site: Site, post_id: int) -> str:
    """Give what a form below a post carries: the moment at which it was given."""
    claim = str(int(now().timestamp()))
    return str(Token.signed(FORM, post_id, site.secret, claim=claim))


def fingerprint_of(draft: Draft) -> str:
    """Give what two comments that say the same have in common."""
    words = draft.words
    where = f"{draft.post_id} {draft.writer.mailbox}" if len(words) < FEW_WORDS else ""
    said = " ".join(words) or draft.content
    return blake2b(f"{where}\n{said}".encode(errors="surrogatepass"), digest_size=16).hexdigest()


def written_down(doubts: Iterable[Doubt]) -> str:
    """Give doubts as a comment keeps them: a line each, with its end."""
    return "".join(f"{doubt}\n" for doubt in doubts)


def read_doubts(held_because: str) -> list[Doubt]:
    """Read the doubts that a comment keeps."""
    lines = [line.partition(" ") for line in held_because.splitlines()]
    return [Doubt(Rule(rule), found) for rule, _, found in lines if rule in set(Rule)]


def _trap(site: Site, draft: Draft) -> Doubt | None:
    """Catch machines: they fill in what people do not see, and are quicker than anybody types."""
    if draft.bait:
        return Doubt(Rule.TRAP, "bait")
    if draft.form is None:
        return Doubt(Rule.TRAP, "missing") if site.comment_form and not draft.is_edit else None
    read = Token.read(draft.form, FORM)
    given = read.claim(site.secret) if read is not None and read.owner == draft.post_id else None
    if given is None:
        return Doubt(Rule.TRAP, "forged")
    age = now().timestamp() - int(given)
    if age < QUICKEST.total_seconds():
        return Doubt(Rule.TRAP, "quick")
    return Doubt(Rule.TRAP, "old") if age > OLDEST.total_seconds() else None


def _links(site: Site, draft: Draft) -> Doubt | None:
    number = len(LINK.findall(text.without_unseen(draft.content)))
    return Doubt(Rule.LINKS, str(number)) if number > site.comment_links else None


def _blocked_words(site: Site, draft: Draft) -> Doubt | None:
    if not site.blocked_words:
        return None
    about = (draft.content, draft.writer.name, draft.writer.email or "", draft.writer.website or "")
    said = _in_a_row(" ".join(about))
    found = (line for line, words in _blocked(site.blocked_words) if words in said)
    return next((Doubt(Rule.BLOCKED_WORDS, line) for line in found), None)


@lru_cache(maxsize=8)
def _blocked(lines: str) -> tuple[tuple[str, str], ...]:
    # Folded once, and not for every comment: there may be a thousand.
    rows = ((line, _in_a_row(line)) for line in lines.splitlines())
    return tuple((line, words) for line, words in rows if words.strip())


def _in_a_row(said: str) -> str:
    return f" {' '.join(text.words_of(said))} "


RULES: tuple[Callable[[Site, Draft], Doubt | None], ...] = (_trap, _links, _blocked_words)
