"""What a client is told when something goes wrong: the kind, never the inside."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError
from tortoise.exceptions import ValidationError

import models

UNAVAILABLE = "UNAVAILABLE"
INTERNAL = "INTERNAL_SERVER_ERROR"
BAD_INPUT = "BAD_USER_INPUT"
AWAY = "The store cannot be reached just now; try again in a moment."
LONGEST_MESSAGE = 500


def formatted(error: GraphQLError, report: Callable[[BaseException], str]) -> dict[str, Any]:
    """Write an error of an answer; `report` keeps an unexpected one for us and gives it a number."""
    cause = _cause(error)
    message = error.message if cause else _in_words_of_json(error.message)
    told: dict[str, Any] = {"message": _cut(message)}
    code, more = (error.extensions or {}).get("code", BAD_INPUT), {}
    if isinstance(cause, models.Unavailable):
        told["message"], code = AWAY, UNAVAILABLE
    elif isinstance(cause, models.Overtaken):
        told["message"], code = str(cause), UNAVAILABLE
    elif isinstance(cause, models.NotFound):
        code = "NOT_FOUND"
    elif isinstance(cause, models.FellBehind):
        code = "FELL_BEHIND"
    elif isinstance(cause, models.Invalid):
        more["field"] = cause.field
    elif isinstance(cause, ValidationError):
        told["message"] = "A value is longer than any that the store keeps."
    elif cause is not None and not isinstance(cause, models.Refused):
        number = report(cause)
        told["message"], code = (
            f"Something went wrong on our side; it is kept under number {number}.",
            INTERNAL,
        )
    if error.locations:
        told["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        told["path"] = list(error.path)
    told["extensions"] = {**(error.extensions or {}), "code": code, **more}
    return told


def refusal(message: str, code: str, **more: Any) -> dict[str, Any]:
    """Write an error of a request that was not executed."""
    return {"message": message, "extensions": {"code": code, **more}}


def _in_words_of_json(message: str) -> str:
    # graphql-core names what is missing as Python does, and a client knows it as null.
    plain = message.removesuffix(" not to be None.")
    return message if plain == message else f"{plain} not to be null."


def _cut(message: str) -> str:
    # A message repeats names and values that a client may have made as long as its request.
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"


def _cause(error: GraphQLError) -> BaseException | None:
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
