"""The doors /sign-in and /sign-out: a link by mail lets in who writes here; the first one makes it theirs."""

import re
import secrets
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlencode

from aiohttp import web
from babel.core import Locale, UnknownLocaleError, get_global

import models
from gql_server.identity import SESSION, session_of
from gql_server.origins import require_own_page
from gql_server.pages.forms import NOTHING, Form, read_form
from gql_server.pages.outbox import outbox_for, to_letter
from gql_server.pages.printing import Link, go_to
from gql_server.pages.visit import Visit
from gql_server.paper.languages import NAMES
from gql_server.publication import SETTINGS
from models.sign_ins import LIFE, OWNER
from schema.languages import DEFAULT

# What the asking browser alone knows.
BROWSER = "sign_in"
# Where they came for, while they sign in: a page of the desk, whoever wrote that into the cookie.
GOAL = "sign_in_goal"
GOALS = re.compile(
    r"/pen|/write"
    r"(/[1-9][0-9]{0,9}(/versions(/[1-9][0-9]{0,9})?)?|/pages(/[1-9][0-9]{0,9})?|/menu|/site|/issues"
    r"|/subscribers(/[1-9][0-9]{0,9})?)?"
    r"(\?(path|of|newsletter|state)=[\w%./-]{1,500}(&newsletter=[\w%-]{1,200})?)?",
    re.ASCII,
)
GOAL_LIVES = timedelta(hours=1)
# What the owner tells of themselves and of the site.
OWNERS = ("email", "name", "title", "language", "time_zone")
UTC = "UTC"
OF_A_PLACE = re.compile("(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/")


async def show(request: web.Request) -> web.Response:
    """Show the form; to who is signed in already, who they are."""
    visit = await Visit.of(request)
    principal = await session_of(request)
    user = await models.User.active().filter(id=principal.user_id or 0).first()
    if user is not None:
        return _entered(await visit.with_user(user), user)
    if visit.has_just("sent"):
        aside = to_letter(visit, request.query.get("to", ""))
        return visit.tells("sign_in_sent", links=[visit.home], aside=aside)
    if visit.has_just("out"):
        links = [visit.home, Link(visit.says("sign_in_title"), "/sign-in")]
        return visit.tells("signed_out", links=links)
    return _form(visit, NOTHING)


async def ask(request: web.Request) -> web.Response:
    """Send the link; say the same for every address."""
    require_own_page(request)
    visit, form = await Visit.of(request), await read_form(request)
    browser = request.cookies.get(BROWSER, "") or secrets.token_urlsafe(32)
    email = form.one("email")
    visit.context.visitor.admit()
    try:
        await models.SignIn.ask(visit.site, email, browser)
    except models.Invalid as refusal:
        return _form(visit, form, refusal.field)
    told = {"told": "sent", "lang": visit.language}
    # The address stands there for nobody but who reads letters on this very machine.
    response = go_to(f"/sign-in?{urlencode(told | ({'to': email} if outbox_for(request) else {}))}")
    _set_cookie(response, visit, BROWSER, browser, LIFE, path="/sign-in")
    return response


async def show_link(request: web.Request) -> web.Response:
    """Ask to press the button; the owner's link asks who they are."""
    visit = await Visit.of(request)
    if _is_owners(visit):
        await models.to_own(visit.site, visit.token)
        return _own(visit, NOTHING)
    user = await models.SignIn.to_use(visit.site, visit.token, request.cookies.get(BROWSER, ""))
    facts = {"name": user.name, "email": user.email}
    return visit.asks("enter", facts, buttons={"enter": visit.says("enter")})


async def use(request: web.Request) -> web.Response:
    """Let in who has the link."""
    visit, form = await Visit.of(request), await read_form(request)
    require_own_page(request)
    if _is_owners(visit):
        try:
            user = await models.own(visit.site, visit.token, **{name: form.one(name) for name in OWNERS})
        except models.Invalid as refusal:
            return _own(visit, form, refusal.field)
    else:
        user = await models.SignIn.use(visit.site, visit.token, request.cookies.get(BROWSER, ""))
    goal = request.cookies.get(GOAL, "")
    # Not shown here: this address holds the link.
    return await let_in(visit, user, to=goal if GOALS.fullmatch(goal) else "/sign-in")


