"""A search through posts, pages and authors: what it finds, the best first, and the passages it was found by.

What has all the words in its title or name comes first, then what has some of them only elsewhere; within
each first the authors, then the pages, then the posts, the newest first. That is walked in indexes: however
much is found, no more rows are read than are shown.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from models import finding, text
from models.authors import Author
from models.engines.steps import Steps
from models.errors import Invalid
from models.finding import Having, Part
from models.listed import Cut, List
from models.pages import Page
from models.paging import Order, Place, Window
from models.paging import Page as PageOf
from models.passages import MOST_READ, passage
from models.post_conditions import WORDS
from models.posts import Post
from models.prepared import Bound, Builder, Statement, asking_at, packed
from models.reading import POSTGRES, dialect

# Written once for each dialect.
STATEMENTS: dict[Any, Statement] = {}
Bind = Callable[[Statement, Mapping[Any, Any]], Bound]
# The number of a section, and a place in it.
At = tuple[int, Place]


class Kind(NamedTuple):
    """What can be found: its name, what everybody may see of it, in which order, and the text it says."""

    name: str
    noun: Any
    question: Callable[[], Any]
    order: Order
    column: str
    is_html: bool = False

    def plain(self, said: str) -> str:
        """Give what it says as plain text."""
        return text.plain(said) if self.is_html else said


KINDS = (
    Kind("Author", Author, Author.known, Order("sort_key", descending=False), "bio_html", is_html=True),
    Kind("Page", Page, Page.published, Order("path", descending=False), "text"),
    Kind("Post", Post, Post.in_list, Order("published_at", descending=True), "text"),
)


class Section(NamedTuple):
    """A part of what is found: of one kind, and found in one part of it."""

    kind: Kind
    part: Part


SECTIONS = [Section(kind, part) for part in (Part.LABEL, Part.ELSEWHERE) for kind in KINDS]
SCORES = {Part.LABEL: 1.0, Part.ELSEWHERE: 0.5}


class Hit(NamedTuple):
    """What was found: its kind and id, and its place: the number of its section, and its key there."""

    kind: str
    id: int
    section: int
    key: Any

    @property
    def score(self) -> float:
        """How well it fits, from 0 to 1."""
        return SCORES[SECTIONS[self.section].part]

    @property
    def cursor(self) -> str:
        """Name its place among all that is found."""
        order = SECTIONS[self.section].kind.order
        key = self.key
        if order.column == "published_at":
            key = (datetime.fromisoformat(key) if isinstance(key, str) else key).isoformat()
        return f"{self.section}.{order.cursor_at(key, self.id)}"


@dataclass(frozen=True, slots=True)
class Search:
    """A search for words, which are folded, in things of some kinds, which go by their names in the graph."""

    sought: str
    kinds: frozenset[str]
    is_postgres: bool
    bind: Bind

    @classmethod
    def of(cls, asked: str, kinds: Collection[str], bind: Bind | None = None) -> "Search":
        """Begin a search for what somebody asks for, at this moment."""
        is_postgres = dialect() == POSTGRES
        moment = asking_at(is_postgres=is_postgres)
        return cls(
            finding.sought(asked),
            frozenset(kinds),
            is_postgres,
            bind or (lambda statement, given: statement.bound(given, moment)),
        )

    def page(self, window: Window) -> Steps[PageOf[Any]]:
        """Find a page of hits."""
        after, before = self.between(window)
        page: PageOf[Any] = PageOf([])
        from_end = window.last is not None
        numbers = self._numbers
        for number in reversed(numbers) if from_end else numbers:
            if (after and number < after[0]) or (before and number > before[0]):
                continue
            bounds = {
                name: place[1]
                for name, place in (("after", after), ("before", before))
                if place and place[0] == number
            }
            left = window.size + 1 - len(page.rows)
            page.rows += yield from self._hits(number, bounds, left, from_end=from_end)
            if len(page.rows) > window.size:
                break
        page.trim(window.size, from_end=from_end)
        if after is not None:
            page.has_previous |= yield from self._is_any(after, is_before=True)
        if before is not None:
            page.has_next |= yield from self._is_any(before, is_before=False)
        return page

    @staticmethod
    def between(window: Window) -> tuple[At | None, At | None]:
        """Read the cursors of a page; refuse what are none."""
        return _place(window.after, "after"), _place(window.before, "before")

    def count(self) -> Steps[int]:
        """Count all that is found."""
        total = 0
        for kind in KINDS if self.sought else ():
            if kind.name in self.kinds:
                [[found]] = yield self._asked({WORDS: self.sought}, _counting, kind)
                total += found
        return total

    def passages(self, hits: Iterable[Hit]) -> Steps[dict[tuple[str, int], str]]:
        """Cut the passages out of what was found, as HTML, by kind and id."""
        hits, words = list(hits), self.sought.split()
        cut: dict[tuple[str, int], str] = {}
        for kind in KINDS:
            ids = [hit.id for hit in hits if hit.kind == kind.name]
            if ids:
                keys = {"keys": packed(ids, is_postgres=self.is_postgres)}
                for id, said in (yield self._asked(keys, _saying, kind)):
                    cut[kind.name, id] = passage(kind.plain(said or ""), words)
        return cut

    def _asked(self, given: Mapping[Any, Any], write: Callable[..., Statement], *of: Any) -> Bound:
        key = self.is_postgres, write, *of
        if key not in STATEMENTS:
            STATEMENTS[key] = write(*of)
        return self.bind(STATEMENTS[key], given)

    @property
    def _numbers(self) -> list[int]:
        if not self.sought:
            return []
        return [number for number, section in enumerate(SECTIONS) if section.kind.name in self.kinds]

    def _hits(
        self, number: int, bounds: Mapping[str, Place], limit: int, *, from_end: bool
    ) -> Steps[list[Hit]]:
        cut = Cut("after" in bounds, "before" in bounds, from_end)
        given = self._given(bounds) | {"limit": limit}
        rows = yield self._asked(given, _walking, number, cut)
        name = SECTIONS[number].kind.name
        return [Hit(name, id, number, key) for id, key in rows]

    def _given(self, bounds: Mapping[str, Place]) -> dict[Any, Any]:
        given: dict[Any, Any] = {WORDS: self.sought}
        for name, place in bounds.items():
            given |= {f"{name}_key": place.key, f"{name}_id": place.id}
        return given

    def _is_any(self, place: At, *, is_before: bool) -> Steps[bool]:
        """Tell whether something is found at a place, or on that side of it."""
        at, here = place
        for number in self._numbers:
            if number == at:
                given = self._given({"after" if is_before else "before": here})
                [[is_there]] = yield self._asked(given, _beside, number, is_before)
                if is_there:
                    return True
            elif (number < at) is is_before and (yield from self._hits(number, {}, 1, from_end=False)):
                return True
        return False


async def mend_indexes() -> int:
    """Make those indexes anew that are damaged; tell how many were."""
    return sum([await finding.mend(kind.noun) for kind in KINDS])


def _place(cursor: str | None, argument: str) -> At | None:
    if cursor is None:
        return None
    number, _, within = cursor.partition(".")
    if number not in map(str, range(len(SECTIONS))):
        raise Invalid(argument, f"`{argument}` is not a cursor of this list; pass one that it gave you.")
    kind = SECTIONS[int(number)].kind
    return int(number), kind.order.place(within, argument, kind.noun)


def _list(number: int) -> List:
    kind, part = SECTIONS[number]
    return List(kind.noun, lambda: kind.question().filter(Having(WORDS, part)), kind.order)


def _walking(number: int, cut: Cut) -> Statement:
    order = SECTIONS[number].kind.order
    return _list(number).page(lambda builder: [builder.column("id"), builder.column(order.column)], cut)


def _beside(number: int, is_before: bool) -> Statement:
    listed = _list(number)
    return listed.figures([listed.has_previous if is_before else listed.has_next])


def _counting(kind: Kind) -> Statement:
    builder = Builder(kind.noun)
    return builder.done(builder.asked(lambda: kind.question().filter(Having(WORDS)), ["COUNT(*)"]))


def _saying(kind: Kind) -> Statement:
    builder = Builder(kind.noun)
    id, said = builder.column("id"), builder.column(kind.column)
    if not kind.is_html:  # of which a beginning may be all tags
        said = f"substr({said}, 1, {MOST_READ})"
    return builder.done(builder.among(kind.question, [id, said], id))
