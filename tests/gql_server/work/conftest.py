"""Gives the worker's tests processes that work, and a way to wait for what they do."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

LAB = Path(__file__).parent / "lab"
Start = Callable[..., Awaitable["Labourer"]]


class Labourer:
    """A process at work, and the lines it has told."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def tells(self, line: str) -> None:
        """Wait until it tells a line that begins so."""
        async with asyncio.timeout(30):
            while not (await self._next()).startswith(line):
                pass

    async def end(self, signal: int) -> int:
        """Send a signal and read what it still tells; give its exit code."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal)
        async with asyncio.timeout(30):
            while await self._next(at_end=""):
                pass
            return await self.process.wait()

    def did(self) -> list[int]:
        """Give the numbers that it told to be done."""
        return [int(line.split()[1]) for line in self.lines if line.startswith("done ")]

    async def _next(self, at_end: str | None = None) -> str:
        line = (await self.process.stdout.readline()).decode().strip()
        if not line and at_end is None:
            raise EOFError(f"It ended, and told only {self.lines[-3:]}")
        self.lines += [line] if line else []
        return line


@pytest.fixture
async def start(database_url: str) -> AsyncIterator[Start]:
    """Start a process that works; none outlives the test."""
    started: list[asyncio.subprocess.Process] = []

    async def start(*words: str) -> Labourer:
        paths = os.pathsep.join([str(LAB.parents[3]), *filter(None, sys.path)])
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *words,
            env={**os.environ, "PYTHONPATH": paths, "GQL_SERVER_DATABASE_URL": database_url},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT if "-m" in words else asyncio.subprocess.DEVNULL,
        )
        started.append(process)
        return Labourer(process)

    yield start
    for process in started:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await process.communicate()


@pytest.fixture
def labour(start: Start, database_url: str) -> Start:
    """Start a process that works on the store."""

    async def start_on_store(command: str, *words: str) -> Labourer:
        return await start(str(LAB / "labour.py"), command, database_url, *words)

    return start_on_store
