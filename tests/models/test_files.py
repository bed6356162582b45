"""Files are kept the same way in a folder and in a bucket: whole or not at all, and never changed."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models.engines.transactions import Unavailable
from models.errors import NotFound, StoreError
from models.files import Files, files_at, read_whole
from models.files.folder import Folder
from tests.buckets import SECRET, new_bucket, url_at


@pytest.fixture(params=["folder", "bucket"])
async def files(request, tmp_path) -> AsyncIterator[Files]:
    """Lend an empty place for files."""
    if request.param == "folder":
        yield files_at((tmp_path / "new" / "media").as_uri())
    else:
        yield files_at(await new_bucket(request.getfixturevalue("bucket_server")))


async def some(files: Files, name: str, start: int, stop: int) -> bytes:
    return b"".join([piece async for piece in files.read(name, start, stop)])


async def test_what_is_kept_is_read_back(files):
    content = bytes(range(256)) * 3000
    await files.keep("one.webp", content)
    assert await files.size("one.webp") == len(content)
    assert await read_whole(files, "one.webp") == content
    pieces = [piece async for piece in files.read("one.webp", 0, len(content))]
    assert len(pieces) > 1


async def test_any_part_of_it_is_read(files):
    await files.keep("one.webp", b"0123456789")
    assert await some(files, "one.webp", 0, 1) == b"0"
    assert await some(files, "one.webp", 3, 7) == b"3456"
    assert await some(files, "one.webp", 9, 10) == b"9"
    assert await some(files, "one.webp", 4, 4) == b""


async def test_what_is_not_there_is_not_found(files):
    assert await files.size("none.webp") is None
    assert await read_whole(files, "none.webp") is None
    with pytest.raises(NotFound):
        await some(files, "none.webp", 0, 1)


async def test_keeping_it_again_changes_nothing(files):
    await files.keep("one.webp", b"same")
    await files.keep("one.webp", b"same")
    assert await read_whole(files, "one.webp") == b"same"


async def test_many_may_keep_the_same_at_once(files):
    await asyncio.gather(*(files.keep("one.webp", b"x" * 100_000) for _ in range(8)))
    assert await read_whole(files, "one.webp") == b"x" * 100_000


async def test_a_place_is_tried_without_leaving_anything(files, tmp_path):
    await files.check()
    assert not list(tmp_path.rglob("*check*"))


async def test_a_place_is_named_without_its_secret(files):
    assert SECRET not in files.place
    assert "%2F" not in files.place
    assert SECRET not in repr(vars(files))


async def test_an_unfinished_file_never_has_a_name(tmp_path, monkeypatch):
    folder = Folder(tmp_path)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        await folder.keep("one.webp", b"x" * 1000)
    assert not list(tmp_path.iterdir())


async def test_a_folder_that_is_none_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        await Folder(tmp_path / "file").check()


async def test_a_bucket_that_is_not_there_is_told(bucket_server):
    await new_bucket(bucket_server)
    nowhere = files_at(url_at(bucket_server, "elsewhere"))
    with pytest.raises(Unavailable, match="elsewhere") as told:
        await nowhere.check()
    assert SECRET not in str(told.value)
    with pytest.raises(Unavailable):
        await nowhere.keep("one.webp", b"x")


async def test_a_bucket_that_does_not_answer_is_told_in_time():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        files = files_at(
            f"s3://key:{SECRET.replace('/', '%2F')}@127.0.0.1:{taken.getsockname()[1]}/x?tls=off"
        )
        with pytest.raises(Unavailable) as told:
            await files.size("one.webp")
    assert SECRET not in str(told.value)
    assert told.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        "", "media", "/srv/media", "file:", "file://", "file://host/media", "file:///media?x", "file:///media#x",
        "file:///me%00dia", "http://host/bucket", "s3://", "s3://host", "s3://host/", "s3:///bucket",
        "s3://key@host/bucket", "s3://key:@host/bucket", "s3://key:s3cret@host/bucket?colour=red",
        "s3://key:s3cret@host/bucket?tls=maybe", "s3://key:s3cret@host/bucket?region", "s3://[::1",
        "s3://key:s3cret@host:port/bucket",
    ],
)  # fmt: skip
def test_what_names_no_place_is_refused_and_not_repeated(url):
    with pytest.raises(StoreError, match="file:///absolute/folder or s3://") as refused:
        files_at(url)
    assert "s3cret" not in str(refused.value)


def test_a_place_is_named_by_its_url():
    assert files_at("file:///srv/my%20blog").place == str(Path("/srv/my blog"))
    bucket = files_at("s3://key:secret@s3.example:9000/bucket/blog/media?region=eu-west-1")
    assert bucket.place == "s3://s3.example:9000/bucket/blog/media"
