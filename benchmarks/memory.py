"""Shows what memory a server takes after very many documents and requests: `./dev bench memory`."""

import argparse
import asyncio
import random
import subprocess
from collections.abc import Iterator

import orjson

from benchmarks.asking import Asker, asker
from benchmarks.asks import CALLED, MUTATIONS, asks
from benchmarks.servers import SERVE, Served, cores, started
from benchmarks.stores import STORES, stores, tell
from benchmarks.systems import ANY_NUMBER
from benchmarks.wire import posted

POSTS = 1_000
CONNECTIONS = 8
PARTS = 10
FIELDS = (
    "id", "label", "slug", "title", "path", "url", "createdAt", "updatedAt", "publishedAt", "status",
    "version", "readingMinutes", "commentsOpen", "commentCount", "excerpt(length: 80)", "seo { title }",
    "authors { name path }", "tags { label }", "archiveMonth { month }", "previous { title }",
    "comments(first: 3) { nodes { contentText } }",
)  # fmt: skip


async def main(store: str, documents: int, requests: int) -> None:
    """Ask one server of one store for everything; print its resident memory after each part."""
    server_core, other_core = cores()
    with stores() as made:
        url = await made.generated(store, POSTS)
        async with (
            asker(other_core) as who,
            started(SERVE, url, ANY_NUMBER, core=server_core) as server,
        ):
            print(f"{'MB of resident memory, ' + store:40} {resident(server):8.1f}")
            await _ask(who, server, [posted_document(server, text) for text in different(documents)])
            print(f"{f'after {documents} different documents':40} {resident(server):8.1f}", flush=True)
            await _ask_often(who, server, requests)


async def _ask_often(who: Asker, server: Served, requests: int) -> None:
    queries = tuple(name for name in CALLED.values() if name not in (*MUTATIONS, "deep"))
    graph = f"{server.address}/graphql"
    mixed = [posted(graph, body) for ask in asks(POSTS, queries) for body in ask.bodies]
    random.Random(POSTS).shuffle(mixed)
    for part in range(1, PARTS + 1):
        await _ask(who, server, mixed, times=max(1, requests // PARTS))
        print(f"{f'after {requests * part // PARTS} requests':40} {resident(server):8.1f}", flush=True)


async def _ask(who: Asker, server: Served, requests: list[bytes], times: int | None = None) -> None:
    tell(f"asking {times or len(requests)} times")
    await who.ask(
        server.address, requests, connections=CONNECTIONS, times=times or len(requests), holds=b'{"data":{'
    )


def posted_document(server: Served, document: str) -> bytes:
    """Write the request for a document without variables."""
    return posted(f"{server.address}/graphql", orjson.dumps({"query": document}))


def different(documents: int) -> Iterator[str]:
    """Give so many documents; hardly two of them ask for the same fields."""
    chance = random.Random(documents)
    for number in range(documents):
        fields = chance.sample(FIELDS, chance.randint(3, 12))
        size = chance.randint(1, 10)
        yield f"query Different{number} {{ posts(first: {size}) {{ nodes {{ {' '.join(fields)} }} }} }}"


def resident(server: Served) -> float:
    """Tell how many MB of memory a server holds."""
    shown = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(server.process)], capture_output=True, text=True, check=True
    )
    return int(shown.stdout) / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="./dev bench memory", description=__doc__)
    parser.add_argument("--store", choices=STORES, default="sqlite")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=1_000_000)
    given = parser.parse_args()
    asyncio.run(main(given.store, given.documents, given.requests))
