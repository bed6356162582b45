"""Runs a command with the settings, and says in one line what goes wrong."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from tortoise.exceptions import OperationalError

import models
from gql_server.importers.errors import ImportRefused
from gql_server.rosters import RosterRefused
from gql_server.settings import Settings, SettingsError, read_settings
from models.store import Store, locate, open_migrator, open_store
from schema.place import Place

Command = Callable[..., Coroutine[Any, Any, None]]
# An operation that fails is the store's: a file with other tables in it, a user who may make none.
FORESEEN = (
    SettingsError, models.StoreError, models.Refused, models.Unavailable, models.Overtaken, ImportRefused,
    RosterRefused, OperationalError,
)  # fmt: skip


class Number(click.IntRange):
    """A whole number within bounds."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read one; say of anything else that it is none."""
        try:
            int(value)
        except ValueError:
            self.fail(f"{value!r} is no number; write one such as 7.", param, ctx)
        return super().convert(value, param, ctx)


def on_store(command: Command) -> Callable[..., None]:
    """Run an async command with the settings; say in one line what goes wrong."""

    @functools.wraps(command)
    def run(**arguments: Any) -> None:
        try:
            asyncio.run(command(settings=read_settings(), **arguments))
        except FORESEEN as error:
            raise click.ClickException(in_one_line(error)) from None
        except BrokenPipeError:
            raise  # click ends in silence when nobody reads any more
        except OSError as error:
            raise click.ClickException(f"{error.filename or 'The system'}: {error.strerror}.") from None

    return run


@asynccontextmanager
async def open_made_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the store for a command that makes none and changes nothing of how it is made."""
    require_store(settings)
    async with open_store(settings.database_url, migrate=False, progress=tell_aside) as store:
        await require_up_to_date(settings)
        async with purging(settings):
            yield store


@asynccontextmanager
async def purging(settings: Settings) -> AsyncIterator[None]:
    """Tell the hook that the settings name what a command changes in the open store."""
    if not settings.purge_url:
        yield
        return
    # Whoever has no hook does not need aiohttp, and waits a fifth less for each command.
    from gql_server.purging import purging_as

    async with purging_as(settings):
        yield


def place_of(settings: Settings) -> Place:
    """Give where the publication lives, as the settings say."""
    return Place(settings.own_url, site_url=settings.site_url)


def require_store(settings: Settings) -> None:
    """Refuse where no store was made yet, before one is made by looking for it."""
    file = locate(settings.database_url).credentials.get("file_path")
    # An empty file is what looking for a store that is not there used to leave.
    if file and not (Path(file).exists() and Path(file).stat().st_size):
        raise click.ClickException(
            f"There is no store at {file} yet; `migrate` makes it, and so does `serve`."
        )


async def require_up_to_date(settings: Settings) -> None:
    """Refuse an open store that was made by an older version, or is empty yet."""
    async with open_migrator(settings.database_url) as migrator:
        pending = await migrator.pending()
    if pending:
        raise click.ClickException(
            f"Migrations are waiting ({len(pending)}); `migrate` applies them, and so does `serve`."
        )


async def require_site() -> models.Site:
    """Give the site of an open store; refuse a store that holds none yet."""
    site = await models.Site.current()
    if site is None:
        raise click.ClickException("The store holds no site yet; `migrate` founds it, and so does `serve`.")
    return site


def tell_aside(line: str) -> None:
    """Tell how it goes, beside what the command gives."""
    click.echo(line, err=True)


def counted(number: int, what: str) -> str:
    """Write how many there are of what has its plural with an s."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def moment(at: datetime, *, to: str = "minutes") -> str:
    """Write a moment in UTC, to its `minutes` or `seconds`."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(' ', to)} UTC"


def visible(line: str) -> str:
    """Write what a terminal would obey, or not show, so that it can be seen."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line)


def in_one_line(error: Exception) -> str:
    """Say what went wrong without line breaks."""
    said = " ".join(str(error).split())
    return f"The store cannot be used: {said}" if isinstance(error, OperationalError) else said
