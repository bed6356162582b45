"""The commands for comments of guests: whether and why they wait, which do, and what is decided."""

import click

import models
from gql_server.commands import Number, counted, moment, on_store, open_made_store, require_site, visible
from gql_server.settings import Settings
from models.paging import BIGGEST_ID

SHOWN = 80
TOLD = ("id", "post__slug", "name", "created_at", "text", "held_because")
FATES = {
    models.Fate.APPROVED: "approved",
    models.Fate.REJECTED: "rejected",
    models.Fate.SPAM: "marked as spam",
}
POLICIES = {
    models.CommentPolicy.HELD: "held: a guest's comment waits until somebody approves it",
    models.CommentPolicy.CONFIRMED: "confirmed: a guest's comment is shown when its address is confirmed",
    models.CommentPolicy.SHOWN: "shown: a guest's comment is shown at once",
}
which = click.argument("ids", nargs=-1, required=True, type=Number(1, BIGGEST_ID), metavar="ID...")


@click.group()
def comments() -> None:
    """List and decide about comments of guests that wait; show or set the rules."""


@comments.command()
@click.argument("policy", required=False, type=click.Choice([str(policy) for policy in POLICIES]))
@on_store
async def policy(settings: Settings, policy: str | None) -> None:
    """Show or set what happens to a guest's comment.

    held: it waits until somebody approves it. confirmed: it is shown when the guest has confirmed the
    address. shown: it is shown at once. Comments that wait already go on waiting.
    """
    async with open_made_store(settings):
        site = await require_site()
        if policy is not None:
            await site.change(comment_policy=models.CommentPolicy(policy))
        click.echo(POLICIES[site.comment_policy])


@comments.command()
@click.option("--days", help="Close comments N days after a post appeared, or: never.", metavar="N")
@click.option("--links", type=Number(), help="Hold a comment with more than N links.", metavar="N")
@click.option("--form/--no-form", default=None, help="Hold a comment that has no formToken, or do not.")
@click.option(
    "--block", multiple=True, help="Hold a comment with this word; may be repeated.", metavar="WORD"
)
@click.option("--unblock", multiple=True, help="Undo --block for this word; may be repeated.", metavar="WORD")
@on_store
async def rules(
    settings: Settings, days: str | None, links: int | None, form: bool | None, block: tuple[str, ...],
    unblock: tuple[str, ...],
) -> None:  # fmt: skip
    """Show or set what holds a comment, and when posts close for them.

    Comments that wait already go on waiting.
    """
    async with open_made_store(settings):
        site = await require_site()
        given: dict[str, object] = {} if days is None else {"days": _days(days)}
        given |= {name: value for name, value in (("links", links), ("form", form)) if value is not None}
        if block or unblock:
            words = [*(site.blocked_words or "").splitlines(), *block]
            given["words"] = [word for word in words if word not in unblock]
        if given:
            await site.set_comment_rules(**given)
        for line in _told(site):
            click.echo(line)


@comments.command()
@on_store
async def waiting(settings: Settings) -> None:
    """List the comments that wait, the oldest first.

    Each line has the number, the post, the name, the moment, the first words, and why the comment waits.
    """
    async with open_made_store(settings):
        found = await models.Comment.held().order_by("created_at", "id").values_list(*TOLD)
    for id, slug, name, at, said, because in found:
        words = visible(models.text.excerpt(said, SHOWN))
        reasons = [line for line in (because or "").splitlines() if line != models.Rule.POLICY]
        why = f"  ({visible(', '.join(reasons))})" if reasons else ""
        click.echo(f"{id}  {slug}  {visible(name)}  {moment(at)}  {words}{why}")
    if not found:
        click.echo("No comment waits.")


@comments.command()
@which
@on_store
async def approve(settings: Settings, ids: tuple[int, ...]) -> None:
    """Approve comments: everybody sees them."""
    await _decide(settings, ids, models.Fate.APPROVED)


@comments.command()
@which
@on_store
async def reject(settings: Settings, ids: tuple[int, ...]) -> None:
    """Reject comments: nobody sees them."""
    await _decide(settings, ids, models.Fate.REJECTED)


@comments.command()
@which
@on_store
async def spam(settings: Settings, ids: tuple[int, ...]) -> None:
    """Mark comments as spam: nobody sees them.

    The spam filter learns from it.
    """
    await _decide(settings, ids, models.Fate.SPAM)


@comments.command()
@which
@on_store
async def delete(settings: Settings, ids: tuple[int, ...]) -> None:
    """Delete comments and their replies, for good."""
    async with open_made_store(settings):
        await models.Comment.remove_all(set(ids))
    click.echo(f"{counted(len(set(ids)), 'comment')} deleted.")


async def _decide(settings: Settings, ids: tuple[int, ...], fate: models.Fate) -> None:
    async with open_made_store(settings):
        await models.Comment.decide_all(set(ids), fate)
    click.echo(f"{counted(len(set(ids)), 'comment')} {FATES[fate]}.")


def _days(given: str) -> int | None:
    if given == "never":
        return None
    if not given.isascii() or not given.isdecimal():
        raise models.Invalid("days", "`--days` is a number of days, or: never.")
    return int(given[:9])


def _told(site: models.Site) -> list[str]:
    """Give the rules, a line each."""
    words = (site.blocked_words or "").splitlines()
    days = "never closes by age" if site.comment_days is None else f"closes after {site.comment_days} days"
    return [
        f"days   a post {days}",
        f"links  more than {site.comment_links} in a comment make it wait",
        f"form   {'needed: a comment without a formToken waits' if site.comment_form else 'not needed'}",
        f"words  {', '.join(map(visible, words)) if words else 'none is blocked'}",
    ]
