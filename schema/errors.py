"""What a client is told when something goes wrong: the kind, never the inside."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError

import models

UNAVAILABLE = "UNAVAILABLE"
INTERNAL = "INTERNAL_SERVER_ERROR"
BAD_INPUT = "BAD_USER_INPUT"


def formatted(error: GraphQLError, report: Callable[[BaseException], str]) -> dict[str, Any]:
    """Write an error of an answer; `report` keeps an unexpected one for us and gives it a number."""
    told: dict[str, Any] = {"message": error.message}
    cause = _cause(error)
    code, more = (error.extensions or {}).get("code", BAD_INPUT), {}
    if isinstance(cause, models.Unavailable):
        told["message"], code = "The store cannot be reached just now; try again in a moment.", UNAVAILABLE
    elif isinstance(cause, models.NotFound):
        code = "NOT_FOUND"
    elif isinstance(cause, models.Invalid):
        more["field"] = cause.field
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
    told["extensions"] = {"code": code, **more}
    return told


def refusal(message: str, code: str) -> dict[str, Any]:
    """Write an error of a request that was not executed."""
    return {"message": message, "extensions": {"code": code}}


def _cause(error: GraphQLError) -> BaseException | None:
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
