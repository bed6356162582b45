"""Commands that bring in a publication from elsewhere."""

import shlex
from pathlib import Path

import click

import models
from gql_server.commands import on_store, purging
from gql_server.importers.weebly import bring, read
from gql_server.settings import Settings, media_beside
from models.moving import move_in
from models.store import locate, open_store


@click.group(name="import")
def import_() -> None:
    """Bring in a publication from elsewhere."""


@import_.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--authors", metavar="NAMES", help="Authors to look for in bylines, with commas: 'Ann Lee, Bo Smit'."
)
@on_store
async def weebly(settings: Settings, paths: tuple[Path, ...], authors: str | None) -> None:
    """Bring in a Weebly blog.

    PATHS are saved pages, folders, the archive zip or the feed. Several PATHS are one import. It is
    brought in whole or not at all. Importing again changes only what has changed.
    """
    names = [name.strip() for name in (authors or "").split(",") if name.strip()]
    blog = read(paths, authors=names, progress=_progress)
    async with open_store(settings.database_url, progress=click.echo), purging(settings):
        brought = await bring(await models.found(), blog, progress=_progress)
    click.echo(f"{blog.report}\n\n{brought}")


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@on_store
async def sqlite(settings: Settings, file: Path) -> None:
    """Move a whole SQLite store to PostgreSQL.

    GQL_SERVER_DATABASE_URL names the new database, which must be empty. Stop the server first. Everything is
    brought in or nothing: posts, comments, subscribers with their consents, users, tokens, promised work.
    Links in letters go on working. Pictures stay in their folder.

    FILE is not changed. Rename it afterwards: a server that opens it would send the promised letters again.
    """
    if locate(settings.database_url).dialect != "postgres":
        raise click.ClickException(
            "GQL_SERVER_DATABASE_URL is to name the new store: postgresql://user:password@host/name. "
            "A SQLite store is copied by `backup`."
        )
    async with open_store(settings.database_url, progress=_progress) as store:
        rows = await move_in(file, progress=_progress)
    click.echo(f"{store.url} has all {rows:,} rows of {file}. What is left to do:")
    click.echo("- Rename the file: a server that opens it would send the promised letters once more.")
    click.echo(f"    mv {shlex.quote(str(file))} {shlex.quote(f'{file}.moved')}")
    click.echo("- Keep GQL_SERVER_DATABASE_URL wherever `serve` and the other commands are started.")
    if (pictures := media_beside(file)) != settings.place_of_media:
        click.echo("- Set where the pictures are; they stay there:")
        click.echo(f"    GQL_SERVER_MEDIA_URL={pictures}")
    click.echo("- Start the server.")


def _progress(line: str) -> None:
    click.echo(line, err=True)
