"""The bench of the desk: how its pages let something be changed, so that nobody's words are lost."""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from aiohttp import web

import models
from gql_server.pages.desk import SignedOut, handed_back, signed_out
from gql_server.pages.forms import NOTHING, Form
from gql_server.pages.printing import go_to
from gql_server.pages.visit import Visit
from models.paging import BIGGEST_ID

Work = Callable[[], Awaitable[object]]
FINGERS = 16
# As a page writes down of which version it is.
VERSION = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
FINGERPRINT = re.compile(rf"[0-9a-f]{{{FINGERS}}}")


class Bench:
    """Something at the desk of who is signed in. The audit log calls it by its `noun`; `gone` are the words
    for its end.
    """

    noun, gone = "", ""

    def __init__(self, visit: Visit, principal: models.Principal, thing: Any = None) -> None:
        self.visit = visit
        self.principal = principal
        self.thing = thing

    @classmethod
    async def of(cls, request: web.Request) -> Self:
        """Take what an address names to the desk."""
        raise NotImplementedError

    async def shows(self, form: Form = NOTHING, wrong: str = "", why: str = "") -> web.Response:
        """Show it as it is kept, or as it was filled in when something is wrong with that."""
        raise NotImplementedError

    async def _saving(self, form: Form) -> Work:
        """Read what is filled in, before the transaction; give what keeps it."""
        raise NotImplementedError

    def expect(self, form: Form) -> None:
        """Refuse to go on when somebody else has changed it since it was shown."""
        version = form.one("version")
        if not VERSION.fullmatch(version):
            raise unread()
        self.thing.expect(int(version))

    async def does(self, deed: str, work: Work) -> None:
        """Do something to it, and note who did."""

        async def noted() -> int:
            await work()
            return int(self.thing.id)

        await models.Audit.noted(self.principal, f"{self.noun}.{deed}", noted)

    async def told_where_to_look(self) -> web.Response:
        """Go and look at it as readers would see it, by a link that shows it to whoever has it."""
        _, token = await models.Key.grant_preview(self.principal, self.thing)
        return go_to(f"{self.visit.context.absolute(self.thing.path)}?{urlencode({'preview': token})}")

    async def saves_and_does(self, form: Form, deed: str, work: Work) -> None:
        """Keep what is filled in and do something to it: both, or neither."""
        saving = await self._saving(form)

        async def both() -> None:
            await self.does("update", saving)
            await work()

        await self.does(deed, both)


B = TypeVar("B", bound=Bench)


async def acted(
    request: web.Request, form: Form, bench: type[B], deed: Callable[[B, Form], Awaitable[web.Response]]
) -> web.Response:
    """Do something to what an address names; what is filled in is shown again when that may not be."""
    try:
        return await _done(request, form, bench, deed)
    except (web.HTTPNotFound, models.NotFound, models.Overtaken):
        if not form.one("text") or await _is_there(request, bench):
            raise
        return await handed_back(request, form, bench.gone, status=404)


async def shown(request: web.Request, bench: type[Bench]) -> web.Response:
    """Show what an address names; tell who may not."""
    try:
        return await (await bench.of(request)).shows()
    except models.NotAllowed:
        return await handed_back(request, NOTHING, "barred", status=403)


def fingerprint(kept: object) -> str:
    """Name what is kept now, as the version of a post does, of what counts none."""
    return sha256(repr(kept).encode()).hexdigest()[:FINGERS]


def expect_fingerprint(form: Form, kept: str) -> None:
    """Refuse to go on when that has another name than when it was shown."""
    version = form.one("version")
    if not FINGERPRINT.fullmatch(version):
        raise unread()
    if version != kept:
        raise models.Changed


def unread() -> models.Invalid:
    """Tell that a form does not say what its page showed: others may have written since, and nobody knows."""
    return models.Invalid("version", "The form does not say of which version it is.")


def row_in(request: web.Request, name: str) -> int:
    """Read the number of a row in an address; 0 is none."""
    return number_in(request.match_info[name])


def number_in(given: str) -> int:
    """Read the number of a row in a form; 0 is none."""
    # Python reads no number of thousands of digits.
    number = int(given) if given.isdecimal() and len(given) <= len(str(BIGGEST_ID)) else 0
    return number if number <= BIGGEST_ID else 0


def lines(text: str) -> str:
    """Give a text as it was typed: a form sends its lines with CRLF."""
    return text.replace("\r\n", "\n")


async def _is_there(request: web.Request, bench: type[Bench]) -> bool:
    with suppress(web.HTTPNotFound):
        await bench.of(request)
        return True
    return False


async def _done(
    request: web.Request, form: Form, bench: type[B], deed: Callable[[B, Form], Awaitable[web.Response]]
) -> web.Response:
    try:
        return await deed(await bench.of(request), form)
    except SignedOut:
        return await signed_out(request, form)
    except models.NotAllowed:
        return await handed_back(request, form, "barred", status=403)
    except models.Changed:
        wrong, why = "changed", ""
    except models.Invalid as refusal:
        wrong, why = refusal.field, refusal.why or ""
    return await (await bench.of(request)).shows(form, wrong, why)
