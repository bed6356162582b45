"""An answer to a question, and who asked it: what is told of errors, and what is logged."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import orjson
import structlog
from graphql import ExecutionResult, GraphQLError

import models
from gql_server.admission import OVERLOADED, RETRY_SECONDS, TOO_MANY, Full, Lane
from gql_server.logs import tell_all
from gql_server.outages import OUTAGES
from schema.context import Visitor
from schema.errors import INTERNAL, UNAVAILABLE, formatted, refusal

DEADLINE_SECONDS = 6
FILES_SECONDS = 60  # a picture is drawn anew, and may wait for others
MOST_BYTES = 2_000_000
TOO_LARGE = "RESPONSE_TOO_LARGE"
DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
T = TypeVar("T")
log = structlog.get_logger("graphql")


@dataclass
class Asker:
    """Who asks: the number of the request, the visitor, the principal, and whether a failure was kept."""

    number: str
    visit: Callable[[], Visitor]
    principal: models.Principal = models.NOBODY
    is_reported: bool = False

    def report(self, cause: BaseException) -> str:
        """Keep an account of a failure, one a request: a query of many rows fails the same way at each."""
        if not self.is_reported:
            self.is_reported = True
            log.error("failed", request_id=self.number, exc_info=cause)
        return self.number


@dataclass
class Answer:
    """What a question is answered: `data` and `errors`, ready to be written, or written already as `body`.

    Unless it `was_executed` the request itself was at fault, or could not be served. `reads` has the tags of
    all that it depends on, when that is known; it may be another from the moment `until`.
    """

    told: dict[str, Any]
    was_executed: bool = True
    body: bytes | None = None
    reads: frozenset[str] | None = None
    until: datetime | None = None
    codes: list[str] = field(init=False)

    def __post_init__(self) -> None:
        errors = self.told.get("errors")
        self.codes = sorted({error["extensions"]["code"] for error in errors}) if errors else []

    @property
    def limits(self) -> list[str]:
        """The limits that the request passes."""
        extensions = [error["extensions"] for error in self.told.get("errors", ())]
        return sorted({told["limit"] for told in extensions if isinstance(told.get("limit"), str)})

    @property
    def is_unavailable(self) -> bool:
        """Whether the same request may well be answered in a moment."""
        return UNAVAILABLE in self.codes or OVERLOADED in self.codes

    def status(self, *, draft: bool) -> int:
        """Give the HTTP status of a GraphQL response; the draft of August 2026 tells more kinds apart."""
        if self.was_executed:
            return 294 if draft and self.codes else 200
        return 422 if draft and "GRAPHQL_PARSE_FAILED" not in self.codes else 400

    def written(self) -> bytes:
        """Write it as JSON."""
        return self.body if self.body is not None else orjson.dumps(self.told)


def fitting(answer: Answer) -> Answer:
    """Write an answer down once and for all; of one that is too large tell that instead."""
    answer.body = answer.written()
    if len(answer.body) <= MOST_BYTES:
        return answer
    message = f"The answer has more than {MOST_BYTES} bytes; ask for less at once."
    last = {"hasNext": False} if "hasNext" in answer.told else {}
    return Answer({"errors": [refusal(message, TOO_LARGE)], "data": None, **last})


async def seated(
    lane: Lane, asker: Asker, work: Callable[[], Awaitable[T]], *, seconds: float = DEADLINE_SECONDS
) -> T | Answer:
    """Do work in a seat and in time, or answer why it could not be done."""
    try:
        async with asyncio.timeout(seconds), lane.seat():
            return await work()
    except models.Unavailable as error:
        return refused(asker, GraphQLError("", original_error=error))
    except TimeoutError:
        return late(seconds)
    except Full:
        return overloaded()


def told(result: ExecutionResult, asker: Asker) -> Answer:
    """Answer with what execution gave."""
    errors = told_errors(result.errors, asker)
    if not errors:
        return Answer({"data": result.data})
    if any(error["extensions"]["code"] == UNAVAILABLE for error in errors["errors"]):
        return Answer({**errors, "data": None})
    if result.data is None and not any("path" in error for error in errors["errors"]):
        # Nothing was executed: a variable that does not fit, say.
        return Answer(errors, was_executed=False)
    return Answer({**errors, "data": result.data})


def refused(asker: Asker, *errors: GraphQLError) -> Answer:
    """Answer that nothing was executed, and why."""
    return Answer(told_errors(errors, asker), was_executed=False)


def told_errors(errors: Collection[GraphQLError] | None, asker: Asker) -> dict[str, Any]:
    """Write the errors of an answer, if there are any."""
    for error in errors or ():
        if isinstance(error.original_error, models.Unavailable):
            OUTAGES.tell(error.original_error)
    return {"errors": [formatted(error, asker.report) for error in errors]} if errors else {}


def late(seconds: float = DEADLINE_SECONDS) -> Answer:
    """Answer that it took too long."""
    message = f"The answer took longer than {seconds:.0f} seconds; ask for less at once."
    return Answer({"errors": [refusal(message, DEADLINE_EXCEEDED)]}, was_executed=False)


def overloaded() -> Answer:
    """Answer that too many ask at once."""
    error = refusal(TOO_MANY, OVERLOADED, retryAfterSeconds=RETRY_SECONDS)
    return Answer({"errors": [error]}, was_executed=False)


class Line(NamedTuple):
    """What is logged of each answer: what the operation is called, how long it took, and nothing of what it
    asked.
    """

    number: str
    name: str | None
    seconds: float

    @property
    def fields(self) -> dict[str, Any]:
        """What is logged, by name."""
        return {
            "operation": self.name[:60] if self.name and self.name.isidentifier() else "-",
            "ms": round(self.seconds * 1000, 1),
            "request_id": self.number,
        }


def record(line: Line, answer: Answer) -> None:
    """Log how one was answered."""
    about = line.fields
    if answer.codes:
        about["codes"] = answer.codes
        if limits := answer.limits:
            about["limits"] = limits
    (log.error if INTERNAL in answer.codes else log.info)("answered", **about)


def record_all(lines: Iterable[Line]) -> None:
    """Log of many answers that all went well."""
    tell_all(log, "answered", [line.fields for line in lines])
