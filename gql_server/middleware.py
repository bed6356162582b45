"""What every answer has in common: a number, safe headers, and an error that tells what to do."""

import errno
from random import getrandbits

import orjson
import structlog
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.typedefs import Handler

import models
from gql_server.outages import OUTAGES
from gql_server.questions import Unreadable
from schema.errors import AWAY, INTERNAL, UNAVAILABLE, refusal

REQUEST_ID = web.RequestKey("request_id", str)
SAFE = {"Server": "gql-server", "X-Content-Type-Options": "nosniff"}
# Unless a page has one of its own.
REFERRER = ("Referrer-Policy", "strict-origin-when-cross-origin")
log = structlog.get_logger("http")
ADVICE = {
    400: "This request cannot be read.",
    404: "There is nothing at this address; the graph is at /graphql.",
    405: "This address does not take that method; Allow names those it takes. The graph is at /graphql.",
    413: "This request is too large.",
}


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Number the request; turn what goes wrong into one JSON error without anything of the inside."""
    request[REQUEST_ID] = new_number()
    try:
        return await handler(request)
    except Exception as error:
        if isinstance(error, web.HTTPException) and error.status < 400:
            raise
        if is_under_way(request):
            break_off(request, error)
            raise ConnectionError("an answer was under way already") from error
        return told_plainly(request, error)


def told_plainly(request: web.Request, error: BaseException) -> web.Response:
    """Tell what went wrong as one JSON error."""
    if isinstance(error, web.HTTPException):
        message = ADVICE.get(error.status, error.reason)
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        code = "NOT_FOUND" if error.status == 404 else "BAD_REQUEST"
        return _error(error.status, message, code, headers)
    if isinstance(error, Unreadable):
        return _error(error.status, str(error), error.error["extensions"]["code"], error.headers)
    if isinstance(error, models.Unavailable):
        OUTAGES.tell(error)
        return _error(503, AWAY, UNAVAILABLE, {"Retry-After": "1"})
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return _error(404, ADVICE[404], "NOT_FOUND", {})
    if isinstance(error, ConnectionError) and _has_left(request):
        return _error(400, ADVICE[400], "BAD_REQUEST", {})  # which nobody reads
    log.error("failed", request_id=request[REQUEST_ID], exc_info=error)
    message = f"Something went wrong on our side; it is kept under number {request[REQUEST_ID]}."
    return _error(500, message, INTERNAL, {})


def is_under_way(request: web.BaseRequest) -> bool:
    """Tell whether something of an answer is sent already."""
    # On the fast path there is none, and what it writes is whole.
    writer: AbstractStreamWriter | None = request.writer
    return writer is not None and writer.output_size > 0


def break_off(request: web.Request, error: Exception) -> None:
    """Hang up on who would take another answer for the rest of this one, or what there was for all of it."""
    if isinstance(error, models.Unavailable):
        OUTAGES.tell(error)
        log.warning("an answer broke off", request_id=request[REQUEST_ID], reason="the store is away")
    elif not (isinstance(error, ConnectionError) and _has_left(request)):
        log.error("an answer broke off", request_id=request[REQUEST_ID], exc_info=error)
    if request.transport is not None:
        request.transport.abort()


def new_number() -> str:
    """Give a request its number: nobody needs to be unable to guess it."""
    return f"{getrandbits(64):016x}"


def _has_left(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def no_http(status: int) -> web.Response:
    """Answer what is no HTTP; nothing else of ours sees it."""
    answer = _error(status, ADVICE.get(status, ADVICE[400]), "BAD_REQUEST", {})
    _make_safe(answer)
    answer.force_close()
    return answer


async def safe_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Tell browsers to guess nothing, and nobody which version runs here."""
    _make_safe(response)
    if (number := request.get(REQUEST_ID)) is not None:
        response.headers["X-Request-ID"] = number


def _make_safe(response: web.StreamResponse) -> None:
    response.headers.update(SAFE)
    response.headers.setdefault(*REFERRER)


def _error(status: int, message: str, code: str, headers: dict[str, str]) -> web.Response:
    # What is a page to others may be nothing to who reads JSON, and no cache may mix them up.
    headers = {"Cache-Control": "no-store", "Vary": "Accept", **headers}
    body = orjson.dumps({"errors": [refusal(message, code)]})
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)
