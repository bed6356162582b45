"""The door /write/N/picture: what is written is saved, and a picture kept, to lead it or to stand in it."""

from pathlib import Path

from aiohttp import web

import models
from gql_server.media import FILES
from gql_server.origins import require_own_page
from gql_server.pages.desk import SignedOut, at_desk, signed_out
from gql_server.pages.desk_post import Desk, do
from gql_server.pages.forms import Form
from gql_server.uploads import UPLOADS

LEAD = "lead"


async def add(request: web.Request) -> web.Response:
    """Keep a picture; let it lead the post, or show how to put it into the text."""
    require_own_page(request)
    try:
        # Nobody fills the disk who may not. The browser still has the words: its way back leads to them.
        await at_desk(request)
    except SignedOut:
        return await signed_out(request)
    async with request.app[UPLOADS].form(request) as (fields, upload):
        path = upload.path if upload is not None else None
        return await do(request, Form.of(fields), lambda desk, form: _keep(desk, form, path))


async def _keep(desk: Desk, form: Form, path: Path | None) -> web.Response:
    if path is None:
        raise models.Invalid("file", "Choose a picture.")
    desk.expect(form)
    site, files, alt = desk.visit.site, desk.visit.request.app[FILES], form.one("alt")
    image = await models.Image.upload(site, path, files, by=desk.principal, alt_text=alt)
    if form.one("do") != LEAD:
        await desk.saves(form)
        return desk.told_saved(form, picture=str(image.id))
    await desk.saves_and_does(form, "update", lambda: desk.post.rewrite(image_id=image.id))
    return desk.told_saved(form, told="saved")
