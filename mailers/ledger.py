"""Outcomes on their way to what is durable, those of several connections in one commit."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic

from mailers.verdicts import Outcome

Record = Callable[[Sequence[Outcome]], Awaitable[None]]


LONGEST_WAIT = 0.02  # seconds
LAST_WAIT = 2.0


class Ledger:
    """Writes down together what comes together; a write waits no longer for that than the last one took."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._gathered: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._error: Exception | None = None
        self._took = 0.0
        self._expected = 0
        self._all_here: asyncio.Future[None] | None = None

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """Tell that a letter is out and its answer will come."""
        self._expected += 1
        try:
            yield
        finally:
            self._expected -= 1

    def enter(self, outcome: Outcome) -> asyncio.Future[None]:
        """Take an outcome; the future is done when it is durable, and fails when it could not be written."""
        durable = asyncio.get_running_loop().create_future()
        self._gathered.append((outcome, durable))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        elif not self._expected and self._all_here is not None and not self._all_here.done():
            self._all_here.set_result(None)
        return durable

    async def settle(self) -> None:
        """Wait until all that was entered is durable; raise what the writing raised."""
        if self._writing is not None:
            await self._writing
        if self._error is not None:
            raise self._error

    async def end(self) -> None:
        """Write what was entered, as far as that takes moments only; then write no more."""
        if self._writing is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WAIT):
                    await self._writing

    async def _write(self) -> None:
        try:
            while self._gathered:
                await self._gather()
                batch, self._gathered = self._gathered, []
                begun = monotonic()
                try:
                    await self._record([outcome for outcome, _ in batch])
                except Exception as error:
                    self._error = error
                    for _, durable in batch:
                        _fail(durable, error)
                else:
                    for _, durable in batch:
                        if not durable.done():
                            durable.set_result(None)
                self._took = min(monotonic() - begun, LONGEST_WAIT)
        finally:
            self._writing = None

    async def _gather(self) -> None:
        if self._expected and self._took:
            self._all_here = asyncio.get_running_loop().create_future()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._took):
                    await self._all_here
            self._all_here = None


def _fail(durable: asyncio.Future[None], error: Exception) -> None:
    if not durable.done():
        durable.set_exception(error)
        durable.exception()  # a connection that was lost meanwhile does not ask any more
