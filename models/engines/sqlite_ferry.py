"""The crossing to SQLite's writer: all who wait share one hop to its thread, and one transaction there."""

import sqlite3
from collections.abc import Callable, Sequence
from logging import Logger
from typing import Any

Run = Callable[[str, Any], list[sqlite3.Row]]
Work = Callable[[Run], Any]


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
