"""One run of letters over as many lines as they need."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import suppress
from time import monotonic

import models
from mailers.connection import Unreachable
from mailers.connection_pool import ConnectionPool
from mailers.lane import Lane
from mailers.ledger import Ledger
from mailers.letter import Letter
from mailers.mail import Mail, Sender
from mailers.replies import Lost
from mailers.verdicts import Failed, Outcome

LETTERS_A_LINE = 4  # that wait before one more line is opened
WATCH_SECONDS = 0.5

# Gives the keys of letters that were taken back; others may be among them.
Withdrawn = Callable[[], Awaitable[Collection[str]]]


class Batch:
    """Carries letters from their source to the mail servers and their outcomes to the ledger."""

    def __init__(
        self,
        sender: Sender,
        lines: ConnectionPool,
        ledger: Ledger,
        withdrawn: Withdrawn | None,
        *,
        most_lines: int,
    ) -> None:
        self._sender = sender
        self._lines = lines
        self._ledger = ledger
        self._withdrawn = withdrawn
        self._most_lines = most_lines
        self._lane = Lane(LETTERS_A_LINE * most_lines, watched=withdrawn is not None)
        self._carriers = 0
        self._feeding: asyncio.Task[None] | None = None
        self._broken: Exception | None = None

    async def run(self, letters: AsyncIterator[Letter | Mail]) -> None:
        """Send all letters; come back when every outcome is durable."""
        try:
            async with asyncio.TaskGroup() as watch:
                watching = watch.create_task(self._watch())
                async with asyncio.TaskGroup() as crew:
                    self._feeding = crew.create_task(self._feed(letters, crew))
                watching.cancel()
        except BaseExceptionGroup as errors:
            raise _first(errors) from None
        except asyncio.CancelledError:
            await self._ledger.end()
            raise
        await self._ledger.settle()
        if self._broken is not None:
            raise self._broken

    def stop(self) -> None:
        """Finish what was announced to a server, and leave the rest."""
        self._lane.end(empty=True)
        if self._feeding is not None:
            self._feeding.cancel()

    async def _feed(self, letters: AsyncIterator[Letter | Mail], crew: asyncio.TaskGroup) -> None:
        try:
            async for letter in letters:
                mail = self._sealed(letter)
                if mail is not None and not await self._lane.put(mail):
                    return
                if self._carriers < min(self._most_lines, len(self._lane) / LETTERS_A_LINE):
                    self._carriers += 1
                    crew.create_task(self._carry())
        except Exception as error:
            self._broken = error  # what is on its way still arrives
        finally:
            self._lane.end()

    async def _watch(self) -> None:
        # Not while a line is opened, which may take long: whoever answers holds the letter from then on.
        await self._lane.at_the_gate.wait()
        while self._withdrawn is not None:
            asked_at = monotonic()
            with suppress(models.Unavailable):  # nothing goes out until the store answers again
                self._lane.withdraw(await self._withdrawn(), known_at=asked_at)
            await asyncio.sleep(WATCH_SECONDS)

    def _sealed(self, letter: Letter | Mail) -> Mail | None:
        if isinstance(letter, Mail):
            return letter
        try:
            return letter.rendered(self._sender)
        except models.Invalid as invalid:
            self._ledger.enter(Outcome(letter.key, Failed(f"{invalid.field}: {invalid}")))
            return None

    async def _carry(self) -> None:
        try:
            while await self._lane.ready():
                try:
                    async with self._lines.lend() as line:
                        await line.carry(self._lane, self._ledger)
                except Unreachable as unreachable:
                    if self._carriers > 1:
                        return  # the others go on
                    self._put_off(unreachable)
                except Lost:
                    continue
        finally:
            self._carriers -= 1

    def _put_off(self, unreachable: Unreachable) -> None:
        while (mail := self._lane.take()) is not None:
            self._ledger.enter(Outcome(mail.key, unreachable.verdict))


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
