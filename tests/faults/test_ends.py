"""Whoever is told to end, or finds the store away, sends no letter twice and leaves none behind."""

import asyncio
import re
from datetime import timedelta
from signal import SIGTERM

import pytest

import models
from gql_server.carrier import Carrier
from gql_server.handlers import handlers_with
from gql_server.worker import Worker
from mailers.post_office import MOST_LINES
from models.store import open_store
from schema.context import Publication
from tests.faults import lab
from tests.faults.conftest import NONE, Sink, promise_letters, states, work_left
from tests.labourers import labourers
from tests.ports import is_open

THE_BLOG = "The blog lives at"


@pytest.mark.parametrize(
    ("words", "greeting"), [(("work",), "Working on"), (("serve", "--port", "0"), THE_BLOG)]
)
async def test_letters_in_flight_arrive_before_the_end(words, greeting, database_url, sink, promise, drain):
    readers = await promise(f"reader{number}" for number in range(200))
    may_take = asyncio.Event()
    sink.hold = {"DOT": may_take}
    settings = {"smtp_url": sink.url, "mail_from": "post@tafel.example", "site_url": lab.SITE_URL}
    async with labourers(database_url) as start:
        process = await start("-m", "gql_server", *words, **settings)
        await process.tells(greeting)
        await sink.until(lambda: sink.heard_times("DOT") == MOST_LINES)
        process.process.send_signal(SIGTERM)
        may_take.set()
        assert await process.end() == 0
    assert sink.heard_times("QUIT") == sink.lines
    assert MOST_LINES <= len(sink.taken) == (await states())[models.State.SENT]
    await drain(sink)
    assert sink.copies == {reader.email: 1 for reader in readers}
    assert await work_left() == NONE


async def test_a_server_that_is_told_twice_to_end_ends_as_if_told_once(database_url, sink, promise):
    readers = await promise(f"reader{number}" for number in range(200))
    may_take = asyncio.Event()
    sink.hold = {"DOT": may_take}
    settings = {"smtp_url": sink.url, "mail_from": "post@tafel.example", "site_url": lab.SITE_URL}
    async with labourers(database_url) as start:
        server = await start("-m", "gql_server", "serve", "--port", "0", **settings)
        await server.tells(THE_BLOG)
        await sink.until(lambda: sink.heard_times("DOT") == MOST_LINES)
        server.process.send_signal(SIGTERM)
        async with asyncio.timeout(30):
            while await is_open(port_in(server.lines[-1])):
                pass
        server.process.send_signal(SIGTERM)
        may_take.set()
        assert await server.end() == 0
    assert sink.heard_times("QUIT") == sink.lines
    assert MOST_LINES <= len(sink.taken) == (await states())[models.State.SENT] < len(readers)


async def test_who_lost_the_lease_leaves_the_batch_to_who_has_it(
    sink, promise, working, drain, the_dead_are_missed, monkeypatch
):
    readers = await promise(f"reader{number}" for number in range(200))
    may_take = asyncio.Event()
    sink.hold = {"DOT": may_take}
    knows, hold = asyncio.Event(), models.Job.hold

    async def held():
        if not (is_held := await hold()):
            knows.set()
        return is_held

    # In earnest the lease is looked at long before it can have run out.
    monkeypatch.setattr("gql_server.carrier.LEASE", timedelta(0))
    monkeypatch.setattr(models.Job, "hold", held)
    async with working(sink), Sink() as other:
        await sink.until(lambda: sink.heard_times("DOT") == MOST_LINES)
        await the_dead_are_missed()
        await drain(other)
        assert other.copies == {reader.email: 1 for reader in readers}
        async with asyncio.timeout(30):
            await knows.wait()
        may_take.set()
    # What was with the server already, and no letter more.
    assert sink.copies.total() == MOST_LINES
    assert await states() == {models.State.SENT: len(readers)}
    assert await work_left() == NONE


async def test_a_store_that_goes_away_in_the_middle_of_a_batch(own_server, sink):
    async with open_store(own_server.url):
        site = await models.found()
        readers = await promise_letters(site, [f"reader{number}" for number in range(200)])
        may_take = asyncio.Event()
        sink.hold = {"DOT": may_take}
        carrier = Carrier(Publication(lab.SITE_URL))
        async with carrier.with_post(lab.settings_of(own_server.url, sink.url), site):
            worker = Worker(handlers_with(carrier), {})
            working = asyncio.create_task(worker.run())
            await sink.until(lambda: sink.heard_times("DOT") == MOST_LINES)
            await asyncio.to_thread(own_server.go_down)
            may_take.set()
            # Each line stands still at its letter: nobody can write down that it is out.
            await sink.until(lambda: sink.heard_times("DATA") == 2 * MOST_LINES)
            assert len(sink.taken) == MOST_LINES
            await asyncio.to_thread(own_server.come_up)
            await sink.until(lambda: len(sink.copies) == len(readers))
            worker.stop()
            await working
        assert sink.copies == {reader.email: 1 for reader in readers}
        assert await states() == {models.State.SENT: len(readers)}


def port_in(line):
    """Read the port where a server says that it serves."""
    return int(re.search(r"127\.0\.0\.1:(\d+)", line)[1])
