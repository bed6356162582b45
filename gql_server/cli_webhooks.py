"""The commands for webhooks: receivers elsewhere that are told what happens."""

import click

import models
from gql_server.commands import Number, moment, on_store, open_made_store
from gql_server.settings import Settings
from models.paging import BIGGEST_ID

EVENTS = [str(event) for event in models.webhooks.CHOICES]
ID = Number(1, BIGGEST_ID)
which = click.argument("id", type=ID)


@click.group()
def webhooks() -> None:
    """List, add, change and remove webhooks; see what they were sent; send it again."""


@webhooks.command(name="list")
@on_store
async def list_webhooks(settings: Settings) -> None:
    """List the webhooks: number, state, address, events."""
    async with open_made_store(settings):
        found = await models.Webhook.all().order_by("id")
    for webhook in found:
        click.echo(f"{webhook.id}  {standing(webhook)}  {webhook.url}  {' '.join(webhook.events)}")
    if not found:
        click.echo("There are no webhooks.")


@webhooks.command(epilog=f"EVENT is one of: {', '.join(EVENTS)}.")
@click.argument("url")
@click.argument("events", nargs=-1, required=True, type=click.Choice(EVENTS), metavar="EVENT...")
@on_store
async def add(settings: Settings, url: str, events: tuple[str, ...]) -> None:
    """Add a webhook: URL is sent a message when an EVENT happens.

    The number of the webhook is printed, and the secret that signs its messages. The secret is shown once.
    """
    chosen = [models.HookEvent(event) for event in events]
    async with open_made_store(settings):
        webhook, secret = await models.Webhook.add(url, chosen, by=models.NOBODY, near=settings.is_private)
    click.echo(f"{webhook.id}  {secret}")


@webhooks.command()
@which
@on_store
async def rotate(settings: Settings, id: int) -> None:
    """Make a new secret, and show it once.

    For a day messages are signed with the old one too.
    """
    async with open_made_store(settings):
        click.echo(await (await models.Webhook.by_id(id)).rotate(by=models.NOBODY))


@webhooks.command()
@which
@on_store
async def pause(settings: Settings, id: int) -> None:
    """Send nothing to a webhook for now; what waits is kept."""
    async with open_made_store(settings):
        await (await models.Webhook.by_id(id)).pause(by=models.NOBODY)
    click.echo("It is told nothing for now.")


@webhooks.command()
@which
@on_store
async def resume(settings: Settings, id: int) -> None:
    """Let a paused webhook go on, with what was kept for it."""
    async with open_made_store(settings):
        await (await models.Webhook.by_id(id)).resume(by=models.NOBODY)
    click.echo("It is told again what happens.")


@webhooks.command()
@which
@on_store
async def remove(settings: Settings, id: int) -> None:
    """Remove a webhook and its log."""
    async with open_made_store(settings):
        await (await models.Webhook.by_id(id)).remove(by=models.NOBODY)
    click.echo("It is gone.")


@webhooks.command()
@which
@click.option("--limit", type=Number(1, 1000), default=20, show_default=True, help="List at most so many.")
@on_store
async def log(settings: Settings, id: int, limit: int) -> None:
    """List what was sent to a webhook, the newest first.

    Each line has the number of the call, the moment, the event, the state, the tries, and why it failed.
    """
    async with open_made_store(settings):
        webhook = await models.Webhook.by_id(id)
        calls = await models.WebhookCall.log_of(webhook.id).order_by("-created_at", "-id").limit(limit)
    for call in calls:
        why = f"  {call.last_reason}" if call.last_reason else ""
        click.echo(f"{call.id}  {moment(call.created_at)}  {call.event}  {call.state}  {call.tries}{why}")
    if not calls:
        click.echo("It was told nothing yet.")


@webhooks.command()
@click.argument("call", type=ID)
@on_store
async def replay(settings: Settings, call: int) -> None:
    """Make a CALL of the log once more, with the same id."""
    async with open_made_store(settings):
        await models.webhooks.replay(await models.WebhookCall.by_id(call), by=models.NOBODY)
    click.echo("It is on its way.")


@webhooks.command()
@which
@on_store
async def ping(settings: Settings, id: int) -> None:
    """Send a webhook an empty message, to try it.

    `log` shows what came of it.
    """
    async with open_made_store(settings):
        call = await (await models.Webhook.by_id(id)).ping(by=models.NOBODY)
    click.echo(f"Call {call.id} is on its way.")


def standing(webhook: models.Webhook) -> str:
    """Say in a few words how a receiver does."""
    if webhook.is_paused:
        return f"paused ({webhook.paused_because})" if webhook.paused_because else "paused"
    if webhook.failing_since is not None:
        return f"failing since {moment(webhook.failing_since)}"
    return "fine"
