"""What is asked: the documents of `queries/` and `mutations/`, with the variables that clients send."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import orjson

import models
from benchmarks.blog import AUTHORS, BUSY, FIRST_YEAR, LIVELY, YEARS, moments
from models.paging import Order

FOLDER = Path(__file__).parent
VARIANTS = 100  # of the variables of a query, where it has some
FAR = 1_990  # posts before the 200th page of ten
NUMBER = "000000000000"  # stands in a mutation for a number that is another one in every request
NEWEST = Order("published_at", descending=True)
Variables = dict[str, Any]


class Ask(NamedTuple):
    """A document and the variables it is sent with, in turn."""

    name: str
    document: str
    variables: list[Variables]

    @property
    def bodies(self) -> list[bytes]:
        """The JSON of each request."""
        return [orjson.dumps({"query": self.document, "variables": each}) for each in self.variables]

    @property
    def is_mutation(self) -> bool:
        """Whether it changes something, each time something else."""
        return self.name in MUTATIONS


def asks(posts: int, names: tuple[str, ...]) -> list[Ask]:
    """Give what is asked of a generated blog of so many posts."""
    return [Ask(name, _read(FILES[name]), VARIABLES[name](posts)) for name in names]


def _read(file: Path) -> str:
    lines = file.read_text("utf-8").splitlines()
    # What it is for is told to who reads the file.
    return "\n".join(line for line in lines if not line.startswith("#"))


def _nothing(_posts: int) -> list[Variables]:
    return [{}]


# Who asks the same at the same moment may get one answer together, with no cache at all: so nobody does.


def _lengths(_posts: int) -> list[Variables]:
    return [{"length": length} for length in range(200 - VARIANTS // 2, 200 + VARIANTS // 2)]


def _hundreds(posts: int) -> list[Variables]:
    return [{"after": cursor(posts, posts - 1 - place)} for place in range(VARIANTS)]


def _sizes(_posts: int) -> list[Variables]:
    return [{"first": size} for size in range(AUTHORS, 100)]


def _lively_slugs(posts: int) -> list[Variables]:
    return [{"slug": f"post-{number}"} for number in _some(range(0, posts, LIVELY))]


def _months(_posts: int) -> list[Variables]:
    return [{"month": f"{FIRST_YEAR + year}-{BUSY}"} for year in range(YEARS)]


def _second_pages(posts: int) -> list[Variables]:
    months = [variables["month"] for variables in _months(posts)]
    last = {f"{moment:%Y-%m}": number for number, moment in enumerate(moments(posts))}
    return [{"month": month, "after": cursor(posts, last[month] - 19)} for month in months if month in last]


def _far_pages(posts: int) -> list[Variables]:
    before = FAR if posts > FAR + VARIANTS + 10 else posts * 4 // 5
    places = range(before, min(before + VARIANTS, posts - 11))
    return [{"after": cursor(posts, posts - place)} for place in places]


def _ids(posts: int) -> list[Variables]:
    return [{"id": global_id("Post", number + 1)} for number in _some(range(posts))]


def _comments(posts: int) -> list[Variables]:
    writing = {"authorName": "Lezer", "authorEmail": "lezer@example.org", "content": f"Mooi! {NUMBER}"}
    quiet = [number for number in range(posts) if number % LIVELY]
    return [{"input": {"postId": global_id("Post", number + 1), **writing}} for number in _some(quiet)]


def _addresses(_posts: int) -> list[Variables]:
    return [{"input": {"email": f"lezer{NUMBER}@example.org", "name": "Lezer"}}]


def cursor(posts: int, number: int) -> str:
    """Give the cursor of a post, as the graph gave it to who came from the page before."""
    return NEWEST.cursor(models.Post(id=number + 1, published_at=moments(posts)[number]))


def global_id(kind: str, id: int) -> str:
    """Give the identifier of a row, as the graph gave it to who saw the row."""
    return b64encode(f"{kind}:{id}".encode()).decode()


def _some(numbers: range | list[int]) -> list[int]:
    return list(numbers[:: max(1, len(numbers) // VARIANTS)][:VARIANTS])


VARIABLES: dict[str, Callable[[int], list[Variables]]] = {
    "typename": _nothing,
    "home": _lengths,
    "home_posts": _lengths,
    "post": _lively_slugs,
    "archive": _months,
    "far_page": _far_pages,
    "deep": _hundreds,
    "archive_page_2": _second_pages,
    "post_replies": _lively_slugs,
    "authors": _sizes,
    "node": _ids,
    "add_comment": _comments,
    "subscribe": _addresses,
}
# As they are called in what was measured.
CALLED = {
    "q0": "typename", "q1": "home", "q1p": "home_posts", "q2": "post", "q3": "archive", "q4": "far_page",
    "q5": "deep", "m1": "add_comment", "m2": "subscribe",
}  # fmt: skip
FILES = {file.stem: file for kind in ("queries", "mutations") for file in FOLDER.glob(f"{kind}/*.graphql")}
MUTATIONS = ("add_comment", "subscribe")
QUERIES = tuple(name for name in VARIABLES if name not in MUTATIONS)


def title(name: str) -> str:
    """Give the heading of a column: Q2 post."""
    called = {name: short.capitalize() for short, name in CALLED.items()}
    return f"{called[name]} {name}" if name in called else name
