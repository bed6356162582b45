"""Tells whoever listens what happened, once it is in the store: here and in other processes on PostgreSQL."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Annotated, Any, Generic, Self, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import msgspec
from tortoise.context import TortoiseContext, require_context

from models.engines.transactions import UndividedClient
from models.errors import FellBehind
from models.paging import BIGGEST_ID

CHANNEL = "gql_server_pulse"
# What changes more than this at once is an import: no news, and more than anybody could follow.
MOST_AT_ONCE = 100
# Whoever has this much unread does not listen any more.
ROOM = 200

Id = Annotated[int, msgspec.Meta(ge=1, le=BIGGEST_ID)]


class CommentShown(msgspec.Struct, frozen=True, eq=False, weakref=True, kw_only=True, tag="comment_shown"):
    """A comment can be read by everybody from now on."""

    comment_id: Id
    post_id: Id


class PostPublished(msgspec.Struct, frozen=True, eq=False, weakref=True, kw_only=True, tag="post_published"):
    """A post can be read by everybody from now on; or already could (`is_update`), and was changed."""

    post_id: Id
    is_update: bool


Event = CommentShown | PostPublished
E = TypeVar("E", bound=Event)


def tell(event: Event) -> None:
    """Tell of something in the transaction of a verb; it is heard after the commit, or never."""
    transaction = require_context().db()
    if not isinstance(transaction, UndividedClient):
        raise RuntimeError("Only a verb tells of something, in its transaction.")
    transaction.witness = _pulse()
    if len(transaction.told) <= MOST_AT_ONCE:
        transaction.told += (event,)


def listen(kind: type[E]) -> "Listener[E]":
    """Listen from now on to all that happens of a kind."""
    return Listener(_pulse().listeners[kind])


def listeners() -> int:
    """Tell how many listen in this process."""
    return sum(map(len, _pulse().listeners.values()))


@asynccontextmanager
async def hearing() -> AsyncIterator[asyncio.Event]:
    """Hear what other processes tell; the event says that they cannot be heard any more."""
    db: Any = require_context().db()
    async with db.listening(CHANNEL, _pulse().hear) as lost:
        yield lost


class Listener(Generic[E]):
    """Gives each event as it comes; whoever drops it listens no longer."""

    def __init__(self, others: "WeakSet[Listener[Any]]") -> None:
        self._others = others
        self._unread: deque[E] = deque()
        self._called = asyncio.Event()
        self._end: Exception | None = None
        others.add(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        while not self._unread:
            if self._end is not None:
                raise self._end
            self._called.clear()
            await self._called.wait()
        return self._unread.popleft()

    def put(self, event: E) -> None:
        """Give one more to read, or end who has too much unread."""
        if len(self._unread) >= ROOM:
            self._leave(FellBehind())
        else:
            self._unread.append(event)
        self._called.set()

    def close(self) -> None:
        """Listen no longer."""
        self._leave(StopAsyncIteration())
        self._called.set()

    def _leave(self, end: Exception) -> None:
        self._others.discard(self)
        self._unread.clear()
        self._end = self._end or end


class _Told(msgspec.Struct, frozen=True):
    """What one transaction of one process has told."""

    by: str
    events: list[Event]


class _Pulse:
    """The pulse of one open store."""

    def __init__(self) -> None:
        self.listeners: defaultdict[type[Any], WeakSet[Listener[Any]]] = defaultdict(WeakSet)
        self._name = token_hex(8)

    async def foresee(self, transaction: Any, told: tuple[Event, ...]) -> None:
        """Let the store tell other processes with the commit."""
        if len(told) <= MOST_AT_ONCE:
            payload = msgspec.json.encode(_Told(by=self._name, events=list(told))).decode()
            await transaction.notify(CHANNEL, payload)

    def learn(self, told: tuple[Event, ...]) -> None:
        """Tell who listens in this process, after the commit."""
        if len(told) <= MOST_AT_ONCE:
            self._spread(told)

    def hear(self, payload: str) -> None:
        """Take what a process has told; our own we know already, and what is strange is none of ours."""
        try:
            told = msgspec.json.decode(payload, type=_Told)
        except (msgspec.MsgspecError, UnicodeError):
            return
        if told.by != self._name:
            self._spread(tuple(told.events))

    def _spread(self, events: tuple[Event, ...]) -> None:
        for event in events:
            for listener in list(self.listeners[type(event)]):
                listener.put(event)


_pulses: WeakKeyDictionary[TortoiseContext, _Pulse] = WeakKeyDictionary()


def _pulse() -> _Pulse:
    return _pulses.setdefault(require_context(), _Pulse())
