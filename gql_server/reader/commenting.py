"""The door /comment: whoever runs no scripts answers a post, or a comment below it."""

from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from aiohttp import web

import models
from gql_server.identity import session_of
from gql_server.origins import require_own_page
from gql_server.own_graph import Told, slow_down
from gql_server.pages.forms import LARGEST_COMMENT_FORM, NOTHING, Form, read_form
from gql_server.publication import SETTINGS
from gql_server.reader.printing import given
from gql_server.reader.reading import Reading
from gql_server.reader.views import View, below

# What became of a comment: as the script says it, FATES in talk.js.
FATES = {"PUBLISHED": "shown", "HELD": "held", "CONFIRM_ADDRESS": "confirm"}
# The fields of the form in their order, and of AddCommentInput what they fill in.
FIELDS = {"content": "content", "name": "authorName", "email": "authorEmail", "website": "authorWebsite"}
# The post that is answered, and the comment that is.
Asked = tuple[Told, Told | None]


async def show(request: web.Request) -> web.Response:
    """Show the form."""
    reading = await _reading(request)
    return await _form(reading, await _asked(reading), await session_of(request), NOTHING)


async def send(request: web.Request) -> web.Response:
    """Take a filled-in form; give it back with what is wrong at its fields."""
    reading, form = await _reading(request), await read_form(request, LARGEST_COMMENT_FORM)
    # As a mutation is refused: whoever looks at a page of elsewhere says nothing here by that.
    require_own_page(request)
    (post, to), who = asked = await _asked(reading), await session_of(request)
    said: dict[str, Any] = {field: form.one(name) or None for name, field in FIELDS.items()}
    # Browsers end a line in two characters (HTML, 4.10.22.7).
    said["content"] = form.one("content").replace("\r\n", "\n")
    said |= {"notifyReplies": "notify" in form, "postId": post["id"]}
    said |= {"parentId": to and to["id"], "formToken": form.one("token") or None, "trap": form.one("trap")}
    # Whoever presses twice, or loads the answer again, says it once.
    command = {"clientMutationId": form.one("command")} if form.one("command") else {}
    told = (await reading.ask("ADD_COMMENT", principal=who, input=said | command))["addComment"]
    if told["errors"]:
        response = await _form(reading, *asked, form, _at_fields(told["errors"]))
        return slow_down(response, told["errors"])
    fate = FATES.get(told["fate"], "held")
    words = [fate, *(["prove"] if said["notifyReplies"] and fate != "confirm" else [])]
    way = f"{post['path']}#{told['comment']['url'].partition('#')[2] if fate == 'shown' else 'conversation'}"
    facts = {"post": post, "comment": told["comment"], "way": way, "token": told["editToken"]}
    return _given(reading, "said.html", facts, title=" ".join(map(reading.says, words)))


async def _reading(request: web.Request) -> Reading:
    if not request.app[SETTINGS].shows_reader:
        raise web.HTTPNotFound
    return await Reading.of(request)


async def _asked(reading: Reading) -> Asked:
    """Find the post that is answered, and the comment that is."""
    asked = reading.request.query
    path, to = asked.get("post", ""), asked.get("to")
    try:
        if post := (await reading.ask("ANSWERED", path=path))["post"]:
            return post, await below(reading, post["path"], to, document="REMARK") if to else None
    except models.Invalid:
        pass
    raise web.HTTPNotFound


async def _form(
    reading: Reading, asked: Asked, who: models.Principal, form: Form, wrong: Mapping[str, str] | None = None
) -> web.Response:
    post, to = asked
    carried = await reading.ask("FORM", principal=who, postId=post["id"])
    facts = {
        "post": post,
        "to": to,
        "form": form,
        "wrong": wrong or {},
        "author": carried["viewer"] and carried["viewer"]["author"],
        "token": form.one("token") or (carried["commentForm"] or {}).get("token", ""),
        "command": form.one("command") or token_hex(16),
        "address": str(reading.request.rel_url),
    }
    # By its title whoever cannot see the page hears at once that it is back, and why.
    title = " ".join([*list((wrong or {}).values())[:1], reading.says("leave")])
    return _given(reading, "leave.html", facts, title=title, status=422 if wrong else 200)


def _given(reading: Reading, template: str, facts: Told, *, title: str, status: int = 200) -> web.Response:
    view = View(title, template, facts, kind="text", seo=None, status=status)
    return given(reading, view, scripts=False)


def _at_fields(errors: list[Told]) -> dict[str, str]:
    """Sort what is wrong by field, as they stand in the form; what belongs to none has an empty name."""
    names = {field: name for name, field in FIELDS.items()}
    told: dict[str, list[str]] = {name: [] for name in ("", *FIELDS)}
    for error in errors:
        told[names.get((error["path"] or [""])[-1], "")].append(error["message"])
    return {name: " ".join(messages) for name, messages in told.items() if messages}
