"""Metrics of this process, in the text format of Prometheus, for who asks from this machine."""

from collections.abc import Callable, Iterator

from aiohttp import web

from gql_server.answering import ANSWERING, SEGMENTS
from gql_server.lines import LINES
from gql_server.purging import PURGING
from gql_server.visitors import is_of_this_machine
from gql_server.wholes import WHOLES
from schema.kept import Kept

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
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
    text = "".join(_written(metric) for metric in _metrics(request.app))
    return web.Response(body=text.encode(), headers={"Content-Type": MEDIA, "Cache-Control": "no-store"})


def _metrics(app: web.Application) -> Iterator[Metric]:
    wholes = app[WHOLES]
    rooms = {'{what="answer"}': wholes.kept, '{what="field"}': app[SEGMENTS]}
    answered = {f'{{kind="{kind}"}}': count for kind, count in sorted(app[ANSWERING].answered.items())}
    yield "answers_total", "counter", "Operations answered by executing them, by kind.", answered
    for name, kind, about, count in KEPT:
        yield f"kept_{name}", kind, about, {label: count(kept) for label, kept in rooms.items()}
    yield "not_modified_total", "counter", "Answers with status 304.", {"": wholes.unchanged}
    yield "lines_open", "gauge", "Sockets and streams that are open now.", {"": app[LINES].open}
    for purging in app[PURGING]:
        told = {'{outcome="sent"}': purging.sent, '{outcome="failed"}': purging.failed}
        yield "purges_total", "counter", "Requests to the purge hook, by outcome.", told
        yield "purge_waiting", "gauge", "Tags that the purge hook is yet to be told.", {"": purging.waiting}


def _written(metric: Metric) -> str:
    name, kind, about, numbers = metric
    head = f"# HELP gql_server_{name} {about}\n# TYPE gql_server_{name} {kind}\n"
    return head + "".join(f"gql_server_{name}{label} {number}\n" for label, number in numbers.items())
