"""No line sends its next letter before the outcome of the last one is durable."""

import asyncio

import pytest

from mailers.verdicts import Sent, Uncertain
from tests.mailers.smtp import DROP, MailServer


@pytest.mark.parametrize("offers", [("PIPELINING",), ()], ids=["pipelined", "plain"])
async def test_the_next_dot_waits_for_the_outcome_of_the_last(office, book, write, offers):
    async with MailServer(offers=offers) as server:
        book.open.clear()
        sending = asyncio.create_task(
            office(server).send([write(f"{n}") for n in range(60)], record=book.record)
        )
        await server.until(lambda: server.lines == 10 == server.heard_times("DOT"))
        await book.asked.wait()
        if offers:  # the next letters are announced, and stay here
            await server.until(lambda: server.heard_times("DATA") == 20)
        dots = [line for line, verb in server.heard if verb == "DOT"]
        assert sorted(dots) == sorted(set(dots))
        assert not book.outcomes

        book.open.set()
        await sending
        assert len(book.verdicts) == len(server.taken) == 60


async def test_no_line_is_ever_two_letters_ahead_of_the_book(office, write):
    async with MailServer() as server:
        durable = 0
        ahead = []

        async def record(outcomes):
            nonlocal durable
            await asyncio.sleep(0)  # let the other lines run: their outcomes come with the next commit
            ahead.append(len(server.taken) - durable)
            durable += len(outcomes)

        await office(server).send([write(f"{n}") for n in range(300)], record=record)
        assert durable == 300
        assert max(ahead) <= 10
        assert len(ahead) < 300  # lines share their commits


async def test_outcomes_that_cannot_be_written_stop_the_sending(office, write):
    async with MailServer() as server:

        async def record(outcomes):
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            await office(server).send([write(f"{n}") for n in range(100)], record=record)
        assert len(server.taken) <= 10


async def test_a_source_that_breaks_lets_what_is_on_its_way_arrive(office, book, write):
    async def source():
        yield write("1")
        yield write("2")
        raise LookupError("no more")

    async with MailServer() as server:
        with pytest.raises(LookupError, match="no more"):
            await office(server).send(source(), record=book.record)
        assert set(book.verdicts) == {"1", "2"}
        assert len(server.taken) == 2


async def test_closing_finishes_what_was_announced_and_says_goodbye(office, book, write):
    held = asyncio.Event()
    async with MailServer(hold={"DOT": held}) as server:

        async def endless():
            number = 0
            while True:
                number += 1
                yield write(f"{number}")

        post = office(server)
        sending = asyncio.create_task(post.send(endless(), record=book.record))
        await server.until(lambda: server.heard_times("DOT") == 10)
        closing = asyncio.create_task(post.close())
        await asyncio.sleep(0)
        held.set()
        await closing
        await sending
        assert {type(verdict) for verdict in book.verdicts.values()} == {Sent}
        assert len(server.taken) == len(book.outcomes) <= 20
        assert server.heard_times("QUIT") == 10
        await post.send([write("late")], record=book.record)
        assert "late" not in book.verdicts


async def test_a_retry_has_the_same_bytes(office, book, write):
    async with MailServer({"DOT": [DROP]}) as server:
        post = office(server)
        first = await post.send_one(write(), record=book.record)
        second = await post.send_one(write(), record=book.record)
        assert (type(first), type(second)) == (Uncertain, Sent)
        assert server.taken[0].content == server.taken[1].content


async def test_dots_arrive_as_they_were_written(office, book, write, sender):
    text = ".\n..\n.a\nb.\n.\n\n.\n" + "x" * 75 + "." * 80 + "\n."
    letter = write(text=text, html=f"<p>{text}</p>")
    async with MailServer() as server:
        await office(server).send_one(letter, record=book.record)
        assert server.taken[0].content == letter.rendered(sender).content


async def test_an_urgent_letter_passes_a_batch_that_stands_still(office, book, write):
    async with MailServer() as server:
        book.open.clear()
        post = office(server)
        bulk = asyncio.create_task(post.send([write(f"{n}") for n in range(100)], record=book.record))
        await server.until(lambda: server.heard_times("DOT") == 10)
        urgent: list = []

        async def record(outcomes):
            urgent.extend(outcomes)

        assert isinstance(await post.send_one(write("urgent"), record=record), Sent)
        assert [outcome.key for outcome in urgent] == ["urgent"]
        assert not book.outcomes
        book.open.set()
        await bulk


async def test_a_line_is_kept_for_the_next_letter(office, book, write):
    async with MailServer() as server:
        post = office(server)
        for number in range(5):
            await post.send_one(write(f"{number}"), record=book.record)
        assert server.lines == 1
        assert len(server.taken) == 5


async def test_a_bad_letter_among_good_ones_fails_alone(office, book, write):
    async with MailServer() as server:
        letters = [write("1"), write("2", subject="Hi\r\nBcc: eve@example.org"), write("3", to="<x>@y")]
        await office(server).send(letters, record=book.record)
        assert {key: type(v).__name__ for key, v in book.outcomes} == {
            "1": "Sent",
            "2": "Failed",
            "3": "Failed",
        }
        assert len(server.taken) == 1
