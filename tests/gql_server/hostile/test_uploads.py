"""Whatever is sent as an upload is answered: with data, or with what is wrong; and no file stays behind."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator

import pytest

from gql_server import uploads
from gql_server.requests import LARGEST_BODY
from gql_server.uploads import LARGEST, PREFLIGHTS
from models.store import APPS
from tests.gql_server.uploading import UPLOAD, Desk, desk_at, form_of
from tests.nouns.drawings import photographed

BOUNDARY = "a-line-between"
OPERATIONS = json.dumps({"query": UPLOAD, "variables": {"input": {"file": None, "altText": "x"}}})
MAP = json.dumps({"0": ["variables.input.file"]})
PHOTO = photographed()


def field(name: str, value: bytes | str, *, filename: str = "", more: str = "") -> bytes:
    content = value.encode() if isinstance(value, str) else value
    named = f'; filename="{filename}"' if filename else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n{more}\r\n'
    return head.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()
WHOLE = field("operations", OPERATIONS) + field("map", MAP) + field("0", PHOTO, filename="a.jpg") + END


def mapped(told: object, operations: str = OPERATIONS) -> bytes:
    return field("operations", operations) + field("map", json.dumps(told)) + field("0", PHOTO) + END


BROKEN = {
    "nothing": b"",
    "an end": END,
    "a text": b"hello",
    "another line between": WHOLE.replace(BOUNDARY.encode(), b"another"),
    "operations alone": field("operations", OPERATIONS) + END,
    "no operations": field("map", MAP) + field("0", PHOTO) + END,
    "map before operations": field("map", MAP) + field("operations", OPERATIONS) + field("0", PHOTO) + END,
    "the file first": field("0", PHOTO) + field("operations", OPERATIONS) + field("map", MAP) + END,
    "no file": field("operations", OPERATIONS) + field("map", MAP) + END,
    "no end": WHOLE.removesuffix(END),
    "half a file": WHOLE[: len(WHOLE) // 2],
    "a file nobody named": field("operations", OPERATIONS) + field("map", MAP) + field("9", PHOTO) + END,
    "a file twice": WHOLE.removesuffix(END) + field("0", PHOTO) + END,
    "a nameless part": WHOLE.replace(b'; name="0"', b""),
    "no disposition": WHOLE.replace(b"Content-Disposition: form-data", b"X: y"),
    "a broken disposition": WHOLE.replace(b'form-data; name="0"', b'form-data; name="0'),
    "operations that are no JSON": field("operations", "{") + field("map", MAP) + field("0", PHOTO) + END,
    "a batch": mapped({"0": ["0.variables.input.file"]}, f"[{OPERATIONS}]"),
    "operations of a number": mapped({"0": ["variables.input.file"]}, "7"),
    "operations too large": field("operations", " " * LARGEST_BODY + OPERATIONS) + field("map", MAP) + END,
    "a map too large": field("operations", OPERATIONS) + field("map", " " * (LARGEST_BODY + 1)) + END,
    "a map that is a list": mapped([]),
    "a map that is null": mapped(None),
    "a map of texts": mapped({"0": "variables.input.file"}),
    "a map of nothing": mapped({"0": []}),
    "a map of numbers": mapped({"0": [1]}),
    "a path to nowhere": mapped({"0": ["variables.input.picture"]}),
    "a path to what is there": mapped({"0": ["variables.input.altText"]}),
    "a path through a text": mapped({"0": ["variables.input.altText.0"]}),
    "a path into the query": mapped({"0": ["query"]}),
    "a path out of it": mapped({"0": ["variables.__class__"]}),
    "an empty path": mapped({"0": [""]}),
    "a path of dots": mapped({"0": ["..."]}),
    "the variables themselves": mapped(
        {"0": ["variables"]}, json.dumps({"query": UPLOAD, "variables": None})
    ),
    "a number in a list": mapped(
        {"0": ["variables.input.9"]}, json.dumps({"query": UPLOAD, "variables": {"input": [None]}})
    ),
    "a word in a list": mapped(
        {"0": ["variables.input.x"]}, json.dumps({"query": UPLOAD, "variables": {"input": [None]}})
    ),
    "one place for two files": field("operations", OPERATIONS)
    + field("map", json.dumps({"0": ["variables.input.file"], "1": ["variables.input.file"]}))
    + field("0", PHOTO) + field("1", PHOTO) + END,
    "a part of parts": WHOLE.removesuffix(END)
    + field("0", b"--b\r\n\r\nx\r\n--b--", more="Content-Type: multipart/mixed; boundary=b\r\n") + END,
    "many headers": WHOLE.replace(b'name="0"; filename="a.jpg"\r\n', b'name="0"\r\n' + b"X: y\r\n" * 10_000),
    "a long header": WHOLE.replace(
        b'name="0"; filename="a.jpg"\r\n', b'name="0"\r\nX: ' + b"y" * 100_000 + b"\r\n"
    ),
    "bytes that are no text in a header": WHOLE.replace(
        b'filename="a.jpg"', b'filename="\xff\xfe"\r\n\xff: \x00'
    ),
}  # fmt: skip
# What is odd about these nobody looks at.
ODD = {
    "an odd charset in a name": WHOLE.replace(b'name="0"', b"name*=utf-99''0"),
    "a length that is none": WHOLE.replace(
        b'name="0"; filename="a.jpg"\r\n', b'name="0"; filename="a.jpg"\r\nContent-Length: x\r\n'
    ),
    "a length that lies": WHOLE.replace(
        b'name="0"; filename="a.jpg"\r\n', b'name="0"; filename="a.jpg"\r\nContent-Length: 7\r\n'
    ),
}  # fmt: skip


@pytest.fixture
def url(databases) -> str:
    """Name a store; what is wrong with a request is told before either kind is asked."""
    return databases.migrated("sqlite", APPS)


@pytest.fixture
async def desk(url, tmp_path, monkeypatch) -> AsyncIterator[Desk]:
    """Lend a desk; what is kept aside during a request lies in a folder of its own."""
    (tmp_path / "aside").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "aside"))
    async with desk_at(url, tmp_path) as lent:
        yield lent
        assert not list((tmp_path / "aside").iterdir())


@pytest.fixture
def aside(until, tmp_path):
    """Wait until so many requests have something kept aside: `await aside(3)`."""

    async def wait(number: int) -> None:
        async def are_there() -> bool:
            return len(list((tmp_path / "aside").iterdir())) == number

        await until(are_there)

    return wait


async def said(desk: Desk, body: object, **headers: str):
    media = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = await desk.send(body, desk.headers(**media | headers))
    return answer, await answer.json()


async def test_a_request_as_it_should_be_is_answered(desk):
    _, told = await said(desk, WHOLE)
    assert told["data"]["uploadImage"]["errors"] == []


@pytest.mark.parametrize("name", BROKEN)
async def test_what_is_no_multipart_request_is_refused(desk, name):
    answer, told = await said(desk, BROKEN[name])
    assert 400 <= answer.status < 500 or answer.status == 200
    assert "data" not in told
    for error in told["errors"]:
        assert error["message"]
        assert error["extensions"]["code"] not in {"", "INTERNAL_SERVER_ERROR"}
    assert not desk.folder.exists()


@pytest.mark.parametrize("name", ODD)
async def test_what_is_odd_without_harm_is_answered(desk, name):
    _, told = await said(desk, ODD[name])
    assert told["data"]["uploadImage"]["errors"] == []


@pytest.mark.parametrize(
    "media",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'b' * 99}",
        'multipart/form-data; boundary="é"',
    ],
)
async def test_a_line_between_that_is_none_is_refused(desk, media):
    answer, told = await said(desk, WHOLE, **{"Content-Type": media})
    assert answer.status == 400
    assert told["errors"]


@pytest.mark.parametrize(
    "media",
    ["multipart/mixed", "multipart/related", "application/x-www-form-urlencoded", "text/plain", "image/jpeg"],
)
async def test_other_forms_bring_no_files(desk, media):
    answer, _ = await said(desk, WHOLE, **{"Content-Type": f"{media}; boundary={BOUNDARY}"})
    assert answer.status == 415


async def test_a_form_of_a_page_is_refused(desk):
    headers = desk.headers()
    for name in PREFLIGHTS:
        headers.pop(name, None)
    answer = await desk.send(form_of(PHOTO), headers)
    assert answer.status == 403
    assert PREFLIGHTS[0] in (await answer.json())["errors"][0]["message"]
    for name in PREFLIGHTS:
        assert (await desk.send(form_of(PHOTO), {**headers, name: "1"})).status == 200


async def test_a_page_of_another_site_is_refused_with_any_header(desk):
    answer = await desk.send(form_of(PHOTO), desk.headers(Origin="https://evil.example"))
    assert answer.status == 403


async def test_a_packed_request_is_refused(desk):
    answer, _ = await said(desk, WHOLE, **{"Content-Encoding": "gzip"})
    assert answer.status == 415


async def test_what_never_ends_is_refused_when_it_is_too_much(desk):
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield WHOLE.removesuffix(b"\r\n" + END)
        while True:
            sent += 100_000
            yield bytes(100_000)

    answer, told = await said(desk, endless())
    assert answer.status == 413
    assert told["errors"]
    # What the connection holds meanwhile comes on top.
    assert sent < LARGEST + 10_000_000


async def test_a_length_that_is_too_much_is_refused_before_anything_is_read(desk):
    reader, writer = await asyncio.open_connection(desk.client.host, desk.client.port)
    lines = {
        "Host": "localhost", "Authorization": f"Bearer {desk.token}", PREFLIGHTS[0]: "1",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Length": str(LARGEST + 1),
        "Connection": "close",
    }  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"POST /graphql HTTP/1.1\r\n{head}\r\n".encode())
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_who_stops_in_the_middle_is_not_waited_for(desk, monkeypatch):
    monkeypatch.setattr(uploads, "BODY_SECONDS", 0.1)

    async def stopping() -> AsyncIterator[bytes]:
        yield WHOLE[: len(WHOLE) // 2]
        await asyncio.sleep(60)

    answer, _ = await said(desk, stopping())
    assert answer.status == 408


async def test_who_sends_a_byte_at_a_time_has_an_end(desk, monkeypatch):
    monkeypatch.setattr(uploads, "UPLOAD_SECONDS", 0.3)

    async def dripping() -> AsyncIterator[bytes]:
        for byte in WHOLE:
            yield bytes([byte])
            await asyncio.sleep(0.01)

    answer, _ = await said(desk, dripping())
    assert answer.status == 408


async def test_who_leaves_takes_nothing_along(desk, aside):

    async def leaving() -> AsyncIterator[bytes]:
        yield WHOLE[: len(WHOLE) // 2]
        await asyncio.sleep(60)

    tasks = [asyncio.create_task(said(desk, leaving())) for _ in range(3)]
    await aside(3)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await aside(0)
    _, told = await said(desk, WHOLE)
    assert told["data"]["uploadImage"]["errors"] == []


async def test_many_at_once_take_turns_or_are_turned_away(desk, aside, monkeypatch):
    monkeypatch.setattr(uploads, "WAIT_SECONDS", 0.2)
    going_on = asyncio.Event()

    async def waiting() -> AsyncIterator[bytes]:
        yield WHOLE[: len(WHOLE) // 2]
        await going_on.wait()
        yield WHOLE[len(WHOLE) // 2 :]

    first = [asyncio.create_task(said(desk, waiting())) for _ in range(uploads.MOST_AT_ONCE)]
    await aside(uploads.MOST_AT_ONCE)
    answer, told = await said(desk, WHOLE)
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert told["errors"][0]["extensions"]["code"] == "OVERLOADED"
    going_on.set()
    for answer, told in await asyncio.gather(*first):
        assert answer.status == 200
        assert told["data"]["uploadImage"]["errors"] == []


async def test_a_query_and_a_subscription_may_come_this_way_too(desk):
    asked = {"query": "query($a: String) { site { title } }", "variables": {"a": None}}
    _, told = await said(desk, mapped({"0": ["variables.a"]}, json.dumps(asked)))
    assert told["errors"][0]["extensions"]["code"]
    _, told = await said(
        desk, field("operations", '{"query": "{ site { title } }"}') + field("map", "{}") + END
    )
    assert told["data"]["site"]["title"]
