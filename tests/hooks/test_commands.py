"""Whoever runs the machine adds, tries, looks at and removes receivers by the command line."""

import re

import pytest
from click.testing import CliRunner

from gql_server.cli import main

URL = "https://hooks.example/s3cret"


@pytest.fixture
def run(database_url):
    """Run a command on a store: `run("webhooks", "list")`; give what it says."""

    def run(*arguments: str, exit: int = 0) -> str:
        environment = {"GQL_SERVER_DATABASE_URL": database_url, "GQL_SERVER_SITE_URL": "https://blog.example"}
        result = CliRunner().invoke(main, arguments, env=environment, terminal_width=100)
        assert result.exit_code == exit, result.output
        assert "Traceback" not in result.output
        return result.output

    run("migrate")
    return run


def test_the_help_names_the_events(run):
    told = " ".join(run("webhooks", "add", "--help").split())
    assert "EVENT is one of: post.published, post.updated," in told


def test_a_receiver_is_added_tried_looked_at_and_removed(run):
    assert run("webhooks", "list") == "There are no webhooks.\n"
    number, secret = run("webhooks", "add", URL, "post.published", "post.updated").split()
    assert number == "1"
    assert secret.startswith("whsec_")
    assert run("webhooks", "list") == f"1  fine  {URL}  post.published post.updated\n"
    assert run("webhooks", "log", "1") == "It was told nothing yet.\n"
    assert run("webhooks", "ping", "1") == "Call 1 is on its way.\n"
    [line] = run("webhooks", "log", "1").splitlines()
    assert re.fullmatch(r"1  \d{4}-\d\d-\d\d \d\d:\d\d UTC  webhook.ping  waiting  0", line)
    run("webhooks", "pause", "1")
    assert "  paused  " in run("webhooks", "list")
    assert "paused" in run("webhooks", "ping", "1", exit=1)
    assert "paused" in run("webhooks", "replay", "1", exit=1)
    told = run("doctor")
    assert "1 at hooks.example is paused" in told
    assert "s3cret" not in told
    run("webhooks", "resume", "1")
    assert run("webhooks", "replay", "1") == "It is on its way.\n"
    assert "1, all fine" in run("doctor")
    assert run("webhooks", "rotate", "1").strip() not in ("", secret)
    assert run("webhooks", "remove", "1") == "It is gone.\n"
    assert run("webhooks", "list") == "There are no webhooks.\n"
    assert [line for line in run("doctor").splitlines() if line.startswith("webhooks")] == [
        "webhooks    none"
    ]


def test_what_cannot_be_is_told_in_one_line(run):
    assert "public internet" in run("webhooks", "add", "http://127.0.0.1/", "post.published", exit=1)
    assert "https://hooks.example" in run("webhooks", "add", "no address", "post.published", exit=1)
    assert "webhook.ping" in run("webhooks", "add", URL, "webhook.ping", exit=2)
    for command in ("ping", "remove", "log", "pause", "resume", "rotate"):
        assert "no such webhook" in run("webhooks", command, "7", exit=1)
    assert "no such call" in run("webhooks", "replay", "7", exit=1)
