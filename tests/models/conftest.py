"""Gives the store's own tests a small garden, which does not change when the publication does."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

# Test programs run in processes of their own and find the garden the same way.
LAB = str(Path(__file__).parent / "lab")
sys.path.insert(0, LAB)

from garden import APPS  # noqa: E402
from models.store import Store, open_store  # noqa: E402


@pytest.fixture
def garden_url(dialect, databases) -> str:
    """Name a migrated garden without rows."""
    return databases.migrated(dialect, APPS)


@pytest.fixture
async def garden(garden_url: str) -> AsyncIterator[Store]:
    """Open a migrated garden without rows."""
    async with open_store(garden_url, migrate=False, apps=APPS) as opened:
        yield opened
