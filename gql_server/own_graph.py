"""The server's own questions to its graph: what pages and the feed are made of, asked as any client asks."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from aiohttp import web

import models
from gql_server.admission import OVERLOADED
from gql_server.answering import ANSWERING
from gql_server.answers import DEADLINE_EXCEEDED, TOO_LARGE, Answer
from gql_server.persisted import DOCUMENTS
from gql_server.questions import Question, turned_away
from gql_server.visitors import VISITORS

Told = Mapping[str, Any]


class TooMuch(Exception):
    """More was asked for at once than one answer holds."""


def slow_down(response: web.Response, mistakes: Sequence[Told]) -> web.Response:
    """Give a page that tells these mistakes the status and header of who asks too often, if that is one."""
    if mistakes and (wait := mistakes[0].get("retryAfterSeconds")):
        response.set_status(429)
        response.headers["Retry-After"] = str(wait)
    return response


async def ask(
    request: web.Request, text: str, *, principal: models.Principal = models.NOBODY, **variables: Any
) -> Told:
    """Ask a document of one operation on behalf of a request; what could not be told is null.

    Raises `models.Invalid` when it is asked for what is none, such as a cursor of another list; `TooMuch`;
    and `Unreadable` when there is no seat, or no answer in time.
    """
    told, _ = await ask_whole(request, text, principal=principal, **variables)
    return told


async def ask_whole(
    request: web.Request, text: str, *, principal: models.Principal = models.NOBODY, **variables: Any
) -> tuple[Told, Answer]:
    """Ask the same; give also the answer, which says what was read for it."""
    operation = request.app[DOCUMENTS].read(text).operation(None)
    asker = request.app[VISITORS].asker(request, principal)
    answer = await request.app[ANSWERING].once(operation, Question(None, variables), asker)
    if {OVERLOADED, DEADLINE_EXCEEDED} & {*answer.codes}:
        raise turned_away()
    if answer.is_unavailable:
        raise models.Unavailable
    if "BAD_USER_INPUT" in answer.codes:
        raise models.Invalid("path")
    if TOO_LARGE in answer.codes:
        raise TooMuch(operation.name)
    told: Told = orjson.loads(answer.written())
    data: Told = told.get("data") or {}
    if not data or (answer.codes and next(iter(data.values())) is None):
        raise RuntimeError(f"{operation.name} was answered with {answer.codes}")
    return data, answer
