"""Buckets to test with: a server that speaks S3, in a process of its own."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from urllib.parse import quote

import aiohttp

SECRET = "s3cret/+="


@contextmanager
def serving() -> Iterator[int]:
    """Serve buckets; give the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        server.kill()
        server.wait()


async def new_bucket(port: int) -> str:
    """Make a bucket, as soon as the server serves; give the url of a place in it."""
    name = f"pictures-{token_hex(4)}"
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.put(f"http://127.0.0.1:{port}/{name}") as answer:
                    assert answer.status == 200
                    return url_at(port, f"{name}/blog")
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


def url_at(port: int, place: str) -> str:
    """Write the url of a place."""
    return f"s3://key:{quote(SECRET, safe='')}@127.0.0.1:{port}/{place}?tls=off"
