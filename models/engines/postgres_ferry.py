"""The crossing to PostgreSQL: all who wait for the same statement share a round trip and a transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from logging import Logger
from typing import Any

import asyncpg

from models.engines.ferry import Board, Cross
from models.engines.postgres_lines import Lines

Values = Sequence[Any]
Translate = Callable[[Callable[[Any], Awaitable[Any]]], Awaitable[Any]]
# Who waits for a row that somebody has locked keeps those aboard, and nobody else.
PATIENCE_SECONDS = 0.1


def crossing(query: str, lines: Lines, translate: Translate, log: Logger) -> Cross[Values]:
    """Take them over with a statement that gives a row for each.

    Commits that notify go one after the other, and each waits for the disk: many in one is what lets them be
    fast.
    """

    async def send(board: Board[Values]) -> list[Any]:
        async with lines.lend() as connection:
            asked = board()
            for values in asked:
                log.debug("%s: %s", query, values)
            rows: list[Any] = await connection.fetchmany(query, asked)
            return rows

    async def cross(board: Board[Values]) -> Sequence[Any]:
        aboard: Sequence[Values] = ()

        def go_aboard() -> Sequence[Values]:
            nonlocal aboard
            aboard = board()
            return aboard

        try:
            return await translate(lambda _: send(go_aboard))  # type: ignore[no-any-return]
        except Exception as error:
            if len(aboard) < 2 or not _has_kept_nothing(error.__cause__):
                raise
        # None of them is there, because of one: it shall fail alone.
        return await asyncio.gather(*(alone(values) for values in aboard), return_exceptions=True)

    async def alone(values: Values) -> Any:
        [row] = await translate(lambda _: send(lambda: [values]))
        return row

    return cross


def _has_kept_nothing(error: BaseException | None) -> bool:
    """Tell whether a transaction that failed so was undone for sure."""
    # A line may break after the commit, and a server say then that it goes down. What the driver cannot write
    # it takes back together with all it has sent.
    is_told = isinstance(error, asyncpg.PostgresError) and error.severity_en == "ERROR"
    return is_told or isinstance(error, asyncpg.DataError)
