"""The door /subscribe: who asks for letters gets the same answer for every address."""

from aiohttp import web

import models
from gql_server.pages.forms import NOTHING, Form, known_frequency, read_form
from gql_server.pages.outbox import to_letter
from gql_server.pages.topics import newsletters
from gql_server.pages.trap import BAIT, is_caught, is_ours, set_trap
from gql_server.pages.visit import Visit

Refusal = models.Invalid | models.NotFound


async def show(request: web.Request) -> web.Response:
    """Show the form."""
    return await given(await Visit.of(request), NOTHING)


async def ask(request: web.Request) -> web.Response:
    """Take a filled-in form."""
    visit, form = await Visit.of(request), await read_form(request)
    if is_caught(visit.site, form):
        return await given(visit, form, once_more=True)
    try:
        await _ask(visit, form)
    except (models.Invalid, models.NotFound) as refusal:
        return await given(visit, form, refusal)
    return answer(visit, form.one("email"))


async def given(
    visit: Visit, form: Form, refusal: Refusal | None = None, *, once_more: bool = False
) -> web.Response:
    """Give the form, filled in as it came, with what is wrong at its field."""
    offered = await newsletters(visit.site, visit.language)
    is_back = once_more or refusal is not None
    return visit.shows(
        "sign_up.html",
        is_public=True,
        status=422 if is_back else 200,
        form=form,
        offered=offered if len(offered) > 1 else [],
        chosen=form.all("newsletter") if is_ours(form) else [offer.slug for offer in offered[:1]],
        frequencies=list(models.Frequency),
        frequency=form.one("frequency") or models.Frequency.IMMEDIATE,
        wrong=_field(refusal) if refusal else None,
        once_more=once_more,
        moment=set_trap(visit.site, at_once=is_back),
        bait=BAIT,
    )


def answer(visit: Visit, email: str) -> web.Response:
    """Say the same to everybody; the address is the one that was given, as it was written."""
    return visit.tells("mailbox", links=[visit.home], aside=to_letter(visit, email), code_to=email)


async def _ask(visit: Visit, form: Form) -> None:
    wanted = [("newsletter", slug) for slug in form.all("newsletter")]
    if not wanted and len(await newsletters(visit.site, visit.language)) > 1:
        raise models.Invalid("newsletters")
    topics = await models.known_topics(visit.site, wanted)
    frequency = known_frequency(form.one("frequency") or models.Frequency.IMMEDIATE)
    visit.context.visitor.admit()
    await models.SignUp.ask(
        visit.site,
        form.one("email"),
        visit.trace,
        topics=topics,
        name=form.one("name"),
        language=visit.language,
        frequency=frequency,
    )


def _field(refusal: Refusal) -> str:
    return "newsletters" if isinstance(refusal, models.NotFound) else refusal.field
