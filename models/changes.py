"""What committed writes change for readers, told as tags to whoever keeps answers."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from math import inf
from time import monotonic
from types import MethodType
from typing import Any
from weakref import WeakMethod

from tortoise.fields.base import OnDelete
from tortoise.models import Model

from models.engines.transactions import Unavailable
from models.engines.writing import Heed, Names, News

Tags = frozenset[str]
Watcher = Callable[[Tags], object]

# Forget all that was kept.
EVERYTHING = "everything"
ALL: Tags = frozenset((EVERYTHING,))
# A transaction that touches more than this is told by its tables.
MOST_TAGS = 50
# What another process commits to a SQLite file is seen within so long.
LOOK_SECONDS = 0.025
# A writer that waits for another process keeps whoever looks waiting; nothing kept is used then.
PATIENCE_SECONDS = 0.1


def tags_of(news: News) -> Tags:
    """Give the tags of what a transaction has changed; when they are too many, those of whole tables."""
    if len(news.touched) > MOST_TAGS:
        return _any_of(news.written | news.covered)
    return news.touched | _any_of(news.written)


def heed_of(nouns: Iterable[type[Model]], shown: Collection[str]) -> Heed:
    """Heed the tables of the nouns that stand in the rooms `shown`."""
    every = list(nouns)
    tables = frozenset(noun._meta.db_table for noun in every if noun.__module__ in shown)
    below = _rows_below(every)
    return Heed(tables, {table: frozenset(_swept(table, below)) for table in below})


class Watchers:
    """Who is called with the tags of every change; a method is forgotten along with whom it belongs to."""

    def __init__(self) -> None:
        self._watchers: dict[Any, Callable[[], Watcher | None]] = {}

    def add(self, watcher: Watcher) -> Callable[[], None]:
        """Call this one from now on; what is given back ends that."""
        if isinstance(watcher, MethodType):
            method = WeakMethod(watcher, self._drop)
            self._watchers[method] = method
            return lambda: self._drop(method)
        self._watchers[watcher] = lambda: watcher
        return lambda: self._drop(watcher)

    def call(self, tags: Tags) -> None:
        """Tell each; one that fails takes nothing from the others, nor from whoever has written."""
        for find in list(self._watchers.values()):
            watcher = find()
            try:
                if watcher is not None:
                    watcher(tags)
            except Exception as error:
                message = {"message": "whoever keeps answers failed to forget", "exception": error}
                asyncio.get_running_loop().call_exception_handler(message)

    def _drop(self, key: Any) -> None:
        self._watchers.pop(key, None)


class Sight:
    """Whether what other processes commit is known here: by a line they are heard on, or by looking."""

    def __init__(self, changed: Callable[[Tags], object]) -> None:
        self._changed = changed
        self._line: asyncio.Event | None = None
        self._looked_at = -inf
        self._seen: object = None
        self._glimpsed: object = None
        self._looking: asyncio.Task[None] | None = None

    @property
    def was_clear(self) -> bool:
        """Whether that is known without looking now."""
        if self._line is not None:
            return not self._line.is_set()
        return monotonic() - self._looked_at < LOOK_SECONDS

    def is_clear(self, store: Any) -> bool:
        """Tell whether all that was committed some milliseconds ago is known."""
        if self.was_clear:
            return True
        if self._line is not None or store.is_told_of_others or store.glance() != self._glimpsed:
            return False
        # Nobody has committed anything, whoever may be about to.
        self._looked_at = monotonic()
        return True

    def hear(self, line: asyncio.Event) -> None:
        """Take up a line that tells what others commit; nobody knows what it missed."""
        self._line = line
        self._changed(ALL)

    def lose(self) -> None:
        """Lay down the line."""
        self._line = None
        self._changed(ALL)

    async def look(self, store: Any) -> None:
        """Look for what others have committed, where nobody tells of it, and give up soon."""
        if store.is_told_of_others:
            return
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(store))
        await asyncio.wait((looking := self._looking,), timeout=PATIENCE_SECONDS)
        if looking.done():
            looking.result()

    async def _look(self, store: Any) -> None:
        began, glimpsed = monotonic(), store.glance()
        with suppress(Unavailable):
            version = await store.version()
            if version != self._seen:
                self._seen = version
                self._changed(ALL)
            self._looked_at, self._glimpsed = began, glimpsed


def _any_of(tables: Names) -> Tags:
    return frozenset(f"any-{table}" for table in tables)


def _rows_below(nouns: list[type[Model]]) -> dict[str, list[tuple[str, bool]]]:
    """Give for each table those that a deletion from it changes too, and whether rows go from them."""
    below: dict[str, list[tuple[str, bool]]] = {noun._meta.db_table: [] for noun in nouns}
    for noun in nouns:
        for name in noun._meta.fk_fields:
            field: Any = noun._meta.fields_map[name]
            if field.on_delete in (OnDelete.CASCADE, OnDelete.SET_NULL):
                goes = field.on_delete is OnDelete.CASCADE
                below[field.related_model._meta.db_table].append((noun._meta.db_table, goes))
    return below


def _swept(table: str, below: Mapping[str, list[tuple[str, bool]]]) -> Iterator[str]:
    reached, waiting = {table}, [table]
    while waiting:
        for other, goes in below[waiting.pop()]:
            if goes and other not in reached:
                reached.add(other)
                waiting.append(other)
            yield other
