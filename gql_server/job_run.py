"""The run of one job: its handler does it, its verdict is kept, and one line tells what came of it."""

import asyncio
import traceback
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from uuid import UUID

import structlog

import models
from gql_server.handlers import Handler
from models.engines.queues import Entry
from models.jobs import LADDER, MOST_TRIES, delay_after, in_hand, queue

AT_ONCE = timedelta(0)
log = structlog.get_logger("worker")


class WorkerDied(Exception):
    """Workers died of this work, or with it."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


async def run_job(entry: Entry, handler: Handler, owner: UUID) -> None:
    """Do it, whatever comes of it; when cancelled, put it back into the line."""
    began, error = monotonic(), None
    try:
        error = await _attempt(entry, handler, owner)
        word = await _settle_in_the_end(entry, owner, error)
    except asyncio.CancelledError:
        word = "interrupted"
        with suppress(models.Unavailable):
            await queue().again(entry.id, owner, after=AT_ONCE, error=None, counted=False)
    took = round((monotonic() - began) * 1000)
    told: dict[str, object] = {"work": entry.work, "id": entry.id, "tried": entry.tries, "ms": took}
    if error is not None:
        # Not the message: it may hold an address.
        told |= {"error": type(error).__name__, "at": _place(error)}
    expected = error is None or isinstance(error, models.TryLater)
    (log.info if expected else log.warning)(word, **told)


async def _attempt(entry: Entry, handler: Handler, owner: UUID) -> Exception | None:
    try:
        _spare(entry)
        with in_hand(entry, owner):
            await handler(**entry.payload)
    except Exception as error:
        return error
    return None


def _spare(entry: Entry) -> None:
    """Spare workers what they died of time and again: let it rest, longer each time, and give it up at last.

    Not at once: a worker that is killed nine times in five minutes takes much along that is not to blame.
    """
    if entry.tries > MOST_TRIES:
        rests, is_rested = divmod(entry.tries - MOST_TRIES - 1, 2)
        if rests >= len(LADDER):
            raise models.GiveUp("its worker died each time")
        if not is_rested:
            raise WorkerDied(LADDER[rests])


async def _settle_in_the_end(entry: Entry, owner: UUID, error: Exception | None) -> str:
    while True:
        try:
            return await _settle(entry, owner, error)
        except models.Unavailable:
            # An outcome that is lost has the work done once more.
            await asyncio.sleep(1)


async def _settle(entry: Entry, owner: UUID, error: Exception | None) -> str:
    """Keep what a verdict means; give the word for it."""
    match error:
        case None:
            await queue().done(entry.id, owner)
            return "done"
        case models.GiveUp(reason=reason):
            await queue().bury(entry.id, reason, owner)
            return "given up"
        case models.TryLater(at=datetime() as moment):
            wait = moment - models.now()
            await queue().again(entry.id, owner, after=wait, error="TryLater", counted=False)
            return "later"
        case WorkerDied(wait=wait):
            await queue().again(entry.id, owner, after=wait, error="WorkerDied")
            return "later"
        case _ if entry.tries >= MOST_TRIES:
            await queue().bury(entry.id, type(error).__name__, owner)
            return "buried"
        case _:
            wait = delay_after(entry.tries)
            await queue().again(entry.id, owner, after=wait, error=type(error).__name__)
            return "later"


def _place(error: Exception) -> str:
    """Name the line that raised, if any did."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
