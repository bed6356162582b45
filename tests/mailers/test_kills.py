"""A sending process that is killed loses no letter; it repeats at most one a line, with the same bytes."""

import asyncio
import os
import sqlite3
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from mailers.post_office import MOST_LINES
from tests.mailers import sending
from tests.mailers.smtp import MailServer


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.faults)])
async def test_killed_in_the_middle_of_a_batch(kills, tmp_path):
    book, letters = str(tmp_path / "book.sqlite3"), 200 * (kills + 1)
    sending.make(book, letters)
    async with MailServer() as server:
        for _ in range(kills):
            process, before = await start(book, server), len(server.taken)
            await server.until(lambda before=before: len(server.taken) >= before + 150)
            process.kill()
            assert await process.wait() < 0
        last = await start(book, server)
        assert await last.wait() == 0
        times = Counter(taken.recipient for taken in server.taken)
        contents = defaultdict(set)
        for taken in server.taken:
            contents[taken.recipient].add(taken.content)
    assert len(times) == letters
    assert sum(times.values()) - letters <= kills * MOST_LINES
    assert {len(variants) for variants in contents.values()} == {1}
    assert sqlite3.connect(book).execute("SELECT count(*) FROM letter WHERE NOT sent").fetchone() == (0,)


async def start(book, server):
    root = Path(__file__).parents[2]
    return await asyncio.create_subprocess_exec(
        sys.executable, sending.__file__, book, str(server.port), env={**os.environ, "PYTHONPATH": str(root)}
    )
