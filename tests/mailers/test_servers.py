"""Servers as a setting names them, and lines that are guarded and signed in."""

import asyncio
import socket

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import AuthResult

from mailers import connection_pool, pipeline
from mailers.pace import FIRST, SLOWEST, Pace
from mailers.post_office import PostOffice
from mailers.servers import Security, Server, read_servers
from mailers.verdicts import NoLine, OursToFix, Sent, TryLater
from models.errors import Invalid
from tests.mailers.smtp import DROP, MailServer

URLS = {
    "smtp://mail.example": ("mail.example", 25, "", Security.OPPORTUNISTIC),
    "smtp://ann:p%40ss@mail.example": ("mail.example", 587, "ann", Security.STARTTLS),
    "smtp://ann:p%40ss@mail.example:2525/": ("mail.example", 2525, "ann", Security.STARTTLS),
    "smtps://ann:p%40ss@mail.example": ("mail.example", 465, "ann", Security.TLS),
    "smtp://localhost:1025": ("localhost", 1025, "", Security.PLAIN),
    "smtp://mail.localhost": ("mail.localhost", 25, "", Security.PLAIN),
    "smtp://ann:p%40ss@127.0.0.1:1025": ("127.0.0.1", 1025, "ann", Security.PLAIN),
    "smtp://[::1]:1025": ("::1", 1025, "", Security.PLAIN),
}
WRONG = ["mail.example", "http://mail.example", "smtp://", "smtp://a..b", "smtp://x:99999", "smtp://x/path"]
WRONG += [
    "smtp://x?weight=0",
    "smtp://x?weight=a",
    "smtp://x?tls=no",
    "smtp://x?weight=1&weight=2",
    "smtp://[::1",
]


@pytest.mark.parametrize("url", URLS)
def test_a_url_names_a_server(url):
    [server] = read_servers(url)
    assert (server.host, server.port, server.username, server.security) == URLS[url]
    assert server.password == ("p@ss" if server.username else "")
    assert "p@ss" not in repr(server)


def test_several_servers_have_weights():
    servers = read_servers("smtp://a.example?weight=3, smtps://b.example,")
    assert [(server.host, server.weight) for server in servers] == [("a.example", 3), ("b.example", 1)]


@pytest.mark.parametrize("url", WRONG)
def test_a_url_that_is_not_clear_is_refused(url):
    with pytest.raises(Invalid):
        read_servers(url)


SIGN_IN = [
    (("AUTH PLAIN LOGIN",), {}, Sent),
    (("AUTH PLAIN",), {"AUTH": "535 5.7.8 wrong"}, OursToFix),
    (("AUTH PLAIN",), {"AUTH": "454 4.7.0 later"}, TryLater),
    (("AUTH PLAIN",), {"AUTH": DROP}, TryLater),
    (("AUTH OUR-OWN-WAY",), {}, OursToFix),
    ((), {}, OursToFix),
]


@pytest.mark.parametrize(("offers", "answers", "verdict"), SIGN_IN)
async def test_signing_in(office, book, write, offers, answers, verdict):
    async with MailServer(answers, offers=("PIPELINING", *offers), username="ann") as server:
        assert isinstance(await office(server).send_one(write(), record=book.record), verdict)
        assert bool(server.taken) is (verdict is Sent)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("trusted", [True, False])
async def test_a_line_is_guarded(
    office, book, write, server_tls, certificate, monkeypatch, security, trusted
):
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    offers = ("PIPELINING", "STARTTLS") if security is Security.STARTTLS else ("PIPELINING",)
    async with MailServer(offers=offers, tls=server_tls, security=security) as server:
        post = office(server)
        for number in range(3):
            await post.send_one(write(f"{number}"), record=book.record)
        assert {type(verdict) for verdict in book.verdicts.values()} == {Sent if trusted else OursToFix}
        assert len(server.taken) == (3 if trusted else 0)


async def test_a_relay_may_show_any_certificate(office, book, write, server_tls):
    offers = ("PIPELINING", "STARTTLS")
    async with MailServer(offers=offers, tls=server_tls, security=Security.OPPORTUNISTIC) as server:
        assert isinstance(await office(server).send_one(write(), record=book.record), Sent)
        assert server.heard_times("STARTTLS") == 1


@pytest.mark.parametrize("answers", [{}, {"STARTTLS": "454 4.7.0 not now"}])
async def test_nothing_is_said_over_a_line_that_cannot_be_guarded(office, book, write, server_tls, answers):
    offers = ("STARTTLS", "AUTH PLAIN") if answers else ("AUTH PLAIN",)
    async with MailServer(
        answers, offers=offers, tls=server_tls, security=Security.STARTTLS, username="ann"
    ) as server:
        given = await office(server).send_one(write(), record=book.record)
        assert isinstance(given, TryLater if answers else OursToFix)
        assert server.heard_times("AUTH") == server.heard_times("MAIL") == 0


