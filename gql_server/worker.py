"""The worker: looks for promised work, keeps a seat free for what is urgent, and ends in good order."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from enum import Enum
from functools import partial
from time import monotonic
from uuid import uuid4

import structlog

import models
from gql_server.handlers import HANDLERS, TIMETABLE, Handlers
from gql_server.job_run import run_job
from gql_server.outages import OUTAGES
from models.engines.queues import GRIP, LEASE
from models.jobs import queue
from models.timetable import Timetable, promise_due


class Pace(Enum):
    """How fast work goes, which is how many seats it may take."""

    QUICK = "asks the store alone"
    LETTERS = "waits for a mail server, and somebody for it"
    CALLS = "waits for the servers of others"
    BULK = "may take its time"


SEATS = 15
# A server that hangs keeps its seats; the store's own work has two that nobody takes.
SEATS_FOR = {Pace.QUICK: SEATS, Pace.LETTERS: 4, Pace.CALLS: 3, Pace.BULK: 6}
SLOW = {Pace.LETTERS: {models.Work.SEND_LETTERS}, Pace.CALLS: {models.Work.SEND_WEBHOOK}}
POLL_SECONDS = 1.0
# What is urgent is taken over sooner from the dead: somebody waits for it.
GLANCE_SECONDS = 0.25
PATIENCE_SECONDS = 20.0  # a mail server that looks into letters answers late
BREATH_SECONDS = (0.02, 0.08)
log = structlog.get_logger("worker")

Chore = Callable[[], Awaitable[object]]


class Worker:
    """Does promised work, several pieces at a time; any number of workers may share a store."""

    def __init__(self, handlers: Handlers = HANDLERS, timetable: Timetable = TIMETABLE) -> None:
        self._handlers = handlers
        self._timetable = timetable
        self._owner = uuid4()
        self._running: dict[int, asyncio.Task[None]] = {}
        self._gripped: set[int] = set()
        self._seated: Counter[Pace] = Counter()
        self._failing: set[str] = set()
        self._awake = asyncio.Event()
        self._looked_at = float("-inf")
        self._stopping = False

    async def run(self) -> None:
        """Do work as it comes until told to stop; then take nothing new, and end what runs."""
        async with self._alongside(self._keeping | {self._listen: POLL_SECONDS}):
            look: Chore = self._look
            while not self._stopping:
                self._awake.clear()
                await self._try(look)
                look = await self._next_look()
            if self._running:
                await asyncio.wait(self._running.values(), timeout=PATIENCE_SECONDS)

    async def drain(self) -> None:
        """Do all work that is due now, and what that promises for now, to the end."""
        async with self._alongside(self._keeping):
            is_over = False
            while not is_over:
                # What ended during a look may have promised what the look was too early for.
                was_idle = not self._running
                is_over = not await self._look() and was_idle
                if self._running:
                    await asyncio.wait(self._running.values(), return_when=asyncio.FIRST_COMPLETED)

    def stop(self) -> None:
        """Tell `run` to end."""
        self._stopping = True
        self._awake.set()

    async def _next_look(self) -> Chore:
        """Wait until there is something to look for; say how."""
        try:
            async with asyncio.timeout(GLANCE_SECONDS):
                await self._awake.wait()
        except TimeoutError:
            return self._look if monotonic() - self._looked_at >= POLL_SECONDS else self._glance
        # Not at once: who promised is answered first, or the time of an answer would tell how much there is
        # to do for it. And what is promised together is looked for together.
        await asyncio.sleep(random.uniform(*BREATH_SECONDS))
        return self._look

    async def _look(self) -> int:
        """Take as much as there are seats for; tell how much."""
        self._looked_at = monotonic()
        await promise_due(self._timetable)
        return sum([await self._take(lane) for lane in sorted(models.Lane, reverse=True)])

    async def _glance(self) -> None:
        await self._take(models.Lane.URGENT)

    async def _take(self, lane: models.Lane) -> int:
        taken = 0
        for pace, works in self._paces(lane).items():
            room = min(SEATS - len(self._running), SEATS_FOR[pace] - self._seated[pace])
            if works and room > 0:
                taken += await self._claim(lane, pace, works, room)
        return taken

    def _paces(self, lane: models.Lane) -> dict[Pace, Collection[models.Work]]:
        if lane is models.Lane.BULK:
            return {Pace.BULK: self._handlers}
        slow = {pace: self._handlers.keys() & works for pace, works in SLOW.items()}
        return {Pace.QUICK: self._handlers.keys() - set().union(*slow.values()), **slow}

    async def _claim(self, lane: models.Lane, pace: Pace, works: Collection[models.Work], limit: int) -> int:
        lease = GRIP if lane is models.Lane.URGENT else LEASE
        found = await queue().claim(self._owner, works=works, lane=lane, limit=limit, lease=lease)
        # A lease that ran out while this process slept may come back to where it was.
        new = [entry for entry in found if entry.id not in self._running]
        for entry in new:
            handler = self._handlers[models.Work(entry.work)]
            task = asyncio.create_task(run_job(entry, handler, self._owner))
            self._running[entry.id] = task
            self._seated[pace] += 1
            if lease is GRIP:
                self._gripped.add(entry.id)
            task.add_done_callback(partial(self._leave, entry.id, pace))
        return len(new)

    def _leave(self, id: int, pace: Pace, task: asyncio.Task[None]) -> None:
        del self._running[id]
        self._gripped.discard(id)
        self._seated[pace] -= 1
        self._awake.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("outcome lost", id=id, error=type(error).__name__)

    @property
    def _keeping(self) -> dict[Chore, float]:
        """The chores that keep what is in handler, and the seconds between."""
        return {self._renew: LEASE.total_seconds() / 3, self._grip: GRIP.total_seconds() / 3}

    @asynccontextmanager
    async def _alongside(self, chores: Mapping[Chore, float]) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._over_and_over(*chore)) for chore in chores.items()]
        try:
            yield
        finally:
            # What outstays our patience goes back into the line.
            await _cancel(self._running.values())
            await _cancel(tasks)

    async def _over_and_over(self, chore: Chore, pause: float) -> None:
        while True:
            await self._try(chore)
            await asyncio.sleep(pause)

    async def _try(self, chore: Chore) -> None:
        """Do a chore; say once when it begins to fail, for a store may be away for long and come back."""
        try:
            await chore()
        except Exception as error:
            if isinstance(error, models.Unavailable):
                OUTAGES.tell(error)
            if chore.__name__ not in self._failing:
                log.warning(
                    "cannot go on for now", chore=chore.__name__.strip("_"), error=type(error).__name__
                )
            self._failing.add(chore.__name__)
        else:
            self._failing.discard(chore.__name__)

    async def _renew(self) -> None:
        if held := self._running.keys() - self._gripped:
            await queue().renew(self._owner, held, LEASE)

    async def _grip(self) -> None:
        if self._gripped:
            await queue().renew(self._owner, self._gripped, GRIP)

    async def _listen(self) -> None:
        await queue().listen(self._awake.set)


async def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    cancelled = list(tasks)
    for task in cancelled:
        task.cancel()
    await asyncio.gather(*cancelled, return_exceptions=True)
