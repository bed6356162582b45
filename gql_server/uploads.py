"""Requests with files: a question whose variables stand for them (GraphQL multipart), or a page's form."""

import asyncio
import hashlib
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

import models
from gql_server.questions import Question, Unreadable, question_of, turned_away
from gql_server.requests import BODY_SECONDS, LARGEST_BODY, read_json, require_unpacked
from models.content import LONGEST
from models.pictures import MOST_BYTES
from schema.scalars import Upload

# A page of another site can send a form, and no header of these without being asked about first (CORS).
PREFLIGHTS = (
    "GraphQL-Preflight", "GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name",
)  # fmt: skip
MOST_AT_ONCE = 4
WAIT_SECONDS = 10
UPLOAD_SECONDS = 120
LARGEST = MOST_BYTES + LARGEST_BODY
PIECE = 256 * 1024
TOO_LARGE = f"A file has at most {MOST_BYTES} bytes, and all of a request together not many more."
NO_MULTIPART = "This is no GraphQL multipart request: send `operations`, `map`, and then the files it names."
Fields = list[tuple[str, str]]
MOST_FIELDS = 100
# Of a text in a form, each character of which may take four.
LARGEST_TEXT = 4 * LONGEST
T = TypeVar("T")


class Uploads:
    """Reads requests with files, some at a time; each file is on disk until its request is answered."""

    def __init__(self) -> None:
        self._seats = asyncio.Semaphore(MOST_AT_ONCE)

    @asynccontextmanager
    async def question(self, request: web.Request, principal: models.Principal) -> AsyncIterator[Question]:
        """Read a question with its files, and keep these as long as it is being answered."""
        _check(request, principal)
        async with self._seated(request) as reading:
            yield await reading.whole(reading.question)

    @asynccontextmanager
    async def form(self, request: web.Request) -> AsyncIterator[tuple[Fields, Upload | None]]:
        """Read the form of a page, with a file in it, which is kept for as long."""
        if (request.content_length or 0) > LARGEST:
            raise Unreadable(413, TOO_LARGE)
        async with self._seated(request) as reading:
            yield await reading.whole(reading.form)

    @asynccontextmanager
    async def _seated(self, request: web.Request) -> AsyncIterator["_Reading"]:
        await self._take_seat()
        try:
            with TemporaryDirectory(prefix="upload-", ignore_cleanup_errors=True) as folder:
                yield _Reading(request, Path(folder))
        finally:
            self._seats.release()

    async def _take_seat(self) -> None:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._seats.acquire()
        except TimeoutError:
            raise turned_away() from None


UPLOADS = web.AppKey("uploads", Uploads)


def brings_files(request: web.Request) -> bool:
    """Tell whether a request may have files in it."""
    return request.method == "POST" and request.content_type == "multipart/form-data"


def _check(request: web.Request, principal: models.Principal) -> None:
    """Refuse before anything is read what would be refused in the end."""
    if not any(request.headers.get(name) for name in PREFLIGHTS):
        message = f"Send multipart requests with the header {PREFLIGHTS[0]}: 1, which no form of a page has."
        raise Unreadable(403, message, code="FORBIDDEN")
    if not principal.is_known:
        raise Unreadable(401, "Sign in to upload files.", code="UNAUTHENTICATED", www_authenticate="Bearer")
    if not principal.may(models.Scope.CONTENT_WRITE):
        message = f"This takes a token of the scope {models.Scope.CONTENT_WRITE}."
        raise Unreadable(403, message, code="FORBIDDEN")
    require_unpacked(request)
    if (request.content_length or 0) > LARGEST:
        raise Unreadable(413, TOO_LARGE)


