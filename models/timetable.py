"""Recurring work: one row a schedule, so that each slot is promised once however many workers look."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tortoise import fields
from tortoise.models import Model

from models.atomic import atomic
from models.instants import Instant
from models.jobs import Job, Work, queue

Timetable = Mapping[Work, timedelta]


class Schedule(Model):
    """When a kind of work is promised next."""

    # Not an enumeration: a new kind of work needs no migration.
    work = fields.CharField(max_length=64, primary_key=True)
    next_at = Instant()

    class Meta:
        table = "schedule"


async def promise_due(timetable: Timetable) -> int:
    """Promise the work whose slot has come, once for all the slots that were missed; tell how many."""
    moment = await queue().now()
    known = {Work(row.work): row.next_at for row in await Schedule.filter(work__in=list(timetable))}
    missing = [
        Schedule(work=work, next_at=_slot_after(moment, every))
        for work, every in timetable.items()
        if work not in known
    ]
    if missing:
        await Schedule.bulk_create(missing, ignore_conflicts=True)
    return sum(
        [
            await _promise(work, known[work], _slot_after(moment, every))
            for work, every in timetable.items()
            if work in known and _is_due(known[work], moment, every)
        ]
    )


@atomic
async def _promise(work: Work, slot: datetime, next_at: datetime) -> bool:
    # Only the one whose update moves the slot promises it; the others find it moved.
    moved = await Schedule.filter(work=work, next_at=slot).update(next_at=next_at)
    if moved:
        await Job.promise(work, key=f"timetable:{work}")
    return bool(moved)


def _is_due(slot: datetime, moment: datetime, every: timedelta) -> bool:
    # A slot more than one turn ahead was set before the clock was put back.
    return slot <= moment or slot > moment + every


def _slot_after(moment: datetime, every: timedelta) -> datetime:
    beginning = datetime(1970, 1, 1, tzinfo=UTC)
    return beginning + ((moment - beginning) // every + 1) * every
