"""Reads what a plan asks for, statement after statement, as fast as the store allows.

A plan is a generator: it yields statements, is sent their rows, and returns what it has made of them.
"""

from collections.abc import Callable
from typing import Any

from tortoise.context import require_context

from models.engines.steps import Steps, T

POSTGRES = "postgres"


async def read(begin: Callable[[], Steps[T]], *, is_long: bool = False) -> T:
    """Go through the steps of a plan; what `is_long` must not hold up others. It may be begun twice."""
    store: Any = require_context().db()
    return await store.read(begin, is_long=is_long)  # type: ignore[no-any-return]


def reads_at_once() -> bool:
    """Tell whether the open store can be read without letting others go on meanwhile."""
    store: Any = require_context().db()
    return bool(store.reads_at_once)


def read_at_once(begin: Callable[[], Steps[T]]) -> T:
    """Go through the steps of a plan while everybody waits; raise TooLong when they would wait long."""
    store: Any = require_context().db()
    return store.read_at_once(begin)  # type: ignore[no-any-return]


def dialect() -> str:
    """Name the dialect of the open store."""
    return str(require_context().db().capabilities.dialect)
