"""Runs a command with the settings, and says in one line what goes wrong."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any

import click
from tortoise.exceptions import OperationalError

import models
from gql_server.importers.weebly import ImportRefused
from gql_server.settings import SettingsError, read_settings

Command = Callable[..., Coroutine[Any, Any, None]]
# An operation that fails is the store's: a file with other tables in it, a user who may make none.
FORESEEN = (
    SettingsError, models.StoreError, models.Refused, models.Unavailable, ImportRefused, OperationalError,
)  # fmt: skip


def on_store(command: Command) -> Callable[..., None]:
    """Run an async command with the settings; say in one line what goes wrong."""

    @functools.wraps(command)
    def run(**arguments: Any) -> None:
        try:
            asyncio.run(command(settings=read_settings(), **arguments))
        except FORESEEN as error:
            raise click.ClickException(in_one_line(error)) from None

    return run


def in_one_line(error: Exception) -> str:
    """Say what went wrong without line breaks."""
    said = " ".join(str(error).split())
    return f"The store cannot be used: {said}" if isinstance(error, OperationalError) else said
