"""The queue on SQLite: one table, in which each change of hands is one statement."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from tortoise.context import require_context
from tortoise.exceptions import IntegrityError

from models.engines.queues import LEASE, Counts, Entry, Promise, Wake

# Keeps the promise that waits: were it replaced, its place in the line would be lost.
PROMISE = """
    INSERT INTO job (work, payload, key, lane, run_at, created_at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) WHERE state = 'waiting' DO NOTHING"""
# A lease that ends far later than one can was given before the clock was set back. Not just any later:
# who waits for the writer has looked at the clock before those whom it waits for.
CLAIM = """
    UPDATE job SET state = 'running', owner = :owner, leased_until = :until, tries = tries + 1
    WHERE id IN (
        SELECT id FROM job
        WHERE state = 'running' AND lane = :lane AND work IN (SELECT value FROM json_each(:works))
          AND owner <> :owner AND leased_until NOT BETWEEN :now AND :too_late
        UNION ALL
        SELECT id FROM (
            SELECT id FROM job
            WHERE state = 'waiting' AND lane = :lane AND work IN (SELECT value FROM json_each(:works))
              AND run_at <= :now
            ORDER BY run_at, id LIMIT :limit)
        LIMIT :limit)
    RETURNING id, work, payload, tries, error"""
RENEW = """
    UPDATE job SET leased_until = min(max(leased_until, ?), ?)
    WHERE owner = ? AND id IN (SELECT value FROM json_each(?))"""
DONE = "DELETE FROM job WHERE id = ? AND owner = ?"
AGAIN = """
    UPDATE job SET state = 'waiting', owner = NULL, run_at = ?, error = ?, tries = tries - ?
    WHERE id = ? AND owner = ?"""
HOLD = "UPDATE job SET leased_until = ? WHERE id = ? AND owner = ?"
PROGRESS = "UPDATE job SET tries = 1 WHERE owner = ? AND id IN (SELECT value FROM json_each(?))"
BURY = """
    UPDATE job SET state = 'buried', owner = NULL, error = ?1
    WHERE id = ?2 AND (?3 IS NULL OR owner = ?3)"""
RETRY = "UPDATE job SET state = 'waiting', run_at = 0, tries = 0 WHERE id = ? AND state = 'buried'"
COUNT = """
    SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
           count(*) FILTER (WHERE state = 'running') AS running,
           count(*) FILTER (WHERE state = 'buried') AS buried,
           min(max(run_at, created_at)) FILTER (WHERE state = 'waiting' AND run_at <= ?) AS overdue_since
    FROM job"""
BURIED = """
    SELECT id, work, payload, tries, error FROM job WHERE state = 'buried' ORDER BY id DESC LIMIT ?"""

# A promise wakes workers before its commit; their claim waits for the one writer, and so comes after it.
_listening: set[Wake] = set()


class SqliteQueue:
    """Keeps moments as seconds since 1970, by the clock of this machine; what need not wait has moment 0."""

    async def promise(self, promise: Promise) -> None:
        await _change(PROMISE, promised(promise))
        wake_up()

    async def cancel(self, key: str) -> int:
        return await _change("DELETE FROM job WHERE key = ?", [key])

    async def claim(
        self, owner: UUID, *, works: Collection[str], lane: int, limit: int, lease: timedelta
    ) -> list[Entry]:
        moment = _seconds()
        asked = {
            "owner": str(owner),
            "now": moment,
            "until": moment + lease.total_seconds(),
            "too_late": moment + 2 * LEASE.total_seconds(),
            "works": orjson.dumps(list(works)).decode(),
            "lane": lane,
            "limit": limit,
        }
        rows = await require_context().db().execute_query_dict(CLAIM, asked)  # type: ignore[arg-type]
        # What is returned has no order of its own.
        return sorted(map(_entry, rows), key=lambda entry: entry.id)

    async def renew(self, owner: UUID, ids: Collection[int], lease: timedelta) -> None:
        moment = _seconds()
        # No further ahead than a lease can end: there the clock was set back.
        until, longest = moment + lease.total_seconds(), moment + LEASE.total_seconds()
        await _change(RENEW, [until, longest, str(owner), orjson.dumps(list(ids)).decode()])

    async def done(self, id: int, owner: UUID) -> None:
        await _change(DONE, [id, str(owner)])

    async def again(
        self, id: int, owner: UUID, *, after: timedelta, error: str | None, counted: bool = True
    ) -> None:
        run_at = _seconds() + after.total_seconds()
        await self._wait_again(id, AGAIN, [run_at, error, 0 if counted else 1, id, str(owner)])

    async def hold(self, id: int, owner: UUID) -> bool:
        until = _seconds() + LEASE.total_seconds()
        return bool(await _change(HOLD, [until, id, str(owner)]))

    async def progress(self, owner: UUID, ids: Collection[int]) -> None:
        await _change(PROGRESS, [str(owner), orjson.dumps(list(ids)).decode()])

    async def bury(self, id: int, error: str, owner: UUID | None = None) -> bool:
        return bool(await _change(BURY, [error, id, None if owner is None else str(owner)]))

    async def retry(self, id: int) -> bool:
        return await self._wait_again(id, RETRY, [id])

    async def _wait_again(self, id: int, statement: str, values: list[Any]) -> bool:
        try:
            return bool(await _change(statement, values))
        except IntegrityError:
            # The same work was promised again meanwhile; that promise stands for both.
            return await self.drop(id)

    async def drop(self, id: int) -> bool:
        return bool(await _change("DELETE FROM job WHERE id = ?", [id]))

    async def counts(self) -> Counts:
        [row] = await require_context().db().execute_query_dict(COUNT, [_seconds()])
        since = row.pop("overdue_since")
        return Counts(**row, overdue_since=None if since is None else datetime.fromtimestamp(since, UTC))

    async def buried(self, limit: int) -> list[Entry]:
        return [_entry(row) for row in await require_context().db().execute_query_dict(BURIED, [limit])]

    async def now(self) -> datetime:
        return datetime.now(UTC)

    async def listen(self, wake: Wake) -> None:
        _listening.add(wake)
        try:
            await asyncio.Event().wait()
        finally:
            _listening.discard(wake)

    async def tidy(self) -> None:
        """Do nothing: what is done leaves no trace."""


def promised(promise: Promise) -> list[Any]:
    """Give what PROMISE is to write."""
    moment = _seconds()
    run_at = 0.0 if promise.after is None else moment + promise.after.total_seconds()
    payload = orjson.dumps(promise.payload).decode()
    return [promise.work, payload, promise.key, promise.lane, run_at, moment]


def wake_up() -> None:
    """Wake the workers of this process."""
    for wake in list(_listening):
        wake()


async def _change(statement: str, values: list[Any]) -> int:
    changed, _ = await require_context().db().execute_query(statement, values)
    return changed


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(**row | {"payload": orjson.loads(row["payload"])})


def _seconds() -> float:
    return datetime.now(UTC).timestamp()


queue_class = SqliteQueue
