"""The port between the nouns and what strangers bring: whatever it takes, it is one step to the store.

Other verbs are written in Tortoise, a statement at a time. These two are asked for by everybody, and kept by
each store as it does it best: in one statement on PostgreSQL, in one hop to the writer on SQLite.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from tortoise.context import require_context

from models.engines.queues import Promise

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A command to be done once: its key, and between which moments another with this key counts."""

    key: str
    at: datetime
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a comment goes: below a post that takes comments, and below the comment that it replies to; and
    what becomes of it.

    `id` is None when nothing was kept: one of the two is not so, or the command came before.
    """

    is_open: bool
    has_above: bool
    id: int | None = None
    parent_id: int | None = None
    depth: int = 0
    status: str = "pending"
    held_because: str | None = None

    @property
    def is_shown(self) -> bool:
        """Whether everybody may read it at once."""
        return self.status == "approved"


class Intake(Protocol):
    """What each store can do."""

    async def comment(
        self,
        row: Row,
        promise: Promise,
        *,
        moment: datetime,
        once: Once | None,
        tell: Callable[[int], object],
    ) -> Place | None:
        """Keep a comment below a post that readers see at a moment; None when they see none.

        It becomes what the row's `status` says, and without one what its doubts and the site's policy say.
        What is approved is shown and counted; `tell` is called with the id that it has, or will have as soon
        as it is shown. The promise is kept with the comment's id when somebody is to get a letter.
        """

    async def sign_up(self, row: Row, promise: Promise, *, once: Once | None) -> None:
        """Keep a request together with the promise of work on it, which is given its id; or neither, when
        the command came before.
        """


def intake() -> Intake:
    """Give the intake of the open store."""
    return _intake(require_context().db().capabilities.dialect)


@cache
def _intake(dialect: str) -> Intake:
    # Only one of the two is needed, and asyncpg is not installed where there is no PostgreSQL.
    made: Intake = importlib.import_module(f"models.engines.{dialect}_intake").intake_class()
    return made
