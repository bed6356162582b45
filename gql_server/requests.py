"""GraphQL over HTTP, the asking half: what a request wants executed."""

import asyncio
from functools import lru_cache
from typing import Any

import orjson
from aiohttp import web
from aiohttp.helpers import parse_mimetype

from gql_server.admission import ADMISSION
from gql_server.negotiation import JSON
from gql_server.questions import Question, Unreadable, question_of, turned_away

LARGEST_BODY = 100_000
BODY_SECONDS = 10


async def read_asking(request: web.Request) -> str | bytes:
    """Read what a request asks as it came: its address, or the body of a POST."""
    if request.method in {"GET", "HEAD"}:
        return request.raw_path
    if (wrong := wrong_with(request.headers.get("Content-Type", ""))) is not None:
        raise Unreadable(415, wrong)
    return await read_body(request, LARGEST_BODY)


def question_in(request: web.Request, asking: str | bytes) -> Question:
    """Find the question in what is asked; refuse it when there is no seat for it."""
    if isinstance(asking, str) or (b'"query"' in asking and not may_mutate(asking)):
        _turn_readers_away(request)
    return read_question(request, asking)


def may_mutate(asking: str | bytes) -> bool:
    """Tell whether something may be changed by what is asked; most of what only reads can be told from it."""
    return isinstance(asking, bytes) and b"mutation" in asking


def read_question(request: web.Request, asking: str | bytes) -> Question:
    """Read the question in what is asked; refuse what is no GraphQL request."""
    if isinstance(asking, str):
        return question_of(_from_url(request), may_change=False)
    return question_of(read_json(asking, "The body"))


async def read_body(request: web.Request, largest: int) -> bytes:
    """Read the body of a request; refuse one that is packed, too large, or does not arrive."""
    require_unpacked(request)
    if (request.content_length or 0) > largest:
        raise Unreadable(413, f"A request holds at most {largest} bytes.")
    try:
        if request.content.is_eof():
            return _here_already(request, largest)
        async with asyncio.timeout(BODY_SECONDS):
            return await request.clone(client_max_size=largest).read()
    except TimeoutError:
        raise Unreadable(408, f"The request did not arrive within {BODY_SECONDS} seconds.") from None
    except web.HTTPRequestEntityTooLarge:
        raise Unreadable(413, f"A request holds at most {largest} bytes.") from None
    except (web.RequestPayloadError, ConnectionError):
        raise Unreadable(400, "The request ended before its body did.") from None


def require_unpacked(request: web.Request) -> None:
    """Refuse a body that is packed: unpacking one is work for whoever sends a bomb."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unreadable(415, "Send the request without Content-Encoding.")


def _here_already(request: web.Request, largest: int) -> bytes:
    """Give the body that came with the head, as most do: nobody is waited for."""
    body = request.content.read_nowait()
    if len(body) > largest:
        raise web.HTTPRequestEntityTooLarge(largest, len(body))
    return body


def read_json(text: bytes, what: str) -> Any:
    """Read JSON; refuse what is none, or is not in UTF-8."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Unreadable(400, f"{what} is no valid JSON in UTF-8.") from None


def _from_url(request: web.Request) -> dict[str, Any]:
    asked: dict[str, Any] = dict(request.query)
    for name in ("variables", "extensions"):
        if asked.get(name):
            asked[name] = read_json(asked[name].encode("utf-8", "surrogatepass"), f"`{name}`")
        else:
            asked.pop(name, None)
    return asked


@lru_cache(maxsize=256)
def wrong_with(content_type: str) -> str | None:
    """Tell what is wrong with the type of a body; None when it is JSON in UTF-8."""
    media = parse_mimetype(content_type)
    if (media.type, media.subtype + (f"+{media.suffix}" if media.suffix else "")) != ("application", "json"):
        return f"Send the request as {JSON}."
    if media.parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        return "Send the request in UTF-8."
    return None


def _turn_readers_away(request: web.Request) -> None:
    """Refuse who only reads when there is no seat for readers: finding out exactly costs more than that."""
    if request.app[ADMISSION].is_full_of_readers:
        raise turned_away()
