"""The door /confirm: who has the letter says yes by a button or its code; looking changes nothing."""

from aiohttp import web

import models
from gql_server.pages.forms import read_form
from gql_server.pages.visit import Visit


async def show(request: web.Request) -> web.Response:
    """Ask to press the button."""
    visit = await Visit.of(request)
    found = await models.Subscription.to_confirm(visit.site, visit.token)
    visit, facts = visit.to(found), {"email": found.email}
    if found.status is models.SubscriptionStatus.CONFIRMED:
        return _confirmed(visit, found, "confirmed" if visit.has_just("confirmed") else "already")
    # Another may have signed them up: what they say yes to stands above the button.
    topics = await models.described(await models.topics_of(found.id), visit.language)
    return visit.asks(
        "confirm",
        facts,
        buttons={"confirm": visit.says("confirm")},
        chosen=[topic["title"] for topic in topics if "title" in topic],
        frequency=found.frequency.value,
    )


async def confirm(request: web.Request) -> web.Response:
    """Say yes; doing it twice is as good as once."""
    visit = await Visit.of(request)
    await read_form(request)
    await models.Subscription.confirm(visit.site, visit.token, visit.trace)
    return visit.goes_back("confirmed")


async def confirm_by_code(request: web.Request) -> web.Response:
    """Say yes by the code of the letter; a wrong one comes back, whoever's it may be."""
    visit, form = await Visit.of(request), await read_form(request)
    email, code = form.one("email"), form.one("code")
    visit.context.visitor.admit()
    try:
        found = await models.Subscription.confirm_by_code(visit.site, email, code, visit.trace)
    except models.Expired:
        raise
    except models.Unproven:
        return visit.shows("code.html", status=422, email=email, links=[visit.sign_up])
    return _confirmed(visit.to(found), found)


def _confirmed(visit: Visit, found: models.Subscription, what: str = "confirmed") -> web.Response:
    return visit.tells(what, {"email": found.email}, links=visit.ways_on(found))
