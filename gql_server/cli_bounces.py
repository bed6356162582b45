"""The command that reads what comes back of letters."""

from collections import Counter
from pathlib import Path

import click

import models
from gql_server.commands import FORESEEN, in_one_line, on_store, open_made_store, require_site
from gql_server.mailboxes import messages
from gql_server.settings import Settings
from mailers.returned import Fate, Returned, read_returned

EX_TEMPFAIL = 75  # sysexits.h
ENDING = (Fate.NO_SUCH_ADDRESS, Fate.COMPLAINED)
# What these report is nobody's but ours to mend, or to wait for.
ANSWERED = (Fate.REFUSED_US, Fate.NOT_DELIVERED)
MOST_ANSWERS = 10
BOUNCED, COMPLAINED, KNOWN, STRANGE = "bounced", "complained", "known", "strange"
# What is said of each kind, after its number.
SAID = {
    BOUNCED: (
        "subscription ended: nobody receives mail there",
        "subscriptions ended: nobody receives mail there",
    ),
    COMPLAINED: ("subscription ended: the reader complained", "subscriptions ended: the readers complained"),
    KNOWN: ("report that ends nothing any more", "reports that end nothing any more"),
    Fate.REFUSED_US: (
        "report that a server refuses the sender: look at it",
        "reports that servers refuse the sender: look at them",
    ),
    Fate.NOT_DELIVERED: ("report that blames no address", "reports that blame no address"),
    Fate.NOT_FINAL: ("report that nothing is wrong yet", "reports that nothing is wrong yet"),
    STRANGE: ("report about no letter of a subscriber here", "reports about no letter of a subscriber here"),
    Fate.NO_REPORT: ("message that is no report", "messages that are no reports"),
}


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path, allow_dash=True))
@on_store
async def bounces(settings: Settings, paths: tuple[Path, ...]) -> None:
    """Read bounces and complaints, and end those subscriptions.

    PATHS are messages, mbox files or folders, such as a Maildir. Without any, one message is read from
    standard input, as fetchmail gives it. Messages are not moved or deleted, and may be read again.
    Of reports that end nothing, what the servers answered is shown, the most frequent first.
    """
    told = Counter[object]()
    answers = {fate: Counter[str]() for fate in ANSWERED}
    try:
        async with open_made_store(settings):
            site = await require_site()
            for path in paths or (Path("-"),):
                for message in messages(path):
                    returned = read_returned(message)
                    told[await _take(site, returned)] += 1
                    if returned.fate in answers:
                        answers[returned.fate][returned.answer] += 1
    except (click.ClickException, *FORESEEN) as error:
        if paths:
            raise
        # A mail server keeps the message and comes back, instead of sending a bounce of the bounce.
        click.echo(f"Error: {in_one_line(error)}", err=True)
        raise click.exceptions.Exit(EX_TEMPFAIL) from None
    for kind, (one, many) in SAID.items():
        if number := told[kind]:
            click.echo(f"{number} {one if number == 1 else many}")
            if isinstance(kind, Fate) and kind in answers:
                _show(answers[kind])
    if not told:
        click.echo("There is no message.")


def _show(answers: Counter[str]) -> None:
    """Tell what servers answered, and how often."""
    for said, number in answers.most_common(MOST_ANSWERS):
        click.echo(f"  {number} x {said or 'nothing'}")
    if (others := len(answers) - MOST_ANSWERS) > 0:
        click.echo(f"  and {others} other answers")


async def _take(site: models.Site, returned: Returned) -> object:
    """End what a report ends; give which kind it is."""
    if returned.fate not in ENDING:
        return returned.fate
    for way in returned.ways_out:
        token = way.rpartition("/unsubscribe/")[2].partition("?")[0]
        try:
            if returned.fate is Fate.COMPLAINED:
                has_ended = await models.complain(site, token, returned.written_at)
            else:
                has_ended = await models.bounce(site, token, returned.written_at, returned.reader)
        except models.Unproven:
            continue
        if not has_ended:
            return KNOWN
        return BOUNCED if returned.fate is Fate.NO_SUCH_ADDRESS else COMPLAINED
    return STRANGE
