"""What happened is heard after its commit, never after a rollback, and by whoever keeps up."""

import asyncio
import gc
import logging
import os
from contextlib import suppress
from signal import SIGCONT, SIGSTOP

import asyncpg
import pytest
from tortoise.context import require_context
from tortoise.exceptions import OperationalError, TransactionManagementError
from tortoise.transactions import in_transaction

from models import pulse
from models.atomic import atomic, settled
from models.engines import postgres
from models.errors import FellBehind
from models.pulse import CHANNEL, MOST_AT_ONCE, ROOM, CommentShown, PostPublished
from models.store import open_store

LISTENERS = """
    SELECT pid FROM pg_stat_activity
    WHERE query LIKE 'LISTEN%gql_server_pulse%' AND datname = current_database()"""


def comment(number: int = 1) -> CommentShown:
    return CommentShown(comment_id=number, post_id=1)


@atomic
async def tell(*events) -> None:
    for event in events or (comment(),):
        pulse.tell(event)


async def heard(listener) -> list[int]:
    """Read what has come; the last is told here, so that nothing is waited for in vain."""
    await tell(comment(999))
    numbers = []
    async for event in listener:
        if event.comment_id == 999:
            return numbers
        numbers.append(event.comment_id)
    raise AssertionError


async def test_what_a_verb_tells_is_heard_after_its_commit(store):
    listener = pulse.listen(CommentShown)
    told, go_on = asyncio.Event(), asyncio.Event()

    @atomic
    async def slow() -> None:
        await tell(comment(1))
        told.set()
        await go_on.wait()

    telling = asyncio.create_task(slow())
    await told.wait()
    hearing = asyncio.create_task(anext(listener))
    await asyncio.sleep(0)
    assert not hearing.done()
    go_on.set()
    await telling
    assert (await hearing).comment_id == 1


async def test_a_verb_that_is_undone_has_told_nothing(store):
    listener = pulse.listen(CommentShown)

    @atomic
    async def fail() -> None:
        await tell(comment(1))
        raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await heard(listener) == []


async def test_a_part_that_is_undone_alone_has_told_nothing(store):
    listener = pulse.listen(CommentShown)

    async def part(number: int, *, fails: bool) -> None:
        async with in_transaction():
            pulse.tell(comment(number))
            if fails:
                raise LookupError

    @atomic
    async def partly() -> None:
        pulse.tell(comment(1))
        with pytest.raises(LookupError):
            await part(2, fails=True)
        await part(3, fails=False)

    await partly()
    assert await heard(listener) == [1, 3]


async def test_nothing_is_told_outside_of_a_verb(store):
    with pytest.raises(RuntimeError):
        pulse.tell(comment())


async def test_a_verb_whose_caller_leaves_is_heard_all_the_same(store):
    listener = pulse.listen(CommentShown)
    telling = asyncio.create_task(tell(comment(5)))
    await asyncio.sleep(0)
    telling.cancel()
    await settled()
    assert await heard(listener) == [5]


async def test_everybody_hears_the_same_event_and_only_of_the_kind(store):
    listeners = [pulse.listen(CommentShown) for _ in range(20)]
    others = pulse.listen(PostPublished)
    await tell(comment(1), PostPublished(post_id=7, is_update=True))
    events = [await anext(listener) for listener in listeners]
    assert {id(event) for event in events} == {id(events[0])}
    assert (await anext(others)).post_id == 7


async def test_who_falls_behind_is_told_so_and_nobody_else_is_harmed(store):
    slow, quick = pulse.listen(CommentShown), pulse.listen(CommentShown)
    for number in range(1, ROOM + 2):
        await tell(comment(number))
        assert (await anext(quick)).comment_id == number
    for _ in range(2):
        with pytest.raises(FellBehind):
            await anext(slow)
    assert pulse.listeners() == 1


async def test_who_waits_hears_the_end(store):
    listener = pulse.listen(CommentShown)
    waiting = asyncio.create_task(anext(listener, None))
    await asyncio.sleep(0)
    listener.close()
    assert await waiting is None
    assert pulse.listeners() == 0


async def test_who_is_dropped_or_cancelled_leaves_nothing_behind(store):
    for moment in range(4):
        listener = pulse.listen(CommentShown)
        hearing = asyncio.create_task(_read(listener))
        del listener
        for _ in range(moment):
            await asyncio.sleep(0)
        if moment == 3:
            await tell()
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        del hearing
    pulse.listen(CommentShown)
    await asyncio.sleep(0)  # the loop lets go of the last error, and the error of whom it ended
    gc.collect()
    assert pulse.listeners() == 0


