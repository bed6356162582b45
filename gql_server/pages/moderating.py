"""The door /moderate: a moderator reads what waits and decides by a button; looking changes nothing."""

from typing import Any

from aiohttp import web

import models
from gql_server.pages.forms import read_form
from gql_server.pages.printing import Link
from gql_server.pages.visit import Visit
from schema.explanations import explained

BUTTONS = {
    "approve": models.Fate.APPROVED,
    "reject": models.Fate.REJECTED,
    "spam": models.Fate.SPAM,
}


async def show(request: web.Request) -> web.Response:
    """Show the comment, why it waits, and what can be decided."""
    visit = await Visit.of(request)
    link = await models.ModeratorLink.behind(visit.site, visit.token)
    visit = visit.speaking(link.user.language)
    # Whoever wrote the address: what waits was not decided.
    if link.comment.status in BUTTONS.values() and visit.has_just(link.comment.status):
        return await _decided(visit, link)
    return await _shown(visit, link)


async def decide(request: web.Request) -> web.Response:
    """Decide as the button says; another button later takes it back."""
    visit, form = await Visit.of(request), await read_form(request)
    link = await models.ModeratorLink.behind(visit.site, visit.token)
    chosen = [fate for name, fate in BUTTONS.items() if name in form]
    if len(chosen) != 1:
        raise models.Invalid("status")
    visit = visit.speaking(link.user.language)
    try:
        await link.decide(chosen[0], was=form.one("was") or link.comment.stamp)
    except models.Changed:
        return await _shown(visit, await models.ModeratorLink.behind(visit.site, visit.token), status=409)
    return visit.goes_back(chosen[0])


async def _decided(visit: Visit, link: models.ModeratorLink) -> web.Response:
    """Tell what was decided a moment ago, and lead on to the next that waits."""
    post = await models.Post.get(id=link.comment.post_id)
    links, another = [*_onward(visit, post), visit.home], await link.next()
    if another is not None:
        links.insert(0, Link(visit.says("moderate_next"), another.path(visit.site), is_button=True))
    back = Link(visit.says("moderate_back"), link.path(visit.site))
    rest = None if another else visit.says("moderate_none_waits")
    return visit.tells(f"moderated_{link.comment.status}", links=[*links, back], rest=rest)


async def _shown(visit: Visit, link: models.ModeratorLink, *, status: int = 200) -> web.Response:
    """Show the comment; of one that is decided what was decided, and the way on."""
    post, comment = await models.Post.get(id=link.comment.post_id), link.comment
    is_decided = comment.status is not models.Fate.PENDING
    another = await link.next() if is_decided else None
    return visit.shows(
        "comment.html", status=status, what="moderate", facts={"post": post.title}, comment=comment,
        lead=f"moderated_{comment.status}_text" if is_decided else "moderate_text",
        changed=visit.says("moderate_changed") if status == 409 else None,
        notice=visit.says(f"moderated_{comment.status}_title") if is_decided else None,
        about=_about(visit, comment), was=comment.stamp,
        buttons={
            name: visit.says(f"moderate_{name}") for name, fate in BUTTONS.items() if fate != comment.status
        },
        onward=Link(visit.says("moderate_next"), another.path(visit.site)) if another else None,
        rest=visit.says("moderate_none_waits") if is_decided and another is None else None,
        links=_onward(visit, post),
    )  # fmt: skip


def _onward(visit: Visit, post: models.Post) -> list[Link]:
    """Lead to the post, unless readers do not see it, and to the desk."""
    read = Link(visit.says("moderate_post"), visit.context.absolute(post.path))
    return [*([read] if post.is_visible else []), Link(visit.says("desk_title"), "/write")]


def _about(visit: Visit, comment: models.Comment) -> dict[str, Any]:
    """Tell what is known of a comment, each with its name."""
    reasons = "; ".join(explained(visit.language, doubt) for doubt in comment.doubts)
    # Of one that is decided they say what the decision was about.
    waits = "reasons" if comment.status is models.Fate.PENDING else "reasons_then"
    told = {
        "writer": comment.name, "email": comment.email, "website": comment.website,
        "at": visit.moment(comment.created_at),
        "edited": visit.moment(comment.edited_at) if comment.edited_at else "", waits: reasons,
    }  # fmt: skip
    return {visit.says(f"moderate_{name}"): value for name, value in told.items() if value}
