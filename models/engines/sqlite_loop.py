"""Reads SQLite in the event loop itself: a bounded read takes less time than a thread takes to wake up."""

import sqlite3
from collections.abc import Callable, Sequence
from logging import Logger
from math import inf
from time import perf_counter
from typing import Any

from models.engines.steps import Steps, T, TooLong
from models.engines.transactions import CLOSED, Unavailable

# Others wait for the statements of a plan so long at most; what takes longer is read anew elsewhere.
MOST_SECONDS = 0.02
STEPS_BETWEEN_LOOKS = 2_000  # of SQLite's machine: some hundred microseconds
STATEMENTS = 1_000
RowsOf = Callable[[str, Sequence[Any]], list[Any]]
# What is read again and again stays in memory: 16 MB of pages.
PRAGMAS = ("query_only=ON", "cache_size=-16000")


class LoopReader:
    """One connection that may only read, and sees what was committed."""

    def __init__(self, file: str, log: Logger) -> None:
        self._file = file
        self._log = log
        self._connection: sqlite3.Connection | None = None
        self._is_over = False
        self._until = inf
        self._left = 0.0

    def read(self, begin: Callable[[], Steps[T]]) -> T:
        """Go through the steps of a plan in one moment of the store."""
        connection = self._connection or self._open()
        self._left = MOST_SECONDS
        try:
            connection.execute("BEGIN")
            try:
                return walk(begin(), self._rows, self._log)
            finally:
                # However late it is: a transaction that were left open would see nothing new any more.
                self._until = inf
                connection.rollback()
        except sqlite3.OperationalError as error:
            if connection.in_transaction:
                self.close()
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY):
                raise TooLong from None
            raise

    def version(self) -> object:
        """Give what changes with every commit of others."""
        self._until = inf
        try:
            connection = self._connection or self._open()
            [[version]] = connection.execute("PRAGMA data_version").fetchall()
        except (sqlite3.Error, Unavailable):
            return object()  # unlike any other
        return connection, version

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def end(self) -> None:
        """Close the connection, and let nobody open another."""
        self._is_over = True
        self.close()

    def _open(self) -> sqlite3.Connection:
        if self._is_over:
            raise Unavailable(CLOSED)
        # It waits for nobody: while it does, nothing else is done in this process.
        connection = sqlite3.connect(
            self._file, timeout=0, isolation_level=None, cached_statements=STATEMENTS
        )
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.set_progress_handler(self._is_late, STEPS_BETWEEN_LOOKS)
        self._connection = connection
        return connection

    def _rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        assert self._connection is not None
        if self._left <= 0:
            raise TooLong
        begun = perf_counter()
        self._until = begun + self._left
        rows = self._connection.execute(sql, values).fetchall()
        self._left -= perf_counter() - begun
        return rows

    def _is_late(self) -> bool:
        return perf_counter() > self._until


def walk(steps: Steps[T], rows_of: RowsOf, log: Logger) -> T:
    """Go through the steps of a plan."""
    rows: Any = None
    try:
        while True:
            sql, values = steps.send(rows)
            log.debug("%s: %s", sql, values)
            rows = rows_of(sql, values)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
