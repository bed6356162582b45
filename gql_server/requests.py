"""GraphQL over HTTP, the asking half: what a request wants executed, and in which media type."""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web
from aiohttp.helpers import parse_mimetype

from models.text import is_plain
from schema.errors import refusal

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
EVENT_STREAM = "text/event-stream"
LARGEST_BODY = 100_000
BODY_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Question:
    """A GraphQL request, whichever method brought it."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    may_change: bool


class Unreadable(Exception):
    """A request that is no GraphQL request: its status, and what to do about it."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers

    @property
    def body(self) -> bytes:
        """The answer."""
        return orjson.dumps({"errors": [refusal(str(self), "BAD_REQUEST")]})


def acceptable(accept: str | None) -> str:
    """Choose the media type of the answer among those the client accepts."""
    if not accept:
        return JSON
    ranges: dict[str, tuple[float, int]] = {}
    for rank, part in enumerate(accept.split(",")):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        ranges.setdefault(media, (_quality(parameters), rank))
    offers: list[tuple[float, int, int, str]] = []
    for place, ours in enumerate((JSON, GRAPHQL)):
        # The closest range counts: `application/json;q=0, */*` takes anything but plain JSON.
        closest = next((name for name in (ours, "application/*", "*/*") if name in ranges), None)
        if closest is not None and ranges[closest][0] > 0:
            quality, rank = ranges[closest]
            offers.append((-quality, rank, place, ours))
    if not offers and takes_events(accept):
        return EVENT_STREAM
    if not offers:
        raise Unreadable(406, f"Accept {GRAPHQL} or {JSON}.")
    return min(offers)[3]


def takes_events(accept: str) -> bool:
    """Tell whether a client says that it takes server-sent events."""
    return any(part.partition(";")[0].strip().lower() == EVENT_STREAM for part in accept.split(","))


async def read_question(request: web.Request) -> Question:
    """Read what a request asks; refuse what is no GraphQL request."""
    if request.method in {"GET", "HEAD"}:
        return _question(_from_url(request), may_change=False)
    return _question(await _from_body(request), may_change=True)


async def read_body(request: web.Request, largest: int) -> bytes:
    """Read the body of a request; refuse one that is packed, too large, or does not arrive."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unreadable(415, "Send the request without Content-Encoding.")
    if (request.content_length or 0) > largest:
        raise Unreadable(413, f"A request holds at most {largest} bytes.")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.clone(client_max_size=largest).read()
    except TimeoutError:
        raise Unreadable(408, f"The request did not arrive within {BODY_SECONDS} seconds.") from None
    except web.HTTPRequestEntityTooLarge:
        raise Unreadable(413, f"A request holds at most {largest} bytes.") from None
    except (web.RequestPayloadError, ConnectionError):
        raise Unreadable(400, "The request ended before its body did.") from None


def _from_url(request: web.Request) -> dict[str, Any]:
    asked: dict[str, Any] = dict(request.query)
    for name in ("variables", "extensions"):
        if asked.get(name):
            asked[name] = _json(asked[name].encode("utf-8", "surrogatepass"), f"`{name}`")
        else:
            asked.pop(name, None)
    return asked


async def _from_body(request: web.Request) -> dict[str, Any]:
    media = parse_mimetype(request.headers.get("Content-Type", ""))
    if (media.type, media.subtype + (f"+{media.suffix}" if media.suffix else "")) != ("application", "json"):
        raise Unreadable(415, f"Send the request as {JSON}.")
    if media.parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Unreadable(415, "Send the request in UTF-8.")
    body = await read_body(request, LARGEST_BODY)
    asked = _json(body, "The body")
    if not isinstance(asked, dict):
        raise Unreadable(400, "The body is a JSON object with `query` in it; batches are not taken.")
    return asked


def _json(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Unreadable(400, f"{what} is no valid JSON in UTF-8.") from None


def _question(asked: dict[str, Any], *, may_change: bool) -> Question:
    query, variables = asked.get("query"), asked.get("variables")
    name, extensions = asked.get("operationName"), asked.get("extensions")
    if not isinstance(query, str) or not query.strip():
        raise Unreadable(400, "Send `query`, a GraphQL document as a string.")
    if variables is not None and not isinstance(variables, dict):
        raise Unreadable(400, "`variables` is a JSON object.")
    if name is not None and not isinstance(name, str):
        raise Unreadable(400, "`operationName` is a string.")
    if extensions is not None and not isinstance(extensions, dict):
        raise Unreadable(400, "`extensions` is a JSON object.")
    if not is_plain(query) or not _all_plain(variables):
        raise Unreadable(400, "A text holds no NUL and no lone surrogate.")
    return Question(query, variables or {}, name or None, may_change)


def _all_plain(value: Any) -> bool:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if not is_plain(item):
                return False
        elif isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
    return True


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0
