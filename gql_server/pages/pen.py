"""The doors /pen: who writes passes the pen to the next one, who takes it by the link in a letter."""

from aiohttp import web

import models
from gql_server.origins import require_own_page
from gql_server.pages.desk import at_desk, read_desk_form
from gql_server.pages.forms import NOTHING, Form, read_form
from gql_server.pages.printing import Link, go_to
from gql_server.pages.signing_in import let_in
from gql_server.pages.visit import Visit

MOST_LISTED = 50
TOLD = {"passed", "withdrawn"}
Refusal = models.Invalid | models.TooMany
WORDS_OF_REASONS = {"own pen": "error_pen_own", "pens": "error_pen_pens"}


async def show(request: web.Request) -> web.Response:
    """Show the form, and what became of the pens that were passed."""
    visit, principal = await at_desk(request)
    return await _shown(visit, principal)


async def pass_on(request: web.Request) -> web.Response:
    """Pass the pen to somebody, or take one back."""
    visit, principal = await at_desk(request)
    form = await read_desk_form(request)
    if (number := form.one("withdraw")).isdecimal():
        pen = await models.Pen.passed_by(principal).filter(id=int(number[:9])).first()
        if pen is not None:
            await pen.withdraw(principal)
        return go_to("/pen?told=withdrawn")
    email, name, note = form.one("email"), form.one("name"), form.one("note")
    try:
        await models.Pen.pass_on(visit.site, principal, email=email, name=name, note=note)
    except (models.Invalid, models.TooMany) as refusal:
        return await _shown(visit, principal, form, refusal)
    return go_to("/pen?told=passed")


async def show_offer(request: web.Request) -> web.Response:
    """Ask who has the letter whether they take it."""
    visit = await Visit.of(request)
    pen = await models.Pen.offered(visit.site, visit.token)
    facts = {"giver": pen.giver.name, "name": pen.name}
    buttons = {"take": visit.says("pen_take"), "decline": visit.says("pen_decline")}
    return visit.asks("pen_offer", facts, buttons=buttons, said=pen.note)


async def answer(request: web.Request) -> web.Response:
    """Take the pen, or leave it; who takes it and is new is signed in by that."""
    visit, form = await Visit.of(request), await read_form(request)
    require_own_page(request)
    if "decline" in form:
        pen = await models.Pen.decline(visit.site, visit.token)
        return visit.tells("pen_declined", {"giver": pen.giver.name}, links=[visit.home])
    pen = await models.Pen.take(visit.site, visit.token, title=visit.says("desk_untitled"))
    if not pen.is_new:
        # A link that works for a month does not let in who has more to lose.
        there = Link(visit.says("desk_title"), "/write", is_button=True)
        return visit.tells("pen_taken", links=[there, visit.home])
    return await let_in(visit, pen.taker, to=f"/write/{pen.post_id}")


async def _shown(
    visit: Visit, principal: models.Principal, form: Form = NOTHING, refusal: Refusal | None = None
) -> web.Response:
    pens = await models.Pen.passed_by(principal).limit(MOST_LISTED).select_related("giver", "post")
    told = visit.request.query.get("told", "")
    status, wrong, error = _error(refusal) if refusal else (200, "", "")
    return visit.shows(
        "pen.html", status=status, pens=pens, form=form, told=told if told in TOLD else "",
        wrong=wrong, error=visit.says(error) if error else "",
    )  # fmt: skip


def _error(refusal: Refusal) -> tuple[int, str, str]:
    """Give the status, the field, and the words that stand there."""
    if isinstance(refusal, models.TooMany):
        return 429, "email", f"error_pen_{refusal.why}"
    if isinstance(refusal, models.Taken):
        return 422, refusal.field, "error_pen_taken"
    words = "error_email" if refusal.field == "email" else f"error_pen_{refusal.field}"
    return 422, refusal.field, WORDS_OF_REASONS.get(refusal.why or "", words)