async def test_a_line_that_is_used_is_kept_from_its_last_letter_on(office, book, write, monkeypatch):
    # Unlike any other time that something here waits for.
    monkeypatch.setattr(connection_pool, "KEPT", 41.5)
    loop, ends = asyncio.get_running_loop(), []
    later = loop.call_later

    def call_later(delay, *call, **more):
        end = later(delay, *call, **more)
        ends.extend([end] if delay == connection_pool.KEPT else [])
        return end

    monkeypatch.setattr(loop, "call_later", call_later)
    async with MailServer() as server:
        post = office(server)
        for number in range(3):
            await post.send_one(write(f"letter:{number}"), record=book.record)
        assert server.lines == 1
        assert [end.cancelled() for end in ends] == [True, True, False]


async def test_nobody_listens(book, write, sender):
    async with MailServer() as server:
        address = server.address
    post = PostOffice([address], sender)
    assert isinstance(await post.send_one(write(), record=book.record), NoLine)
    await post.send([write("2"), write("3")], record=book.record)
    assert {type(verdict) for verdict in book.verdicts.values()} == {NoLine}
    await post.close()


async def test_who_stops_waiting_for_a_line_leaves_none_open(office, book, write):
    greeting = asyncio.Event()
    async with MailServer(hold={"EHLO": greeting}) as server:
        sending = asyncio.create_task(office(server).send_one(write(), record=book.record))
        await server.until(lambda: server.heard_times("EHLO"))
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        greeting.set()
        await server.until_left()


class Kept(Message):
    def __init__(self):
        super().__init__()
        self.messages = []

    def handle_message(self, message):
        self.messages.append(message)


@pytest.fixture
def aiosmtpd():
    def check(server, session, envelope, mechanism, data):
        right = data.login == b"ann" and data.password == b"p@ss"
        return AuthResult(success=right, handled=False)

    keeper = Kept()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    rules = {"auth_require_tls": False, "auth_required": True, "ready_timeout": 60}
    controller = Controller(keeper, hostname="127.0.0.1", port=port, authenticator=check, **rules)
    controller.start()
    yield controller
    controller.stop()


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("password", ["p@ss", "wrong"])
async def test_a_server_of_another_hand_agrees(aiosmtpd, book, write, sender, password):
    server = Server(
        host="127.0.0.1", port=aiosmtpd.port, username="ann", password=password, security=Security.PLAIN
    )
    async with PostOffice([server], sender) as post:
        await post.send([write(f"{n}", subject="Ça va, Noé?") for n in range(20)], record=book.record)
    right = password == "p@ss"
    assert {type(verdict) for verdict in book.verdicts.values()} == {Sent if right else OursToFix}
    assert [message["Subject"] for message in aiosmtpd.handler.messages] == [
        "=?utf-8?B?w4dhIHZhLCBOb8OpPw==?="
    ] * 20 * right


def test_the_pace_falls_by_half_and_recovers():
    now = 0.0
    pace = Pace(lambda: now)
    assert pace.free
    assert pace.turn("a.example", patience=1) == 0
    pace.slow_domain("a.example")
    waits = [pace.turn("a.example", patience=1) for _ in range(12)]
    assert waits[0] == pytest.approx(1 / FIRST)
    assert waits[-1] is None
    assert pace.turn("b.example", patience=1) == 0
    pace.slow_server()
    assert pace.turn("b.example", patience=1) > 0
    for _ in range(10):
        pace.slow_domain("a.example")
    now = 100.0
    assert [pace.turn("a.example", patience=1) for _ in range(3)] == [0, pytest.approx(1 / SLOWEST), None]
    for _ in range(200):
        pace.went_well("a.example")
    assert pace.free


def test_domains_that_are_slow_for_ever_are_forgotten():
    pace = Pace(lambda: 0.0)
    for number in range(2000):
        pace.slow_domain(f"{number}.example")
    assert pace.turn("0.example", patience=1) == 0
    assert pace.turn("1999.example", patience=1) > 0


async def test_a_domain_that_asks_for_patience_gets_it(office, book, write, monkeypatch):
    monkeypatch.setattr(pipeline, "TURN_PATIENCE", 0.0)
    async with MailServer({"RCPT": lambda c: "451 4.7.1 slow down" if "slow" in c else "250 ok"}) as server:
        post = office(server)
        letters = [write(f"slow{number}", to=f"{number}@slow.example") for number in range(200)]
        await post.send(letters, record=book.record)
        assert len(book.outcomes) == 200 > server.heard_times("RCPT")
        assert {type(verdict) for verdict in book.verdicts.values()} == {TryLater}
        assert isinstance(await post.send_one(write("other"), record=book.record), Sent)
