"""One set of loaders a request: whatever many rows ask for is read in one statement."""

from asyncio import shield
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from strawberry.dataloader import DataLoader
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

import models
from models.paging import Order, Page, Parents, Window, counts, pages, union, within
from models.posts import LIST_WITHOUT
from models.reading import read
from models.search import Hit, Search
from schema.sources import Listed

NOUNS: dict[str, Callable[[], QuerySet[Any]]] = {
    "Post": models.Post.in_list,
    "Page": models.Page.published,
    "Author": models.Author.known,
    "Tag": models.Tag.in_use,
    "Comment": models.Comment.shown,
    "Image": models.Image.shown,
    "Newsletter": models.Newsletter.all,
}
# What of these nouns somebody may see beyond readers.
OPEN_TO: dict[str, Callable[[models.Principal], QuerySet[Any]]] = {
    "Post": lambda principal: models.Post.open_to(principal, without=LIST_WITHOUT),
    "Page": models.Page.open_to,
    "Tag": models.Tag.open_to,
    "Comment": models.Comment.shown,
    "Image": models.Image.shown,
    "Revision": models.Revision.in_list,
}
TEXTS: dict[str, Callable[[models.Principal], QuerySet[Any]]] = {
    "post": models.Post.open_to,
    "page": models.Page.open_to,
}
Neighbours = tuple[models.Post | None, models.Post | None]


class Loaders:
    """What a request has read so far, and how the rest is read together."""

    def __init__(self, principal: models.Principal = models.NOBODY) -> None:
        self._principal = principal
        self._kept: dict[Any, DataLoader[Any, Any]] = {}

    @property
    def bodies(self) -> DataLoader[int, Any]:
        """Load the bodies of visible posts by id."""
        return self._loader("bodies", lambda ids: _bodies(ids, self._principal))

    @property
    def sources(self) -> DataLoader[int, Any]:
        """Load what posts were written as, by id, for who may edit them."""
        question = models.Post.owned(self._principal).only("id", "source", "source_format")
        return self._loader("sources", lambda ids: _found(question, ids))

    @property
    def neighbours(self) -> DataLoader[tuple[int, Any], Neighbours]:
        """Load the posts before and after each (id, published_at)."""
        return self._loader("neighbours", _neighbours)

    @property
    def months(self) -> DataLoader[str, Any]:
        """Load months of the archive by name."""
        return self._loader("months", _months)

    @property
    def children(self) -> DataLoader[int, list[Any]]:
        """Load the visible pages below each page."""
        return self._loader("children", _children)

    @property
    def users(self) -> DataLoader[int, Any]:
        """Load those who can sign in, or once could."""
        return self._loader("users", lambda ids: _found(models.User.all(), ids))

    @property
    def revisions_before(self) -> DataLoader[tuple[int, int], Any]:
        """Load the revision that each (post_id, id) replaced."""
        return self._loader("revisions before", models.Revision.before_each)

    @property
    def wordings(self) -> DataLoader[int, Any]:
        """Load revisions with their texts, by id, for who may edit the posts."""
        question = models.Revision.open_to(self._principal)
        return self._loader("wordings", lambda ids: _found(question, ids))

    @property
    def progress(self) -> DataLoader[int, Any]:
        """Count how the letters of each issue stand."""
        return self._loader("progress", _progress)

    @property
    def topics(self) -> DataLoader[int, list[models.Topic]]:
        """Load what each subscriber wants letters about."""
        return self._loader("topics", _topics)

    def rows(self, noun: str) -> DataLoader[int, Any]:
        """Load visible rows of a noun by id."""
        question = partial(OPEN_TO[noun], self._principal) if noun in OPEN_TO else NOUNS[noun]
        return self._loader(noun, lambda ids: _found(question(), ids))

    def texts(self, noun: str) -> DataLoader[int, Any]:
        """Load visible rows of a noun with their bodies."""
        return self._loader(("text", noun), lambda ids: _found(TEXTS[noun](self._principal), ids))

    def few(self, noun: str) -> DataLoader[int, list[Any]]:
        """Load the short list of a noun that belongs to a post."""
        return self._loader(("few", noun), _authors if noun == "Author" else _tags)

    def passages(self, search: Search) -> DataLoader[Hit, str]:
        """Load the passages that hits of a search were found by."""

        async def read_them(hits: list[Hit]) -> list[str]:
            found = await read(lambda: search.passages(hits), is_long=True)
            return [found.get((hit.kind, hit.id), "") for hit in hits]

        return self._loader(("passages", search.sought), read_them)

    def pages(self, listed: Listed, order: Order, window: Window) -> DataLoader[Any, Page[Any]]:
        """Load a page of the list below each row."""

        async def read_them(keys: list[Any]) -> list[Page[Any]]:
            found = await pages(listed.question(), order, window, _parents(listed, keys))
            return [found[key] for key in keys]

        return self._loader((listed.name, order, window), read_them)

    def counts(self, listed: Listed) -> DataLoader[Any, int]:
        """Count the list below each row."""

        async def count_them(keys: list[Any]) -> list[int]:
            found = await counts(listed.question(), _parents(listed, keys))
            return [found[key] for key in keys]

        return self._loader(("count", listed.name), count_them)

    def saw(self, noun: str, rows: Iterable[Any]) -> None:
        """Remember rows that were read already."""
        loader = self.rows(noun)
        for row in rows:
            loader.prime(row.id, row)

    def _loader(self, name: Any, read: Callable[[list[Any]], Awaitable[list[Any]]]) -> DataLoader[Any, Any]:
        if name not in self._kept:
            self._kept[name] = DataLoader(read, max_batch_size=1000)
        return self._kept[name]


