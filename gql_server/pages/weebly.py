"""The door that a form left over from Weebly posts to: its address signs up as on /subscribe."""

import re

from aiohttp import web

import models
from gql_server.pages import sign_up
from gql_server.pages.forms import UNREADABLE, Form, read_form
from gql_server.pages.visit import Visit
from gql_server.questions import Unreadable

FIELD = re.compile(r"_u[0-9]{1,20}")
# A field of such forms that people do not see.
BAIT = "wsite_subject"


async def ask(request: web.Request) -> web.Response:
    """Sign up the first address in the form."""
    visit, form = await Visit.of(request, "weebly"), await read_form(request)
    values = [value.strip() for name, value in form.fields if FIELD.fullmatch(name)]
    if not values:
        raise Unreadable(400, UNREADABLE)
    email = next(filter(_is_address, values), None)
    ours = Form((("email", email or values[0]),))
    if email is None:
        return await sign_up.given(visit, ours, models.Invalid("email"))
    if form.one(BAIT):
        return await sign_up.given(visit, ours, once_more=True)
    visit.context.visitor.admit()
    await models.SignUp.ask(visit.site, email, visit.trace, language=visit.language)
    return sign_up.answer(visit, email)


def _is_address(value: str) -> bool:
    try:
        models.Address.of(value)
    except models.Invalid:
        return False
    return True
