"""What a commit changes for readers is heard by other processes: told on PostgreSQL, looked for on SQLite."""

import asyncio
import os
import sys

import asyncpg
import pytest
from tortoise.context import require_context
from tortoise.transactions import in_transaction

import models
from models import pulse
from models.atomic import atomic
from models.changes import EVERYTHING, LOOK_SECONDS, MOST_TAGS
from models.pulse import CHANNEL
from models.store import open_store

TAG = (
    "INSERT INTO tag (site_id, slug, name, sort_key, post_count) VALUES ({site}, '{slug}', '{slug}', 'x', 0)"
)


@pytest.fixture
def told(store):
    """Collect what is told: `told()` gives it and begins anew."""
    heard: list[frozenset[str]] = []
    pulse.watch(heard.append)

    def take() -> set[str]:
        tags = set().union(*heard)
        heard.clear()
        return tags

    return take


def db():
    return require_context().db()


async def _tag(site, slug: str = "a") -> None:
    await db().execute_query(TAG.format(site=site.id, slug=slug))


class TestOnSqlite:
    """Nobody can tell another process of a commit to a file: it is looked for when somebody wants to know."""

    @pytest.fixture
    def dialect(self) -> str:
        return "sqlite"

    async def test_what_another_process_commits_is_seen_by_looking(self, site, told, database_url):
        assert not pulse.is_current()
        await pulse.catch_up()
        assert pulse.is_current()
        told()
        await _tag(site)
        await _look()
        assert told() == {"any-tag"}
        await _elsewhere(database_url, TAG.format(site=site.id, slug="elders"))
        await _look()
        assert told() == {EVERYTHING}
        await _look()
        assert told() == set()

    async def test_while_a_writer_waits_for_another_process_all_is_known(self, site, database_url, until):
        await _look()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c",
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
            "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read(1); c.execute('COMMIT')",
            database_url.removeprefix("sqlite://"), stdin=-1, stdout=-1,
        )  # fmt: skip
        await process.stdout.readline()
        writing = asyncio.create_task(models.Tag.named(site.id, "Bloemen"))

        for _ in range(3):
            await asyncio.sleep(2 * LOOK_SECONDS)
            # Nobody has committed anything, and nobody is asked who waits.
            assert pulse.is_current()
        assert not writing.done()
        process.stdin.write(b"x")
        await process.communicate()
        await writing
        await _look()
        assert pulse.is_current()

    async def test_it_can_be_looked_inside_a_verb(self, site):
        async with in_transaction():
            await _tag(site)
            await pulse.catch_up()
            assert pulse.is_current()


class TestOnPostgres:
    """Processes tell each other with the commit."""

    @pytest.fixture
    def dialect(self) -> str:
        return "postgres"

    @pytest.fixture
    async def stranger(self, database_url):
        connection = await asyncpg.connect(database_url)
        yield connection
        await connection.close()

    async def test_a_statement_that_writes_several_tables_tells_them_all(self, site, told):
        told()
        await db().execute_query(
            f"WITH one AS ({TAG.format(site=site.id, slug='q')} RETURNING site_id), "
            "two AS (UPDATE site SET title = 'x' FROM one WHERE site.id = one.site_id) "
            "DELETE FROM author WHERE site_id IN (SELECT site_id FROM one)"
        )
        assert told() >= {"any-tag", "any-site", "any-author"}

    async def test_what_others_change_is_heard_with_their_commit(self, site, told, database_url, until):
        async with pulse.hearing():
            assert told() == {EVERYTHING}
            await asyncio.create_task(_name_elsewhere(database_url, site))
            heard = set()

            async def all_heard() -> bool:
                heard.update(told())
                return bool(heard)

            await until(all_heard)
            assert heard == {"any-tag"}

    async def test_only_who_hears_is_current(self, store, told, stranger, until):
        assert not pulse.is_current()
        await pulse.catch_up()
        assert not pulse.is_current()
        async with pulse.hearing() as lost:
            assert pulse.is_current()
            told()
            await stranger.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
            async with asyncio.timeout(30):
                await lost.wait()
            assert not pulse.is_current()
        assert told() == {EVERYTHING}
        assert not pulse.is_current()
        async with pulse.hearing():
            assert told() == {EVERYTHING}
            assert pulse.is_current()

    @pytest.mark.parametrize("payload", ["", "x" * 7999, '{"by": "a", "events": [{"type": "unheard_of"}]}'])
    async def test_what_is_strange_may_have_changed_anything(self, store, told, stranger, until, payload):
        async with pulse.hearing():
            told()
            await stranger.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)

            async def everything() -> bool:
                return told() == {EVERYTHING}

            await until(everything)

    async def test_as_much_as_can_be_told_fits(self, store, told, statements):
        @atomic
        async def tell_all() -> None:
            for number in range(pulse.MOST_AT_ONCE):
                pulse.tell(pulse.CommentShown(comment_id=2**31 - 1, post_id=2**31 - 1 - number))
            for number in range(MOST_TAGS):
                pulse.touch(f"comments-{2**31 - 1 - number}")

        listener = pulse.listen(pulse.CommentShown)
        with statements() as sent:
            await tell_all()
        assert len(sent) == 1
        assert len(told()) == MOST_TAGS
        assert (await anext(listener)).post_id == 2**31 - 1

    async def test_our_own_commit_is_heard_from_the_server_while_it_is_in_doubt(
        self, site, told, stranger, until, monkeypatch
    ):
        sent: list[str] = []
        async with in_transaction() as transaction:
            client, notify = type(transaction), type(transaction).notify

        async def send(self, channel: str, payload: str) -> None:
            sent.append(payload)
            await notify(self, channel, payload)

        async def time_out(self) -> None:
            await type(self).rollback(self)
            raise models.Unavailable("no answer in time")

        async def the_server_tells() -> set[str]:
            await stranger.execute("SELECT pg_notify($1, $2)", CHANNEL, sent[0])
            await stranger.execute(
                "SELECT pg_notify($1, $2)", CHANNEL, '{"by": "a", "events": [], "tags": ["x"]}'
            )
            heard: set[str] = set()

            async def the_last() -> bool:
                heard.update(told())
                return "x" in heard

            await until(the_last)
            return heard - {"x"}

        monkeypatch.setattr(client, "notify", send)
        async with pulse.hearing():
            await models.Tag.named(site.id, "Bloemen")
            told()
            assert await the_server_tells() == set()
            monkeypatch.setattr(client, "commit", time_out)
            with pytest.raises(models.Unavailable):
                await models.Tag.named(site.id, "Bomen")
            assert told() == {"any-tag"}
            assert await the_server_tells() == {"any-tag"}


async def _look() -> None:
    """Look again, once the last look is too old."""
    await asyncio.sleep(2 * LOOK_SECONDS)  # the bound itself
    if not pulse.is_current():
        await pulse.catch_up()


async def _elsewhere(url: str, statement: str) -> None:
    """Write to the file as another process does."""
    program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, url.removeprefix("sqlite://"), statement, env=dict(os.environ)
    )
    assert await process.wait() == 0


async def _name_elsewhere(url: str, site) -> None:
    async with open_store(url, migrate=False):
        await models.Tag.named(site.id, "Elders")
