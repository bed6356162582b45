"""Works in the garden from a process of its own."""

import asyncio
import sys
from importlib import import_module

from garden import APPS
from garden.nouns import Bed, Plant
from models.atomic import atomic
from models.engines import sqlite
from models.store import open_store

# Three who write at once on a busy machine may wait for long.
sqlite.PRAGMAS["busy_timeout"] = "60000"


@atomic
async def plant(name: str) -> None:
    """Make a bed with a plant in it, after a look that a deferred transaction would not survive."""
    await Bed.all().count()
    bed = await Bed.create(name=name)
    await Plant.create(bed=bed, name=name)


async def dig(url: str, who: str, count: str) -> None:
    """Plant that many beds, one transaction each."""
    async with open_store(url, migrate=False, apps=APPS):
        for number in range(int(count)):
            await plant(f"{who} {number}")


async def migrate(url: str, apps: str) -> None:
    """Bring the garden up to date by another package of migrations."""
    async with open_store(url, apps=import_module(apps).APPS):
        pass


async def stumble(url: str) -> None:
    """Fail while the store is open."""
    async with open_store(url, migrate=False, apps=APPS):
        await Bed.all().count()
        raise LookupError("stumbled")


if __name__ == "__main__":
    asyncio.run({"dig": dig, "migrate": migrate, "stumble": stumble}[sys.argv[1]](*sys.argv[2:]))
