"""The ferry to SQLite's writer: all verbs that wait share one hop to its thread, one commit and one fsync.

Each is a function of statements, and may fail alone; each is told of only after the commit, which it shares
the luck of.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from logging import Logger
from typing import Any

Run = Callable[[str, Any], list[sqlite3.Row]]
Work = Callable[[Run], Any]


@dataclass(frozen=True, slots=True, eq=False)
class _Passenger:
    work: Work
    learn: Callable[[Any], object]
    arrived: asyncio.Future[Any]


class Ferry:
    """Crosses as long as somebody waits."""

    def __init__(self, lend: Callable[[], AbstractAsyncContextManager[Any]], log: Logger) -> None:
        self._lend = lend
        self._log = log
        self._waiting: list[_Passenger] = []
        self._crossing: asyncio.Task[None] | None = None

    async def take(self, work: Work, learn: Callable[[Any], object]) -> Any:
        """Take one over; it has happened whole, was told of and is in the store when this returns."""
        passenger = _Passenger(work, learn, asyncio.get_running_loop().create_future())
        self._waiting.append(passenger)
        if self._crossing is None:
            self._crossing = asyncio.create_task(self._cross())
        return await passenger.arrived

    async def _cross(self) -> None:
        try:
            while self._waiting:
                await self._cross_once()
        finally:
            self._crossing = None

    async def _cross_once(self) -> None:
        aboard: list[_Passenger] = []
        try:
            async with self._lend() as connection:
                aboard, self._waiting = self._waiting, []
                works = [passenger.work for passenger in aboard]
                outcomes = await connection._execute(together, connection._conn, works, self._log)
        except BaseException as error:
            # Who came meanwhile may fare better, unless nobody can be taken at all.
            lost = aboard or self._waiting
            self._waiting = [] if not aboard else self._waiting
            for passenger in lost:
                _arrive(passenger, error)
            if not isinstance(error, Exception):
                raise
            return
        for passenger, outcome in zip(aboard, outcomes, strict=True):
            _arrive(passenger, outcome)


def _arrive(passenger: _Passenger, outcome: Any) -> None:
    try:
        # Also when whoever came has left meanwhile: it is in the store.
        if not isinstance(outcome, BaseException):
            passenger.learn(outcome)
    except Exception as error:
        outcome = error
    if passenger.arrived.done():
        return
    if isinstance(outcome, BaseException):
        passenger.arrived.set_exception(outcome)
    else:
        passenger.arrived.set_result(outcome)


def together(connection: sqlite3.Connection, works: Sequence[Work], log: Logger) -> list[Any]:
    """Do several works in one transaction, on the writer's thread; give what each gave or failed with."""
    run = statements_of(connection, log)
    # A deferred transaction that finds another process writing fails at once, whatever the timeout.
    connection.execute("BEGIN IMMEDIATE")
    try:
        outcomes = [_apart(connection, work, run) for work in works]
        connection.execute("COMMIT")
    except BaseException:
        # Not ROLLBACK: SQLite has already done it by itself when the disk was full.
        connection.rollback()
        raise
    return outcomes


def statements_of(connection: sqlite3.Connection, log: Logger) -> Run:
    """Give what runs one statement on the writer's thread."""

    def run(statement: str, values: Any) -> list[sqlite3.Row]:
        log.debug("%s: %s", statement, values)
        return connection.execute(statement, values).fetchall()

    return run


def _apart(connection: sqlite3.Connection, work: Work, run: Run) -> Any:
    connection.execute("SAVEPOINT apart")
    outcome: Any
    try:
        outcome = work(run)
    except Exception as error:
        if not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO apart")
        outcome = error
    connection.execute("RELEASE apart")
    return outcome
