"""The commands for promised work: look at it, and decide about what is buried."""

import click

import models
from gql_server.commands import Number, moment, on_store, open_made_store
from gql_server.settings import Settings
from models.engines.queues import Counts

# Work is numbered beyond what other rows are.
NUMBER = Number(1, 2**63 - 1)


@click.group(invoke_without_command=True)
@click.pass_context
def jobs(context: click.Context) -> None:
    """Count the promised work; list, retry or drop what failed for good.

    A job that failed for three days is buried: nobody tries it again until you say so.
    """
    if context.invoked_subcommand is None:
        context.invoke(count)


@on_store
async def count(settings: Settings) -> None:
    async with open_made_store(settings):
        click.echo(told(await models.Job.counts()))


@jobs.command(name="list")
@on_store
async def list_(settings: Settings) -> None:
    """List buried jobs: number, kind, tries, kind of the last error."""
    async with open_made_store(settings):
        buried = await models.Job.buried()
    for entry in buried:
        click.echo(f"{entry.id}  {entry.work}  {entry.tries} tries  {entry.error}")
    if not buried:
        click.echo("Nothing is buried.")


@jobs.command()
@click.argument("id", type=NUMBER)
@on_store
async def retry(settings: Settings, id: int) -> None:
    """Let a buried job be tried again, as often as a new one."""
    async with open_made_store(settings):
        await models.Job.retry(id)
    click.echo(f"Job {id} is tried again.")


@jobs.command()
@click.argument("id", type=NUMBER)
@on_store
async def drop(settings: Settings, id: int) -> None:
    """Forget a job: it is never done."""
    async with open_made_store(settings):
        await models.Job.drop(id)
    click.echo(f"Job {id} is forgotten.")


def told(counts: Counts) -> str:
    """Say how much work there is in one line."""
    line = f"{counts.waiting} waiting, {counts.running} running, {counts.buried} buried"
    since = counts.overdue_since
    return line if since is None else f"{line}; the oldest could be done since {moment(since)}"
