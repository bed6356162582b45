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
@click.option("--by", "email", metavar="EMAIL", help="Only what this person did, retired or not.")
@click.option(
    "--deed",
    callback=_named,
    metavar="DEED",
    help="Only deeds of this kind, such as post.publish; `post` stands for all that is done to posts.",
)
@click.option("--last", default=50, show_default=True, type=Number(1, MOST), help="List at most so many.")
@on_store
async def audit(settings: Settings, email: str | None, deed: str | None, last: int) -> None:
    """List who did what, the newest last.

    Each line has the moment, the person, the number of the token that was used or -, the deed, and the number
    of the thing it was done to. Lines are never changed or removed. A token is deleted a month after it has
    expired, and its number stays; from then on a browser in which somebody was signed in has one here too.
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
