"""Gives the tests of faults a mail server, readers, and postmen in processes of their own, to be killed."""

import asyncio
import os
from collections import Counter, defaultdict
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTPUTF8
from signal import SIGKILL

import pytest

import models
from benchmarks.readers import subscribe, welcome
from gql_server.carrier import Carrier
from gql_server.handlers import handlers_with
from gql_server.worker import Worker
from models.atomic import atomic
from models.engines.queues import GRIP, LEASE
from models.interests import set_topics, topic_code
from schema.context import Publication
from tests.faults import lab
from tests.forked import forking
from tests.mailers.smtp import MailServer

A_MOMENT = timedelta(seconds=1)
NONE = (0, 0, [])


class Postman:
    """A process that works, and what it tells."""

    def __init__(self, todo, *words):
        self._told, telling = forking.Pipe(duplex=False)
        self._process = forking.Process(target=todo, args=(telling, *words))
        self._process.start()
        telling.close()
        self.tales = []

    async def tells(self, tale):
        """Wait until it tells this; EOFError when it has ended."""
        async with asyncio.timeout(60):
            while await self.next() != tale:
                pass

    async def next(self):
        """Wait for what it tells next."""
        self.tales.append(await asyncio.to_thread(self._told.recv))
        return self.tales[-1]

    def send_signal(self, signal):
        """Send a signal."""
        os.kill(self._process.pid, signal)

    async def end(self, signal=SIGKILL):
        """Send a signal, hear what was still told, and give the exit code."""
        if self._process.is_alive():
            self.send_signal(signal)
        with suppress(EOFError):
            while True:
                await self.next()
        await asyncio.to_thread(self._process.join)
        return self._process.exitcode


class Sink(MailServer):
    """A mail server that tells what it took."""

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def open_lines(self):
        """Count the lines that are open now."""
        return len(self._sessions)

    @property
    def copies(self):
        """Count what came for each address."""
        return Counter(taken.recipient for taken in self.taken)

    def subjects(self, recipient):
        """Give the subjects of what came for an address."""
        return [
            str(message_from_bytes(taken.content, policy=SMTPUTF8)["Subject"])
            for taken in self.taken
            if taken.recipient == recipient
        ]

    def assert_copies_are_alike(self):
        """Hold that what came more than once had the same bytes each time."""
        contents = defaultdict(set)
        for taken in self.taken:
            contents[taken.recipient].add(taken.content)
        assert {len(variants) for variants in contents.values()} <= {1}


@pytest.fixture
async def sink():
    """Run a mail server that takes every letter."""
    async with Sink() as server:
        yield server


@pytest.fixture
async def postman(database_url):
    """Start a process that works on the store; none outlives the test."""
    started = []

    async def start(todo, sink, *words):
        started.append(await asyncio.to_thread(Postman, todo, database_url, sink.url, *words))
        await started[-1].tells("ready")
        return started[-1]

    yield start
    for one in started:
        await one.end()


@pytest.fixture
def drain(site, database_url):
    """Do all that is due, in this process and by a post of its own."""

    async def drain(sink):
        carrier = Carrier(Publication(lab.SITE_URL, keep_seconds=0))
        async with carrier.with_post(lab.settings_of(database_url, sink.url), site):
            await Worker(handlers_with(carrier), {}).drain()

    return drain


@pytest.fixture
def working(site, database_url):
    """Work in this process, as a server does, as long as a block lasts."""

    @asynccontextmanager
    async def working(sink):
        carrier = Carrier(Publication(lab.SITE_URL, keep_seconds=0))
        async with carrier.with_post(lab.settings_of(database_url, sink.url), site):
            worker = Worker(handlers_with(carrier), {})
            running = asyncio.create_task(worker.run())
            try:
                yield
            finally:
                worker.stop()
                carrier.stop()
                await running

    return working


@pytest.fixture
def time_goes_by(store, time_machine, time_passes):
    """Travel in time, with the queue."""

    async def go_by(span):
        time_machine.move_to(datetime.now(UTC) + span)
        if store.dialect == "postgres":
            await time_passes(span)  # which keeps time by the server's clock

    return go_by


@pytest.fixture
def the_dead_are_missed(time_passes):
    """Let the leases of killed workers run out."""

    async def run_out():
        await time_passes(LEASE + A_MOMENT)

    return run_out


@pytest.fixture
def the_dead_are_missed_by_who_waits(time_passes):
    """Let the grip of killed workers on what is urgent run out, and no lease."""

    async def run_out():
        await time_passes(GRIP + A_MOMENT)

    return run_out


@pytest.fixture
def promise(site):
    """Promise each of so many readers a letter of the first of these topics; give the readers."""

    async def promise(names, *topics):
        return await promise_letters(site, names, *topics)

    return promise


@atomic
async def promise_letters(site, names, *topics):
    """Make readers, who want these topics, and promise each a letter of the first."""
    readers = await subscribe(site, names)
    for reader in readers if topics else ():
        await set_topics(reader.id, topics)
    letters = [_welcome(reader, site, *topics[:1]) for reader in readers]
    await models.Delivery.promise(letters, lane=models.Lane.BULK)
    return readers


def _welcome(reader, site, topic=None):
    letter = welcome(reader, site)
    letter.topic = topic and topic_code(topic)
    return letter


async def states():
    """Count the letters in each state."""
    return Counter(await models.Delivery.all().values_list("state", flat=True))


async def work_left():
    """Count the work that is not done: what waits, what runs, and what errors buried."""
    counts = await models.Job.counts()
    return counts.waiting, counts.running, [entry.error for entry in await models.Job.buried()]
