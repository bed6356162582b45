"""The doors /comment/edit and /comment/retract: who left a comment changes its words, or takes it back."""

from secrets import token_hex
from typing import Any

from aiohttp import web

import models
from gql_server import own_graph
from gql_server.own_graph import Told, slow_down
from gql_server.pages.conversation import address_of
from gql_server.pages.forms import LARGEST_COMMENT_FORM, read_form
from gql_server.pages.printing import Link, go_to
from gql_server.pages.visit import Visit
from schema.ids import row_id

# What is wrong is told as the graph tells it; whoever presses twice has it done once. No url is asked for:
# where nobody may see the post there is none.
EDIT = """
  mutation EditOwnComment($input: EditCommentInput!) {
    editComment(input: $input) {
      comment { id }
      fate
      editToken
      errors {
        ... on UserError { message path }
        ... on InvalidTokenError { isExpired }
        ... on RateLimitedError { retryAfterSeconds }
      }
    }
  }
"""
RETRACT = """
  mutation RetractOwnComment($input: RetractCommentInput!) {
    retractComment(input: $input) { errors { ... on UserError { message path } } }
  }
"""
# What may have become of it, as the graph says it.
FATES = {"published", "held", "confirm_address"}
# A comment is gone once.
RETRACT_COMMAND = "retract"


async def show_edit(request: web.Request) -> web.Response:
    """Show the words of a comment, to be changed; and what became of those that were changed just now."""
    visit = await Visit.of(request)
    found = await models.comment_to_edit(visit.site, visit.token)
    return await _sheet(visit, found, found.source, token_hex(16))


async def edit(request: web.Request) -> web.Response:
    """Take the new words; give them back with what is wrong."""
    visit, form = await Visit.of(request), await read_form(request, LARGEST_COMMENT_FORM)
    # Browsers end a line in two characters (HTML, 4.10.22.7).
    content = form.one("content").replace("\r\n", "\n")
    # Of each sheet another: the words may have been these before, and others since.
    command = form.one("command") or token_hex(16)
    told = await _ask(visit, EDIT, "editComment", content=content, clientMutationId=command)
    if told["errors"]:
        found, post_id = await _still(visit)
        return await _sheet(visit, found, content, command, told["errors"], post_id=post_id)
    fate = told["fate"].lower()
    if told["editToken"]:
        return go_to(f"/comment/edit/{told['editToken']}?told={fate}")
    edited = await models.Comment.filter(id=row_id(told["comment"]["id"], "Comment") or 0).first()
    links = [await _conversation(visit, edited.post_id if edited else None)]
    return visit.tells(f"comment_edited_{fate}", title="comment_edited_title", links=links)


async def show_retract(request: web.Request) -> web.Response:
    """Ask whether to take a comment back."""
    visit = await Visit.of(request)
    found = await models.comment_to_edit(visit.site, visit.token)
    buttons, back = {"retract": visit.says("comment_retract")}, await _conversation(visit, found.post_id)
    return visit.asks("comment_retract", {}, buttons=buttons, said=found.source, back=back, is_grave=True)


async def retract(request: web.Request) -> web.Response:
    """Take a comment back, for good."""
    visit = await Visit.of(request)
    await read_form(request)
    _, post_id = await _still(visit)
    links = [await _conversation(visit, post_id)]
    if not (await _ask(visit, RETRACT, "retractComment", clientMutationId=RETRACT_COMMAND))["errors"]:
        return visit.tells("comment_retracted", links=links)
    # Its time may be over, or the words are others since a moment ago: nobody has replied then.
    await models.comment_to_edit(visit.site, visit.token)
    return visit.tells("comment_stays", links=links, status=422)


async def _ask(visit: Visit, document: str, verb: str, **said: str) -> Told:
    asked = {"token": visit.token, **said}
    told: Told = (await own_graph.ask(visit.request, document, input=asked))[verb]
    return told


async def _still(visit: Visit) -> tuple[models.Comment | None, int | None]:
    """Find the comment, if the token may change it still; and its post, if it once could."""
    try:
        found = await models.comment_to_edit(visit.site, visit.token)
    except models.Expired as expired:
        return None, expired.post_id
    except models.Unproven:
        return None, None
    return found, found.post_id


async def _sheet(
    visit: Visit,
    found: models.Comment | None,
    content: str,
    command: str,
    errors: list[Any] | None = None,
    *,
    post_id: int | None = None,
) -> web.Response:
    """Show words to be changed, or, when they can be no more, to be copied."""
    fate = visit.request.query.get("told", "")
    response = visit.shows(
        "comment_edit.html", status=_status(errors[0], found) if errors else 200,
        token=visit.token, content=content, command=command,
        told=fate if fate in FATES and not errors else "",
        until=found and visit.moment(found.created_at + models.EDIT_LIFE),
        wrong={(error["path"] or [""])[-1]: error["message"] for error in errors or []},
        back=await _conversation(visit, found.post_id if found else post_id),
    )  # fmt: skip
    return slow_down(response, errors or [])


def _status(error: Told, found: models.Comment | None) -> int:
    """Give the status that the same mistake has on every page."""
    if error.get("isExpired"):
        return 410
    return 422 if found else 404


async def _conversation(visit: Visit, post_id: int | None) -> Link:
    """Give the way to where it stands, or to the site when that is not to be seen."""
    address = await address_of(visit.context, post_id)
    return Link(visit.says("comment_read"), address) if address else visit.home
