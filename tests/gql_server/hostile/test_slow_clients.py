"""Who asks for much and reads nothing is hung up on, and what was kept for them is freed."""

import asyncio
import socket
import sys
import time

import pytest

from gql_server.server import UNREAD_SECONDS
from tests.gql_server.hostile.wire import line_to, posted

MUCH = posted({"query": "{ posts(first: 100) { nodes { contentHtml contentText } } }"})
READERS, TIMES, SMALL = 5, 60, 4096
MOST_GROWTH = 40


@pytest.mark.faults
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not know TCP_USER_TIMEOUT")
async def test_who_reads_nothing_is_hung_up_on(blogs, figures, megabytes):
    server = blogs[0]
    async with line_to(server.port) as line:
        for _ in range(20):
            assert (await line.ask(MUCH)).status == 200
    before = megabytes(server.process.pid)
    readers = [await asyncio.to_thread(reader_at, server.port) for _ in range(READERS)]
    for reader in readers:
        reader.sendall(MUCH * TIMES)
    begun = time.monotonic()
    async with asyncio.timeout(UNREAD_SECONDS * 3):
        while not all(map(is_cut, readers)):  # noqa: ASYNC110 - who reads nothing is not told
            await asyncio.sleep(1)
    growth = megabytes(server.process.pid) - before
    figures(f"{READERS} hung up on after {time.monotonic() - begun:.0f} s; {growth:+.0f} MB")
    assert growth < MOST_GROWTH
    for reader in readers:
        reader.close()
    async with line_to(server.port) as line:
        assert (await line.ask(posted({"query": "{ site { title } }"}))).status == 200
    assert "Traceback" not in server.log


def is_cut(reader):
    """Find out by a byte whether the server still knows this connection."""
    try:
        reader.send(b"x")
    except ConnectionError:
        return True
    return False


def reader_at(port):
    """Connect with room for little that is not read."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    reader.connect(("127.0.0.1", port))
    return reader
