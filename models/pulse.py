"""Tells whoever listens what happened, once it is in the store: here and in other processes on PostgreSQL."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable
from contextlib import asynccontextmanager
from functools import wraps
from math import inf
from secrets import token_hex
from time import monotonic
from typing import Annotated, Any, Generic, ParamSpec, Self, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import msgspec
from tortoise.context import TortoiseContext, require_context
from tortoise.models import Model

from models.changes import ALL, MOST_TAGS, Sight, Tags, Watcher, Watchers, heed_of, tags_of
from models.engines.transactions import UndividedClient
from models.engines.writing import NONE, Names, News, covered
from models.errors import FellBehind
from models.paging import BIGGEST_ID

CHANNEL = "gql_server_pulse"
# What changes more than this at once is an import: no news, and more than anybody could follow.
MOST_AT_ONCE = 100
# Whoever has this much unread does not listen any more.
ROOM = 200
# PostgreSQL refuses a longer payload.
LONGEST_PAYLOAD = 7_999
# So long after a commit of which nobody knows whether it was kept, the server may still tell that it was.
DOUBT_SECONDS = 60.0

Id = Annotated[int, msgspec.Meta(ge=1, le=BIGGEST_ID)]


class CommentShown(msgspec.Struct, frozen=True, eq=False, weakref=True, kw_only=True, tag="comment_shown"):
    """A comment can be read by everybody from now on."""

    comment_id: Id
    post_id: Id


class CommentHeld(msgspec.Struct, frozen=True, eq=False, weakref=True, kw_only=True, tag="comment_held"):
    """A comment waits for a moderator from now on."""

    comment_id: Id
    post_id: Id


class PostPublished(msgspec.Struct, frozen=True, eq=False, weakref=True, kw_only=True, tag="post_published"):
    """A post can be read by everybody from now on; or already could (`is_update`), and was changed."""

    post_id: Id
    is_update: bool


class IssueProgressed(msgspec.Struct, frozen=True, eq=False, weakref=True, kw_only=True, tag="issue"):
    """Some more letters of an issue were written or came to their end, or it was stopped or went on."""

    issue_id: Id


class KeyRevoked(msgspec.Struct, frozen=True, eq=False, weakref=True, kw_only=True, tag="key_revoked"):
    """A key opens nothing any more."""

    key_id: Id


class RoleChanged(msgspec.Struct, frozen=True, eq=False, weakref=True, kw_only=True, tag="role_changed"):
    """Somebody may do more or less than before, with every key of theirs."""

    user_id: Id


Event = CommentShown | CommentHeld | PostPublished | IssueProgressed | KeyRevoked | RoleChanged
E = TypeVar("E", bound=Event)
P = ParamSpec("P")
R = TypeVar("R")
Verb = Callable[P, Coroutine[Any, Any, R]]


def tell(event: Event) -> None:
    """Tell of something in the transaction of a verb; it is heard after the commit, or never."""
    transaction = _transaction()
    news = transaction.news
    if len(news.events) <= MOST_AT_ONCE:
        transaction.news = news._replace(events=(*news.events, event))


def touch(*tags: str) -> None:
    """Tell in the transaction of a verb what it changes for readers; who keeps that forgets it then."""
    transaction = _transaction()
    news = transaction.news
    if len(news.touched) <= MOST_TAGS:
        transaction.news = news._replace(touched=news.touched.union(tags))


def precise(*tables: str) -> Callable[[Verb[P, R]], Verb[P, R]]:
    """Let a verb alone tell, by `touch`, what it and the verbs it calls change in these tables."""

    def decorate(verb: Verb[P, R]) -> Verb[P, R]:
        @wraps(verb)
        async def exact(*args: P.args, **kwargs: P.kwargs) -> R:
            token = covered.set(covered.get().union(tables))
            try:
                return await verb(*args, **kwargs)
            except BaseException:
                _lay_open()
                raise
            finally:
                covered.reset(token)

        return exact

    return decorate


def listen(*kinds: type[E]) -> "Listener[E]":
    """Listen from now on to all that happens of some kinds."""
    return Listener(*(_pulse().listeners[kind] for kind in kinds))


def listeners(*kinds: type[Event]) -> int:
    """Tell how many listen in this process, to some kinds or to anything."""
    heard = _pulse().listeners
    return sum(len(heard[kind]) for kind in kinds or tuple(heard))


def watch(watcher: Watcher) -> Callable[[], None]:
    """Call this one with the tags of each change: of our own before the verb returns, and of others when it
    is heard of. What is given back ends that; so does dropping whom a method belongs to.
    """
    return _pulse().watchers.add(watcher)


def watch_ours(watcher: Watcher) -> Callable[[], None]:
    """Call this one with the tags of each change that this process makes itself, as `watch` does."""
    return _pulse().our_watchers.add(watcher)


def is_current() -> bool:
    """Tell whether what others commit is known here; when it is not, nothing kept may be given."""
    sight = _pulse().sight
    return sight.was_clear or sight.is_clear(require_context().db())


async def catch_up() -> None:
    """Look for what others have committed; ask `is_current` again afterwards."""
    await _pulse().sight.look(require_context().db())


@asynccontextmanager
async def hearing() -> AsyncIterator[asyncio.Event]:
    """Hear what other processes tell; the event says that they cannot be heard any more."""
    db: Any = require_context().db()
    pulse = _pulse()
    async with db.listening(CHANNEL, pulse.hear) as lost:
        if db.is_told_of_others:
            pulse.sight.hear(lost)
        try:
            yield lost
        finally:
            pulse.sight.lose()


def begin(nouns: Iterable[type[Model]], shown: Collection[str]) -> None:
    """Learn of each commit to the store that was just opened; readers read the nouns of the rooms `shown`."""
    pulse, db = _pulse(), require_context().db()
    pulse.heed = heed_of(nouns, shown)
    db.witness = pulse  # type: ignore[attr-defined]


class Listener(Generic[E]):
    """Gives each event as it comes; whoever drops it listens no longer."""

    def __init__(self, *others: "WeakSet[Listener[Any]]") -> None:
        self._others = others
        self._unread: deque[E] = deque()
        self._called = asyncio.Event()
        self._end: Exception | None = None
        for among in others:
            among.add(self)

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
        for among in self._others:
            among.discard(self)
        self._unread.clear()
        self._end = self._end or end


class _Told(msgspec.Struct, frozen=True):
    """What one transaction of one process has told."""

    by: str
    events: list[Event]
    tags: list[str] = []


class _Pulse:
    """The pulse of one open store."""

    heed: Callable[[str], Names] = staticmethod(lambda _statement: NONE)

    def __init__(self) -> None:
        self.listeners: defaultdict[type[Any], WeakSet[Listener[Any]]] = defaultdict(WeakSet)
        self.watchers, self.our_watchers = Watchers(), Watchers()
        self.sight = Sight(self.watchers.call)
        self._name = token_hex(8)
        self._doubted_at = -inf

    async def foresee(self, transaction: Any, news: News) -> None:
        """Let the store tell other processes with the commit."""
        events, tags = _worth_telling(news), tags_of(news)
        if events or tags:
            await transaction.notify(CHANNEL, self._payload(events, tags))

    def learn(self, news: News) -> None:
        """Tell who watches and listens in this process, after the commit."""
        self._change_ours(tags_of(news))
        self._spread(_worth_telling(news))

    def doubt(self, news: News) -> None:
        """Take what may have been committed for changed, and hear it if the store tells that it was."""
        self._doubted_at = monotonic()
        self._change_ours(tags_of(news))

    def hear(self, payload: str) -> None:
        """Take what a process has told; our own we know already, and what is strange may change anything."""
        try:
            told = msgspec.json.decode(payload, type=_Told)
        except (msgspec.MsgspecError, UnicodeError):
            self._change(ALL)
            return
        is_own = told.by == self._name
        if not is_own or monotonic() - self._doubted_at < DOUBT_SECONDS:
            self._change(frozenset(told.tags))
        if not is_own:
            self._spread(tuple(told.events))

    def _payload(self, events: tuple[Event, ...], tags: Tags) -> str:
        payload = msgspec.json.encode(_Told(by=self._name, events=list(events), tags=sorted(tags)))
        return self._payload(events, ALL) if len(payload) > LONGEST_PAYLOAD else payload.decode()

    def _change(self, tags: Tags) -> None:
        if tags:
            self.watchers.call(tags)

    def _change_ours(self, tags: Tags) -> None:
        self._change(tags)
        if tags:
            self.our_watchers.call(tags)

    def _spread(self, events: tuple[Event, ...]) -> None:
        for event in events:
            for listener in list(self.listeners[type(event)]):
                listener.put(event)


def _worth_telling(news: News) -> tuple[Event, ...]:
    return news.events if len(news.events) <= MOST_AT_ONCE else ()


def _transaction() -> UndividedClient:
    transaction = require_context().db()
    if not isinstance(transaction, UndividedClient):
        raise RuntimeError("Only a verb tells of something, in its transaction.")
    return transaction


def _lay_open() -> None:
    """Tell by their tables what a verb wrote that failed before it could tell: its caller may go on."""
    transaction = require_context().db()
    if isinstance(transaction, UndividedClient):
        news = transaction.news
        transaction.news = news._replace(written=news.written | news.covered)


_pulses: WeakKeyDictionary[TortoiseContext, _Pulse] = WeakKeyDictionary()


def _pulse() -> _Pulse:
    context = require_context()
    try:
        return _pulses[context]
    except KeyError:
        return _pulses.setdefault(context, _Pulse())
