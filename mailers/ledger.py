"""Outcomes on their way to what is durable, those of several connections in one commit."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from mailers.verdicts import Outcome

Record = Callable[[Sequence[Outcome]], Awaitable[None]]


class Ledger:
    """Writes down what gathered while the last write was under way."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._gathered: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._error: Exception | None = None

    def enter(self, outcome: Outcome) -> asyncio.Future[None]:
        """Take an outcome; the future is done when it is durable, and fails when it could not be written."""
        durable = asyncio.get_running_loop().create_future()
        self._gathered.append((outcome, durable))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return durable

    async def settle(self) -> None:
        """Wait until all that was entered is durable; raise what the writing raised."""
        if self._writing is not None:
            await self._writing
        if self._error is not None:
            raise self._error

    async def _write(self) -> None:
        try:
            while self._gathered:
                batch, self._gathered = self._gathered, []
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
        finally:
            self._writing = None


def _fail(durable: asyncio.Future[None], error: Exception) -> None:
    if not durable.done():
        durable.set_exception(error)
        durable.exception()  # a connection that was lost meanwhile does not ask any more
