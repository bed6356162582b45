"""Commands that bring in a publication from elsewhere."""

from pathlib import Path

import click

import models
from gql_server.commands import on_store
from gql_server.importers.weebly import bring, read
from gql_server.purging import purging_as
from gql_server.settings import Settings, media_beside
from models.moving import move_in
from models.store import locate, open_store


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


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@on_store
async def sqlite(settings: Settings, file: Path) -> None:
    """Bring a whole SQLite store into an empty one on PostgreSQL, which GQL_SERVER_DATABASE_URL names.

    Stop the server first. All of it comes, or nothing: posts and pictures' names, comments, subscribers and
    their consents, who signs in, tokens, links in letters, promised work. FILE stays as it is.
    """
    if locate(settings.database_url).dialect != "postgres":
        raise click.ClickException(
            "GQL_SERVER_DATABASE_URL is to name the new store: postgresql://user:password@host/name. "
            "A SQLite store is copied by `backup`."
        )
    async with open_store(settings.database_url, progress=_progress) as store:
        rows = await move_in(file, progress=_progress)
    click.echo(f"{store.url} has all {rows:,} rows of {file}; `serve` goes on from there.")
    click.echo("Serve the file no more: the letters that it promises would be sent by both.")
    if (pictures := media_beside(file)) != settings.place_of_media:
        click.echo(f"Its pictures stay where they are: set GQL_SERVER_MEDIA_URL={pictures}")


def _progress(line: str) -> None:
    click.echo(line, err=True)
