"""Pictures at the desk: one that comes with a form is kept, and is shown to be put into the text."""

import re
from collections.abc import Awaitable, Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

import models
from gql_server.media import FILES
from gql_server.origins import require_own_page
from gql_server.pages.desk import LARGEST_TEXT, SignedOut, at_desk, read_desk_form, signed_out
from gql_server.pages.desk_bench import Bench, acted, number_in
from gql_server.pages.forms import NOTHING, Form
from gql_server.pages.visit import Visit
from gql_server.uploads import UPLOADS, brings_files
from models.pictures import MOST_BYTES

# By this a request remembers the picture that came with it.
KEPT = web.RequestKey("picture", int)
# The buttons that have done all they say when a picture is kept for the text, and those that leave it alone.
WITH_PICTURE = {"", "save", "keep"}
WITHOUT = {"ask_to_delete", "delete"}
# What ends a description in Markdown.
IN_BRACKETS = re.compile(r"[\\\[\]]")


class PictureBench(Bench):
    """Something at the desk with a text that has pictures."""

    async def saves(self, form: Form) -> None:
        """Keep what is filled in, unless somebody else has changed it meanwhile."""
        await self.does("update", await self._saving(form))

    def told_saved(self, form: Form, **more: str) -> web.Response:
        """Go back to it, and tell what was done."""
        raise NotImplementedError

    async def takes(self, image: models.Image, form: Form) -> web.Response:
        """Keep what is filled in too, and show how to put a picture that was kept into the text."""
        # Told even when the words cannot be saved: nobody has to send it twice.
        self.visit.request[KEPT] = image.id
        await self.saves(form)
        # Nothing appears without the picture that somebody has just chosen for it.
        more = {} if form.one("do") in WITH_PICTURE else {"first": "yes"}
        return self.told_saved(form, picture=str(image.id), **more)

    async def saves_again(self, form: Form) -> web.Response:
        """Keep what is filled in."""
        await self.saves(form)
        return self.told_saved(form, told="saved")

    async def misses_picture(self, _form: Form) -> web.Response:
        """Refuse to keep a picture that was not chosen."""
        raise models.Invalid("file", "Choose a picture.")


B = TypeVar("B", bound=PictureBench)
Deeds = Mapping[str, Callable[[B, Form], Awaitable[web.Response]]]


async def pressed(request: web.Request, bench: type[B], deeds: Deeds[B]) -> web.Response:
    """Keep what is filled in, with the picture that comes along, and do what the pressed button says."""
    if not brings_files(request):
        return await _done(request, await read_desk_form(request), bench, deeds)
    require_own_page(request)
    try:
        # Nobody fills the disk who may not.
        await at_desk(request)
    except SignedOut:
        # With a picture it may be too long to be read; the browser still has the words then.
        is_short = (request.content_length or 0) <= LARGEST_TEXT
        return await signed_out(request, await read_desk_form(request) if is_short else NOTHING)
    async with request.app[UPLOADS].form(request) as (fields, upload):
        form = Form.of(fields)
        if upload is None or form.one("do") in WITHOUT:
            return await _done(request, form, bench, deeds)
        path = upload.path

        async def taken(one: B, form: Form) -> web.Response:
            one.expect(form)
            return await one.takes(await _kept(one, form, path), form)

        return await acted(request, form, bench, taken)


async def _done(request: web.Request, form: Form, bench: type[B], deeds: Deeds[B]) -> web.Response:
    return await acted(request, form, bench, deeds.get(form.one("do"), bench.saves_again))


async def _kept(bench: PictureBench, form: Form, path: Path) -> models.Image:
    files, alt = bench.visit.request.app[FILES], form.one("alt")
    return await models.Image.upload(bench.visit.site, path, files, by=bench.principal, alt_text=alt)


async def picture_to_put(
    visit: Visit, principal: models.Principal, filled: str, format: models.Format
) -> dict[str, Any]:
    """Give the picture that was kept a moment ago, as a page tells of it, and how it stands in a text."""
    request = visit.request
    number = request.get(KEPT) or number_in(filled or request.query.get("picture", ""))
    added = await models.Image.usable_by(principal).filter(id=number).first()
    piece = _piece(added, is_html=format is models.Format.HTML) if added else ""
    return {"added": added, "piece": piece, "is_first": "first" in request.query, "most_bytes": MOST_BYTES}


def _piece(image: models.Image, *, is_html: bool) -> str:
    """Write a picture down as it stands in a text."""
    if is_html:
        return f'<img src="{escape(image.url)}" alt="{escape(image.alt_text)}">'
    alt = IN_BRACKETS.sub(r"\\\g<0>", image.alt_text)
    return f"![{alt}]({image.url})"
