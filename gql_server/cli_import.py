"""Commands that bring in a publication from elsewhere."""

from pathlib import Path

import click

import models
from gql_server.commands import on_store
from gql_server.importers.weebly import bring, read
from gql_server.purging import purging_as
from gql_server.settings import Settings
from models.store import open_store


@click.group(name="import")
def import_() -> None:
    """Bring in a publication from elsewhere."""


@import_.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--authors", help="Names to look for in bylines, with commas between: 'Ann Lee, Bo Smit'.")
@on_store
async def weebly(settings: Settings, paths: tuple[Path, ...], authors: str | None) -> None:
    """Bring in a Weebly blog: saved pages, folders, the archive zip or the feed.

    Several PATHS make one import. It is brought in whole or not at all, and bringing it in again changes only
    what changed.
    """
    names = [name.strip() for name in (authors or "").split(",") if name.strip()]
    blog = read(paths, authors=names, progress=_progress)
    async with open_store(settings.database_url, progress=click.echo), purging_as(settings):
        brought = await bring(await models.found(), blog, progress=_progress)
    click.echo(f"{blog.report}\n\n{brought}")


def _progress(line: str) -> None:
    click.echo(line, err=True)
