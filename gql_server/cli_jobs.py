"""The commands for promised work: do it in a process of its own, look at it, decide about what is buried."""

import asyncio
import signal

import click

import models
from gql_server.carrier import Carrier
from gql_server.commands import Number, moment, on_store, open_made_store
from gql_server.handlers import handlers_with
from gql_server.logs import set_up_logs
from gql_server.publication import publication_of
from gql_server.purging import purging_as
from gql_server.settings import PREFIX, Settings
from gql_server.webhook_calls import Caller
from gql_server.worker import Worker
from models.engines.queues import Counts
from models.store import open_store

# Work is numbered beyond what other rows are.
NUMBER = Number(1, 2**63 - 1)


@click.command()
@on_store
async def work(settings: Settings) -> None:
    """Start a worker, which does promised work until it is stopped.

    Each server has a worker of its own. Start more beside it, as many as you like. On PostgreSQL they can do
    all of the work in its place: set GQL_SERVER_WORK=apart for the server.
    """
    set_up_logs()
    files = models.files_at(settings.place_of_media)
    publication, loop = publication_of(settings, files), asyncio.get_running_loop()
    carrier, caller = Carrier(publication), Caller(publication, near=settings.is_private)
    senders = (carrier, caller) if settings.smtp_url else (caller,)
    worker = Worker(handlers_with(*senders, files=files))

    def stop() -> None:
        worker.stop()
        carrier.stop()

    for signal_ in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_, stop)
    if not settings.smtp_url:
        click.echo(f"No mail server is set ({PREFIX}SMTP_URL); letters are left to the server.")
    async with (
        open_store(settings.database_url, progress=click.echo) as store,
        carrier.with_post(settings, await models.found()),
        purging_as(settings),
    ):
        click.echo(f"Working on {store.url}")
        await worker.run()


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
