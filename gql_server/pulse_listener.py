"""Hears the pulse of other processes: what they tell of their store, for as long as it is open here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import structlog
from aiohttp import web

import models

DEAF_SECONDS = 1.0
# A store that hangs must not keep the doors closed; who reads from it waits by himself.
PATIENCE_SECONDS = 5.0
log = structlog.get_logger("ear")


async def listening(_app: web.Application) -> AsyncIterator[None]:
    """Listen from before the doors open until before the store closes."""
    begun = asyncio.Event()
    hearing = asyncio.create_task(hear_on(begun))
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await begun.wait()
    yield
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)


async def hear_on(begun: asyncio.Event) -> None:
    """Hear over and over; say once when it stops, for a store may be away for long, and when it goes on."""
    is_deaf = False
    while True:
        try:
            async with models.pulse.hearing() as lost:
                if is_deaf:
                    log.info("hears the other processes again")
                is_deaf = False
                begun.set()
                await lost.wait()
            reason = "the line was lost"
        except Exception as error:
            reason = type(error).__name__
        begun.set()
        if not is_deaf:
            log.warning("cannot hear the other processes for now", reason=reason)
        is_deaf = True
        await asyncio.sleep(DEAF_SECONDS)
