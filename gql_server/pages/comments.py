"""The doors /comment and /replies: who left a comment says that it is theirs, or wants no more notices."""

from aiohttp import web

import models
from gql_server.pages.forms import read_form
from gql_server.pages.printing import Link
from gql_server.pages.visit import Visit


async def show(request: web.Request) -> web.Response:
    """Show the comment, and ask to press the button."""
    visit = await Visit.of(request)
    found = await models.comment_to_confirm(visit.site, visit.token)
    commenter = await models.Commenter.filter(site_id=visit.site.id, mailbox=found.mailbox).first()
    visit = visit.speaking(found.language)
    is_known = commenter is not None and commenter.confirmed_at is not None
    # A stranger may have left it with an address that is known: notices of it wait for a yes of its own.
    wants_yes = found.awaits_address or (found.notify_replies and not found.is_proven)
    if is_known and not wants_yes:
        return await _told(visit, found)
    return visit.shows(
        "comment.html", what="comment_confirm", facts={"email": found.email}, comment=found,
        buttons={"confirm": visit.says("comment_confirm")}, about={},
    )  # fmt: skip


async def confirm(request: web.Request) -> web.Response:
    """Take the address for theirs; doing it twice is as good as once."""
    visit = await Visit.of(request)
    await read_form(request)
    await models.confirm_comment(visit.site, visit.token)
    return visit.goes_back("confirmed")


async def show_notices(request: web.Request) -> web.Response:
    """Ask whether to end the notices of replies."""
    visit = await Visit.of(request)
    found = await models.Commenter.behind(visit.site, visit.token)
    facts = {"email": found.email}
    if found.declined_at is not None:
        return visit.tells("notices_ended", facts, links=[visit.home])
    return visit.asks("notices", facts, buttons={"end": visit.says("notices")})


async def end_notices(request: web.Request) -> web.Response:
    """End the notices of replies, by the button or a mail program's one click."""
    visit, form = await Visit.of(request), await read_form(request)
    await models.decline_notices(visit.site, visit.token)
    if form.is_one_click:
        return visit.says_in_short("notices_in_short")
    return visit.goes_back("ended")


async def _told(visit: Visit, found: models.Comment) -> web.Response:
    post = await models.Post.published().filter(id=found.post_id).first() if found.is_shown else None
    if post is None:
        return visit.tells("comment_held", links=[visit.home])
    way = visit.context.absolute(f"{post.path}#comment-{found.id}")
    return visit.tells("comment_shown", links=[Link(visit.says("comment_read"), way, is_button=True)])
