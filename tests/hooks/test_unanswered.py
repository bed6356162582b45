"""Who gets no answer from a receiver is told in plain words why."""

import asyncio
import socket

import pytest

from gql_server.outgoing import Unanswered, post


@pytest.fixture
async def answering():
    """Answer everybody who comes to a port of this machine alike: `port = await answering(b"x")`."""
    servers = []

    async def answer(said: bytes) -> int:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(said)
            writer.close()

        servers.append(await asyncio.start_server(talk, "127.0.0.1", 0))
        return servers[-1].sockets[0].getsockname()[1]

    yield answer
    for server in servers:
        server.close()
        await server.wait_closed()


async def why(url: str) -> str:
    with pytest.raises(Unanswered) as unanswered:
        await post(url, b"{}", {}, near=True)
    return str(unanswered.value)


async def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert await why(f"http://127.0.0.1:{taken.getsockname()[1]}/") == "nobody listens there"


async def test_somebody_hangs_up(answering):
    assert await why(f"http://127.0.0.1:{await answering(b'')}/") == "it hung up without an answer"


async def test_somebody_speaks_something_else(answering):
    port = await answering(b"220 mail.example ESMTP\r\n")
    assert await why(f"http://127.0.0.1:{port}/") == "what it answers is no HTTP"
    assert await why(f"https://127.0.0.1:{port}/") == "no TLS connection with it can be made"
