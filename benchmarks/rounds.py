"""Measures in rounds: everybody has a turn in each, so that what disturbs the machine disturbs all alike."""

import statistics
from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from benchmarks.asking import Asker
from benchmarks.load import Measured
from benchmarks.systems import Contender

MOST_WARM_SECONDS = 1.0
Key = TypeVar("Key")


class Pace(NamedTuple):
    """How many rounds, how long a turn is, and over how many connections is asked."""

    rounds: int
    seconds: float
    connections: int


class Figure(NamedTuple):
    """Medians over the rounds: requests a second, and the median time of one in ms."""

    rate: float
    p50: float


async def measure(who: Asker, contenders: Mapping[Key, Contender], pace: Pace) -> dict[Key, Figure]:
    """Let each have its turn in each round; give medians."""
    turns: dict[Key, list[Measured]] = {key: [] for key in contenders}
    for _ in range(pace.rounds):
        for key, each in contenders.items():
            # Everything once: a server that waited while others had their turns has forgotten what it kept.
            # Who is slow gains little by it, and would take minutes.
            once = len(each.requests) + 5
            await _ask(who, each, connections=pace.connections, times=once, seconds=MOST_WARM_SECONDS)
            turns[key].append(await _ask(who, each, connections=pace.connections, seconds=pace.seconds))
    return {
        key: Figure(statistics.median(t.rate for t in turn), statistics.median(t.p50 for t in turn))
        for key, turn in turns.items()
    }


async def _ask(who: Asker, one: Contender, **how: float) -> Measured:
    return await who.ask(one.address, one.requests, status=one.status, holds=one.holds, **how)
