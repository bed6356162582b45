"""Several processes serve one publication: on one port, under gunicorn, with the work apart."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import models
from gql_server.app import work_inside
from gql_server.server import working
from gql_server.settings import Settings
from models.store import open_store

ROOT = Path(__file__).parents[2]
PATIENCE = 60


@pytest.fixture
def dialect():
    """SQLite is for one process."""
    return "postgres"


def test_two_servers_share_a_port(start, empty_url):
    first = start("serve", "--port", "0", "--reuse-port", "--demonstration", DATABASE_URL=empty_url)
    second = start("serve", "--port", str(first.port), "--reuse-port", DATABASE_URL=empty_url)
    assert second.port == first.port
    first.process.send_signal(signal.SIGTERM)
    assert first.ended() == 0
    assert _title(second.port)


def test_nobody_shares_a_port_by_accident(start, empty_url):
    first = start("serve", "--port", "0", DATABASE_URL=empty_url)
    second = start("serve", "--port", str(first.port), DATABASE_URL=empty_url)
    assert second.ended() == 1
    assert f"Port {first.port} is taken" in second.log


def test_a_file_is_not_shared(start, tmp_path):
    refused = start("serve", "--reuse-port", DATABASE_URL=f"sqlite://{tmp_path}/blog.sqlite3")
    assert refused.ended() == 1
    assert refused.log.strip().endswith("on SQLite `gql-server serve` is the one.")
    assert "Traceback" not in refused.log


def test_gunicorn_serves_with_two_processes_and_ends_in_good_order(start, empty_url, tmp_path):
    assert start("migrate", DATABASE_URL=empty_url).ended() == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "gunicorn.log"
    command = [
        *(sys.executable, "-m", "gunicorn", "gql_server.server:for_gunicorn", "-w", "2"),
        *("-k", "aiohttp.GunicornUVLoopWebWorker", "-b", f"127.0.0.1:{port}"),
    ]
    settings = {"GQL_SERVER_DATABASE_URL": empty_url, "GQL_SERVER_SITE_URL": "https://tafel.example"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stderr=out, cwd=tmp_path, env=os.environ | settings | {"PYTHONPATH": str(ROOT)}
        )
    try:
        assert _title(port)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
    assert log.read_text().count("Booting worker") == 2
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize(("work", "is_inside"), [("inside", True), ("apart", False)])
def test_a_server_works_unless_work_is_done_apart(work, is_inside):
    app = working(Settings(work=work), demonstration=False)
    assert (work_inside in app.cleanup_ctx) is is_inside


async def test_work_is_done_apart_and_letters_wait_for_who_has_a_mail_server(start, database_url, until):
    served = start("serve", "--port", "0", DATABASE_URL=database_url, WORK="apart")
    assert _subscribe(served.port) == b'{"data":{"subscribe":{"errors":[]}}}'
    start("work", DATABASE_URL=database_url)
    async with open_store(database_url, migrate=False):
        await until(lambda: models.Subscription.filter(mailbox="ann@example.org").exists())
        assert (await models.Delivery.get()).state is models.State.QUEUED
    # Nobody shows it, and nobody is told that it is shown.
    assert _ask(served.port, b'{"query": "{ outbox { to } }"}') == b'{"data":{"outbox":[]}}'
    served.process.send_signal(signal.SIGTERM)
    assert served.ended() == 0
    said = served.log
    assert "letters wait" in said
    assert "/letters" not in said


def _title(port: int) -> bytes:
    return _ask(port, b'{"query": "{ site { title } }"}')


def _subscribe(port: int) -> bytes:
    document = 'mutation { subscribe(input: { email: "ann@example.org" }) { errors { __typename } } }'
    return _ask(port, json.dumps({"query": document}).encode())


def _ask(port: int, body: bytes) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", body, {"Content-Type": "application/json"}
    )
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
                return reply.read()
        except (ConnectionError, urllib.error.URLError):
            assert time.monotonic() < until
            time.sleep(0.05)
