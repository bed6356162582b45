"""Who asks: a process on a core of its own that is given jobs, and single questions beside it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec

from benchmarks.asks import NUMBER, Ask
from benchmarks.load import Load, Measured
from benchmarks.servers import pinned
from benchmarks.wire import TAKES

_numbers = count(1, 1_000_000)


class Asker:
    """Hands jobs to the process that asks."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, address: str, requests: Sequence[bytes], **how: Any) -> Measured:
        """Let requests be sent; give what was measured, or end with what went wrong."""
        url = urlsplit(address)
        assert url.hostname is not None
        assert url.port is not None
        first = next(_numbers)
        load = Load(host=url.hostname, port=url.port, requests=list(requests), first=first, **how)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(load) + b"\n")
        line = await self._process.stdout.readline()
        if not line:
            raise SystemExit("the process that asks has ended")
        measured = msgspec.json.decode(line, type=Measured)
        if measured.failure:
            raise SystemExit(f"{requests[0][:1000].decode()}\nwas answered\n{measured.failure}")
        return measured


@asynccontextmanager
async def asker(core: int | None) -> AsyncIterator[Asker]:
    """Start the process that asks."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.load"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=pinned(core),
    )
    try:
        yield Asker(process)
    finally:
        process.terminate()
        await process.wait()


async def answers(address: str, ask: Ask, most: int = 10) -> list[bytes]:
    """Ask with the first few variables, one after the other; give the answers' bytes."""
    headers = {"Content-Type": "application/json", "Accept": TAKES, "Accept-Encoding": "identity"}
    found: list[bytes] = []
    async with aiohttp.ClientSession(headers=headers) as session:
        for body in ask.bodies[:most]:
            numbered = body.replace(NUMBER.encode(), b"%012d" % 7)
            async with session.post(address, data=numbered) as reply:
                found.append(await reply.read())
                if reply.status != 200 or b'"errors":[{' in found[-1]:
                    raise SystemExit(f"{body.decode()}\nwas answered\n{reply.status} {found[-1][:1000]!r}")
    return found


async def tag(session: aiohttp.ClientSession, url: str) -> str | None:
    """Ask by GET; give the tag that the answer may be kept under, if there is one."""
    async with session.get(url, headers={"Accept": TAKES}) as reply:
        await reply.read()
        return reply.headers.get("ETag")
