"""The command line loads what a command needs, and no more."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

import models
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


def loaded(*words: str, of: str = "sys.modules") -> tuple[str, set[str]]:
    """Run a command; give what it said, and the modules that it loaded."""
    program = f"import linecache, sys; from gql_server.cli import main\ntry: main()\nfinally: print(*{of})"
    run = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    return run.stdout, set(run.stdout.split())


def test_who_asks_what_there_is_loads_nothing_of_it():
    said, modules = loaded("--help")
    assert said.startswith("Usage:")
    assert {"models", "tortoise", "aiohttp", "strawberry"}.isdisjoint(modules)
    assert all(f"\n  {name} " in said for name in COMMANDS)


@pytest.mark.parametrize("name", ["doctor", "issues", "subscribers", "users"])
def test_who_asks_the_store_loads_no_server(name):
    said, modules = loaded(name, "--help")
    assert said.startswith("Usage:")
    assert {"aiohttp", "graphql", "gql_server.importers.weebly", "structlog"}.isdisjoint(modules)


def test_who_works_loads_no_graph():
    _, modules = loaded("work", "--help")
    assert "gql_server.worker" in modules
    assert {"graphql", "strawberry"}.isdisjoint(modules)


def test_no_source_is_read_to_make_the_nouns():
    # What is read of a source is kept in linecache.
    _, files = loaded("migrate", "--help", of="linecache.cache")
    assert not [file for file in files if file.startswith(str(Path(models.__file__).parent))]


def test_what_is_no_command_is_told_so():
    run = subprocess.run(
        [sys.executable, "-m", "gql_server", "serv"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "No such command 'serv'" in run.stderr
