"""The doors /write: who is signed in finds their posts, and begins another."""

from typing import Any
from urllib.parse import urlencode

from aiohttp import web

import models
from gql_server.identity import session_of
from gql_server.origins import require_own_page
from gql_server.pages.desk_pile import Pile
from gql_server.pages.forms import NOTHING, Form, read_form
from gql_server.pages.printing import Link, go_to, says
from gql_server.pages.signing_in import remember_goal
from gql_server.pages.visit import Visit
from gql_server.paper.languages import NAMES
from models.content import LONGEST
from models.fitting import fitting

# A text in a form takes up to three bytes a character where it is no ASCII, each written as %XX.
LARGEST_TEXT = 9 * LONGEST
# What a post is called that was begun and never named; it is kept so, and its field stays empty.
UNTITLED = {says(language, "desk_untitled") for language in NAMES}

# What somebody wrote, of what a page of the desk has to fill in.
HANDED_BACK = ("title", "text", "summary", "tags", "lead_alt", "description", "slug", "label", "href")


class SignedOut(web.HTTPSeeOther):
    """Nobody is signed in, or nobody any more; who only looks is led on."""


async def show(request: web.Request) -> web.Response:
    """Show the posts that are theirs to write; of a path, lead on to where what it shows is written."""
    visit, principal = await at_desk(request)
    if (path := request.query.get("path")) is not None:
        try:
            return go_to(await _way_to(path, principal))
        except models.NotAllowed:
            return await handed_back(request, NOTHING, "no_pages", status=403)
    piles = await Pile.all_of(request, principal)
    link = await models.ModeratorLink.at_hand(visit.site, principal)
    return visit.shows(
        "desk.html", piles=piles, is_whole=len(piles) > 1, untitled=UNTITLED,
        ways=ways_of(visit, principal),
        to_waiting=link and link.path(visit.site), waiting=link and await models.Comment.undecided().count(),
    )  # fmt: skip


async def _way_to(path: str, principal: models.Principal) -> str:
    """Find where the post or page of a path is written; there is none but what is theirs to write."""
    noun, name = models.place_of(path)
    mine: Any
    try:
        if noun is models.Post:
            mine = models.Post.owned(principal).filter(**fitting(noun, {"slug": name}))
        elif noun is models.Page and path.strip("/"):
            # Whoever edits no pages learns of none whether it is there.
            principal.require_role(models.Role.EDITOR)
            mine = models.Page.filter(**fitting(noun, {"path": name}))
        else:
            raise web.HTTPNotFound
    except models.Invalid:
        # The store takes no such question.
        raise web.HTTPNotFound from None
    if (found := await mine.first()) is None:
        raise web.HTTPNotFound
    return f"/write/{found.id}" if noun is models.Post else f"/write/pages/{found.id}"


async def begin(request: web.Request) -> web.Response:
    """Begin a post."""
    visit, principal = await at_desk(request)
    await read_desk_form(request)
    principal.require(models.Scope.CONTENT_WRITE)

    async def work() -> int:
        user = await models.User.get(id=principal.user_id)
        return (await models.Post.begin(visit.site, user, visit.says("desk_untitled"))).id

    return to_post(await models.Audit.noted(principal, "post.create", work))


async def at_desk(request: web.Request) -> tuple[Visit, models.Principal]:
    """Receive who is signed in; send anybody else to sign in."""
    visit, principal = await Visit.of(request), await session_of(request)
    if principal.user_id is None:
        away = SignedOut("/sign-in", headers={"Cache-Control": "no-store"})
        remember_goal(away, visit)
        raise away
    return await visit.with_user(await models.User.get(id=principal.user_id)), principal


async def at_desk_as(role: models.Role, request: web.Request) -> tuple[Visit, models.Principal]:
    """Receive who is signed in and trusted with so much; refuse anybody less."""
    visit, principal = await at_desk(request)
    principal.require(models.Scope.CONTENT_WRITE)
    principal.require_role(role)
    return visit, principal


async def at_desk_for(scope: models.Scope, request: web.Request) -> tuple[Visit, models.Principal]:
    """Receive who is signed in and may do something of a kind; refuse anybody else."""
    visit, principal = await at_desk(request)
    principal.require(scope)
    return visit, principal


def ways_of(visit: Visit, principal: models.Principal) -> list[Link]:
    """Give the ways from the desk to what is not posts, of who may change it."""
    names = ["pages", "menu"] if principal.edits_all else []
    names += ["subscribers", "issues"] if principal.may(models.Scope.SUBSCRIBERS_MANAGE) else []
    names += ["site"] if principal.role is models.Role.ADMIN else []
    return [Link(visit.says(f"{name}_title"), f"/write/{name}") for name in names]


async def read_desk_form(request: web.Request) -> Form:
    """Read what was written; refuse what a page of elsewhere sends."""
    require_own_page(request)
    return await read_form(request, LARGEST_TEXT)


async def signed_out(request: web.Request, form: Form = NOTHING) -> web.Response:
    """Hand back what somebody wrote whose session has ended meanwhile."""
    return await handed_back(request, form, "out", status=403)


async def handed_back(request: web.Request, form: Form, why: str, *, status: int) -> web.Response:
    """Show what somebody wrote that cannot be kept, so that they have it."""
    visit = await Visit.of(request)
    filled = {name: form.one(name) for name in HANDED_BACK}
    return visit.shows("desk_handed_back.html", status=status, filled=filled, why=why)


def to_post(id: int, **told: str) -> web.Response:
    """Go to the page of a post."""
    return go_to(f"/write/{id}" + (f"?{urlencode(told)}" if told else ""))


def state_of(post: Any) -> str:
    """Name the editorial state of a post."""
    return "scheduled" if post.is_scheduled else str(post.status)
