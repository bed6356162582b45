"""The command line loads what a command needs, and no more."""

import subprocess
import sys

import click
import pytest

from gql_server.cli import COMMANDS, WORDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_found_under_its_name(name):
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(limit=1_000) == WORDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_of_a_group_is_listed_with_half_a_sentence(name):
    group = main.get_command(click.Context(main), name)
    if isinstance(group, click.Group):
        listed = group.get_help(click.Context(group, terminal_width=80)).partition("Commands:")[2]
        assert "..." not in listed


def loaded(*words: str) -> tuple[str, set[str]]:
    """Run a command; give what it said, and the modules that it loaded."""
    program = "import sys; from gql_server.cli import main\ntry: main()\nfinally: print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    return run.stdout, set(run.stdout.split())


def test_who_asks_what_there_is_loads_nothing_of_it():
    said, modules = loaded("--help")
    assert said.startswith("Usage:")
    assert {"models", "tortoise", "aiohttp", "strawberry"}.isdisjoint(modules)
    assert all(f"\n  {name} " in said for name in COMMANDS)


@pytest.mark.parametrize("name", ["backup", "issues", "subscribers"])
def test_who_asks_the_store_loads_no_server(name):
    said, modules = loaded(name, "--help")
    assert said.startswith("Usage:")
    assert {"strawberry", "gql_server.app", "gql_server.server"}.isdisjoint(modules)


def test_what_is_no_command_is_told_so():
    run = subprocess.run(
        [sys.executable, "-m", "gql_server", "serv"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "No such command 'serv'" in run.stderr
