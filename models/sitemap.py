"""The map of the publication: where all lives that readers may see, a part of it at a time."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tortoise.models import Model

from models.archive import archive_months
from models.authors import Author
from models.engines.steps import Steps
from models.listed import Cut, List
from models.pages import Page
from models.paging import BIGGEST_ID, Order
from models.posts import Post
from models.prepared import Builder, Question, Statement, asking_at
from models.reading import POSTGRES, dialect, read
from models.tags import Tag

# A part holds what has ids from one multiple of this to the next: so it stays the same part whatever is
# published or goes, and the first parts of all kinds together fit into one file (50,000 addresses, 50 MB).
MOST = 5_000
LAST = BIGGEST_ID // MOST + 1
# Others are served between.
AT_ONCE = 500
# When it was changed, and when it appeared: what was planned was saved before.
MOMENTS = ("updated_at", "published_at")
BY_ID = Order("id", descending=False)


class Spot(NamedTuple):
    """Where something lives; `changed` is when it became what it is, if that is known."""

    path: str
    changed: datetime | None


class Part(NamedTuple):
    """A part of what there is of a kind; they are numbered from 1."""

    kind: str
    number: int


# The front page, and the months, of which there are few.
LISTS = Part("lists", 1)


@dataclass(frozen=True, slots=True)
class Kind:
    """What there is of a noun: who may see it, the column that names it, and the path of that name."""

    noun: type[Model]
    question: Question
    column: str
    path_of: Callable[[str], str]
    moments: tuple[str, ...] = ()

    def statement(self) -> Statement:
        """Write what reads some of it in the order of its ids, after one."""

        def selected(builder: Builder) -> list[str]:
            return [builder.column(name) for name in ("id", self.column, *self.moments)]

        return List(self.noun, self.question, BY_ID).page(selected, Cut(True, False, False))

    def spot(self, name: str, *moments: Any) -> Spot:
        """Give where it lives."""
        return Spot(self.path_of(name), max(map(_moment, moments), default=None))


KINDS: Mapping[str, Kind] = {
    "posts": Kind(Post, Post.published, "slug", Post.path_of, MOMENTS),
    "pages": Kind(Page, Page.published, "path", str, MOMENTS),
    "authors": Kind(Author, Author.known, "slug", Author.path_of),
    "tags": Kind(Tag, Tag.in_use, "slug", Tag.path_of),
}


async def parts() -> list[Part]:
    """Give the parts in which there is something: a statement each, and one a kind."""
    found = [LISTS]
    for name, kind in KINDS.items():
        statement, last = kind.statement(), 0
        while rows := await _some(statement, after=last, limit=1):
            found.append(Part(name, number := (rows[0][0] - 1) // MOST + 1))
            last = number * MOST
    return found


def part_of(kind: str, number: int) -> Part | None:
    """Give the part of a name and a number; None when there can be none."""
    part = Part(kind, number)
    return part if part == LISTS or (kind in KINDS and 0 < number <= LAST) else None


async def spots(part: Part) -> AsyncIterator[list[Spot]]:
    """Give where everything of a part lives, some at a time."""
    if part == LISTS:
        yield [Spot("/", None), *(Spot(month.path, None) for month in await archive_months())]
        return
    kind, last, end = KINDS[part.kind], (part.number - 1) * MOST, part.number * MOST
    statement = kind.statement()
    while last < end and (rows := await _some(statement, after=last, limit=min(AT_ONCE, end - last))):
        if within := [kind.spot(*told) for id, *told in rows if id <= end]:
            yield within
        last = min(rows[-1][0], end)


async def _some(statement: Statement, *, after: int, limit: int) -> list[Any]:
    # The key of this order is the id too.
    given = {"after_key": after, "after_id": after, "limit": limit}
    bound = statement.bound(given, asking_at(is_postgres=dialect() == POSTGRES))

    def steps() -> Steps[list[Any]]:
        return (yield bound)

    return await read(steps)


def _moment(told: Any) -> datetime:
    # SQLite keeps moments as text.
    return told if isinstance(told, datetime) else datetime.fromisoformat(told)
