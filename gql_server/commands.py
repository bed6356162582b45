"""Runs a command with the settings, and says in one line what goes wrong."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import click
from tortoise.exceptions import OperationalError

import models
from gql_server.importers.weebly import ImportRefused
from gql_server.rosters import RosterRefused
from gql_server.settings import Settings, SettingsError, read_settings
from models.store import locate

Command = Callable[..., Coroutine[Any, Any, None]]
# An operation that fails is the store's: a file with other tables in it, a user who may make none.
FORESEEN = (
    SettingsError, models.StoreError, models.Refused, models.Unavailable, ImportRefused, RosterRefused,
    OperationalError,
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


def require_store(settings: Settings) -> None:
    """Refuse where no store was made yet, before one is made by looking for it."""
    file = locate(settings.database_url).credentials.get("file_path")
    if file and not Path(file).exists():
        raise click.ClickException(
            f"There is no store at {file} yet; `migrate` makes it, and so does `serve`."
        )


def in_one_line(error: Exception) -> str:
    """Say what went wrong without line breaks."""
    said = " ".join(str(error).split())
    return f"The store cannot be used: {said}" if isinstance(error, OperationalError) else said
