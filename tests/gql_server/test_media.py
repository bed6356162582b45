"""Pictures are sent whole or in part, may be kept for ever, and are harmless whoever opens them."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs
from yarl import URL

import models
from gql_server.app import WORKER
from models.files.folder import Folder
from models.store import APPS
from tests.buckets import new_bucket
from tests.gql_server.uploading import desk_at
from tests.nouns.drawings import photographed, read

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
def url(databases):
    # What is sent comes from files alone: one store is as good as the other.
    return databases.migrated("sqlite", APPS)


@pytest.fixture
async def desk(url, tmp_path):
    async with desk_at(url, tmp_path) as lent:
        yield lent


@pytest.fixture
async def far_desk(url, tmp_path, bucket_server):
    async with desk_at(url, tmp_path, media_url=await new_bucket(bucket_server)) as lent:
        yield lent


@pytest.fixture
async def picture(desk):
    """Upload a picture; give its own path, and that of its small rendition."""
    image = (await desk.upload(photographed()))["image"]
    return urlsplit(image["url"]).path, urlsplit(image["small"]).path


async def test_a_picture_may_be_kept_for_ever_and_runs_nothing(desk, picture):
    for path, media in ((picture[0], "image/jpeg"), (f"{picture[1]}.webp", "image/webp")):
        answer = await desk.client.get(path)
        assert answer.status == 200
        assert answer.headers["Content-Type"] == media
        assert answer.headers["Cache-Control"] == FOR_EVER
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "Vary" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        body = await answer.read()
        assert int(answer.headers["Content-Length"]) == len(body)
        read(body)


async def test_a_picture_in_a_bucket_is_sent_as_one_in_a_folder(far_desk):
    path = urlsplit((await far_desk.upload(photographed()))["image"]["small"]).path
    whole = await far_desk.client.get(path)
    assert (whole.status, whole.headers["Content-Type"]) == (200, "image/webp")
    assert read(await whole.read()).width == 320
    part = await far_desk.client.get(path, headers={"Range": "bytes=4-9"})
    assert (part.status, await part.read()) == (206, (await whole.read())[4:10])
    await far_desk.client.server.app[WORKER].drain()
    better = await far_desk.client.get(path, headers={"Accept": "image/avif"})
    assert read(await better.read()).format == "AVIF"
    assert (await far_desk.client.get(f"/media/{'a' * 64}-320.webp")).status == 404
    assert not far_desk.folder.exists()


async def test_its_head_alone_tells_the_same(desk, picture):
    whole, head = await desk.client.get(picture[0]), await desk.client.head(picture[0])
    assert head.status == 200
    assert await head.read() == b""
    for name in ("Content-Type", "Content-Length", "Cache-Control", "ETag", "Accept-Ranges"):
        assert head.headers[name] == whole.headers[name]


async def test_until_the_better_format_is_drawn_the_other_is_sent_for_a_while(desk, picture):
    better, plain = {"Accept": "image/avif,image/webp,*/*"}, {"Accept": "image/webp,*/*;q=0.8"}
    early = await desk.client.get(picture[1], headers=better)
    assert (early.headers["Content-Type"], early.headers["Cache-Control"]) == (
        "image/webp",
        "public, max-age=60",
    )
    assert (await desk.client.get(f"{picture[1]}.avif")).status == 404
    await desk.client.server.app[WORKER].drain()
    late = await desk.client.get(picture[1], headers=better)
    assert (late.headers["Content-Type"], late.headers["Cache-Control"]) == ("image/avif", FOR_EVER)
    assert read(await late.read()).format == "AVIF"
    assert (await desk.client.get(f"{picture[1]}.avif")).status == 200
    other = await desk.client.get(picture[1], headers=plain)
    assert (other.headers["Content-Type"], other.headers["Cache-Control"]) == ("image/webp", FOR_EVER)
    for answer in (early, late, other):
        assert answer.headers["Vary"] == "Accept"
    assert late.headers["ETag"] != other.headers["ETag"]


@pytest.mark.parametrize(
    "accept", ["", "*/*", "image/*", "image/avif;q=0", "text/html", ",,;", "image/avif;q=x"]
)
async def test_who_does_not_ask_for_the_better_format_is_not_sent_it(desk, picture, accept):
    await desk.client.server.app[WORKER].drain()
    answer = await desk.client.get(picture[1], headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "image/webp"


async def test_who_has_it_already_is_told_so(desk, picture):
    tag = (await desk.client.get(picture[0])).headers["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = await desk.client.get(picture[0], headers={"If-None-Match": known})
        assert answer.status == 304
        assert answer.headers["Cache-Control"] == FOR_EVER
        assert await answer.read() == b""
    assert (await desk.client.get(picture[0], headers={"If-None-Match": '"other"'})).status == 200


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, None),
        ("bytes=-10", -10, None),
        ("bytes=5-999999999999999999", 5, None),
        ("bytes=-999999999999999999", 0, None),
    ],
)
async def test_a_range_is_sent_alone(desk, picture, asked, start, stop):
    whole = await (await desk.client.get(picture[0])).read()
    answer = await desk.client.get(picture[0], headers={"Range": asked})
    part = whole[start:stop]
    first = start % len(whole)
    assert answer.status == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"
    assert await answer.read() == part


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0"])
async def test_a_range_beyond_the_end_is_refused(desk, picture, asked):
    size = (await desk.client.head(picture[0])).headers["Content-Length"]
    answer = await desk.client.get(picture[0], headers={"Range": asked})
    assert answer.status == 416
    assert answer.headers["Content-Range"] == f"bytes */{size}"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=-",
        "bytes=9-5",
        "bytes=0-1,5-6",
        "pages=1-2",
        "bytes=a-b",
        "bytes",
        "bytes=" + "1" * 5000 + "-",
        "bytes=١-٢",
    ],
)
async def test_what_is_no_range_of_ours_is_not_looked_at(desk, picture, asked):
    answer = await desk.client.get(picture[0], headers={"Range": asked})
    assert answer.status == 200
    assert len(await answer.read()) == int(answer.headers["Content-Length"])


async def test_a_range_of_what_has_changed_is_the_whole(desk, picture):
    tag = (await desk.client.head(picture[0])).headers["ETag"]
    ranged = {"Range": "bytes=0-9"}
    assert (await desk.client.get(picture[0], headers={**ranged, "If-Range": tag})).status == 206
    for other in ('"other"', "Thu, 26 Nov 2026 05:30:38 GMT"):
        assert (await desk.client.get(picture[0], headers={**ranged, "If-Range": other})).status == 200


@pytest.mark.parametrize(
    "name",
    [
        "../blog.sqlite3", "..%2fblog.sqlite3", "..%2F..%2Fetc%2Fpasswd", "%2e%2e%2fetc%2fpasswd",
        "%00", "a%00.webp", "..%5cblog", "%252e%252e%252f", "a" * 64, "a" * 64 + "-320",
        "a" * 64 + "-320.webp", "a" * 64 + "-320.svg", "a" * 64 + "-320.webp%00", "a" * 64 + "-320.webp%0a",
        "A" * 64 + "-320.webp", "a" * 64 + "-%31.webp/", "con", ".check-1", "x" * 5000, "%ff%fe", "~root",
        "onion.webp%2f..%2f..",
    ],
)  # fmt: skip
async def test_a_name_that_is_none_of_ours_is_not_there(desk, picture, name):
    answer = await desk.client.get(URL(f"/media/{name}", encoded=True))
    assert answer.status in {404, 414, 400}
    assert "passwd" not in await answer.text() or "root:" not in await answer.text()
    assert answer.headers["Content-Type"].startswith("application/json")


async def test_a_place_that_is_away_is_told_as_such(desk, picture):
    desk.folder.rename(desk.folder.with_name("elsewhere"))
    desk.folder.write_text("not a folder")
    answer = await desk.client.get(picture[0])
    assert answer.status == 503
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("error", [models.Unavailable("the line was cut"), RuntimeError("a failure of ours")])
async def test_a_picture_that_breaks_off_is_not_followed_by_another_answer(desk, picture, monkeypatch, error):
    async def read(_self: object, _name: str, _start: int, _stop: int):
        yield b"a piece"
        raise error

    monkeypatch.setattr(Folder, "read", read)
    with capture_logs() as lines:
        reader, writer = await asyncio.open_connection(desk.client.host, desk.client.port)
        writer.write(f"GET {picture[0]} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        sent = b""
        with suppress(ConnectionResetError):
            async with asyncio.timeout(10):
                while piece := await reader.read(1000):
                    sent += piece
        writer.close()
    assert sent.count(b"HTTP/1.1") <= 1
    assert b"errors" not in sent
    assert [line["event"] for line in lines if line["log_level"] == "error"] == (
        ["an answer broke off"] if isinstance(error, RuntimeError) else []
    )


async def test_pictures_that_come_with_the_server_run_nothing_either(desk):
    answer = await desk.client.get("/media/brug.webp")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
