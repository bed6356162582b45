"""A publication moves from its SQLite file to PostgreSQL whole, or not at all."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from tortoise import fields
from tortoise.context import require_context

import models
from models.atomic import atomic
from models.engines import postgres_filling
from models.engines.postgres import POOL
from models.engines.queues import LEASE
from models.engines.sqlite_source import Source
from models.jobs import queue
from models.moving import move_in, nouns_in_order
from models.store import APPS, open_store

WORK = models.Work.COUNT_DUE
ANN = uuid4()
MOMENT = datetime(2021, 3, 1, 9, 0, 0, 123456, UTC)
SAMPLES = (
    (fields.BooleanField, True),
    (fields.JSONField, [{"kind": "paragraph", "html": "Café 🚲"}]),
    (fields.DatetimeField, MOMENT),
    (fields.FloatField, 0.125),
    (fields.BinaryField, b"\x00\xff\x10"),
    (fields.IntField, 7),
)


@pytest.fixture
def old(databases) -> Path:
    """Name a SQLite store that holds the demonstration blog."""
    return Path(databases.told("sqlite").removeprefix("sqlite://"))


@pytest.fixture
def new_url(databases) -> str:
    """Name a migrated PostgreSQL store without rows."""
    return databases.migrated("postgres", APPS)


def opened(file: Path):
    """Open the old store again."""
    return open_store(f"sqlite://{file}", migrate=False)


@asynccontextmanager
async def moved(file: Path, url: str, told: list[str] | None = None):
    """Move a store, and stay in the new one."""
    async with open_store(url, migrate=False):
        await move_in(file, progress=[].append if told is None else told.append)
        yield


async def rows():
    """Give every row of every noun."""
    found = {}
    for noun in nouns_in_order():
        key = noun._meta.pk_attr
        found[noun._meta.db_table] = sorted(await noun.all().values(), key=lambda row: row[key])
    return found


def sample(field, number):
    """Make up a value of a field."""
    if isinstance(field, fields.CharField) and not hasattr(field, "enum_type"):
        return f"é{number}"[: field.max_length]
    if hasattr(field, "enum_type"):
        return list(field.enum_type)[-1]
    return next((value for kind, value in SAMPLES if isinstance(field, kind)), f"text {number}")


async def add_to_each():
    """Put a row into every table that has none yet, with a value in every column."""
    for number, noun in enumerate(nouns_in_order()):
        if await noun.exists():
            continue
        values = {}
        for name, field in noun._meta.fields_map.items():
            if field.generated or isinstance(field, fields.relational.RelationalField):
                continue
            target = field.reference.related_model if field.reference else None
            if target is noun:
                continue
            if target is None:
                values[name] = sample(field, number)
            else:
                values[name] = (await target.first()).pk
        await noun(**values).save(force_create=True)


async def test_every_row_of_every_table_is_the_same_afterwards(old, new_url):
    async with opened(old):
        await add_to_each()
        before = await rows()
    assert all(before.values()), [name for name, found in before.items() if not found]
    told = []
    async with moved(old, new_url, told):
        assert await rows() == before
    assert f"post: {len(before['post'])} rows" in told


@atomic
async def promise(**promised):
    await models.Job.promise(WORK, **promised)


async def claim():
    claimed = []
    for lane in sorted(models.Lane, reverse=True):
        claimed += await queue().claim(ANN, works=[WORK], lane=lane, limit=100, lease=LEASE)
    return claimed


async def test_promises_keep_their_place_their_tries_and_their_key(old, new_url):
    async with opened(old):
        for waiting in await claim():
            await models.Job.drop(waiting.id)
        await promise(id=1)
        await promise(id=2, key="two")
        [_, running] = sorted(await claim(), key=lambda entry: entry.id)
        assert running.payload == {"id": 2}
        # One that failed, one that was set aside, one that runs and is promised anew, one for tomorrow.
        await promise(id=3, key="three")
        [third] = await claim()
        await queue().again(third.id, ANN, after=timedelta(0), error="Timeout")
        await promise(id=4)
        [*_, fourth] = await claim()
        await models.Job.bury(fourth.id)
        await promise(id=2, key="two")
        await promise(id=5, run_at=models.now() + timedelta(days=1))
        await promise(id=6, lane=models.Lane.URGENT)
        old_counts = await models.Job.counts()
    assert (old_counts.waiting, old_counts.buried) == (3, 1)
    async with moved(old, new_url):
        counts = await models.Job.counts()
        # What ran waits again, but for the one that waits already.
        assert (counts.waiting, counts.running, counts.buried) == (5, 0, 1)
        await promise(id=2, key="two")
        assert (await models.Job.counts()).waiting == 5
        found = await claim()
        assert [entry.payload["id"] for entry in found] == [6, 1, 3, 2]
        assert [entry.tries for entry in found] == [1, 2, 3, 1]
        assert found[2].error == "Timeout"
        [buried] = await models.Job.buried()
        assert (buried.payload, buried.error) == ({"id": 4}, "set aside by hand")
        await models.Job.retry(buried.id)
        assert [entry.payload for entry in await claim()] == [{"id": 4}]
        await promise(id=7)
        [new] = await claim()
        assert new.id > max(entry.id for entry in found)


async def test_no_new_row_takes_the_id_of_one_that_was_deleted(old, new_url):
    async with opened(old):
        site = await models.Site.current()
        tag = await models.Tag.named(site.id, "gone")
        await tag.delete()
    async with moved(old, new_url):
        assert (await models.Tag.named(site.id, "new")).id > tag.id


async def test_a_table_may_take_longer_than_a_reader_waits(old, new_url, monkeypatch):
    quick, waits = Source.rows, 2
    monkeypatch.setitem(POOL, "command_timeout", waits)

    async def slow(source, table, columns):
        if table == "post":
            await asyncio.sleep(waits + 1)
        async for row in quick(source, table, columns):
            yield row

    monkeypatch.setattr(Source, "rows", slow)
    async with moved(old, new_url):
        assert await models.Post.exists()


async def refused(file, url, match):
    """See a move refused, and the new store as it was."""
    async with open_store(url, migrate=False):
        before = await rows()
        with pytest.raises(models.StoreError, match=match):
            await move_in(file, progress=lambda _: None)
        assert await rows() == before


async def test_a_file_that_somebody_has_open_is_refused(old, new_url):
    with closing(sqlite3.connect(old)) as other:
        other.execute("SELECT count(*) FROM post").fetchall()
        await refused(old, new_url, "is in use; stop its server first")
    async with moved(old, new_url):
        assert await models.Post.exists()


async def test_a_new_store_that_somebody_has_open_is_refused(old, new_url):
    # In a context of its own: a server that was started by mistake.
    async with open_store(new_url, migrate=False):
        server = require_context().db()
        async with server.acquire_connection():
            await refused(old, new_url, "new store is in use")


async def test_a_new_store_with_a_publication_in_it_is_refused(old, new_url):
    async with open_store(new_url, migrate=False):
        site = await models.found()
        await models.invite(site, "ed@example.org", "Ed", models.Role.EDITOR)
    await refused(old, new_url, "holds a publication already")


async def test_a_new_store_that_was_only_served_makes_way(old, new_url):
    async with open_store(new_url, migrate=False):
        await models.found()
        await promise(id=99)
    async with moved(old, new_url):
        assert (await models.Site.current()).title == "Achterom"
        assert all(entry.payload.get("id") != 99 for entry in await claim())


def change(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("DELETE FROM tortoise_migrations WHERE name > '0013'", "older version; `migrate` brings it up"),
        ("UPDATE tortoise_migrations SET name = '9999_later' WHERE id = 3", r"newer version \(9999_later\)"),
        ("DROP TABLE tortoise_migrations", "is no store of gql-server"),
        ("DELETE FROM site", "holds no publication yet"),
        (f"UPDATE post SET slug = '{'x' * 5000}' WHERE id = 1", r"post holds does not go.*too long"),
        ("UPDATE post SET title = 'a' || char(0)", "post holds does not go"),
        ("UPDATE post SET created_at = 'Friday'", "a value is of another kind"),
        ("UPDATE byline SET author_id = 4711 WHERE id = 1", "byline holds does not go"),
        ("UPDATE post SET title = CAST(x'ff' AS TEXT)", "cannot be read"),
    ],
)
async def test_what_does_not_go_over_is_refused_and_nothing_is_brought_in(old, new_url, statement, match):
    change(old, statement)
    await refused(old, new_url, match)


async def test_what_postgresql_refuses_is_told_as_what_it_is(old, new_url, monkeypatch):
    # As a user without the right to do it is refused, or a server with a full disk refuses it.
    monkeypatch.setattr(postgres_filling, "UNLIMITED", "SET default_transaction_read_only = on")
    await refused(old, new_url, "PostgreSQL brought nothing in: .*read-only transaction")


async def test_what_is_no_store_is_refused(tmp_path, new_url):
    text = tmp_path / "text.sqlite3"
    text.write_text("no database, and long enough to look like one " * 50)
    await refused(text, new_url, "cannot be read: file is not a database")
    await refused(tmp_path / "none.sqlite3", new_url, "There is no store at")
    assert not (tmp_path / "none.sqlite3").exists()
    await refused(tmp_path, new_url, "There is no store at")


async def test_what_came_over_came_over_though_the_server_says_no_goodbye(old, new_url, monkeypatch):
    async def hangs(self, *, timeout=None):  # noqa: ASYNC109
        self.terminate()
        raise TimeoutError

    monkeypatch.setattr(asyncpg.Connection, "close", hangs)
    async with moved(old, new_url):
        assert (await models.Site.current()).title == "Achterom"


async def test_a_damaged_store_is_refused(old, new_url):
    change(old, "PRAGMA wal_checkpoint(TRUNCATE)")
    whole = old.read_bytes()
    old.write_bytes(whole[: len(whole) // 2] + b"\xff" * 40_000 + whole[len(whole) // 2 + 40_000 :])
    await refused(old, new_url, "is damaged|cannot be read")


async def test_a_sqlite_store_takes_in_none(old, tmp_path):
    async with open_store(f"sqlite://{tmp_path / 'new.sqlite3'}"):
        with pytest.raises(models.StoreError, match="`backup`"):
            await move_in(old, progress=lambda _: None)
