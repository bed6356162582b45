"""A verb marked `atomic` happens whole or not at all, even when whoever asked for it walks away."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.context import require_context
from tortoise.transactions import in_transaction

from models.engines.transactions import Unavailable
from models.errors import Refused

P = ParamSpec("P")
R = TypeVar("R")

# The event loop holds its tasks weakly; a verb nobody waits for any more must not be collected half done.
_running: set[asyncio.Task[Any]] = set()


def atomic(verb: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Run a verb in one transaction of its own, or in the one that is already open."""

    @wraps(verb)
    async def whole(*args: P.args, **kwargs: P.kwargs) -> R:
        if isinstance(require_context().db(), TransactionalDBClient):
            return await verb(*args, **kwargs)
        return await _to_its_end(_alone(lambda: verb(*args, **kwargs)))

    return whole


def in_one_step(verb: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Run a verb that is one step to the store, and so happens whole without a transaction around it."""

    @wraps(verb)
    async def whole(*args: P.args, **kwargs: P.kwargs) -> R:
        if isinstance(require_context().db(), TransactionalDBClient):
            return await verb(*args, **kwargs)
        return await _to_its_end(verb(*args, **kwargs))

    return whole


async def settled() -> None:
    """Wait until every atomic verb has ended one way or the other."""
    while _running:
        await asyncio.wait(_running)


async def _to_its_end(verb: Coroutine[Any, Any, R]) -> R:
    heard = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(_told(verb, heard))
    _running.add(task)
    task.add_done_callback(_running.discard)
    try:
        # Not the task behind a shield: whoever waits would be called two turns of the loop later, not one.
        return await heard  # type: ignore[no-any-return]
    except asyncio.CancelledError:
        task.add_done_callback(_unheard)
        raise


async def _told(verb: Coroutine[Any, Any, R], heard: asyncio.Future[R]) -> None:
    """Run a verb, and tell what came of it; what nobody hears any more is what became of this."""
    try:
        outcome = await verb
    except asyncio.CancelledError:
        heard.cancel()
        raise
    except BaseException as error:
        if heard.done():
            raise
        heard.set_exception(error)
    else:
        if not heard.done():
            heard.set_result(outcome)


def _unheard(task: asyncio.Task[None]) -> None:
    """Let go what whoever walked away would have been told; only a failure of ours is still news."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, (Refused, Unavailable)):
        task.get_loop().call_exception_handler(
            {"message": "a verb failed that nobody waited for any more", "exception": error, "task": task}
        )


async def _alone(verb: Callable[[], Coroutine[Any, Any, R]]) -> R:
    async with in_transaction():
        return await verb()
