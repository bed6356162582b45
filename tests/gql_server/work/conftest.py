"""Gives the worker's tests processes that work."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.labourers import Labourer, Start, labourers

LAB = Path(__file__).parent / "lab"


@pytest.fixture
async def start(database_url: str) -> AsyncIterator[Start]:
    """Start a process that works; none outlives the test."""
    async with labourers(database_url) as start:
        yield start


@pytest.fixture
def labour(start: Start, database_url: str) -> Start:
    """Start a process that works on the store."""

    async def start_on_store(command: str, *words: str) -> Labourer:
        return await start(str(LAB / "labour.py"), command, database_url, *words)

    return start_on_store
