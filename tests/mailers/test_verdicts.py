"""Every answer of a mail server has one meaning, whenever it comes and whether it pipelines or not."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from mailers import pipeline, standing
from mailers.post_office import MOST_LINES
from mailers.verdicts import Failed, NoLine, NoSuchAddress, OursToFix, Sent, Stage, TryLater, Uncertain
from tests.mailers.smtp import DROP, MailServer

GARBAGE = "\xff\xfe\x00 what"
TABLE = [
    ({}, Sent),
    ({"DOT": "250-2.0.0 taken\r\n250-and\r\n250 kept"}, Sent),
    ({"DOT": "250 " + "x" * 5000}, Sent),
    ({"DOT": "250-" + "\r\n250-".join(["x" * 400] * 250) + "\r\n250 ok"}, Sent),
    ({"BANNER": "421 no service"}, TryLater),
    ({"BANNER": DROP}, TryLater),
    ({"BANNER": GARBAGE}, TryLater),
    ({"BANNER": "554 5.7.1 you are not welcome"}, OursToFix),
    ({"EHLO": DROP}, TryLater),
    ({"MAIL": "451 4.3.0 busy"}, TryLater),
    ({"MAIL": "421 4.7.0 too many"}, TryLater),
    ({"MAIL": "550 5.7.1 sender refused"}, OursToFix),
    ({"MAIL": "553 5.1.8 unknown sender domain"}, OursToFix),
    ({"MAIL": "530 sign in first"}, OursToFix),
    ({"MAIL": "550 sender rejected"}, OursToFix),
    ({"MAIL": "553 5.1.0 address not owned by you"}, OursToFix),
    ({"MAIL": "501 5.1.3 bad sender address"}, OursToFix),
    ({"MAIL": "553 5.6.7 no address beyond ASCII"}, Failed),
    ({"MAIL": "555 what parameter?"}, Failed),
    ({"MAIL": "552 5.3.4 too big"}, Failed),
    ({"MAIL": DROP}, TryLater),
    ({"MAIL": GARBAGE}, TryLater),
    ({"RCPT": "450 4.2.0 try later"}, TryLater),
    ({"RCPT": "451 4.7.1 greylisted"}, TryLater),
    ({"RCPT": "550 5.1.1 no such user"}, NoSuchAddress),
    ({"RCPT": "550 5.1.2 no such domain"}, NoSuchAddress),
    ({"RCPT": "550 5.1.10 null mx"}, NoSuchAddress),
    ({"RCPT": "550-5.2.1 disabled\r\n550 5.2.1 for good"}, NoSuchAddress),
    ({"RCPT": "550 5.2.1 The user is receiving mail at a rate that prevents additional messages"}, Failed),
    ({"RCPT": "550 no enhanced code"}, Failed),
    ({"RCPT": "552 5.2.2 mailbox full"}, Failed),
    ({"RCPT": "554 5.7.1 relay access denied"}, OursToFix),
    ({"RCPT": "550 relay not permitted"}, OursToFix),
    ({"RCPT": "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"}, OursToFix),
    ({"RCPT": "503 This mail server requires authentication"}, OursToFix),
    ({"RCPT": "550-Verification failed for us\r\n550 Sender verify failed"}, OursToFix),
    ({"RCPT": "550 5.1.1 no such user, says the relay"}, NoSuchAddress),
    ({"RCPT": "550 5.1.1 no such user", "DATA": "503 no recipients"}, NoSuchAddress),
    ({"RCPT": "550 5.1.90 you have reached your daily limit for message recipients"}, OursToFix),
    ({"RCPT": DROP}, TryLater),
    ({"DATA": "451 4.3.0 later"}, TryLater),
    ({"DATA": "554 5.5.1 no"}, Failed),
    ({"DATA": DROP}, TryLater),
    ({"CONTENT": DROP}, Uncertain),
    ({"DOT": "451 4.3.0 disk full"}, TryLater),
    ({"DOT": "421 4.3.2 shutting down"}, TryLater),
    ({"DOT": "554 5.6.0 refused content"}, Failed),
    ({"DOT": "550 5.1.1 found out late"}, NoSuchAddress),
    ({"DOT": "550 5.7.26 unauthenticated"}, OursToFix),
    ({"DOT": "550-5.4.5 Daily user sending limit exceeded\r\n550 5.4.5 see our help"}, OursToFix),
    ({"DOT": "554 5.2.252 SendAsDenied; not allowed to send as post@tafel.example"}, OursToFix),
    ({"DOT": "554 Message rejected: Email address is not verified."}, OursToFix),
    ({"DOT": "554 message looks like spam"}, Failed),
    ({"DOT": DROP}, Uncertain),
    ({"DOT": GARBAGE}, Uncertain),
    ({"DOT": "354 go on"}, Uncertain),
    ({"QUIT": DROP}, Sent),
]


@pytest.mark.parametrize("offers", [("PIPELINING", "8BITMIME", "SMTPUTF8"), ()], ids=["pipelined", "plain"])
@pytest.mark.parametrize(
    ("answers", "verdict"), TABLE, ids=[str(row[0])[:60].encode("ascii", "replace").decode() for row in TABLE]
)
async def test_an_answer_has_one_meaning(office, book, write, answers, verdict, offers):
    async with MailServer(answers, offers=offers) as server:
        given = await office(server).send_one(write(), record=book.record)
    assert isinstance(given, verdict), given
    assert book.outcomes == [("letter:1", given)]
    in_doubt = datetime.now(UTC) + timedelta(minutes=14)
    assert isinstance(given, Uncertain) <= (getattr(given, "not_before", in_doubt) >= in_doubt)
    assert len(server.taken) == (verdict in {Sent, Uncertain} and "CONTENT" not in answers)


@pytest.mark.parametrize("offers", [("PIPELINING",), ()], ids=["pipelined", "plain"])
@pytest.mark.parametrize("data", ["354 go on", "503 no recipients", "554 no valid recipients"])
async def test_letters_after_a_refused_one_arrive_over_the_same_line(office, book, write, offers, data):
    def by_name(command):
        return "550 5.1.1 no" if "nobody" in command else "250 ok"

    async with MailServer({"RCPT": by_name, "DATA?": data}, offers=offers) as server:
        names = ["ann", "nobody1", "nobody2", "bob", "nobody3", "cas"]
        letters = [write(name, to=f"{name}@example.org") for name in names]
        await office(server).send(letters, record=book.record)
        refused = {key for key, verdict in book.outcomes if isinstance(verdict, NoSuchAddress)}
        assert refused == {"nobody1", "nobody2", "nobody3"}
        assert sorted(taken.recipient for taken in server.taken) == [
            f"{n}@example.org" for n in ("ann", "bob", "cas")
        ]
        assert len(book.outcomes) == 6
        assert server.lines <= 2


@pytest.mark.parametrize("offers", [("PIPELINING",), ()], ids=["pipelined", "plain"])
async def test_a_server_that_cannot_forget_a_refused_letter_gets_the_next_over_a_new_line(
    office, book, write, offers
):
    async with MailServer({"RCPT": ["550 no", "250 ok"], "RSET": "502 what?"}, offers=offers) as server:
        post = office(server)
        for key in "12":
            await post.send_one(write(key, to=f"{key}@example.org"), record=book.record)
        assert [type(verdict) for verdict in book.verdicts.values()] == [Failed, Sent]
        assert [(taken.line, taken.recipient) for taken in server.taken] == [(2, "2@example.org")]
        assert server.heard_times("?") == 0


async def test_a_line_that_was_cut_before_the_dot_costs_no_letter(office, book, write):
    async with MailServer({"MAIL": ["250 ok", DROP]}) as server:
        await office(server).send([write(f"{n}") for n in range(4)], record=book.record)
        assert [type(verdict) for verdict in book.verdicts.values()] == [Sent] * 4
        assert len(server.taken) == 4


async def test_a_server_that_takes_few_letters_a_line_gets_new_lines(office, book, write):
    async with MailServer({"MAIL": ["250 ok", "250 ok", "421 4.7.0 enough"] * 4}) as server:
        await office(server).send([write(f"{n}") for n in range(4)], record=book.record)
        assert [type(verdict) for verdict in book.verdicts.values()] == [Sent] * 4
        assert server.lines > 1


async def test_a_server_that_never_answers_is_given_up(office, book, write, monkeypatch):
    monkeypatch.setattr(pipeline, "COMMAND_PATIENCE", 0.05)
    async with MailServer(hold={"RCPT": asyncio.Event()}) as server:
        assert isinstance(await office(server).send_one(write(), record=book.record), TryLater)


async def test_a_server_that_is_silent_after_the_dot_leaves_doubt(office, book, write, monkeypatch):
    assert pipeline.DOT_PATIENCE == 600
    monkeypatch.setattr(pipeline, "DOT_PATIENCE", 0.05)
    async with MailServer(hold={"DOT": asyncio.Event()}) as server:
        given = await office(server).send_one(write(), record=book.record)
        assert isinstance(given, Uncertain)
        assert len(server.taken) == 1


async def test_an_address_outside_ascii_needs_a_server_that_knows_them(office, book, write):
    greek = "δοκιμή@παράδειγμα.example"
    async with MailServer() as server:
        letters = [write("1", to=greek), write("2"), write("3", to=greek), write("4")]
        await office(server).send(letters, record=book.record)
        assert [type(book.verdicts[key]) for key in "1234"] == [Failed, Sent, Failed, Sent]
        # However many there are, it says nothing of the server.
        await office(server).send([write(f"g{n}", to=greek) for n in range(9)], record=book.record)
        assert {type(book.verdicts[f"g{n}"]) for n in range(9)} == {Failed}
    async with MailServer(offers=("PIPELINING", "SMTPUTF8")) as server:
        assert isinstance(await office(server).send_one(write(to=greek), record=book.record), Sent)
        [taken] = server.taken
        assert taken.recipient == "δοκιμή@xn--hxajbheg2az3al.example"
        assert "SMTPUTF8" in taken.sender


async def test_a_server_that_refuses_us_is_left_alone(office, book, write):
    async with MailServer({"MAIL": "550 5.7.1 no"}) as server:
        post = office(server)
        await post.send_one(write("1"), record=book.record)
        again = await post.send_one(write("2"), record=book.record)
        assert isinstance(again, OursToFix)
        assert server.heard_times("MAIL") == 1


async def test_one_reader_whose_server_refuses_us_does_not_stop_the_others(office, book, write):
    async with MailServer(
        {"RCPT": ["554 5.7.1 no", "250 ok", "554 5.7.1 no", "554 5.7.1 no", "554 5.7.1 no"]}
    ) as server:
        post = office(server)
        for number in range(6):
            await post.send_one(write(f"{number}"), record=book.record)
        kinds = [type(verdict) for verdict in book.verdicts.values()]
        assert kinds == [OursToFix, Sent, *[OursToFix] * 4]
        assert server.heard_times("MAIL") == 5


@pytest.mark.parametrize("stage", ["RCPT", "DOT"])
async def test_a_server_that_refuses_every_letter_for_good_destroys_few(office, book, write, stage):
    async with MailServer({stage: "550 no"}) as server:
        post = office(server)
        await post.send([write(f"{n}") for n in range(200)], record=book.record)
        kinds = [type(verdict) for verdict in book.verdicts.values()]
        assert len(kinds) == 200
        assert kinds.count(Failed) == standing.FAILURES_IN_A_ROW
        assert set(kinds) == {Failed, OursToFix}


async def test_letters_that_fail_now_and_then_are_over(office, book, write):
    async with MailServer({"RCPT": ["550 no"] * 4 + ["250 ok"] + ["550 no"] * 4 + ["250 ok"]}) as server:
        post = office(server)
        for number in range(10):
            await post.send_one(write(f"{number}"), record=book.record)
        assert [type(verdict) for verdict in book.verdicts.values()] == ([Failed] * 4 + [Sent]) * 2


async def test_a_server_that_cuts_every_line_at_the_dot_gets_few_letters(office, book, write):
    async with MailServer({"DOT": DROP}) as server:
        await office(server).send([write(f"{n}") for n in range(200)], record=book.record)
        assert len(book.outcomes) == 200
        assert len(server.taken) <= 20
        assert {type(verdict) for verdict in book.verdicts.values()} == {Uncertain, NoLine}


async def test_one_outage_is_one_pause_however_many_lines_hear_of_it(office, book, write):
    dots = asyncio.Event()
    async with MailServer({"DOT": DROP}, hold={"DOT": dots}) as server, asyncio.TaskGroup() as group:
        group.create_task(office(server).send([write(f"{n}") for n in range(200)], record=book.record))
        await server.until(lambda: server.heard_times("DOT") == MOST_LINES)
        dots.set()
    put_off = [verdict.not_before for verdict in book.verdicts.values() if isinstance(verdict, NoLine)]
    assert len(put_off) == 200 - MOST_LINES
    assert max(put_off) <= datetime.now(UTC) + timedelta(seconds=standing.SHORTEST_PAUSE)


async def test_another_server_takes_over(office, book, write):
    async with MailServer({"BANNER": "421 no"}) as away, MailServer() as here:
        verdicts = [await office(away, here).send_one(write(f"{n}"), record=book.record) for n in range(8)]
        assert {type(verdict) for verdict in verdicts} == {Sent}
        assert len(here.taken) == 8


async def test_a_pause_grows_and_ends(write):
    now = 0.0
    known = standing.Standing(None, lambda: now)
    for seconds in (15, 30, 60):
        known.unreachable(TryLater(datetime.now(UTC), "away"))
        now += seconds - 1
        assert known.refusal is not None
        assert not known.paused
        now += 1
        assert known.refusal is None


def test_letters_wait_as_long_as_lines_do():
    now = 0.0
    known = standing.Standing(None, lambda: now)
    known.unreachable(TryLater(datetime.now(UTC), "away"))
    now = 10.0
    known.answered(Stage.MAIL, OursToFix(datetime.now(UTC), "no"), "example.org")
    assert known.paused
    assert isinstance(known.refusal, OursToFix)
    now = 15.0
    assert not known.paused
    assert known.refusal is None
