"""Counts letters per CPU-second of the client against Postfix's smtp-sink: `./dev bench letters`."""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import aiosmtplib
import uvloop

from benchmarks.sink import sink
from mailers.letters import Scribe
from mailers.mail import Mail, Sender
from mailers.post_office import MOST_LINES, PostOffice
from mailers.servers import read_servers
from mailers.verdicts import Outcome, Sent
from mailers.wording import wording_of

SITE = {"site_title": "De Lange Tafel", "site_url": "https://tafel.example/"}
SENDER = Sender("post@tafel.example", "De Lange Tafel")
PROMISED = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


class Book:
    """Keeps outcomes in a SQLite file; a commit is on the disk when it returns."""

    def __init__(self, file: Path) -> None:
        self.commits = 0
        self._book = sqlite3.connect(file)
        self._book.execute("PRAGMA journal_mode=WAL")
        self._book.execute("PRAGMA synchronous=FULL")
        self._book.execute("CREATE TABLE outcome (key TEXT PRIMARY KEY, sent INTEGER) WITHOUT ROWID")

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        self.commits += 1
        with self._book:
            rows = [(outcome.key, isinstance(outcome.verdict, Sent)) for outcome in outcomes]
            self._book.executemany("INSERT INTO outcome VALUES (?, ?)", rows)

    def sent(self) -> int:
        [sent] = self._book.execute("SELECT count(*) FROM outcome WHERE sent").fetchone()
        return int(sent)


async def ours(port: int, letters: int, folder: Path) -> None:
    """Seal letters as the carrier does, send them pipelined, keep each outcome before the next dot."""
    scribe = Scribe(SENDER, "https://tafel.example{}".format)
    book = Book(folder / "ours.sqlite3")

    def source() -> Iterator[Mail]:
        for number in range(letters):
            yield scribe.seal("confirmation", f"confirm:{number}", PROMISED, _facts(number))

    async with PostOffice(read_servers(f"smtp://127.0.0.1:{port}"), SENDER) as post:
        await post.send(source(), record=book.record)
    assert book.sent() == letters


async def pooled(port: int, letters: int, _: Path) -> None:
    """Build an EmailMessage each and send it over a pool of aiosmtplib's connections; keep no outcome."""
    wording, numbers = wording_of("confirmation", "nl"), iter(range(letters))

    async def work() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
            for number in numbers:
                values = _values(number)
                subject, text, html = wording.filled({**SITE, **values, "named": True})
                message = EmailMessage()
                message["Subject"], message["From"], message["To"] = subject, SENDER.address, values["to"]
                message.set_content(text)
                message.add_alternative(html, subtype="html")
                await smtp.send_message(message)

    await asyncio.gather(*(work() for _ in range(MOST_LINES)))


def _facts(number: int) -> dict[str, Any]:
    values = _values(number)
    paths = {"link": values.pop("link").removeprefix("https://tafel.example")}
    return {**values, "language": "nl", "site_title": SITE["site_title"], "paths": paths}


def _values(number: int) -> dict[str, str]:
    link = f"https://tafel.example/confirm/{number:043d}"
    return {"name": f"Ann {number}", "to": f"ann{number}@example.org", "link": link, "code": f"{number:08d}"}


Sending = Callable[[int, int, Path], Coroutine[Any, Any, None]]
RUNS: list[tuple[str, Sending, int, Callable[[], asyncio.AbstractEventLoop]]] = [
    ("ours, durable outcomes, asyncio", ours, 10, asyncio.new_event_loop),
    ("ours, durable outcomes, uvloop", ours, 10, uvloop.new_event_loop),
    (f"aiosmtplib, pool of {MOST_LINES}, EmailMessage, asyncio", pooled, 1, asyncio.new_event_loop),
    (f"aiosmtplib, pool of {MOST_LINES}, EmailMessage, uvloop", pooled, 1, uvloop.new_event_loop),
]


def main(letters: int) -> None:
    """Measure both ways in one run; print a table."""
    with sink() as port:
        print(f"{'letters per second of':52} {'CPU':>8} {'clock':>8}")
        for name, send, share, loop in RUNS:
            with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
                count = letters * share // 10
                cpu, clock = process_time(), perf_counter()
                with asyncio.Runner(loop_factory=loop) as runner:
                    runner.run(send(port, count, Path(folder)))
                cpu, clock = process_time() - cpu, perf_counter() - clock
            print(f"{name:52} {count / cpu:8.0f} {count / clock:8.0f}", file=sys.stdout, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="./dev bench letters", description=__doc__)
    parser.add_argument("--letters", type=int, default=50_000)
    main(parser.parse_args().letters)
