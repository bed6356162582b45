"""The commands for subscribers: bring them in, hand them out, and do what somebody who writes in asks for."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

import click
import orjson

import models
from gql_server import rosters
from gql_server.cli_bounces import bounces
from gql_server.commands import counted, on_store, open_made_store, require_site, tell_aside
from gql_server.networks import read_ip, truncated
from gql_server.settings import PREFIX, ConsentIp, Settings
from models.store import open_store

ONLY_SUPPRESSED = "Only a digest of its suppression is held, which stays; `unsuppress` lifts it."
WITHOUT_MAIL = (
    f"No mail server is set here ({PREFIX}SMTP_URL): a server that has one sends these letters; "
    "a `serve` without one, for this machine alone, shows them at /letters."
)
TOLD_EVERY = 10_000  # lines


@click.group()
def subscribers() -> None:
    """Import, export, show, erase or suppress subscribers; read bounces."""


subscribers.add_command(bounces)


@subscribers.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--ask", is_flag=True, help="Send those who are pending a letter that asks them to confirm.")
@on_store
async def import_(settings: Settings, file: Path, ask: bool) -> None:
    """Bring in subscribers from a CSV file.

    FILE may be `-` for standard input. Subscribers with confirmed_at and confirmed_source are confirmed. All
    others are pending: they get no newsletter until they confirm. Importing again changes nothing, and
    finishes an import that was stopped.
    """
    with rosters.open_roster(file, keep_ip=partial(_kept, settings.consent_ip)) as roster:
        used = ", ".join(roster.columns.used)
        tell_aside(f"Reading {counted(roster.lines, 'line')} in {roster.encoding}: {used}.")
        if roster.columns.unused:
            tell_aside(f"Not used: {', '.join(roster.columns.unused)}.")
        if roster.encoding == rosters.WESTERN:
            tell_aside("It is no UTF-8 and is read as Windows-1252; look at names with accents afterwards.")
        async with open_store(settings.database_url, progress=tell_aside):
            report = await _bring_in(await models.found(), roster, ask=ask)
    click.echo(report)
    if report.total.asked and not settings.smtp_url:
        tell_aside(WITHOUT_MAIL)
    if report.left_out:
        raise click.exceptions.Exit(1)


async def _bring_in(site: models.Site, roster: rosters.RosterFile, *, ask: bool) -> rosters.Report:
    report = rosters.Report(asks=ask)
    async for brought in models.bring_in(site, roster, ask=ask):
        before = report.lines
        report.add(brought)
        for problem in brought.problems:
            column = f", {problem.column}" if problem.column else ""
            tell_aside(f"Line {problem.line}{column}: {problem.reason}")
        if report.lines // TOLD_EVERY > before // TOLD_EVERY:
            tell_aside(f"{report.lines} of {roster.lines} lines")
    return report


@subscribers.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@on_store
async def export(settings: Settings, file: Path) -> None:
    """Write all subscribers as CSV.

    FILE must not be there yet; without it, or as `-`, they go to standard output. Each line has the status
    and the proof of consent, so that an import elsewhere restores them.
    """
    async with _site(settings) as site:
        if str(file) == "-":
            number = await _hand_out(site, sys.stdout.buffer)
        else:
            with rosters.whole_file(file) as out:
                number = await _hand_out(site, out)
    where = "Standard output" if str(file) == "-" else file
    tell_aside(f"{where} holds {counted(number, 'subscriber')}.")


async def _hand_out(site: models.Site, out: BinaryIO) -> int:
    number = 0
    out.write(rosters.header())
    async for line in models.hand_out(site):
        out.write(rosters.row(line.cells))
        number = line.number
        if number % TOLD_EVERY == 0:
            tell_aside(f"{number} subscribers")
    return number


@subscribers.command()
@click.argument("address")
@on_store
async def show(settings: Settings, address: str) -> None:
    """Show all that is held of ADDRESS, as JSON."""
    async with _site(settings) as site:
        held = await models.held_of(site, address)
    click.echo(orjson.dumps(held, option=orjson.OPT_INDENT_2).decode())


@subscribers.command()
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask to type the address again.")
@on_store
async def erase(settings: Settings, address: str, yes: bool) -> None:
    """Delete ADDRESS and all that is held of it.

    An import could bring the address back. To make sure that nobody writes there again, suppress it as well.
    """
    async with _site(settings) as site:
        await models.held_of(site, address)
        if not yes and click.prompt("Type the address again to erase it") != address:
            raise click.ClickException("That is another address; nothing was erased.")
        if not await models.forget(site, address):
            raise click.ClickException(ONLY_SUPPRESSED)
    click.echo("Erased. A worker cleans the store's files of it soon.")


@subscribers.command()
@click.argument("address")
@on_store
async def suppress(settings: Settings, address: str) -> None:
    """Send no letter to ADDRESS any more, whoever asks for one."""
    async with _site(settings) as site:
        has_ended = await models.suppress(site, address, models.BY_OPERATOR)
    more = ", and the subscription of it has ended" if has_ended else ""
    click.echo(f"Suppressed: no letter goes there{more}.")


@subscribers.command()
@click.argument("address")
@on_store
async def unsuppress(settings: Settings, address: str) -> None:
    """Undo `suppress`: ADDRESS can be signed up again."""
    async with _site(settings) as site:
        was = await models.unsuppress(site, address)
    click.echo("No longer suppressed; it can be signed up." if was else "It was not suppressed.")


@asynccontextmanager
async def _site(settings: Settings) -> AsyncIterator[models.Site]:
    async with open_made_store(settings):
        yield await require_site()


def _kept(consent_ip: ConsentIp, ip: str) -> str | None:
    # What is no address is left for the store to complain about.
    if consent_ip == "none":
        return None
    return truncated(ip) if consent_ip == "truncated" and read_ip(ip) else ip
