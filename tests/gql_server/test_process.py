"""The server as a process: its first start, its end, and what happens when it is killed in between."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

QUESTION = json.dumps({"query": "{ site { title } posts { totalCount } }"}).encode()
HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"

DOUBLING = "".join(
    f" fragment F{n} on Post {{ a: {way} {{ ...F{n + 1} }} b: {way} {{ ...F{n + 1} }} }}"
    for n, way in enumerate(["previous", "next"] * 4)
)
SLOW = json.dumps(
    {"query": f"{{ posts(first: 1) {{ nodes {{ ...F0 }} }} }} {DOUBLING} fragment F8 on Post {{ id }}"}
).encode()


@pytest.fixture
def start(start_anew):
    """Start it as people do."""
    return start_anew


def ask(url: str):
    """Ask a server its title and how many posts it has."""
    request = Request(f"{url}/graphql", QUESTION, {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)["data"]


def told_posts(url: str) -> int:
    """Count the posts of the demonstration blog."""
    return ask(url)["posts"]["totalCount"]


def test_the_first_start_makes_a_store_and_stays_up(start):
    server = start("serve", "--port", "0")
    assert ask(server.url) == {"site": {"title": "My publication"}, "posts": {"totalCount": 0}}
    assert (server.folder / "data" / "blog.sqlite3").is_file()
    with urlopen(f"{server.url}/readyz", timeout=30) as answer:
        assert answer.status == 200
    assert server.process.poll() is None


def test_the_second_start_finds_what_the_first_one_made(start, empty_url):
    first = start("serve", "--port", "0", "--demonstration", DATABASE_URL=empty_url)
    posts = told_posts(first.url)
    first.process.terminate()
    assert first.ended() == 0
    second = start("serve", "--port", "0", "--demonstration", DATABASE_URL=empty_url)
    assert told_posts(second.url) == posts > 0
    assert "making the store" in first.log
    assert "making the store" not in second.log
    assert "migrating" not in second.log


def test_readers_are_answered_when_nobody_takes_its_log_any_more(tmp_path):
    settings = {name: value for name, value in os.environ.items() if not name.startswith("GQL_SERVER_")}
    server = subprocess.Popen(
        [sys.executable, "-m", "gql_server", "serve", "--port", "0"],
        cwd=tmp_path, env=settings | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with server:
        try:
            url = next(line for line in server.stdout if "lives at" in line).split()[4].rstrip("/")
            server.stderr.close()
            wrong = Request(
                f"{url}/graphql", b'{"query": "{ colour }"}', {"Content-Type": "application/json"}
            )
            with urlopen(wrong, timeout=30) as answer:
                assert b"GRAPHQL_VALIDATION_FAILED" in answer.read()
            assert told_posts(url) == 0
        finally:
            server.terminate()
    assert server.returncode == 0


def test_it_serves_and_ends_well_where_it_was_given_no_streams(tmp_path):
    settings = {name: value for name, value in os.environ.items() if not name.startswith("GQL_SERVER_")}
    # In a shell, for Python itself gives a process streams.
    closed = 'exec "$0" -m gql_server serve --port 0 <&- 2>&-'
    server = subprocess.Popen(
        ["/bin/sh", "-c", closed, sys.executable],
        cwd=tmp_path, env=settings | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with server:
        try:
            url = next(line for line in server.stdout if "lives at" in line).split()[4].rstrip("/")
            assert told_posts(url) == 0
        finally:
            server.terminate()
    assert server.returncode == 0


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_what_is_under_way_before_it_ends(start, ending):
    server = start("serve", "--port", "0", "--demonstration")
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=30) as idle,
        socket.create_connection(("127.0.0.1", server.port), timeout=30) as silent,
        socket.create_connection(("127.0.0.1", server.port), timeout=30) as slow,
    ):
        idle.sendall(HEAD % len(QUESTION) + QUESTION)
        assert b" 200 " in idle.recv(20)
        slow.sendall(HEAD % len(SLOW) + SLOW)
        told_posts(server.url)
        server.process.send_signal(ending)
        assert b'"a":{"a":' in until_closed(slow)
        until_closed(idle)
        until_closed(silent)
        assert server.ended() == 0
    assert "Traceback" not in server.log


@pytest.mark.faults
def test_who_never_finishes_a_request_does_not_hold_it_for_long(start):
    server = start("serve", "--port", "0")
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as stuck:
        stuck.sendall(HEAD % 100 + b"{")
        ask(server.url)
        server.process.terminate()
        assert server.ended() == 0


def until_closed(connection: socket.socket) -> bytes:
    """Read until the server closes the connection."""
    read = b""
    while piece := connection.recv(65536):
        read += piece
    return read


def test_a_start_that_was_killed_while_telling_is_begun_again(start, empty_url):
    first = start("serve", "--port", "0", "--demonstration", DATABASE_URL=empty_url)
    first.told("telling")
    first.process.kill()
    assert first.ended() == -signal.SIGKILL
    second = start("serve", "--port", "0", "--demonstration", DATABASE_URL=empty_url)
    assert told_posts(second.url) > 40
    assert (first.log + second.log).count("the demonstration blog has") == 1


def test_a_start_that_was_killed_while_migrating_is_begun_again(start, empty_url):
    first = start("serve", "--port", "0", DATABASE_URL=empty_url)
    first.told("making the store")
    first.process.kill()
    assert first.ended() == -signal.SIGKILL
    second = start("serve", "--port", "0", DATABASE_URL=empty_url)
    assert told_posts(second.url) == 0


def test_two_that_start_at_once_on_one_file_tell_one_blog(start, patiently):
    servers = [start("serve", "--port", "0", "--demonstration") for _ in range(2)]
    for _ in patiently():
        # The other serves what is told so far.
        told = {told_posts(server.url) for server in servers}
        if len(told) == 1 and told != {0}:
            break
    assert sum(server.log.count("the demonstration blog has") for server in servers) == 1
    store = sqlite3.connect(servers[0].folder / "data" / "blog.sqlite3")
    assert store.execute("SELECT count(*) FROM site").fetchone() == (1,)
    store.close()
