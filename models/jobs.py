"""Work that is promised in a transaction and done after it, by a worker, from the rows."""

import importlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from functools import cache
from uuid import UUID

from tortoise.context import require_context

from models.engines.queues import Counts, Entry, Promise, Queue
from models.errors import NotFound
from models.instants import now

# From a minute to a day and a half: nine tries in three days.
LADDER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 480, 1440, 2160))
MOST_TRIES = len(LADDER) + 1


@dataclass(frozen=True, slots=True, eq=False)
class _Hand:
    """What a worker has in hand."""

    entry: Entry
    owner: UUID

    def is_like(self, other: "_Hand") -> bool:
        return (self.owner, self.entry.work) == (other.owner, other.entry.work)


# What is being done around here, and all that is being done in this process after a try that had no end.
_hand: ContextVar[_Hand | None] = ContextVar("_hand", default=None)
_interrupted: set[_Hand] = set()


class Work(StrEnum):
    """The kinds of work; the worker has one hand for each."""

    ANNOUNCE_POST = "announce_post"
    ANSWER_SIGN_IN = "answer_sign_in"
    ANSWER_SIGN_UP = "answer_sign_up"
    ATTEND_COMMENT = "attend_comment"
    COUNT_DUE = "count_due"
    CUT_MONTHS = "cut_months"
    DRAW_RENDITIONS = "draw_renditions"
    LEARN_SPAM = "learn_spam"
    CARRY_ISSUE = "carry_issue"
    DIGEST = "digest"
    PURGE = "purge"
    REMIND_OF_PEN = "remind_of_pen"
    SCRUB = "scrub"
    SEND_LETTERS = "send_letters"
    THANK_FOR_PENS = "thank_for_pens"
    SEND_WEBHOOK = "send_webhook"
    TELL_MODERATORS = "tell_moderators"
    TIDY_QUEUE = "tidy_queue"


class Lane(IntEnum):
    """Who goes first; BULK never takes the last free hands."""

    BULK = 0
    NORMAL = 1
    URGENT = 2


class TryLater(Exception):
    """This work cannot be done now: try at a moment, which costs no try, or by the ladder."""

    def __init__(self, at: datetime | None = None) -> None:
        super().__init__()
        self.at = at


class GiveUp(Exception):
    """This work cannot be done at all; `reason` is kept and shown, so let there be nobody's data in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Job:
    """A promise of work: kept at least once, so each piece must be safe to do twice."""

    @staticmethod
    async def promise(
        work: Work, *, key: str | None = None, run_at: datetime | None = None, lane: Lane = Lane.NORMAL,
        **ids: int,
    ) -> None:  # fmt: skip
        """Promise work in the caller's transaction; while one with this key waits, change nothing.

        What already runs with this key does not count: it may have looked too early.
        """
        await queue().promise(Job.of(work, key=key, run_at=run_at, lane=lane, **ids))

    @staticmethod
    def of(
        work: Work, *, key: str | None = None, run_at: datetime | None = None, lane: Lane = Lane.NORMAL,
        **ids: int,
    ) -> Promise:  # fmt: skip
        """Say what is promised, for whoever writes it together with what it is about."""
        after = None if run_at is None else run_at - now()
        return Promise(work=work, payload=ids, key=key, lane=lane, after=after)

    @staticmethod
    async def cancel(key: str) -> int:
        """Take back what was promised with a key; what already runs ends, and is not tried again."""
        return await queue().cancel(key)

    @staticmethod
    async def hold() -> bool:
        """Prolong the lease on the work in hand; say whether nobody else has taken it over."""
        hand = _hand.get()
        return hand is None or await queue().hold(hand.entry.id, hand.owner)

    @staticmethod
    async def progress() -> None:
        """Forget the tries of the work in hand, in the caller's transaction: this one came further.

        Work whose worker is killed each time is given up, but not when it gets something done each time; nor
        when others of its kind do, for whom it may have to wait.
        """
        hand = _hand.get()
        if hand is not None and (alike := [other for other in _interrupted if hand.is_like(other)]):
            await queue().progress(hand.owner, [other.entry.id for other in alike])
            _interrupted.difference_update(alike)

    @staticmethod
    async def counts() -> Counts:
        """Count what waits, runs and is buried."""
        return await queue().counts()

    @staticmethod
    async def buried(limit: int = 100) -> list[Entry]:
        """Give what was given up, the newest first, each with the kind of its last error."""
        return await queue().buried(limit)

    @staticmethod
    async def retry(id: int) -> None:
        """Dig up a buried one, to be done now and with all its tries."""
        if not await queue().retry(id):
            raise NotFound("There is no such buried job.")

    @staticmethod
    async def bury(id: int) -> None:
        """Set one aside by hand."""
        if not await queue().bury(id, "set aside by hand"):
            raise NotFound("There is no such job.")

    @staticmethod
    async def drop(id: int) -> None:
        """Forget one, wherever it stands."""
        if not await queue().drop(id):
            raise NotFound("There is no such job.")


@contextmanager
def in_hand(entry: Entry, owner: UUID) -> Iterator[None]:
    """Do what was claimed: `Job.hold` and `Job.progress` are about it."""
    hand = _Hand(entry, owner)
    token = _hand.set(hand)
    if entry.tries > 1:
        _interrupted.add(hand)
    try:
        yield
    finally:
        _hand.reset(token)
        _interrupted.discard(hand)


async def tidy() -> None:
    """Throw away what the queue still says of work that is long done."""
    await queue().tidy()


def queue() -> Queue:
    """Give the queue of the open store, as the worker needs it."""
    return _queue(require_context().db().capabilities.dialect)


def delay_after(tries: int) -> timedelta:
    """Tell how long to wait after so many tries; a little more or less, so that not all come back at once."""
    return LADDER[min(tries, len(LADDER)) - 1] * random.uniform(1.0, 1.2)


@cache
def _queue(dialect: str) -> Queue:
    # Only one of the two is needed, and pgqueuer is not installed where there is no PostgreSQL.
    made: Queue = importlib.import_module(f"models.engines.{dialect}_queue").queue_class()
    return made
