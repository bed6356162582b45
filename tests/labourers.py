"""Processes that work, to be listened to, told to end and killed."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
Start = Callable[..., Awaitable["Labourer"]]


class Labourer:
    """A process at work, and the lines it has told."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def tells(self, line: str) -> None:
        """Wait until it tells a line that begins so."""
        async with asyncio.timeout(60):
            while not (await self._next()).startswith(line):
                pass

    async def end(self, signal: int | None = None) -> int:
        """Send a signal, if there is one, and read what it still tells; give its exit code."""
        if signal is not None:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal)
        async with asyncio.timeout(60):
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


@asynccontextmanager
async def labourers(database_url: str) -> AsyncIterator[Start]:
    """Lend a way to start processes on a store, with settings by name; none outlives this."""
    started: list[asyncio.subprocess.Process] = []

    async def start(*words: str, **settings: str) -> Labourer:
        paths = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
        named = {f"GQL_SERVER_{name.upper()}": value for name, value in settings.items()}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *words,
            env={**os.environ, "PYTHONPATH": paths, "GQL_SERVER_DATABASE_URL": database_url, **named},
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
