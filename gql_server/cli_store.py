"""Commands of the store as a whole: make it or bring it up to date, and copy it."""

from pathlib import Path

import click

import models
from gql_server.commands import on_store
from gql_server.settings import Settings
from models.backup import back_up
from models.store import open_store


@click.command()
@on_store
async def migrate(settings: Settings) -> None:
    """Make the store or bring it up to date, and stop."""
    async with open_store(settings.database_url, progress=click.echo) as store:
        await models.found()
        click.echo(f"{store.url} is up to date.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@on_store
async def backup(settings: Settings, file: Path) -> None:
    """Copy a SQLite store that is in use to FILE.

    The copy is read back and checked; a file that is there is never written over.
    """
    size = await back_up(settings.database_url, file)
    click.echo(f"{file} is a whole copy of the store, {size / 1e6:.1f} MB.")
