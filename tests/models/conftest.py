"""Gives the store's own tests a small garden, which does not change when the publication does."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

# Test programs run in processes of their own and find the garden the same way.
LAB = Path(__file__).parent / "lab"
sys.path.insert(0, str(LAB))

from garden import APPS  # noqa: E402

from models.store import Store, open_store  # noqa: E402

Gardener = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
def garden_url(dialect, databases) -> str:
    """Name a migrated garden without rows."""
    return databases.migrated(dialect, APPS)


@pytest.fixture
async def garden(garden_url: str) -> AsyncIterator[Store]:
    """Open a migrated garden without rows."""
    async with open_store(garden_url, migrate=False, apps=APPS) as opened:
        yield opened


@pytest.fixture
async def gardener() -> AsyncIterator[Gardener]:
    """Start processes that work in a garden; none outlives the test."""
    started: list[asyncio.subprocess.Process] = []

    async def start(*words: str) -> asyncio.subprocess.Process:
        paths = [LAB, LAB.parents[2], *filter(None, sys.path)]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "garden.gardener", *words),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
            stderr=asyncio.subprocess.PIPE,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await process.communicate()
