"""The ferry: verbs of one step that wait share a crossing to the store, with one commit and one fsync.

Each may fail alone, and each is told of only after the commit, which it shares the luck of.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Load = TypeVar("Load")
# Lets aboard who waits by now; whoever comes later waits for another crossing.
Board = Callable[[], Sequence[Load]]
# Gives what came of each, or what it failed with.
Cross = Callable[[Board[Load]], Awaitable[Sequence[Any]]]


@dataclass(frozen=True, slots=True, eq=False)
class _Passenger(Generic[Load]):
    load: Load
    learn: Callable[[Any], object]
    rank: int
    arrived: asyncio.Future[Any]


class Ferry(Generic[Load]):
    """Crosses as long as somebody waits, one crossing after the other.

    When one takes longer than `patience`, in seconds, whoever waits goes by another beside it.
    """

    def __init__(self, cross: Cross[Load], *, patience: float | None = None) -> None:
        self._cross = cross
        self._patience = patience
        self._waiting: list[_Passenger[Load]] = []
        # The one that takes who comes, and all that are still under way.
        self._next: asyncio.Task[None] | None = None
        self._crossings: set[asyncio.Task[None]] = set()

    async def take(self, load: Load, learn: Callable[[Any], object], *, rank: int = 0) -> Any:
        """Take one over; it has happened whole, was told of and is in the store when this returns.

        Who crosses together does so in the order of their ranks.
        """
        passenger = _Passenger(load, learn, rank, asyncio.get_running_loop().create_future())
        self._waiting.append(passenger)
        if self._next is None:
            self._set_out()
        return await passenger.arrived

    def _set_out(self) -> None:
        self._next = asyncio.create_task(self._go())
        self._crossings.add(self._next)
        self._next.add_done_callback(self._crossings.discard)

    async def _go(self) -> None:
        me = asyncio.current_task()
        try:
            while self._next is me and self._waiting:
                await self._go_once(me)
        finally:
            if self._next is me:
                self._next = None

    def _go_beside(self, crossing: "asyncio.Task[None] | None") -> None:
        if self._next is crossing:
            self._next = None
            if self._waiting:
                self._set_out()

    async def _go_once(self, me: "asyncio.Task[None] | None") -> None:
        aboard: list[_Passenger[Load]] = []
        late: asyncio.TimerHandle | None = None

        def board() -> Sequence[Load]:
            nonlocal aboard, late
            aboard, self._waiting = sorted(self._waiting, key=lambda one: one.rank), []
            if self._patience is not None:
                late = asyncio.get_running_loop().call_later(self._patience, self._go_beside, me)
            return [passenger.load for passenger in aboard]

        try:
            outcomes = await self._cross(board)
        except BaseException as error:
            # Who came meanwhile may fare better, unless nobody can be taken at all.
            lost = aboard or self._waiting
            self._waiting = [] if not aboard else self._waiting
            for passenger in lost:
                _arrive(passenger, error)
            if not isinstance(error, Exception):
                raise
            return
        finally:
            if late is not None:
                late.cancel()
        for passenger, outcome in zip(aboard, outcomes, strict=True):
            _arrive(passenger, outcome)


def _arrive(passenger: _Passenger[Any], outcome: Any) -> None:
    try:
        # Also when whoever came has left meanwhile: it is in the store.
        if not isinstance(outcome, BaseException):
            passenger.learn(outcome)
    except Exception as error:
        outcome = error
    if passenger.arrived.done():
        return
    if isinstance(outcome, BaseException):
        passenger.arrived.set_exception(outcome)
    else:
        passenger.arrived.set_result(outcome)
