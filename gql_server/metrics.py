"""Metrics of this process, in the text format of Prometheus, for who asks from this machine."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from aiohttp import web

import models
from gql_server.answer_cache import ANSWER_CACHE, SEGMENTS
from gql_server.answering import ANSWERING
from gql_server.open_connections import OPEN_CONNECTIONS
from gql_server.purging import PURGING
from gql_server.visitors import is_of_this_machine
from schema.kept import Kept

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
A_DAY = timedelta(days=1)
# What it is called, what kind of number it is, what it tells, and the numbers, each with its label.
Metric = tuple[str, str, str, dict[str, int]]


# Whole answers, and the fields of the root of which others are made.
KEPT: list[tuple[str, str, str, Callable[[Kept], int]]] = [
    ("hits_total", "counter", "What was given again as it was kept.", lambda kept: kept.hits),
    ("misses_total", "counter", "What had to be made.", lambda kept: kept.misses),
    ("forgotten_total", "counter", "What was dropped for a change.", lambda kept: kept.forgotten),
    ("evicted_total", "counter", "What was dropped for want of room.", lambda kept: kept.evicted),
    ("now", "gauge", "How many are kept now.", len),
    ("bytes", "gauge", "What they take.", lambda kept: kept.bytes),
]


async def show(request: web.Request) -> web.Response:
    """Show the metrics to this machine, and to nobody else that there are any."""
    if not is_of_this_machine(request):
        raise web.HTTPNotFound
    metrics = [*_metrics(request.app), *await _promised()]
    text = "".join(map(_written, metrics))
    return web.Response(body=text.encode(), headers={"Content-Type": MEDIA, "Cache-Control": "no-store"})


def _metrics(app: web.Application) -> Iterator[Metric]:
    cache = app[ANSWER_CACHE]
    rooms = {'{what="answer"}': cache.kept, '{what="field"}': app[SEGMENTS]}
    answered = {f'{{kind="{kind}"}}': count for kind, count in sorted(app[ANSWERING].answered.items())}
    yield "answers_total", "counter", "Operations answered by executing them, by kind.", answered
    for name, kind, about, count in KEPT:
        yield f"kept_{name}", kind, about, {label: count(kept) for label, kept in rooms.items()}
    yield "not_modified_total", "counter", "Answers with status 304.", {"": cache.unchanged}
    yield "lines_open", "gauge", "Sockets and streams that are open now.", {"": app[OPEN_CONNECTIONS].open}
    for purging in app[PURGING]:
        told = {'{outcome="sent"}': purging.sent, '{outcome="failed"}': purging.failed}
        yield "purges_total", "counter", "Requests to the purge hook, by outcome.", told
        yield "purge_waiting", "gauge", "Tags that the purge hook is yet to be told.", {"": purging.waiting}


async def _promised() -> list[Metric]:
    """Tell of what is promised in the store, whichever process does it; nothing while the store is away."""
    try:
        waiting, since = await models.Delivery.waiting()
        failed = await models.Delivery.failed_within(A_DAY).count()
        counts = await models.Job.counts()
    except models.Unavailable:
        return []
    jobs = {f'{{state="{name}"}}': getattr(counts, name) for name in ("waiting", "running", "buried")}
    late = counts.overdue_since
    return [
        ("letters_waiting", "gauge", "Letters that are not out yet.", {"": waiting}),
        (
            "letters_oldest_seconds",
            "gauge",
            "Age of the oldest letter that is not out yet.",
            {"": _age(since)},
        ),
        ("letters_failed_last_day", "gauge", "Letters that were given up in the last day.", {"": failed}),
        ("jobs", "gauge", "Promised work, by state.", jobs),
        ("jobs_overdue_seconds", "gauge", "How long the oldest job could have been done.", {"": _age(late)}),
    ]


def _age(since: datetime | None) -> int:
    return 0 if since is None else max(0, int((models.now() - since).total_seconds()))


def _written(metric: Metric) -> str:
    name, kind, about, numbers = metric
    head = f"# HELP gql_server_{name} {about}\n# TYPE gql_server_{name} {kind}\n"
    return head + "".join(f"gql_server_{name}{label} {number}\n" for label, number in numbers.items())
