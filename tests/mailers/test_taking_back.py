"""A letter that is taken back does not go out, wherever it is on its way."""

import asyncio

import pytest

from mailers.post_office import MOST_LINES, MOST_URGENT_LINES
from mailers.verdicts import Sent
from models.engines.transactions import Unavailable
from tests.mailers.smtp import DROP, GOOD, MailServer


class Desk:
    """Says which letters were taken back, when it says anything."""

    def __init__(self):
        self.keys = set()
        self.answers = asyncio.Event()
        self.answers.set()
        self._told = asyncio.Condition()
        self._times = 0

    @property
    def was_asked(self):
        return self._times > 0

    async def withdrawn(self):
        await self.answers.wait()
        keys = list(self.keys)
        async with self._told:
            self._times += 1
            self._told.notify_all()
        return keys

    async def take_back(self, *keys):
        """Take letters back, and wait until the post knows."""
        self.keys.update(keys)
        async with asyncio.timeout(30), self._told:
            known = self._times + 2  # the look that is being taken may be too early
            await self._told.wait_for(lambda: self._times >= known)


@pytest.fixture
async def desk():
    return Desk()


@pytest.mark.parametrize("offers", [("PIPELINING",), ()], ids=["pipelined", "plain"])
async def test_of_a_batch_in_the_middle_of_it(office, book, write, desk, offers):
    written = []
    book.open.clear()

    async def source():
        for number in range(200):
            written.append(f"{number}")
            yield write(f"{number}", to=f"{number}@example.org")

    async with MailServer(offers=offers) as server:
        sending = asyncio.create_task(
            office(server).send(source(), record=book.record, withdrawn=desk.withdrawn)
        )
        await server.until(lambda: server.heard_times("DOT") == MOST_LINES)
        if offers:  # the next letters are announced, and asked for by the server
            await server.until(lambda: server.heard_times("DATA") == 2 * MOST_LINES)
        on_their_way = {taken.recipient.partition("@")[0] for taken in server.taken}
        # One that is announced, one that waits for a line, one that waits for room, one that is not written.
        announced = next(key for key in written if key not in on_their_way)
        taken_back = {announced, written[-5], written[-1], "199"}
        await desk.take_back(*taken_back)
        book.open.set()
        await sending
        arrived = [taken.recipient.partition("@")[0] for taken in server.taken]
    everyone = {f"{number}" for number in range(200)}
    assert len(arrived) == len(set(arrived))
    assert set(arrived) == everyone - taken_back == set(book.verdicts)


async def test_nothing_goes_out_while_nobody_knows(office, book, write, desk):
    desk.answers.clear()
    async with MailServer() as server:
        sending = asyncio.create_task(
            office(server).send(map(write, "123"), record=book.record, withdrawn=desk.withdrawn)
        )
        await server.until(lambda: server.heard_times("DATA"))
        desk.keys.add("2")
        desk.answers.set()
        await sending
        assert len(server.taken) == 2
    assert set(book.verdicts) == {"1", "3"}


async def test_a_store_that_is_away_holds_letters_up_and_loses_none(office, book, write, monkeypatch):
    monkeypatch.setattr("mailers.batch.WATCH_SECONDS", 0.0)
    silences = iter([Unavailable(), Unavailable()])

    async def withdrawn():
        for silence in silences:
            raise silence
        return ["2"]

    async with MailServer() as server:
        await office(server).send(map(write, "123"), record=book.record, withdrawn=withdrawn)
        assert len(server.taken) == 2
    assert set(book.verdicts) == {"1", "3"}


async def test_who_cannot_know_sends_nothing_and_says_so(office, book, write):
    async def withdrawn():
        raise LookupError("no such table")

    async with MailServer() as server:
        with pytest.raises(LookupError, match="no such table"):
            await office(server).send(map(write, "123"), record=book.record, withdrawn=withdrawn)
        assert not server.taken


async def test_an_urgent_letter_that_waits_for_a_line(office, book, write, desk):
    held = asyncio.Event()
    async with MailServer(hold={"DOT": held}) as server:
        post = office(server)
        urgent = [
            asyncio.create_task(post.send_one(write(key), record=book.record, withdrawn=desk.withdrawn))
            for key in map(str, range(MOST_URGENT_LINES + 2))
        ]
        await server.until(lambda: server.heard_times("DOT") == MOST_URGENT_LINES)
        last = f"{MOST_URGENT_LINES + 1}"
        await desk.take_back(last)
        held.set()
        verdicts = await asyncio.gather(*urgent)
    assert [type(verdict) for verdict in verdicts] == [Sent] * (MOST_URGENT_LINES + 1) + [type(None)]
    assert last not in book.verdicts


async def test_a_letter_whose_line_was_cut(office, book, write, desk):
    held = asyncio.Event()
    async with MailServer({"RCPT": [GOOD["RCPT"], DROP]}, hold={"DOT": held}) as server:
        sending = asyncio.create_task(
            office(server).send(map(write, "123"), record=book.record, withdrawn=desk.withdrawn)
        )
        await server.until(lambda: server.heard_times("DOT"))
        await desk.take_back("2")
        held.set()
        await sending
        assert len(server.taken) == server.lines == 2
    assert set(book.verdicts) == {"1", "3"}


async def test_nobody_is_asked_before_a_letter_could_go_out(office, book, write, desk):
    held = asyncio.Event()
    async with MailServer(hold={"DATA": held}) as server:
        sending = asyncio.create_task(
            office(server).send_one(write("1"), record=book.record, withdrawn=desk.withdrawn)
        )
        await server.until(lambda: server.heard_times("DATA"))
        assert not desk.was_asked
        held.set()
        await sending
        assert desk.was_asked


async def test_all_batches_together_have_so_many_lines(office, book, write):
    held = asyncio.Event()
    async with MailServer(hold={"DOT": held}) as server:
        post = office(server)
        batches = [
            asyncio.create_task(post.send([write(f"{b}.{n}") for n in range(50)], record=book.record))
            for b in range(4)
        ]
        await server.until(lambda: server.heard_times("DOT") == MOST_LINES)
        held.set()
        await asyncio.gather(*batches)
        assert server.lines == MOST_LINES
    assert len(book.verdicts) == 200
