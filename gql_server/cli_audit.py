"""The command that tells who did what."""

import click

import models
from gql_server.commands import on_store, open_made_store, require_site
from gql_server.settings import Settings
from models.instants import rfc_3339

MOST = 10_000
# Whoever runs the server needs no account for what they do on it.
RUNNER = "the command line"


@click.command()
@click.option("--by", "email", metavar="EMAIL", help="What one person did, also when they are retired.")
@click.option("--deed", help="Deeds of one kind, such as post.publish, or of all kinds to a noun: post.")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1, MOST), help="So many at most.")
@on_store
async def audit(settings: Settings, email: str | None, deed: str | None, last: int) -> None:
    """Tell who did what to which thing, the newest last: moment, who, with which token, deed, number.

    Moments are in UTC. Nothing changes or removes what is told here.
    """
    async with open_made_store(settings):
        whose = await models.User.ever_at(await require_site(), email) if email is not None else None
        found = await models.Audit.told(user_id=whose.id if whose else None, deed=deed).limit(last)
        people = await models.User.in_bulk({row.user_id for row in found if row.user_id}, "id")
        keys = await models.Key.in_bulk({row.key_id for row in found if row.key_id}, "id")
    for row in reversed(found):
        person, key = people.get(row.user_id or 0), keys.get(row.key_id or 0)
        who = RUNNER if row.user_id is None else person.email if person else f"user {row.user_id}"
        means = f"token {key.id}" if key is not None and key.kind is models.KeyKind.API else "-"
        click.echo(f"{rfc_3339(row.at)}  {who}  {means}  {row.deed}  {row.subject_id or '-'}")
    if not found:
        click.echo("Nothing was done that is noted.", err=True)
