"""Who reads the log is told once that letters wait for the mail server, and once that they go out again."""

import pytest
from structlog.testing import capture_logs

import models
from gql_server.carrier import Carrier
from gql_server.handlers import handlers_with
from gql_server.mail_flow import MailFlow
from gql_server.settings import Settings
from gql_server.worker import Worker
from mailers.servers import read_servers
from mailers.verdicts import SOON, Failed, OursToFix, Reply, Sent, Stage, judge, later
from schema.context import Publication
from tests.mailers.smtp import MailServer

DOOR = models.Trace(door="test")
SECRET = "s3cret"


def told_of(flow: MailFlow, *verdicts) -> list[tuple[str, str]]:
    with capture_logs() as lines:
        for verdict in verdicts:
            flow.saw(verdict)
    return [(line["log_level"], line.get("reason", line["event"])) for line in lines]


@pytest.fixture
def flow() -> MailFlow:
    return MailFlow(read_servers(f"smtps://ann:{SECRET}@mail.example"))


async def test_that_letters_wait_is_one_line_for_all_of_them_and_that_they_go_again_another(
    site, time_passes
):
    async with MailServer() as server:
        port = server.port
    carrier = Carrier(Publication("http://localhost:8000"))
    worker = Worker(handlers_with(carrier), {})
    settings = Settings(smtp_url=f"smtp://127.0.0.1:{port}", mail_from="post@tafel.example")
    async with carrier.with_post(settings, site):
        with capture_logs() as lines:
            for name in ("ann", "bob", "cas"):
                await models.SignUp.ask(site, f"{name}@example.org", DOOR)
            await worker.drain()
    [line] = [line for line in lines if line["log_level"] == "warning"]
    assert (line["event"], line["server"]) == ("letters wait", f"127.0.0.1:{port}")
    assert line["reason"] == "connect: nothing listens there"
    assert "example.org" not in str(lines)


def test_letters_that_go_out_as_ever_are_told_in_no_line(flow):
    assert told_of(flow, Sent("250 ok"), Failed("RCPT: 550 no"), Sent("250 ok")) == []


def test_each_time_the_server_goes_away_and_comes_back_is_told_once(flow):
    away = judge(Stage.CONNECT, Reply(421, "4.3.2 busy"))
    wait, again = ("warning", "connect: 421 4.3.2"), ("info", "letters go out again")
    sent = Sent("250 ok")
    assert told_of(flow, away, away, sent, sent, away, away, sent) == [wait, again, wait, again]


def test_of_what_a_server_says_no_address_and_no_password_is_told(flow):
    repeats = judge(Stage.CONNECT, Reply(535, f"5.7.8 {SECRET} of ann@mail.example is wrong"))
    assert told_of(flow, repeats) == [("warning", "connect: 535 5.7.8")]
    senseless = OursToFix(later(SOON), f"connect: -1 {SECRET}")
    assert told_of(MailFlow([]), senseless) == [("warning", "connect: -1")]


def test_one_letter_that_is_refused_is_no_trouble_of_the_server_but_three_in_a_row_are(flow):
    refused = judge(Stage.RCPT, Reply(550, "5.7.1 <ann@example.org> is not welcome"))
    assert told_of(flow, refused, Sent("250 ok"), refused, refused) == []
    assert told_of(flow, refused, refused) == [("warning", "RCPT: 550 5.7.1 [address] is not welcome")]


def test_that_letters_are_put_off_again_and_again_is_told_too(flow):
    grey = judge(Stage.RCPT, Reply(451, "4.7.1 Greylisted, come back"))
    assert told_of(flow, *[grey] * 9, Sent("250 ok"), *[grey] * 9) == []
    assert told_of(flow, grey, grey) == [("warning", "RCPT: 451 4.7.1 Greylisted, come back")]
