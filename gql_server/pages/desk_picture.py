"""The door /write/N/picture: a picture is uploaded for a post, to lead it or to stand in its text."""

from aiohttp import web

import models
from gql_server.media import FILES
from gql_server.pages.desk import to_post
from gql_server.pages.desk_post import Desk
from gql_server.pages.signing_in import require_own_page
from gql_server.uploads import UPLOADS

LEAD = "lead"


async def add(request: web.Request) -> web.Response:
    """Keep a picture; let it lead the post, or show how to put it into the text."""
    desk = await Desk.of(request)
    require_own_page(desk.visit)
    try:
        async with request.app[UPLOADS].form(request) as (fields, upload):
            if upload is None:
                raise models.Invalid("file", "Choose a picture.")
            site, files = desk.visit.site, request.app[FILES]
            alt = fields.get("alt", "")
            image = await models.Image.upload(site, upload.path, files, by=desk.principal, alt_text=alt)
    except models.Invalid as refusal:
        return await desk.shows(wrong=refusal.field)
    if fields.get("do") == LEAD:
        await desk.does("update", lambda: desk.post.rewrite(image_id=image.id))
        return to_post(desk.post.id, told="saved")
    return to_post(desk.post.id, picture=str(image.id))
