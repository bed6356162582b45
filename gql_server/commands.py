"""Runs a command with the settings, and says in one line what goes wrong."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any

import click

import models
from gql_server.importers.weebly import ImportRefused
from gql_server.settings import SettingsError, read_settings

Command = Callable[..., Coroutine[Any, Any, None]]


def on_store(command: Command) -> Callable[..., None]:
    """Run an async command with the settings; say in one line what goes wrong."""

    @functools.wraps(command)
    def run(**arguments: Any) -> None:
        try:
            asyncio.run(command(settings=read_settings(), **arguments))
        except (SettingsError, models.StoreError, models.Refused, models.Unavailable, ImportRefused) as error:
            raise click.ClickException(str(error)) from None

    return run
