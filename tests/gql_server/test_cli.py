"""The command line loads what a command needs, and no more."""

import subprocess
import sys

import click
import pytest

from gql_server.cli import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_found_under_its_name(name):
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert (command.name, bool(command.help)) == (name, True)


@pytest.mark.parametrize("name", ["backup", "issues", "subscribers"])
def test_who_asks_the_store_loads_no_server(name):
    program = "import sys; from gql_server.cli import main\ntry: main()\nfinally: print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program, name, "--help"], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith("Usage:")
    assert {"strawberry", "gql_server.app", "gql_server.server"}.isdisjoint(run.stdout.split())


def test_what_is_no_command_is_told_so():
    run = subprocess.run(
        [sys.executable, "-m", "gql_server", "serv"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "No such command 'serv'" in run.stderr
