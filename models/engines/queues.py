"""The port between the noun Job and the queues that keep its promises, one for each store."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

# How long a worker holds what it claimed without a sign of life.
LEASE = timedelta(seconds=30)
# And what somebody waits for, until it is held: nothing of it has left the store, so another may begin anew.
GRIP = timedelta(seconds=0.75)

Wake = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Work to be written down; `after` counts from now, and None is as soon as can be."""

    work: str
    payload: Mapping[str, int]
    key: str | None
    lane: int
    after: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A promise as the queue holds it; `tries` counts the present one, `error` names the kind of the last."""

    id: int
    work: str
    payload: Mapping[str, int]
    tries: int
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much work there is; `overdue_since` is the moment from which the oldest could have been done."""

    waiting: int
    running: int
    buried: int
    overdue_since: datetime | None


class Queue(Protocol):
    """What each store's queue can do."""

    async def promise(self, promise: Promise) -> None:
        """Write a promise in the caller's transaction, unless one with its key waits already."""

    async def cancel(self, key: str) -> int:
        """Take back the promises with a key, in the caller's transaction; tell how many there were."""

    async def claim(
        self, owner: UUID, *, works: Collection[str], lane: int, limit: int, lease: timedelta
    ) -> list[Entry]:
        """Take what is due in a lane, the oldest first, and what another owner's lease ran out on."""

    async def renew(self, owner: UUID, ids: Collection[int], lease: timedelta) -> None:
        """Prolong the leases on what this owner has still; shorten none."""

    async def done(self, id: int, owner: UUID) -> None:
        """Forget what was done, unless another has taken it over."""

    async def again(
        self, id: int, owner: UUID, *, after: timedelta, error: str | None, counted: bool = True
    ) -> None:
        """Let it wait for another try; without `counted`, this one does not count."""

    async def hold(self, id: int, owner: UUID) -> bool:
        """Take the long lease on one; say whether this owner has it still."""

    async def progress(self, owner: UUID, ids: Collection[int]) -> None:
        """Count the present tries as the first."""

    async def bury(self, id: int, error: str, owner: UUID | None = None) -> bool:
        """Set it aside until a person decides; tell whether it was there, and the owner's if one is named."""

    async def retry(self, id: int) -> bool:
        """Let a buried one wait anew, with all its tries; tell whether it was there."""

    async def drop(self, id: int) -> bool:
        """Forget it; tell whether it was there."""

    async def counts(self) -> Counts:
        """Count all there is."""

    async def buried(self, limit: int) -> list[Entry]:
        """Give the buried ones, the newest first."""

    async def now(self) -> datetime:
        """Tell the time by the clock that all workers of this store share."""

    async def listen(self, wake: Wake) -> None:
        """Call `wake` at each new promise, for as long as that can be heard."""

    async def tidy(self) -> None:
        """Throw away what nobody will look at any more."""
