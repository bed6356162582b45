"""Servers as processes of their own, each on a core that it has for itself where that can be said."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

ADDRESS = re.compile(rb"(http://127\.0\.0\.1:\d+)/")
SERVE = ("-m", "gql_server", "serve", "--port", "0")


class Served(NamedTuple):
    """A running server: where, and which process."""

    address: str
    process: int


@asynccontextmanager
async def served(url: str, **settings: str) -> AsyncIterator[str]:
    """Serve a store from a process of its own, with settings by name; give its address."""
    async with started(SERVE, url, settings) as server:
        yield server.address


@asynccontextmanager
async def started(
    command: Sequence[str], url: str, settings: dict[str, str], *, core: int | None = None
) -> AsyncIterator[Served]:
    """Start a Python program that serves a store and says where."""
    named = {f"GQL_SERVER_{name.upper()}": value for name, value in settings.items()}
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, *command),
        env={**os.environ, "GQL_SERVER_DATABASE_URL": url, **named},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=pinned(core),
    )
    assert server.stdout is not None
    try:
        while not (found := ADDRESS.search(line := await server.stdout.readline())):
            if not line:
                raise SystemExit(f"the server did not start: {' '.join(command)}")
        yield Served(found[1].decode(), server.pid)
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


def cores() -> tuple[int | None, int | None]:
    """Give a core for the server and one for who asks, where there are two and a process can choose."""
    found = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return (found[0], found[-1]) if len(found) > 1 else (None, None)


def pinned(core: int | None) -> Callable[[], None] | None:
    """Give what a new process does first to stay on a core."""
    return None if core is None else lambda: os.sched_setaffinity(0, {core})
