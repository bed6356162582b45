"""The command line: serve, work, migrate, backup, import, audit, doctor, and a group for each noun."""

from pathlib import Path

import click

import models
from gql_server.cli_audit import audit
from gql_server.cli_comments import comments
from gql_server.cli_doctor import doctor
from gql_server.cli_issues import issues
from gql_server.cli_jobs import jobs, work
from gql_server.cli_subscribers import subscribers
from gql_server.cli_users import token, users
from gql_server.cli_webhooks import webhooks
from gql_server.commands import FORESEEN, in_one_line, on_store
from gql_server.importers.weebly import bring, read
from gql_server.logs import set_up_logs
from gql_server.purging import purging_as
from gql_server.server import serve_until_stopped
from gql_server.settings import Settings, read_settings
from models.backup import back_up
from models.store import open_store


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="gql-server")
def main() -> None:
    """A GraphQL content backend for a publication: posts, conversations, newsletter.

    Settings come from the environment (GQL_SERVER_DATABASE_URL, …_HOST, …_PORT, …_SITE_URL); without any the
    store is data/blog.sqlite3 in this folder.
    """


main.add_command(work)
main.add_command(jobs)
main.add_command(subscribers)
main.add_command(comments)
main.add_command(issues)
main.add_command(users)
main.add_command(token)
main.add_command(webhooks)
main.add_command(audit)
main.add_command(doctor)


@main.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.  [default: 8000]")
@click.option("--site-url", help="Root URL that readers see, such as https://blog.example.")
@click.option("--reuse-port", is_flag=True, help="Let other processes serve on the same port (PostgreSQL).")
@click.option("--demonstration", is_flag=True, help="Fill an empty store with a demonstration blog.")
def serve(
    host: str | None, port: int | None, site_url: str | None, reuse_port: bool, demonstration: bool
) -> None:
    """Serve the graph.

    The first start makes the store; later ones bring it up to date.
    """
    try:
        settings = read_settings(host=host, port=port, site_url=site_url)
        set_up_logs()
        serve_until_stopped(settings, demonstration=demonstration, reuse_port=reuse_port)
    except FORESEEN as error:
        raise click.ClickException(in_one_line(error)) from None


@main.command()
@on_store
async def migrate(settings: Settings) -> None:
    """Make the store or bring it up to date, and stop."""
    async with open_store(settings.database_url, progress=click.echo) as store:
        await models.found()
        click.echo(f"{store.url} is up to date.")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@on_store
async def backup(settings: Settings, file: Path) -> None:
    """Copy a SQLite store that is in use to FILE.

    The copy is read back and checked; a file that is there is never written over.
    """
    size = await back_up(settings.database_url, file)
    click.echo(f"{file} is a whole copy of the store, {size / 1e6:.1f} MB.")


@main.group(name="import")
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
