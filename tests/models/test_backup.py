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
    with pytest.raises(models.StoreError, match="could not be made"):
        await back_up(f"sqlite://{broken}", tmp_path / "copy.sqlite3")
    assert names(tmp_path) == ["broken.sqlite3"]


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
