"""The commands for comments of guests: whether they wait, which do, and what is decided about them."""

import click

import models
from gql_server.commands import on_store, open_made_store, require_site
from gql_server.settings import Settings
from models.paging import BIGGEST_ID

SHOWN = 80
TOLD = ("id", "post__slug", "name", "created_at", "text")
FATES = {
    models.Fate.APPROVED: "approved",
    models.Fate.REJECTED: "rejected",
    models.Fate.SPAM: "marked as spam",
}
POLICIES = {
    models.CommentPolicy.HELD: "held: a guest's comment waits until somebody approves it",
    models.CommentPolicy.SHOWN: "shown: a guest's comment is shown at once",
}
which = click.argument("ids", nargs=-1, required=True, type=click.IntRange(1, BIGGEST_ID), metavar="ID...")


@click.group()
def comments() -> None:
    """Say whether comments of guests wait; list those that do; approve, reject, mark as spam."""


@comments.command()
@click.argument("policy", required=False, type=click.Choice([str(policy) for policy in POLICIES]))
@on_store
async def policy(settings: Settings, policy: str | None) -> None:
    """Tell what happens to a guest's comment, or set it: held or shown.

    What waits already goes on waiting.
    """
    async with open_made_store(settings):
        site = await require_site()
        if policy is not None:
            await site.set_comment_policy(models.CommentPolicy(policy))
        click.echo(POLICIES[site.comment_policy])


@comments.command()
@on_store
async def waiting(settings: Settings) -> None:
    """List the comments that wait, the oldest first: number, post, name, date, beginning."""
    async with open_made_store(settings):
        found = await models.Comment.held().order_by("created_at", "id").values_list(*TOLD)
    for id, slug, name, moment, said in found:
        words = _visible(models.text.excerpt(said, SHOWN))
        click.echo(f"{id}  {slug}  {_visible(name)}  {moment:%Y-%m-%d %H:%M}  {words}")
    if not found:
        click.echo("No comment waits.")


@comments.command()
@which
@on_store
async def approve(settings: Settings, ids: tuple[int, ...]) -> None:
    """Show comments to everybody."""
    await _decide(settings, ids, models.Fate.APPROVED)


@comments.command()
@which
@on_store
async def reject(settings: Settings, ids: tuple[int, ...]) -> None:
    """Show comments to nobody."""
    await _decide(settings, ids, models.Fate.REJECTED)


@comments.command()
@which
@on_store
async def spam(settings: Settings, ids: tuple[int, ...]) -> None:
    """Show comments to nobody, as spam."""
    await _decide(settings, ids, models.Fate.SPAM)


async def _decide(settings: Settings, ids: tuple[int, ...], fate: models.Fate) -> None:
    async with open_made_store(settings):
        await models.Comment.decide_all(set(ids), fate)
    number = len(set(ids))
    click.echo(f"{number} comment{'' if number == 1 else 's'} {FATES[fate]}.")


def _visible(line: str) -> str:
    """Write what a terminal would obey, or not show, so that it can be seen."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line)
