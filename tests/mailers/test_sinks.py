"""The post office works with a mail server of another hand, on both event loops."""

import asyncio
import os
import shutil
import socket
import subprocess

import pytest
import uvloop
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from mailers.mail import Sender
from mailers.post_office import PostOffice
from mailers.servers import read_servers
from mailers.verdicts import Sent


@pytest.fixture(scope="module")
def sink():
    """Run Postfix's smtp-sink, which pipelines, or where there is none aiosmtpd, which does not."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin:/usr/lib/postfix/sbin")
    if found is None:
        controller = Controller(Sink(), hostname="127.0.0.1", port=port, ready_timeout=60)
        controller.start()
        yield port
        controller.stop()
        return
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([found, *user, f"127.0.0.1:{port}", "50"])
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except ConnectionRefusedError:
            continue
    yield port
    process.terminate()
    process.wait()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_every_letter_is_taken_once(sink, write, loop):
    outcomes = []

    async def record(some):
        outcomes.extend(some)

    async def send():
        async with PostOffice(read_servers(f"smtp://127.0.0.1:{sink}"), Sender("post@tafel.example")) as post:
            await post.send((write(f"{number}") for number in range(500)), record=record)
            await post.send_one(write("urgent"), record=record)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(send())
    assert {type(outcome.verdict) for outcome in outcomes} == {Sent}
    assert len(outcomes) == len(dict(outcomes)) == 501
