"""Sends what a book of letters still holds: `python sending.py book.sqlite3 port`, to be killed at will."""

import asyncio
import sqlite3
import sys
from datetime import UTC, datetime

from mailers.letter import Letter
from mailers.mail import Sender
from mailers.post_office import PostOffice
from mailers.servers import read_servers
from mailers.verdicts import Sent

PROMISED = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


def make(file: str, letters: int) -> None:
    """Promise letters."""
    with sqlite3.connect(file) as book:
        book.execute("PRAGMA journal_mode=WAL")
        book.execute("CREATE TABLE letter (key TEXT PRIMARY KEY, sent INTEGER NOT NULL DEFAULT 0)")
        book.executemany("INSERT INTO letter (key) VALUES (?)", [(f"{n}",) for n in range(letters)])
    book.close()


async def main(file: str, port: str) -> None:
    book = sqlite3.connect(file)
    book.execute("PRAGMA synchronous=FULL")
    keys = [key for (key,) in book.execute("SELECT key FROM letter WHERE NOT sent ORDER BY rowid")]

    async def record(outcomes):
        sent = [(outcome.key,) for outcome in outcomes if isinstance(outcome.verdict, Sent)]
        with book:
            book.executemany("UPDATE letter SET sent = 1 WHERE key = ?", sent)

    def letter(key):
        texts = {"subject": f"Letter {key}", "text": "Hello\n", "html": "<p>Hello</p>\n"}
        return Letter(to=f"{key}@example.org", key=key, language="en", promised_at=PROMISED, **texts)

    async with PostOffice(read_servers(f"smtp://127.0.0.1:{port}"), Sender("post@tafel.example")) as post:
        await post.send((letter(key) for key in keys), record=record)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
