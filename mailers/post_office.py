"""The post office: hands letters to mail servers, and the outcomes to whoever keeps them."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from types import TracebackType
from typing import Self

from mailers.batch import Batch, Withdrawn
from mailers.connection_pool import ConnectionPool
from mailers.ledger import Ledger, Record
from mailers.letter import Letter
from mailers.mail import Mail, Sender
from mailers.servers import Server
from mailers.standing import Standing
from mailers.verdicts import Outcome, Verdict

Letters = AsyncIterable[Letter | Mail] | Iterable[Letter | Mail]

MOST_LINES = 10  # for letters in bulk; a kill can repeat one letter on each
MOST_URGENT_LINES = 4


class PostOffice:
    """Sends letters in bulk, and urgent ones over lines of their own."""

    def __init__(self, servers: Sequence[Server], sender: Sender) -> None:
        standings = [Standing(server) for server in servers]
        name = sender.domain
        assert sender.header  # a bad name is refused here, not with every letter
        self.sender = sender
        self._bulk = ConnectionPool(standings, name, most=MOST_LINES)
        self._urgent = ConnectionPool(standings, name, most=MOST_URGENT_LINES)
        self._batches: dict[Batch, asyncio.Future[None]] = {}
        self._closed = False

    async def send(self, letters: Letters, *, record: Record, withdrawn: Withdrawn | None = None) -> None:
        """Send letters in bulk; each outcome is given to `record` before its line sends the next letter.

        What `record` or the source raises ends the run and is raised here. A letter without an outcome then,
        or when the office closes, may be sent again: its bytes are the same. What `withdrawn` names does not
        go out any more, and gets no outcome.
        """
        ledger = Ledger(record)
        batch = Batch(self.sender, self._bulk, ledger, withdrawn, most_lines=MOST_LINES)
        await self._run(batch, _each(letters))

    async def send_one(
        self, letter: Letter | Mail, *, record: Record, withdrawn: Withdrawn | None = None
    ) -> Verdict | None:
        """Send an urgent letter, whatever is sent in bulk meanwhile; give its verdict when it is durable.

        There is none when the letter was taken back, or when the office closes.
        """
        verdicts: list[Verdict] = []

        async def note(outcomes: Sequence[Outcome]) -> None:
            await record(outcomes)
            verdicts.extend(outcome.verdict for outcome in outcomes)

        batch = Batch(self.sender, self._urgent, Ledger(note), withdrawn, most_lines=1)
        await self._run(batch, _each([letter]))
        return verdicts[0] if verdicts else None

    def stop(self) -> None:
        """Finish the letters that are on their way, and leave the others."""
        self._closed = True
        for batch in self._batches:
            batch.stop()

    async def close(self) -> None:
        """Stop, and say goodbye to the servers."""
        self.stop()
        if self._batches:
            await asyncio.wait(self._batches.values())
        await self._bulk.close()
        await self._urgent.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, batch: Batch, letters: AsyncIterator[Letter | Mail]) -> None:
        if self._closed:
            return
        self._batches[batch] = done = asyncio.get_running_loop().create_future()
        try:
            await batch.run(letters)
        finally:
            done.set_result(None)
            del self._batches[batch]


async def _each(letters: Letters) -> AsyncIterator[Letter | Mail]:
    if isinstance(letters, AsyncIterable):
        async for letter in letters:
            yield letter
    else:
        for letter in letters:
            yield letter
