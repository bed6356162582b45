"""Keeps what was made, under what was asked for, until something that it has read is changed."""

import asyncio
import sys
from collections import OrderedDict, defaultdict, deque
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime
from time import monotonic
from typing import Any, NamedTuple

import models
from models.changes import EVERYTHING

# What a kept thing costs beside itself: its entry, and its place below each tag.
ENTRY_BYTES = 800
TAG_BYTES = 420
# Whoever began to read longer ago than so many changes may have read something that was changed.
REMEMBERED = 1000
# Whole answers are made of fields that are kept as well: nothing that is given is older than twice this.
LONGEST_SECONDS = 5.0
# So long a computation is shared while nobody knows what other processes commit.
SHARED_SECONDS = 0.025


class Made(NamedTuple):
    """What was made: how large it is, what was read for it (None: it is shared by who ask at
    the same time, and not kept), and until when it is true if nothing is written.
    """

    value: Any
    size: int
    reads: frozenset[str] | None
    until: datetime | None = None


Make = Callable[[], Awaitable[Made]]


class _Entry(NamedTuple):
    value: Any
    size: int
    reads: frozenset[str]
    until: datetime | None
    ends_at: float


class _Flight(NamedTuple):
    """A computation under way; `moment` is what was known when it began."""

    task: "asyncio.Task[Made]"
    moment: int
    began_at: float


class Kept:
    """A bounded number of bytes; what was asked for least recently goes first.

    Nothing stays longer than `seconds`, whatever is told: a change may go unheard; what is made of what was
    kept may stay as long again. `hits` counts what was given, `misses` what had to be made, `forgotten` what
    was changed, `evicted` what had no room.
    """

    def __init__(self, most_bytes: int, *, seconds: float = LONGEST_SECONDS) -> None:
        self.most_bytes = most_bytes
        self.seconds = seconds
        self.bytes = self.hits = self.misses = self.forgotten = self.evicted = 0
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._readers: defaultdict[str, set[Hashable]] = defaultdict(set)
        self._flights: dict[Hashable, _Flight] = {}
        self._flying: set[asyncio.Task[Made]] = set()
        self._moment = 0
        self._changes: deque[frozenset[str] | None] = deque(maxlen=REMEMBERED)

    def __len__(self) -> int:
        return len(self._entries)

    def listen(self) -> None:
        """Forget from now on what is changed in the store that is open here."""
        models.pulse.watch(self.forget)

    def moment(self) -> int:
        """Tell what is known now; take it before reading what is to be kept."""
        return self._moment

    def find(self, key: Hashable) -> Any | None:
        """Give what is kept; None when it is not, is too old, or what others commit is not known now."""
        entry = self._entries.get(key)
        if entry is not None and models.pulse.is_current():
            if self._is_true(entry):
                self._entries.move_to_end(key)
                self.hits += 1
                return entry.value
            self._drop(key)
        return None

    async def get(self, key: Hashable, make: Make) -> Any:
        """Give what is kept, or make it: once for all who ask before it is made or anything is changed."""
        if not models.pulse.is_current():
            await models.pulse.catch_up()
        if (found := self.find(key)) is not None:
            return found
        return (await self.coming(key, make)).value

    def coming(self, key: Hashable, make: Make) -> "asyncio.Future[Made]":
        """Begin to make what is not kept, or join who makes it; who leaves takes nothing from the others."""
        flight = self._flights.get(key)
        joins = flight is not None and self._may_be_joined(flight)
        return asyncio.shield(flight.task if flight is not None and joins else self._begin(key, make))

    def keep(self, key: Hashable, made: Made, *, begun: int) -> None:
        """Keep what was read since the moment `begun`, unless something it has read was changed since."""
        self.misses += 1
        self._keep(key, made, begun=begun, began_at=monotonic())

    def forget(self, tags: frozenset[str]) -> None:
        """Forget what has read any of these, or everything."""
        if EVERYTHING in tags:
            self.clear()
            return
        self._moment += 1
        self._changes.append(tags)
        for tag in tags & self._readers.keys():
            for key in list(self._readers.get(tag, ())):
                self._drop(key)
                self.forgotten += 1

    def clear(self) -> None:
        """Forget everything."""
        self._moment += 1
        self._changes.append(None)
        self.forgotten += len(self._entries)
        self._entries.clear()
        self._readers.clear()
        self.bytes = 0

    def _keep(self, key: Hashable, made: Made, *, begun: int, began_at: float) -> None:
        if made.reads is None or not self.most_bytes:
            return
        size = made.size + _size_of(key) + ENTRY_BYTES + TAG_BYTES * len(made.reads)
        if size > self.most_bytes or self._was_changed(made.reads, begun):
            return
        self._drop(key)
        self._entries[key] = _Entry(made.value, size, made.reads, made.until, began_at + self.seconds)
        self.bytes += size
        for tag in made.reads:
            self._readers[tag].add(key)
        while self.bytes > self.most_bytes:
            self._drop(next(iter(self._entries)))
            self.evicted += 1

    def _is_true(self, entry: _Entry) -> bool:
        return monotonic() < entry.ends_at and (entry.until is None or models.now() < entry.until)

    def _was_changed(self, reads: frozenset[str], begun: int) -> bool:
        missed = self._moment - begun
        if missed > len(self._changes):
            return True
        latest = (self._changes[-number] for number in range(1, missed + 1))
        return any(tags is None or not tags.isdisjoint(reads) for tags in latest)

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.bytes -= entry.size
        for tag in entry.reads:
            self._readers[tag].discard(key)
            if not self._readers[tag]:
                del self._readers[tag]

    def _may_be_joined(self, flight: _Flight) -> bool:
        # Who has written since it began, here or elsewhere, has an answer that it may not know of.
        if flight.moment != self._moment:
            return False
        return models.pulse.is_current() or monotonic() - flight.began_at < SHARED_SECONDS

    def _begin(self, key: Hashable, make: Make) -> "asyncio.Task[Made]":
        self.misses += 1
        began_at = monotonic()
        task = asyncio.create_task(self._make(key, make, begun=self._moment, began_at=began_at))
        self._flights[key] = _Flight(task, self._moment, began_at)
        self._flying.add(task)

        def land(task: "asyncio.Task[Made]") -> None:
            self._flying.discard(task)
            if (latest := self._flights.get(key)) and latest.task is task:
                del self._flights[key]
            # When all who waited have left, nobody asks how it ended.
            if not task.cancelled():
                task.exception()

        task.add_done_callback(land)
        return task

    async def _make(self, key: Hashable, make: Make, *, begun: int, began_at: float) -> Made:
        made = await make()
        self._keep(key, made, begun=begun, began_at=began_at)
        return made


def _size_of(key: Hashable) -> int:
    parts = key if isinstance(key, tuple) else ()
    return sys.getsizeof(key) + sum(map(_size_of, parts))
