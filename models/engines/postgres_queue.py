"""The queue on PostgreSQL: pgqueuer's tables and statements, in Tortoise's own transactions."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.tm import TaskManager
from pgqueuer.domain.models import Job as Row
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId
from pgqueuer.ports.driver import Driver
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pydantic_settings import PydanticBaseSettingsSource
from tortoise.context import require_context
from tortoise.exceptions import IntegrityError

from models.engines.queues import GRIP, LEASE, Counts, Entry, Promise, Wake

# pgqueuer's key also bars promises while the work runs, and what they were made for would be missed:
# so a claim takes the key off. And it counts tries that ended with their worker, which pgqueuer does not.
# pgqueuer takes over what had no heartbeat for a GRIP: a longer lease is a heartbeat that lies ahead.
TAKEN = """
    WITH taken AS (
        UPDATE pgqueuer SET dedupe_key = NULL, attempts = attempts + 1, heartbeat = now() + $3::interval
        WHERE queue_manager_id = $1::uuid AND id = ANY($2::bigint[]) RETURNING id, attempts)
    SELECT id, attempts FROM taken"""
# No further ahead than a lease can: there the clock was set back.
RENEW = """
    UPDATE pgqueuer SET heartbeat = least(greatest(heartbeat, now() + $3::interval), now() + $4::interval)
    WHERE queue_manager_id = $1::uuid AND id = ANY($2::bigint[])"""
DONE = """
    WITH done AS (
        DELETE FROM pgqueuer WHERE id = $1::bigint AND queue_manager_id = $2::uuid
        RETURNING id, entrypoint, priority)
    INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
    SELECT id, 'successful', entrypoint, priority FROM done"""
# pgqueuer's own retry asks neither who holds the lease nor for the key.
AGAIN = """
    UPDATE pgqueuer SET status = 'queued', queue_manager_id = NULL, updated = now(),
        execute_after = now() + $3::interval, attempts = attempts - $4::int,
        dedupe_key = headers->>'key', headers = headers || jsonb_build_object('error', $5::text)
    WHERE id = $1::bigint AND queue_manager_id = $2::uuid"""
HOLD = """
    UPDATE pgqueuer SET heartbeat = now() + $3::interval
    WHERE id = $1::bigint AND queue_manager_id = $2::uuid"""
PROGRESS = "UPDATE pgqueuer SET attempts = 1 WHERE queue_manager_id = $1::uuid AND id = ANY($2::bigint[])"
BURY = """
    UPDATE pgqueuer SET status = 'failed', queue_manager_id = NULL, updated = now(),
        dedupe_key = NULL, headers = headers || jsonb_build_object('error', $2::text)
    WHERE id = $1::bigint AND ($3::uuid IS NULL OR queue_manager_id = $3::uuid)"""
RETRY = """
    UPDATE pgqueuer SET status = 'queued', updated = now(), execute_after = now(), attempts = 0,
        dedupe_key = headers->>'key'
    WHERE id = $1::bigint AND status = 'failed'"""
CANCEL = "DELETE FROM pgqueuer WHERE headers->>'key' = $1::text"
DROP = "DELETE FROM pgqueuer WHERE id = $1::bigint"
COUNT = """
    SELECT count(*) FILTER (WHERE status = 'queued') AS waiting,
           count(*) FILTER (WHERE status = 'picked') AS running,
           count(*) FILTER (WHERE status = 'failed') AS buried,
           min(execute_after) FILTER (WHERE status = 'queued' AND execute_after <= now()) AS overdue_since
    FROM pgqueuer"""
# pgqueuer writes three rows for each job and never takes one away.
TIDY = "DELETE FROM pgqueuer_log WHERE created < now() - interval '1 day'"


class PostgresQueue:
    """Keeps moments by the database's clock; a kind of work in a lane is pgqueuer's entrypoint."""

    @cached_property
    def _queries(self) -> Queries:
        names = Names()
        return Queries(Tortoise(), qbe=QueryBuilderEnvironment(names), qbq=QueryQueueBuilder(names))

    async def promise(self, promise: Promise) -> None:
        await self._queries.enqueue(
            f"{promise.work}:{promise.lane}",
            orjson.dumps(promise.payload),
            promise.lane,
            promise.after,
            promise.key,
            {"key": promise.key} if promise.key else {},
            # Not "skip": this also locks the promise that waits, so that nobody begins it before the
            # change for which it is promised once more can be seen.
            on_conflict="update_priority",
        )

    async def cancel(self, key: str) -> int:
        return await _change(CANCEL, key)

    async def claim(
        self, owner: UUID, *, works: Collection[str], lane: int, limit: int, lease: timedelta
    ) -> list[Entry]:
        found = await self._queries.dequeue(
            limit,
            {QueueEntrypoint(f"{work}:{lane}"): ANY_NUMBER for work in works},
            QueueManagerId(owner),
            None,
            GRIP,
        )
        if not found:
            return []
        taken = await _ask(TAKEN, owner, [row.id for row in found], lease - GRIP)
        tries = {row["id"]: row["attempts"] for row in taken}
        return [_entry(row, tries[row.id]) for row in found if row.id in tries]

    async def renew(self, owner: UUID, ids: Collection[int], lease: timedelta) -> None:
        await _change(RENEW, owner, list(ids), lease - GRIP, LEASE - GRIP)

    async def done(self, id: int, owner: UUID) -> None:
        await _change(DONE, id, owner)

    async def again(
        self, id: int, owner: UUID, *, after: timedelta, error: str | None, counted: bool = True
    ) -> None:
        await self._wait_again(id, AGAIN, owner, after, 0 if counted else 1, error)

    async def hold(self, id: int, owner: UUID) -> bool:
        return bool(await _change(HOLD, id, owner, LEASE - GRIP))

    async def progress(self, owner: UUID, ids: Collection[int]) -> None:
        await _change(PROGRESS, owner, list(ids))

    async def bury(self, id: int, error: str, owner: UUID | None = None) -> bool:
        return bool(await _change(BURY, id, error, owner))

    async def retry(self, id: int) -> bool:
        return await self._wait_again(id, RETRY)

    async def _wait_again(self, id: int, statement: str, *values: Any) -> bool:
        try:
            return bool(await _change(statement, id, *values))
        except IntegrityError:
            # The same work was promised again meanwhile; that promise stands for both.
            return await self.drop(id)

    async def drop(self, id: int) -> bool:
        return bool(await _change(DROP, id))

    async def counts(self) -> Counts:
        [row] = await _ask(COUNT)
        return Counts(**row)

    async def buried(self, limit: int) -> list[Entry]:
        return [_entry(row, row.attempts) for row in await self._queries.list_failed_jobs(limit)]

    async def now(self) -> datetime:
        [row] = await _ask("SELECT now() AS moment")
        moment: datetime = row["moment"]
        return moment

    async def listen(self, wake: Wake) -> None:
        def hear(event: str) -> None:
            if orjson.loads(event).get("operation") == "insert":
                wake()

        db: Any = require_context().db()
        async with db.listening(self._queries.qbe.settings.channel, hear) as lost:
            await lost.wait()

    async def tidy(self) -> None:
        await _change(TIDY)


class Names(DBSettings):
    """pgqueuer's own names for its tables, whatever the environment says; it would even heed `CHANNEL`."""

    @classmethod
    def settings_customise_sources(  # type: ignore[override]
        cls, *_: object, init_settings: PydanticBaseSettingsSource, **_others: object
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


class Tortoise(Driver):
    """Speaks for pgqueuer through the connection that the caller's transaction holds."""

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        return await _ask(query, *args)

    async def execute(self, query: str, *args: object) -> str:
        await require_context().db().execute_query(query, list(args))
        return ""

    async def notify(self, channel: str, payload: str) -> None:
        await self.execute("SELECT pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: Callable[..., object]) -> None:
        raise NotImplementedError("A listener has a connection of its own")

    @property
    def shutdown(self) -> asyncio.Event:
        return asyncio.Event()

    @property
    def tm(self) -> TaskManager:
        return TaskManager()

    async def __aenter__(self) -> "Tortoise":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


ANY_NUMBER = EntrypointExecutionParameter(concurrency_limit=0)


async def _ask(query: str, *values: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await require_context().db().execute_query_dict(query, list(values))
    return rows


async def _change(statement: str, *values: Any) -> int:
    changed, _ = await require_context().db().execute_query(statement, list(values))
    return changed


def _entry(row: Row, tries: int) -> Entry:
    error = (row.headers or {}).get("error")
    return Entry(
        id=row.id,
        work=row.entrypoint.rpartition(":")[0],
        payload=orjson.loads(row.payload or b"{}"),
        tries=tries,
        error=str(error) if error else None,
    )


queue_class = PostgresQueue
