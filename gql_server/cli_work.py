"""The command that does promised work in a process of its own."""

import asyncio
import signal

import click

import models
from gql_server.carrier import Carrier
from gql_server.commands import on_store, place_of
from gql_server.handlers import handlers_with
from gql_server.logs import say, set_up_logs
from gql_server.purging import purging_as
from gql_server.settings import PREFIX, Settings
from gql_server.webhook_calls import Caller
from gql_server.worker import Worker
from models.store import open_store


@click.command()
@on_store
async def work(settings: Settings) -> None:
    """Start a worker, which does promised work until it is stopped.

    Each server has a worker of its own. Start more beside it, as many as you like. On PostgreSQL they can do
    all of the work in its place: set GQL_SERVER_WORK=apart for the server.
    """
    set_up_logs()
    files = models.files_at(settings.place_of_media)
    place, loop = place_of(settings), asyncio.get_running_loop()
    carrier, caller = Carrier(place), Caller(place, near=settings.is_private)
    senders = (carrier, caller) if settings.smtp_url else (caller,)
    worker = Worker(handlers_with(*senders, files=files))

    def stop() -> None:
        worker.stop()
        carrier.stop()

    for signal_ in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_, stop)
    if not settings.smtp_url:
        say(f"No mail server is set ({PREFIX}SMTP_URL); letters are left to who has one, or shows them.")
    async with (
        open_store(settings.database_url, progress=say) as store,
        carrier.with_post(settings, await models.found()),
        purging_as(settings),
    ):
        say(f"Working on {store.url}")
        await worker.run()