class _Reading:
    """The reading of one request."""

    def __init__(self, request: web.Request, folder: Path) -> None:
        self._request = request
        self._folder = folder

    async def whole(self, read: Callable[[MultipartReader], Awaitable[T]]) -> T:
        """Read all of it, or say what is wrong with it."""
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                return await read(await self._request.multipart())
        except TimeoutError:
            raise Unreadable(408, "The files did not arrive in time.") from None
        except web.HTTPRequestEntityTooLarge:
            raise Unreadable(413, TOO_LARGE) from None
        except (web.RequestPayloadError, ConnectionError):
            raise Unreadable(400, "The request ended before its body did.") from None
        except (ValueError, AssertionError, RuntimeError, HttpProcessingError):
            # What aiohttp says of a body that is no multipart.
            raise Unreadable(400, NO_MULTIPART) from None

    async def form(self, parts: MultipartReader) -> tuple[Fields, Upload | None]:
        """Read the fields of a form, and keep its file; without one none was chosen."""
        fields: list[tuple[str, str]] = []
        upload: Upload | None = None
        while (part := await self._next(parts)) is not None:
            if part.filename:
                if upload is not None:
                    raise Unreadable(400, "One file is sent at a time.")
                upload = await self._kept(part, self._folder / "file")
            elif part.filename is None:
                fields.append((_name_of(part), (await self._text(part, LARGEST_TEXT)).decode()))
            if len(fields) > MOST_FIELDS:
                raise Unreadable(413, TOO_LARGE)
        return fields, upload

    async def question(self, parts: MultipartReader) -> Question:
        """Read a question, and put each file where its variable is."""
        operations = read_json(await self._called(parts, "operations"), "`operations`")
        places = _places(read_json(await self._called(parts, "map"), "`map`"))
        while (part := await self._next(parts)) is not None:
            if (paths := places.pop(_name_of(part), None)) is None:
                raise Unreadable(400, "Each file is named once in `map`, and comes once.")
            upload = await self._kept(part, self._folder / str(len(places)))
            for path in paths:
                _put(operations, path, upload)
        if places:
            raise Unreadable(400, "`map` names a file that did not come.")
        return question_of(operations)._replace(brings_files=True)

    async def _called(self, parts: MultipartReader, name: str) -> bytes:
        part = await self._next(parts)
        if part is None or _name_of(part) != name:
            raise Unreadable(400, NO_MULTIPART)
        return await self._text(part)

    async def _text(self, part: BodyPartReader, most: int = LARGEST_BODY) -> bytes:
        text = b""
        while piece := await self._soon(part.read_chunk(PIECE)):
            text += piece
            if len(text) > most or self._request.content.total_bytes > LARGEST:
                raise Unreadable(413, f"`{_name_of(part)}` holds at most {most} bytes.")
        return text

    async def _kept(self, part: BodyPartReader, path: Path) -> Upload:
        digest, size = hashlib.sha256(), 0
        with await asyncio.to_thread(path.open, "xb") as file:
            while piece := await self._soon(part.read_chunk(PIECE)):
                size += len(piece)
                if size > MOST_BYTES or self._request.content.total_bytes > LARGEST:
                    raise Unreadable(413, TOO_LARGE)
                digest.update(piece)
                await asyncio.to_thread(file.write, piece)
        return Upload(path, digest.hexdigest())

    async def _next(self, parts: MultipartReader) -> BodyPartReader | None:
        part = await self._soon(parts.next())
        if isinstance(part, MultipartReader):
            raise Unreadable(400, NO_MULTIPART)
        return part

    async def _soon(self, step: Awaitable[T]) -> T:
        async with asyncio.timeout(BODY_SECONDS):
            return await step


def _name_of(part: BodyPartReader) -> str:
    with warnings.catch_warnings():
        # aiohttp warns of a name that cannot be read; to us it is another one.
        warnings.simplefilter("ignore")
        return part.name or ""


def _places(told: Any) -> dict[str, list[list[str]]]:
    """Read where each file belongs."""
    if not isinstance(told, dict) or not all(
        isinstance(paths, list) and paths and all(isinstance(path, str) for path in paths)
        for paths in told.values()
    ):
        raise Unreadable(400, '`map` is a JSON object such as {"0": ["variables.input.file"]}.')
    return {name: [path.split(".") for path in paths] for name, paths in told.items()}


def _put(operations: Any, path: list[str], upload: Upload) -> None:
    """Put a file where a null stands in the variables."""
    try:
        if path[0] != "variables":
            raise KeyError(path[0])
        place: Any = operations
        for step in path[:-1]:
            place = place[_key(place, step)]
        if place[_key(place, path[-1])] is not None:
            raise KeyError(path[-1])
        place[_key(place, path[-1])] = upload
    except (KeyError, IndexError, TypeError, ValueError):
        raise Unreadable(400, "`map` names a place where `operations` has no null.") from None


def _key(place: Any, step: str) -> Any:
    return int(step) if isinstance(place, list) else step
