"""Works from a process of its own, and tells on standard output what it does."""

import asyncio
import signal
import sys

import models
from gql_server.worker import Worker
from models.store import open_store
from models.timetable import promise_due

WORK = models.Work.COUNT_DUE


def tell(*words: object) -> None:
    """Write a line that outlives this process."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def quick(id: int) -> None:
    """Do something to the store."""
    tell("begun", id)
    await models.Tag.named((await models.Site.found()).id, f"number {id}")
    tell("done", id)


async def patient(id: int) -> None:
    """Wait until somebody writes a line."""
    tell("begun", id)
    await asyncio.to_thread(sys.stdin.readline)
    tell("done", id)


async def work(url: str, hand: str) -> None:
    """Work until told to stop."""
    async with open_store(url, migrate=False):
        worker = Worker({WORK: {"quick": quick, "patient": patient}[hand]}, {})
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
        tell("ready")
        await worker.run()


async def watch(url: str, slots: str) -> None:
    """Promise what is due until so many slots are gone; tell each that was promised here."""
    async with open_store(url, migrate=False):
        tell("ready")
        while not await models.Tag.exists(name=f"slot {slots}"):
            for _ in range(await promise_due({WORK: models.jobs.LADDER[-1]})):
                tell("promised")
            # Two who never rest leave a machine that has other work nothing to set the next slot with.
            await asyncio.sleep(0.002)


if __name__ == "__main__":
    asyncio.run({"work": work, "watch": watch}[sys.argv[1]](*sys.argv[2:]))
