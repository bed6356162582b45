"""The connection pool of one lane: its lines to the mail servers, kept open a while for the next letter."""

import asyncio
import math
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from mailers.connection import Unreachable, connect
from mailers.pipeline import Pipeline
from mailers.standing import Standing
from mailers.verdicts import OursToFix

KEPT = 30.0  # seconds; servers hang up after a minute or more


class ConnectionPool:
    """Lends so many lines at a time, to all who send; opens one when none is idle, to the next server when
    one cannot be reached.
    """

    def __init__(self, standings: Sequence[Standing], name: str, *, most: int) -> None:
        self._standings = standings
        self._name = name
        self._places = asyncio.Semaphore(most)
        # Each with what will retire it.
        self._idle: dict[Pipeline, asyncio.TimerHandle] = {}
        self._goodbyes: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Pipeline]:
        """Lend a line when there is one to spare; raise Unreachable when no server takes one."""
        async with self._places:
            line = await self._take()
            yield line
            self._keep(line)

    async def close(self) -> None:
        """Say goodbye on all lines."""
        while self._idle:
            self._dismiss(self._pop())
        await asyncio.gather(*self._goodbyes)

    async def _take(self) -> Pipeline:
        while self._idle:
            line = self._pop()
            if line.usable:
                return line
            self._dismiss(line)
        return await self._open()

    def _keep(self, line: Pipeline) -> None:
        self._idle[line] = asyncio.get_running_loop().call_later(KEPT, self._retire, line)

    def _pop(self) -> Pipeline:
        line, end = self._idle.popitem()
        end.cancel()
        return line

    async def _open(self) -> Pipeline:
        refusals = []
        for standing in sorted(self._standings, key=_by_lot):
            if (refusal := standing.refusal) is None:
                try:
                    return await connect(standing, self._name)
                except Unreachable as unreachable:
                    standing.unreachable(unreachable.verdict)
                    refusal = standing.refusal
            if refusal is not None:
                refusals.append(refusal)
        raise Unreachable(
            min(refusals, key=lambda refusal: (isinstance(refusal, OursToFix), refusal.not_before))
        )

    def _retire(self, line: Pipeline) -> None:
        del self._idle[line]
        self._dismiss(line)

    def _dismiss(self, line: Pipeline) -> None:
        goodbye = asyncio.get_running_loop().create_task(line.quit())
        self._goodbyes.add(goodbye)
        goodbye.add_done_callback(self._goodbyes.discard)


def _by_lot(standing: Standing) -> float:
    # Servers come first as often as they weigh (Efraimidis and Spirakis, 2006).
    return -math.pow(random.random(), 1 / standing.server.weight)
