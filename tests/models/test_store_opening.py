"""A store opens by its url, or says in one line why it does not."""

import asyncio
import subprocess
import sys

import pytest
from garden import APPS
from garden.nouns import Bed
from tortoise.context import get_current_context

from models.errors import StoreError
from models.store import locate, open_store, ready


async def opened(url: str, **options: object) -> None:
    """Open a store and close it again."""
    async with open_store(url, apps=APPS, **options):
        await ready()


async def later() -> int:
    """Ask from another task."""
    return await Bed.all().count()


async def test_a_new_store_is_made_and_answers(empty_url):
    await opened(empty_url)
    assert get_current_context() is None


async def test_a_task_started_later_finds_the_store(garden):
    assert await asyncio.create_task(later()) == 0


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mysql://host/name",
        "sqlite://relative.sqlite3",
        "sqlite:///a?mode=ro",
        "postgresql://host:port/name",
        "postgresql://host/name?colour=red",
    ],
)
async def test_a_bad_url_is_refused(url):
    with pytest.raises(StoreError, match="no store's url"):
        await opened(url)


def test_the_password_is_not_shown():
    address = locate("postgresql://ann:s3cr%40t@host:1234/name")
    assert address.url == "postgresql://ann@host:1234/name"
    assert address.credentials["password"] == "s3cr@t"
    assert "s3cr" not in repr(address)


def test_a_socket_folder_can_be_named():
    credentials = locate("postgresql:///name?host=/run/socket").credentials
    assert (credentials["host"], credentials["database"]) == ("/run/socket", "name")


async def test_a_silent_server_is_waited_for(tmp_path):
    lines: asyncio.Queue[str] = asyncio.Queue()
    waiting = asyncio.create_task(opened(f"postgresql:///name?host={tmp_path}", progress=lines.put_nowait))
    async with asyncio.timeout(60):
        assert "waiting for the store" in await lines.get()
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_a_server_that_stays_silent_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("models.store.PATIENCE", 0)
    with pytest.raises(StoreError, match="cannot be reached"):
        await opened(f"postgresql:///name?host={tmp_path}")


async def test_an_unknown_database_is_not_waited_for(postgres_server):
    lines: list[str] = []
    missing = postgres_server.replace("/postgres?", "/missing?")
    with pytest.raises(StoreError, match=r"cannot be opened.*missing"):
        await opened(missing, progress=lines.append)
    assert lines == []


async def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "letter.sqlite3"
    path.write_text("Dear reader, this is a letter and no database. " * 100)
    with pytest.raises(StoreError, match="not a database"):
        await opened(f"sqlite://{path}")
    assert path.read_text().startswith("Dear reader")


async def test_of_a_damaged_file_it_is_told_what_to_put_in_its_place(tmp_path):
    path = tmp_path / "garden.sqlite3"
    await opened(f"sqlite://{path}")
    # As when the log of another store, left beside a copy, is folded into it.
    path.write_bytes(path.read_bytes()[: 2 * 4096])
    with pytest.raises(StoreError, match="put a copy in its place, without the -wal and -shm files"):
        await opened(f"sqlite://{path}")


async def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        await opened(f"sqlite://{tmp_path}/file/folder/garden.sqlite3")


async def test_a_folder_in_place_of_a_file_is_refused(tmp_path):
    with pytest.raises(StoreError, match="cannot be reached"):
        await opened(f"sqlite://{tmp_path}")


def test_sqlite_needs_no_asyncpg_and_postgres_says_so():
    program = """
import asyncio, sys
sys.modules["asyncpg"] = None
from models.store import StoreError, locate
locate("sqlite:///a.sqlite3")
try:
    locate("postgresql://host/name")
except StoreError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install '.[postgres]'" in done.stdout
