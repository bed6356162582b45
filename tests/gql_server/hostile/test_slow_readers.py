"""Who asks and takes nothing of the answer is hung up on."""

import asyncio
import socket
import sys

import pytest

from gql_server.server import UNREAD_SECONDS
from tests.gql_server.hostile.wire import posted

LONG = posted({"query": "{ posts(first: 40) { nodes { title contentHtml } } }"})


@pytest.fixture
def dialect():
    """No store has a part in this."""
    return "sqlite"


@pytest.mark.faults
@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux counts how long nothing was taken")
async def test_a_client_that_reads_nothing_is_hung_up_on(blogs):
    server = blogs[0]
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    deaf.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(deaf, ("127.0.0.1", server.port))
    await loop.sock_sendall(deaf, LONG * 200)
    # Nothing tells a client that does not read; so only the time that the server takes at most is waited for.
    await asyncio.sleep(UNREAD_SECONDS + 10)
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(_say_more(deaf), timeout=5)
    deaf.close()
    assert "Traceback" not in server.log


async def _say_more(deaf: socket.socket) -> None:
    for _ in range(3):
        await asyncio.get_running_loop().sock_sendall(deaf, LONG)
        await asyncio.sleep(0.2)
