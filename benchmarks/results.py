"""What was measured, as tables for docs/benchmarks.md."""

from collections.abc import Mapping, Sequence

from benchmarks.asks import title
from benchmarks.rounds import Figure
from benchmarks.systems import CACHED, CONSTANT, NAIVE, OURS, PLANS_OFF, READING, REVISITED

Figures = Mapping[str, Figure]  # by system
# What is divided by what: of requests a second.
RATIOS = (
    (OURS, NAIVE), (OURS, PLANS_OFF), (OURS, CONSTANT), (CACHED, CONSTANT), (REVISITED, CONSTANT),
)  # fmt: skip
CALLED = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def speeds(store: str, posts: int, measured: Mapping[str, Figures]) -> str:
    """Show requests a second with their median times, and what they are in proportion."""
    systems = [system.name for system in READING if any(system.name in each for each in measured.values())]
    ratios = [(one, other) for one, other in RATIOS if one in systems and other in systems]
    heads = [f"{CALLED[store]}, {_number(posts)} posts", *systems]
    heads += [f"{one.removeprefix('ours, ')} : {other.removeprefix('ours, ')}" for one, other in ratios]
    rows = [
        [
            title(name),
            *(_speed(each.get(system)) for system in systems),
            *(_divided(each.get(one), each.get(other)) for one, other in ratios),
        ]
        for name, each in measured.items()
    ]
    return _table(heads, rows)


def growth(store: str, sizes: Sequence[int], measured: Mapping[str, Mapping[tuple[str, int], Figure]]) -> str:
    """Show how the median time of a request grows with the posts."""
    systems = list(dict.fromkeys(system for each in measured.values() for system, _ in each))
    heads = [f"{CALLED[store]}, ms"]
    heads += [head for system in systems for head in [*(f"{system}, {_number(s)}" for s in sizes), "growth"]]
    rows = []
    for name, each in measured.items():
        row = [title(name)]
        for system in systems:
            times = [each[system, size].p50 for size in sizes]
            row += [f"{time:.2f}" for time in times] + [f"**{times[-1] / times[0]:.2f}**"]
        rows.append(row)
    return _table(heads, rows)


def between_stores(measured: Mapping[str, Mapping[str, Figures]]) -> str:
    """Show how much faster ours is on SQLite than on PostgreSQL."""
    one, other = measured["sqlite"], measured["postgres"]
    systems = (OURS, CACHED)
    rows = [
        [title(name), *(_divided(one[name].get(system), other[name].get(system)) for system in systems)]
        for name in one
    ]
    return _table(["SQLite : PostgreSQL", *systems], rows)


def _speed(figure: Figure | None) -> str:
    return "" if figure is None else f"{_number(round(figure.rate))} ({figure.p50:.2f} ms)"


def _divided(one: Figure | None, other: Figure | None) -> str:
    return "" if one is None or other is None else f"**{one.rate / other.rate:.2f}**"


def _number(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
