"""What the SQLite engine promises beyond what both stores promise."""

import asyncio
import sqlite3
import threading

import pytest
from garden import APPS
from garden.nouns import Bed
from tortoise.context import require_context
from tortoise.exceptions import ConfigurationError, OperationalError

from models.atomic import atomic
from models.engines.sqlite import PRAGMAS, SqliteEngine
from models.engines.statements import only_reads, split
from models.engines.transactions import Unavailable
from models.store import open_store


@pytest.fixture
def dialect() -> str:
    return "sqlite"


async def test_every_pragma_is_in_force(garden):
    @atomic
    async def ask() -> dict[str, str]:
        db = require_context().db()
        return {
            name: str((await db.execute_query_dict(f"PRAGMA {name}"))[0].popitem()[1]) for name in PRAGMAS
        }

    assert await ask() == {
        "busy_timeout": "5000",
        "journal_mode": "wal",
        "synchronous": "2",
        "foreign_keys": "1",
        "secure_delete": "1",
        "wal_autocheckpoint": "10000",
    }


async def test_a_reader_cannot_write(garden):
    readers = require_context().db()._readers
    async with readers.lend() as reader:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await reader.execute("DELETE FROM bed")


async def test_memory_is_refused():
    with pytest.raises(ConfigurationError):
        SqliteEngine(":memory:", connection_name="sqlite")


async def test_a_closed_store_leaves_one_file(garden_url, tmp_path):
    path = tmp_path / "deep" / "garden.sqlite3"
    async with open_store(f"sqlite://{path}", apps=APPS):
        await Bed.create(name="north")
        await Bed.all().count()
    assert list(path.parent.iterdir()) == [path]


async def no_more_threads_than(before):
    # A connection's thread ends a moment after it was told to.
    async with asyncio.timeout(60):
        while threading.active_count() > before:  # noqa: ASYNC110 - no event comes from there
            await asyncio.sleep(0.01)


async def asked_of(engine, how):
    if how == "at once":
        return engine.read_at_once(lambda: iter(()))
    if how == "written":
        return await engine.execute_insert("INSERT INTO bed (name) VALUES ('north')", [])
    return await engine.execute_query("SELECT 1")


@pytest.mark.parametrize("how", ["at once", "read", "written"])
async def test_a_closed_store_is_not_opened_again_by_whoever_comes_late(garden_url, how):
    async with open_store(garden_url, apps=APPS):
        engine = require_context().db()
        await Bed.all().count()
    before = threading.active_count()
    with pytest.raises(Unavailable):
        await asked_of(engine, how)
    await no_more_threads_than(before)


@pytest.mark.parametrize("how", ["read", "written"])
async def test_what_is_being_opened_as_the_store_is_closed_is_closed_too(garden_url, how):
    before = threading.active_count()
    engine = SqliteEngine(garden_url.removeprefix("sqlite://"), connection_name="sqlite")
    asking = asyncio.create_task(asked_of(engine, how))
    # Far enough to have begun.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await engine.close()
    await asyncio.wait([asking])
    # It may have been read before, the bed; what nobody may know is that anything went wrong inside.
    assert isinstance(asking.exception(), (Unavailable, OperationalError, type(None)))
    await no_more_threads_than(before)


async def test_a_file_that_someone_else_holds_is_unavailable(garden, garden_url):
    db = require_context().db()
    await db.execute_query("PRAGMA busy_timeout=0")
    other = sqlite3.connect(garden_url.removeprefix("sqlite://"), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await Bed.create(name="north")
        with pytest.raises(Unavailable):
            await atomic(Bed.create)(name="north")
        assert await Bed.all().count() == 0
    finally:
        other.close()
    assert (await atomic(Bed.create)(name="north")).name == "north"


async def test_a_full_disk_undoes_the_transaction_and_heals(garden):
    db = require_context().db()
    [pages] = (await db.execute_query_dict("PRAGMA page_count"))[0].values()
    await db.execute_query(f"PRAGMA max_page_count={pages}")

    @atomic
    async def fill() -> None:
        for number in range(100):
            await Bed.create(name=str(number), note="x" * 10_000)

    with pytest.raises(Unavailable):
        await fill()
    assert await Bed.all().count() == 0
    await db.execute_query("PRAGMA max_page_count=1000000")
    await fill()
    assert await Bed.all().count() == 100


async def test_a_mistake_in_a_statement_is_an_error_of_the_statement(garden):
    with pytest.raises(OperationalError):
        await require_context().db().execute_query("SELECT nothing FROM nowhere")


@pytest.mark.parametrize(
    ("statement", "reads"),
    [
        ("SELECT 1", True),
        ("  select 1", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("WITH a AS (SELECT 1)\nUPDATE b SET c = 1", False),
        ("INSERT INTO a SELECT 1", False),
        ("PRAGMA journal_mode", False),
        ("SELECTED", False),
    ],
)
def test_only_statements_that_surely_read_go_to_the_readers(statement, reads):
    assert only_reads(statement) is reads


def test_a_script_is_split_where_statements_end():
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT ';'; END"
    script = f"CREATE TABLE a (b DEFAULT ';') /* ; */;\n{trigger};\n\nDROP TABLE a"
    assert list(split(script)) == ["CREATE TABLE a (b DEFAULT ';') /* ; */", trigger, "DROP TABLE a"]