class SharedLoaders(Loaders):
    """Loaders that many share: none of them takes an answer from the others by walking away.

    `answers` has what those who asked alike are answered with, by what they asked.
    """

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[Any, Any] = {}

    def _loader(self, name: Any, read: Callable[[list[Any]], Awaitable[list[Any]]]) -> DataLoader[Any, Any]:
        if name not in self._kept:
            self._kept[name] = _SharedLoader(read, max_batch_size=1000)
        return self._kept[name]


class _SharedLoader(DataLoader[Any, Any]):
    def load(self, key: Any) -> Awaitable[Any]:
        # Whoever is cancelled while waiting cancels the future it waits for.
        return shield(super().load(key))


async def _progress(ids: list[int]) -> list[models.Progress | None]:
    found = await models.progress_of(await models.Issue.in_list().filter(id__in=ids))
    return [found.get(id) for id in ids]


async def _topics(ids: list[int]) -> list[list[models.Topic]]:
    found = await models.topics_of_each(ids)
    return [found.get(id, []) for id in ids]


def _parents(listed: Listed, keys: list[Any]) -> Parents:
    return Parents(listed.column, tuple(keys), through=listed.through)


async def _found(question: QuerySet[Any], ids: list[int]) -> list[Any]:
    found = {row.id: row for row in await question.filter(id__in=ids)}
    return [found.get(id) for id in ids]


async def _bodies(ids: list[int], principal: models.Principal) -> list[models.Post | models.NotFound]:
    bodies = models.Post.open_to(principal).only("id", "html", "text", "blocks")
    found = {row.id: row for row in await bodies.filter(id__in=ids)}
    # Withdrawn since its list was read: only its own fields fail.
    return [found.get(id) or models.NotFound() for id in ids]


async def _authors(post_ids: list[int]) -> list[list[models.Author]]:
    lines = models.Byline.filter(post_id__in=post_ids).order_by("position", "id").select_related("author")
    return _grouped(post_ids, [(line.post_id, line.author) for line in await lines])


async def _tags(post_ids: list[int]) -> list[list[models.Tag]]:
    lines = (
        models.Tagging.filter(post_id__in=post_ids).order_by("tag__sort_key", "tag_id").select_related("tag")
    )
    return _grouped(post_ids, [(line.post_id, line.tag) for line in await lines])


def _grouped(keys: list[int], pairs: list[tuple[int, Any]]) -> list[list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for key, row in pairs:
        groups[key].append(row)
    return [groups[key] for key in keys]


async def _children(page_ids: list[int]) -> list[list[models.Page]]:
    rows = await models.Page.published().filter(parent_id__in=page_ids).order_by("position", "id")
    return _grouped(page_ids, [(row.parent_id or 0, row) for row in rows])


async def _months(months: list[str]) -> list[models.ArchiveMonth | None]:
    found = {row.month: row for row in await models.archive_months(months=months)}
    return [found.get(month) for month in months]


async def _neighbours(posts: list[tuple[int, Any]]) -> list[Neighbours]:
    """Find the next older and the next newer post of each (id, published_at), many in a statement."""
    questions: list[QuerySet[models.Post]] = []
    for id, moment in posts:
        older = Q(published_at__lte=moment) & (Q(published_at__lt=moment) | Q(id__lt=id))
        newer = Q(published_at__gte=moment) & (Q(published_at__gt=moment) | Q(id__gt=id))
        shown = models.Post.in_list()
        questions.append(within(shown, older).order_by("-published_at", "-id").limit(1))
        questions.append(within(shown, newer).order_by("published_at", "id").limit(1))
    found = dict(await union(questions))
    return [(found.get(2 * place), found.get(2 * place + 1)) for place in range(len(posts))]
