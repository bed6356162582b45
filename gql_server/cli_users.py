"""The commands for people who can sign in, and for the tokens of programs."""

from datetime import timedelta

import click

import models
from gql_server.commands import Number, moment, on_store, open_made_store, place_of, require_site, tell_aside
from gql_server.settings import PREFIX, Settings
from models.paging import BIGGEST_ID

ROLES = [str(role) for role in models.Role]
SCOPES = [str(scope) for scope in models.Scope]
ABOUT_SCOPES = f"What it may do: {', '.join(SCOPES)}; may be repeated.  [default: all that the user may]"
which = click.argument("email")


@click.group()
def users() -> None:
    """List, invite and retire those who can sign in; change roles; give sign-in links."""


@users.command(name="list")
@on_store
async def list_users(settings: Settings) -> None:
    """List those who can sign in: address, role, name."""
    async with open_made_store(settings):
        found = await models.User.active().order_by("mailbox")
    for user in found:
        click.echo(f"{user.email}  {user.role}  {user.name}")
    if not found:
        click.echo("Nobody can sign in yet; `users owner` gives the link that makes somebody the owner.")


@users.command()
@which
@click.argument("name")
@click.option(
    "--role", type=click.Choice(ROLES), default=str(models.Role.AUTHOR), show_default=True, help="Their role."
)
@on_store
async def invite(settings: Settings, email: str, name: str, role: str) -> None:
    """Let somebody sign in, and send them a letter that says so.

    Somebody who can sign in already gets the role that is given here.
    """
    async with open_made_store(settings):
        user = await models.invite(await require_site(), email, name, models.Role(role))
    click.echo(f"{user.email} can sign in as {user.role}; a letter that says so is on its way.")


@users.command()
@which
@click.argument("role", type=click.Choice(ROLES))
@on_store
async def role(settings: Settings, email: str, role: str) -> None:
    """Give somebody another role."""
    async with open_made_store(settings):
        user = await models.User.by_email(await require_site(), email)
        await user.become(models.Role(role), by=models.NOBODY)
    click.echo(f"{user.email} is {role} from now on.")


@users.command()
@which
@on_store
async def retire(settings: Settings, email: str) -> None:
    """Let somebody sign in no more, and end their sessions and tokens."""
    async with open_made_store(settings):
        user = await models.User.by_email(await require_site(), email)
        await models.Key.retire(user, by=models.NOBODY)
    click.echo(f"{user.email} can sign in no more.")


@users.command()
@which
@on_store
async def link(settings: Settings, email: str) -> None:
    """Print a link that signs somebody in, for when no letter arrives.

    It works once, within 15 minutes, in any browser. Give it to nobody else: whoever has it is let in.
    """
    async with open_made_store(settings):
        user = await models.User.by_email(await require_site(), email)
        token = await models.SignIn.at_hand(user)
        absolute = await place_of(settings).absolute()
    _give(settings, absolute(f"/sign-in/{token}"))


@users.command()
@on_store
async def owner(settings: Settings) -> None:
    """Print the link that makes its holder the owner.

    There is one as long as there is no administrator.
    """
    async with open_made_store(settings):
        token = await models.owner_token(await require_site())
        absolute = await place_of(settings).absolute()
    if token is None:
        raise click.ClickException("Somebody may do everything already; `users list` says who.")
    _give(settings, absolute(f"/sign-in/{token}"))


def _give(settings: Settings, link: str) -> None:
    click.echo(link)
    if link.startswith(f"{settings.own_url}/"):
        # What `serve` was given as a flag stands nowhere.
        tell_aside(
            f"If the server listens elsewhere, or readers reach it by a name, set {PREFIX}PORT, {PREFIX}HOST "
            f"or {PREFIX}SITE_URL for this command too."
        )


@click.group()
def token() -> None:
    """Make, list and revoke the tokens of programs."""


@token.command()
@which
@click.argument("label")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(SCOPES), metavar="SCOPE", help=ABOUT_SCOPES
)
@click.option(
    "--days", type=Number(1, 365), default=365, show_default=True, help="Expire after so many days."
)
@on_store
async def create(settings: Settings, email: str, label: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token, with which a program acts as the user with EMAIL.

    LABEL says what it is for. The token is shown once.
    """
    async with open_made_store(settings):
        user = await models.User.by_email(await require_site(), email)
        _, made = await models.Key.grant_api(
            user,
            label=label,
            scopes=[models.Scope(scope) for scope in scopes] or None,
            lives=timedelta(days=days),
        )
    click.echo(made)


@token.command(name="list")
@on_store
async def list_tokens(settings: Settings) -> None:
    """List the tokens that are valid, sessions of browsers among them.

    Each line has the number, the kind, the owner, the scopes, the last day, the last use, and the label.
    """
    async with open_made_store(settings):
        found = await models.Key.living().order_by("id").select_related("user")
    for key in found:
        shown = f"post {key.post_id}" if key.post_id else f"page {key.page_id}"
        whose = key.user.email if key.user_id else shown
        used = f"used {moment(key.used_at)}" if key.used_at else "never used"
        scopes = ",".join(sorted(key.opens().scopes)) or "-"
        until = f"until {moment(key.expires_at)}"
        click.echo(f"{key.id}  {key.kind}  {whose}  {scopes}  {until}  {used}  {key.label}")
    if not found:
        click.echo("There are no tokens.")


@token.command()
@click.argument("ids", nargs=-1, required=True, type=Number(1, BIGGEST_ID), metavar="ID...")
@on_store
async def revoke(settings: Settings, ids: tuple[int, ...]) -> None:
    """Revoke tokens, for good.

    Connections that were opened with them are closed within seconds.
    """
    async with open_made_store(settings):
        taken = await models.Key.revoke(*ids)
    if taken < len(set(ids)):
        raise click.ClickException(f"{taken} revoked; the others were not there, or revoked before.")
    click.echo(f"{taken} revoked.")
