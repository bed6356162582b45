"""The commands for issues: what went to subscribers and how far it has come; stop it, or try a letter out."""

from dataclasses import asdict

import click

import models
from gql_server.commands import Number, counted, moment, on_store, open_made_store, require_site, visible
from gql_server.settings import Settings
from models.paging import BIGGEST_ID

MOST = 20
which = click.argument("id", type=Number(1, BIGGEST_ID))


@click.group()
def issues() -> None:
    """List what was sent to subscribers; pause, resume, recall or retry it; send a test."""


@issues.command(name="list")
@click.option("--most", type=Number(1, 1000), default=MOST, show_default=True, help="List at most so many.")
@on_store
async def list_issues(settings: Settings, most: int) -> None:
    """List issues, the newest first.

    Each line has the number, the kind, the status, the start, how many letters of how many are sent, and the
    title.
    """
    async with open_made_store(settings):
        found = await models.Issue.all().order_by("-started_at", "-id").limit(most)
        progress = await models.progress_of(found)
    for issue in found:
        stands = progress[issue.id]
        click.echo(
            f"{issue.id}  {issue.kind}  {issue.status}  {moment(issue.started_at)}  "
            f"{stands.sent} of {stands.audience}  {_title(issue)}"
        )
    if not found:
        click.echo("Nothing went to subscribers yet; publish a post with `newsletterSlugs`.")


@issues.command()
@which
@on_store
async def show(settings: Settings, id: int) -> None:
    """Count the letters of an issue by their state."""
    async with open_made_store(settings):
        issue = await models.Issue.by_id(id)
        progress = asdict(await issue.progress())
    click.echo(f"{_title(issue)}: {issue.kind}, {issue.status}, begun {moment(issue.started_at)}")
    for name, number in progress.items():
        click.echo(f"{name:10} {number:>9}")


@issues.command()
@which
@on_store
async def pause(settings: Settings, id: int) -> None:
    """Hold the letters of an issue that are not sent yet."""
    async with open_made_store(settings):
        await (await models.Issue.by_id(id)).pause()
    click.echo(f"Issue {id} is paused; `issues resume {id}` goes on with it.")


@issues.command()
@which
@on_store
async def resume(settings: Settings, id: int) -> None:
    """Go on with an issue that was paused."""
    async with open_made_store(settings):
        await (await models.Issue.by_id(id)).resume()
    click.echo(f"Issue {id} goes on.")


@issues.command()
@which
@on_store
async def recall(settings: Settings, id: int) -> None:
    """Cancel, for good, all letters of an issue that are not sent yet."""
    async with open_made_store(settings):
        await (await models.Issue.by_id(id)).recall()
    click.echo(f"Issue {id} is recalled; what a mail server has taken already cannot be.")


@issues.command()
@which
@on_store
async def retry(settings: Settings, id: int) -> None:
    """Send the letters of an issue that were given up once more.

    They go to those who still want them.
    """
    async with open_made_store(settings):
        number = await models.retry_issue(await models.Issue.by_id(id))
    click.echo(
        f"{counted(number, 'letter')} of issue {id} tried again; `issues show {id}` tells how it stands."
    )


@issues.command()
@click.argument("slug")
@click.option(
    "--to", required=True, metavar="EMAIL", help="Address of somebody who can sign in (`users list`)."
)
@on_store
async def test(settings: Settings, slug: str, to: str) -> None:
    """Send the letter of the post SLUG to one person alone.

    The post need not be published.
    """
    async with open_made_store(settings):
        site = await require_site()
        post = await models.Post.filter(site_id=site.id, slug=models.findable(slug)).first()
        if post is None:
            raise click.ClickException("There is no post of that slug.")
        user = await models.User.by_email(site, to)
        await models.try_out(post, user)
    click.echo(f"The letter is on its way to {user.email}, and to nobody else.")


def _title(issue: models.Issue) -> str:
    return visible(str(issue.facts.get("title") or counted(len(issue.facts.get("items", [])), "post")))