async def _read(listener) -> None:
    async for _ in listener:
        pass


async def test_an_import_is_no_news(store, statements):
    listener = pulse.listen(CommentShown)
    with statements() as sent:
        await tell(*map(comment, range(1, MOST_AT_ONCE + 2)))
    assert sent == []
    assert await heard(listener) == []
    await tell(*map(comment, range(1, MOST_AT_ONCE + 1)))
    assert await heard(listener) == list(range(1, MOST_AT_ONCE + 1))


async def test_a_transaction_tells_others_in_one_statement(store, statements):
    with statements() as sent:
        await tell(*map(comment, range(1, 51)))
    assert len(sent) == (1 if store.dialect == "postgres" else 0)


class TestOnPostgres:
    """Processes hear each other: each open store is one, with an own name and an own ear."""

    @pytest.fixture
    def dialect(self) -> str:
        return "postgres"

    @pytest.fixture
    async def stranger(self, database_url):
        connection = await asyncpg.connect(database_url)
        yield connection
        await connection.close()

    async def test_a_commit_that_becomes_a_rollback_has_told_nothing(self, store):
        listener = pulse.listen(CommentShown)

        @atomic
        async def hide_a_failure() -> None:
            pulse.tell(comment(1))
            with suppress(OperationalError):
                await require_context().db().execute_query("SELECT 1 / 0")

        with pytest.raises(TransactionManagementError):
            await hide_a_failure()
        assert await heard(listener) == []

    async def test_another_process_hears_it_once(self, store, database_url):
        async with pulse.hearing():
            listener = pulse.listen(CommentShown)
            await asyncio.create_task(_elsewhere(database_url, tell(comment(1), comment(2))))
            assert [(await anext(listener)).comment_id for _ in range(2)] == [1, 2]
            await tell(comment(3))
            await asyncio.create_task(_elsewhere(database_url, tell(comment(4))))
            # Its own came once, though the server has sent it back as well.
            assert [(await anext(listener)).comment_id for _ in range(2)] == [3, 4]

    @pytest.mark.parametrize(
        "payload",
        [
            "",
            "{}",
            "x" * 7999,
            '{"by": 1, "events": []}',
            '{"by": "a", "events": [{"type": "comment_shown", "comment_id": "1", "post_id": 1}]}',
            '{"by": "a", "events": [{"type": "comment_shown", "comment_id": -1, "post_id": 1}]}',
            '{"by": "a", "events": [{"type": "comment_shown", "comment_id": 99999999999, "post_id": 1}]}',
            '{"by": "a", "events": [{"type": "unheard_of"}]}',
            "[" * 5000,
        ],
    )
    async def test_a_strange_payload_is_not_heard(self, store, stranger, caplog, payload):
        async with pulse.hearing():
            listener = pulse.listen(CommentShown)
            await stranger.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)
            await stranger.execute(
                "SELECT pg_notify($1, $2)",
                CHANNEL,
                '{"by": "a", "events": [{"type": "comment_shown", "comment_id": 8, "post_id": 1, "new": 1}]}',
            )
            assert (await anext(listener)).comment_id == 8
        assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []

    async def test_a_lost_line_is_noticed(self, store, stranger):
        async with pulse.hearing() as lost:
            await stranger.execute(f"SELECT pg_terminate_backend(pid) FROM ({LISTENERS}) AS listening")
            async with asyncio.timeout(60):
                await lost.wait()

    async def test_a_line_that_only_keeps_silent_is_noticed_too(self, own_server, monkeypatch):
        monkeypatch.setattr(postgres, "ASK_SECONDS", 0.5)
        monkeypatch.setitem(postgres.POOL, "command_timeout", 3)
        async with open_store(own_server.url):
            db = require_context().db()
            async with pulse.hearing() as lost:
                asleep = (
                    "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT 1' AND pid <> pg_backend_pid()"
                )
                # On a busy machine it may be lost before: asked while it was still being opened.
                while not (found := await db.execute_query_dict(asleep)) and not lost.is_set():
                    pass
                processes = {row["pid"] for row in found}
                for process in processes:
                    os.kill(process, SIGSTOP)
                try:
                    async with asyncio.timeout(60):
                        await lost.wait()
                finally:
                    for process in processes:
                        os.kill(process, SIGCONT)


async def _elsewhere(url: str, telling) -> None:
    """Tell as another process does."""
    async with open_store(url, migrate=False):
        await telling
