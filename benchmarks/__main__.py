"""Measures queries and mutations: ours beside the same as people write it, and the fastest there can be.

Every system is a process on one core, who asks is one on another, and all of them take turns.
"""

import argparse
import asyncio
import re
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks import results
from benchmarks.asking import Asker, asker
from benchmarks.asks import CALLED, MUTATIONS, QUERIES, asks
from benchmarks.rounds import Figure, Pace, measure
from benchmarks.servers import cores
from benchmarks.stores import STORES, Stores, stores, tell
from benchmarks.systems import GROWING, READING, WRITING, System, field

FULL, QUICK = (1_000, 10_000, 100_000), (500, 2_000)
CONNECTIONS = 8  # fewer than the months that are asked for
SMALLEST = 500  # posts
OTHER = re.compile(r'"""(?P<does>.+): `\./dev bench (?P<name>\w+)`\.')


class Plan(NamedTuple):
    """What is measured, and for how long."""

    names: tuple[str, ...]
    stores: tuple[str, ...]
    sizes: tuple[int, ...]
    pace: Pace

    @property
    def size(self) -> int:
        """The size that the systems are compared at: the middle one."""
        return self.sizes[len(self.sizes) // 2]

    def of(self, kind: tuple[str, ...]) -> tuple[str, ...]:
        """Give the names of a kind."""
        return tuple(name for name in self.names if name in kind)


async def main(plan: Plan) -> None:
    """Measure on each store; print tables."""
    here = asyncio.current_task()
    assert here is not None
    # So that who ends it otherwise than by Ctrl-C leaves no server and no store behind either.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, here.cancel)
    compared: dict[str, dict[str, Mapping[str, Figure]]] = {}
    server_core, other_core = cores()
    with stores() as made:
        async with asker(other_core) as who:
            for store in plan.stores:
                urls = {size: await made.generated(store, size) for size in plan.sizes}
                run = Run(plan, made, who, server_core)
                compared[store] = await run.compare(READING, urls[plan.size], plan.of(QUERIES))
                grown = await run.grow(urls)
                compared[store] |= await run.compare(WRITING, urls[plan.size], plan.of(MUTATIONS))
                print(f"\n{results.speeds(store, plan.size, compared[store])}", flush=True)
                if grown:
                    print(f"\n{results.growth(store, plan.sizes, grown)}", flush=True)
    if len(compared) == len(STORES):
        print(f"\n{results.between_stores(compared)}", flush=True)


class Run:
    """One store's turn."""

    def __init__(self, plan: Plan, made: Stores, who: Asker, core: int | None) -> None:
        self._plan = plan
        self._made = made
        self._who = who
        self._core = core

    async def compare(
        self, systems: tuple[System, ...], url: str, names: tuple[str, ...]
    ) -> dict[str, Mapping[str, Figure]]:
        """Measure systems beside each other on one store."""
        if not names:
            return {}
        asked = asks(self._plan.size, names)
        found: dict[str, Mapping[str, Figure]] = {}
        async with field(url, self._made.fresh(), self._core, systems, asked) as running:
            for ask in asked:
                tell(f"measuring {ask.name}")
                contenders = {each.name: each for each in await running.contenders(ask)}
                found[ask.name] = await measure(self._who, contenders, self._plan.pace)
        return found

    async def grow(self, urls: Mapping[int, str]) -> dict[str, dict[tuple[str, int], Figure]]:
        """Measure the same queries on stores of several sizes, one request at a time."""
        names, pace = self._plan.of(QUERIES), self._plan.pace._replace(connections=1)
        if len(urls) < 2 or not names:
            return {}
        found: dict[str, dict[tuple[str, int], Figure]] = {}
        async with AsyncExitStack() as stack:
            fields = {
                size: await stack.enter_async_context(
                    field(url, self._made.fresh(), self._core, GROWING, asks(size, names))
                )
                for size, url in urls.items()
            }
            for place, name in enumerate(names):
                tell(f"measuring the growth of {name}")
                contenders = {
                    (each.name, size): each
                    for size, running in fields.items()
                    for each in await running.contenders(asks(size, names)[place])
                }
                found[name] = await measure(self._who, contenders, pace)
        return found


def read_plan(arguments: list[str] | None = None) -> Plan:
    """Read what is to be measured from the command line."""
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        description=__doc__,
        epilog=f"There is more to measure; each has a --help:\n{_others()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="small sizes and short turns: a minute or two")
    parser.add_argument("--only", default="", help="these alone, with commas: q1,q2,m1 or node")
    parser.add_argument("--store", choices=STORES, help="this store alone")
    parser.add_argument("--sizes", default="", help="numbers of posts, with commas: 1000,10000")
    given = parser.parse_args(arguments)
    known = (*QUERIES, *MUTATIONS)
    names = tuple(CALLED.get(name.lower(), name) for name in given.only.split(",") if name)
    if unknown := [name for name in names if name not in known]:
        parser.error(f"there is no {unknown[0]!r}; there are {', '.join((*CALLED, *known))}")
    try:
        sizes = tuple(sorted(int(size) for size in given.sizes.split(",") if size))
    except ValueError:
        parser.error("--sizes are numbers of posts, with commas: 1000,10000")
    if sizes and sizes[0] < SMALLEST:
        parser.error(f"a blog has at least {SMALLEST} posts, or its pages would not be full")
    return Plan(
        names=names or (tuple(CALLED.values()) if given.quick else known),
        stores=(given.store,) if given.store else STORES,
        sizes=sizes or (QUICK if given.quick else FULL),
        pace=Pace(2, 0.4, CONNECTIONS) if given.quick else Pace(5, 1.0, CONNECTIONS),
    )


def _others() -> str:
    """List the other benchmarks, each with what it says of itself."""
    found = (OTHER.match(file.read_text()) for file in sorted(Path(__file__).parent.glob("*.py")))
    return "\n".join(f"  {told['name']:<11} {told['does']}" for told in found if told)


if __name__ == "__main__":
    chosen = read_plan()
    with suppress(asyncio.CancelledError):
        asyncio.run(main(chosen))