async def let_in(visit: Visit, user: models.User, *, to: str) -> web.Response:
    """Let somebody in with this browser, and go to a page."""
    await user.speak(visit.language)
    _, token = await models.Key.grant(models.KeyKind.SESSION, user)
    response = go_to(to)
    _set_cookie(response, visit, SESSION, token, models.LIVES_OF_KEYS[models.KeyKind.SESSION], path="/")
    for name in (BROWSER, GOAL):
        response.del_cookie(name, path="/sign-in")
    return response


def remember_goal(response: web.Response, visit: Visit) -> None:
    """Lead who signs in on to the page that they came for; what else they asked of it, as whom to search for,
    is not kept.
    """
    asked = visit.request.rel_url.raw_path_qs
    goal = asked if GOALS.fullmatch(asked) else visit.request.path
    _set_cookie(response, visit, GOAL, goal, GOAL_LIVES, path="/sign-in")


async def leave(request: web.Request) -> web.Response:
    """Sign out: the session opens nothing any more."""
    visit = await Visit.of(request)
    await read_form(request)
    require_own_page(request)
    if (principal := await session_of(request)).key_id is not None:
        await models.Key.revoke(principal.key_id, by=principal)
    response = go_to(f"/sign-in?{urlencode({'told': 'out', 'lang': visit.language})}")
    response.del_cookie(SESSION, path="/")
    return response


def _form(visit: Visit, form: Form, wrong: str | None = None) -> web.Response:
    return visit.shows("sign_in.html", status=422 if wrong else 200, form=form, wrong=wrong, owns=False)


def _own(visit: Visit, form: Form, wrong: str | None = None) -> web.Response:
    languages = _languages_for(visit)
    return visit.shows(
        "sign_in.html", status=422 if wrong else 200, form=form, wrong=wrong, owns=True,
        zones=zones(), zone=form.one("time_zone") or _zone_of(visit),
        languages=languages, tongue=form.one("language") or next(iter(languages)),
    )  # fmt: skip


def zones() -> list[str]:
    """Give the time zones to choose from: those of places."""
    # Beside them there are old names and offsets, which the graph takes.
    return [UTC, *sorted(zone for zone in models.time_zones() if OF_A_PLACE.match(zone))]


def _languages_for(visit: Visit) -> dict[str, str]:
    """Give what the site may be written in, the likely one first: its own, the browser's, those of pages."""
    # In English is a new site too, whose language nobody has said yet.
    own = [visit.site.language] if visit.site.language != DEFAULT else []
    names: dict[str, str] = {}
    asked = [tag.partition("-")[0] for tag in visit.context.visitor.languages]
    for tag in [*own, *asked, visit.language, *NAMES]:
        with suppress(ValueError, UnknownLocaleError):
            names[tag] = Locale.parse(tag, sep="-").get_display_name() or tag
    return names


def _zone_of(visit: Visit) -> str:
    """Give the zone of the site; of a new one that of the browser's country, if it has one alone."""
    if visit.site.time_zone != UTC:
        return visit.site.time_zone
    for tag in visit.context.visitor.languages:
        likely = get_global("likely_subtags").get(tag, tag)
        country = likely.replace("_", "-").rpartition("-")[2].upper()
        match get_global("territory_zones").get(country, ()):
            case [zone]:
                return str(zone)
    return UTC


def _entered(visit: Visit, user: models.User) -> web.Response:
    facts = {"name": user.name, "role": visit.says(f"role_{user.role.value}")}
    links = [Link(visit.says("desk_title"), "/write"), visit.home]
    # Where GraphiQL is not offered a browser would be shown JSON there.
    if visit.request.app[SETTINGS].offers_graphiql:
        links.append(Link(visit.says("to_graph"), "/graphql"))
    return visit.shows("entered.html", facts=facts, links=links)


def _is_owners(visit: Visit) -> bool:
    return visit.token.startswith(f"{OWNER}_")


def _set_cookie(
    response: web.Response, visit: Visit, name: str, value: str, lives: timedelta, *, path: str
) -> None:
    """Keep something in a browser that no script and no other site reads."""
    response.set_cookie(
        name, value, max_age=int(lives.total_seconds()), path=path, httponly=True, samesite="Lax",
        secure=visit.context.root_url.startswith("https:"),
    )  # fmt: skip
