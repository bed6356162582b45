"""A backup is a whole store, or it is not there."""

import asyncio
from pathlib import Path

import pytest

import models
from models.backup import back_up
from models.store import open_store


@pytest.fixture
def store_url(databases) -> str:
    return databases.empty("sqlite")


async def test_a_copy_under_load_has_every_row_acknowledged_before_it_began(store_url, tmp_path):
    async with open_store(store_url):
        site = await models.Site.found()
        for number in range(20):
            await models.Tag.named(site.id, f"before {number}")
        _, *_ = await asyncio.gather(
            back_up(store_url, tmp_path / "copy.sqlite3"),
            *(models.Tag.named(site.id, f"meanwhile {number}") for number in range(50)),
        )
    async with open_store(f"sqlite://{tmp_path / 'copy.sqlite3'}"):
        names = set(await models.Tag.all().values_list("name", flat=True))
        assert {f"before {number}" for number in range(20)} <= names


async def test_a_file_that_is_there_is_never_written_over(store_url, tmp_path):
    async with open_store(store_url):
        await models.Site.found()
    kept = written(tmp_path / "kept.sqlite3", "mine")
    with pytest.raises(models.StoreError, match="is there already"):
        await back_up(store_url, kept)
    assert content(kept) == "mine"


async def test_a_store_that_is_not_there_is_not_made_by_a_backup(tmp_path):
    with pytest.raises(models.StoreError, match="There is no store"):
        await back_up(f"sqlite://{tmp_path / 'none.sqlite3'}", tmp_path / "copy.sqlite3")
    assert names(tmp_path) == []


async def test_a_broken_store_leaves_no_copy(tmp_path):
    broken = written(
        tmp_path / "broken.sqlite3", "this is no database, and long enough to look like one " * 50
    )
    with pytest.raises(models.StoreError, match="cannot be read"):
        await back_up(f"sqlite://{broken}", tmp_path / "copy.sqlite3")
    assert names(tmp_path) == ["broken.sqlite3"]


async def test_a_copy_is_for_its_owner_alone(store_url, tmp_path):
    async with open_store(store_url):
        await models.Site.found()
    await back_up(store_url, tmp_path / "copy.sqlite3")
    assert (tmp_path / "copy.sqlite3").stat().st_mode & 0o777 == 0o600


def test_of_a_damaged_store_it_is_said_so_and_no_copy_is_made(store_url, tmp_path):
    asyncio.run(make(store_url))
    asyncio.run(models.require_sound(store_url))
    file = Path(store_url.removeprefix("sqlite://"))
    whole = file.read_bytes()
    # In the middle, where no page that is read at the start lies; and at the end, as a copy that was cut.
    for damaged in (
        whole[: len(whole) // 2] + b"\xff" * 40_000 + whole[len(whole) // 2 + 40_000 :],
        whole[:99_999],
    ):
        file.write_bytes(damaged)
        for look in (lambda: models.require_sound(store_url), lambda: back_up(store_url, tmp_path / "copy")):
            with pytest.raises(models.StoreError, match=f"The store at {file} (is damaged|cannot be read)"):
                asyncio.run(look())
    assert names(tmp_path) == []


async def make(store_url):
    async with open_store(store_url):
        await models.Site.found()


async def test_postgresql_brings_its_own():
    with pytest.raises(models.StoreError, match="pg_dump"):
        await back_up("postgresql://somebody@127.0.0.1/blog", Path("copy"))


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def content(path: Path) -> str:
    return path.read_text("utf-8")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
