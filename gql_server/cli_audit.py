"""The command that tells who did what."""

import re

import click

import models
from gql_server.commands import Number, moment, on_store, open_made_store, require_site
from gql_server.settings import Settings

MOST = 10_000
# Whoever runs the server needs no account for what they do on it; the server itself has none.
NOBODY = "command line or server"
DEED = re.compile(r"[a-z_]{1,30}(\.[a-z_]{1,30})?")


def _named(_context: click.Context, _option: click.Parameter, deed: str | None) -> str | None:
    if deed is not None and not DEED.fullmatch(deed):
        raise click.BadParameter("a deed is a noun, or a noun and a verb: post, post.publish")
    return deed


@click.command()
@click.option("--by", "email", metavar="EMAIL", help="What one person did, also when they are retired.")
@click.option(
    "--deed",
    callback=_named,
    help="Deeds of one kind, such as post.publish, or of all kinds to a noun: post.",
)
@click.option("--last", default=50, show_default=True, type=Number(1, MOST), help="So many at most.")
@on_store
async def audit(settings: Settings, email: str | None, deed: str | None, last: int) -> None:
    """Tell who did what to which thing, the newest last: moment, who, with which token, deed, number.

    Nothing changes or removes what is told here. A token is known by its number, also a month after it has
    expired, when it is gone; so is by then a browser in which somebody was signed in.
    """
    async with open_made_store(settings):
        whose = await models.User.ever_at(await require_site(), email) if email is not None else None
        found = await models.Audit.told(user_id=whose.id if whose else None, deed=deed).limit(last)
        people = await models.User.in_bulk({row.user_id for row in found if row.user_id}, "id")
        keys = await models.Key.in_bulk({row.key_id for row in found if row.key_id}, "id")
    for row in reversed(found):
        person, key = people.get(row.user_id or 0), keys.get(row.key_id or 0)
        who = NOBODY if row.user_id is None else person.email if person else f"user {row.user_id}"
        is_session = key is not None and key.kind is models.KeyKind.SESSION
        means = "-" if row.key_id is None or is_session else f"token {row.key_id}"
        click.echo(f"{moment(row.at, to='seconds')}  {who}  {means}  {row.deed}  {row.subject_id or '-'}")
    if not found:
        click.echo("No such deed is noted.", err=True)
