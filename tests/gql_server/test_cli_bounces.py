"""Whoever runs the machine hands what comes back of letters to the command line."""

import asyncio
import mailbox

import pytest
from click.testing import CliRunner

import models
from gql_server.cli import main
from models.store import open_store
from tests.mailers.returned import VACATION, broken, complaint, dsn

DATE = "Mon, 01 Mar 2027 09:00:00 +0000"
YES = models.Trace(door="page")


@pytest.fixture
def run(database_url):
    """Read bounces: `run(*paths, stdin=b"…")`; give what is said."""

    def run(*paths, stdin: bytes = b"", code: int = 0, url: str = database_url) -> str:
        words = ["subscribers", "bounces", *map(str, paths)]
        result = CliRunner().invoke(main, words, input=stdin, env={"GQL_SERVER_DATABASE_URL": url})
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.output

    return run


@pytest.fixture
def tokens(database_url) -> list[str]:
    """Have three subscribers who said yes; give what is in the ways out of their letters."""

    async def join() -> list[str]:
        async with open_store(database_url):
            site = await models.found()
            lines = [
                models.RosterLine(number, {"email": f"reader{number}@example.org", **PROVEN})
                for number in range(3)
            ]
            _ = [brought async for brought in models.bring_in(site, lines, ask=False)]
            rows = await models.Subscription.all().order_by("id")
            return [row.path_out(site).rpartition("/")[2] for row in rows]

    return asyncio.run(join())


def standing(database_url) -> list[str]:
    """Tell how the subscribers stand."""

    async def read() -> list[str]:
        async with open_store(database_url):
            return [str(row.status) for row in await models.Subscription.all().order_by("id")]

    return asyncio.run(read())


PROVEN = {"confirmed_at": "2021-01-01T09:00:00Z", "confirmed_source": "form"}


def test_one_message_comes_by_standard_input(run, tokens, database_url):
    bounce = dsn("5.1.1", token=tokens[0], date=DATE, to="reader0@example.org")
    assert run(stdin=bounce) == "1 subscription ended: nobody receives mail there\n"
    assert run(stdin=bounce) == "1 report that ends nothing any more\n"
    assert run(stdin=VACATION) == "1 message that is no report\n"
    assert standing(database_url) == ["bounced", "confirmed", "confirmed"]


def test_files_folders_and_boxes_are_read_through(run, tokens, database_url, tmp_path):
    box = mailbox.mbox(tmp_path / "box")
    for message in (dsn("5.2.2", token=tokens[0]), complaint(token=tokens[1], date=DATE), VACATION, VACATION):
        box.add(message)
    box.close()
    maildir = mailbox.Maildir(tmp_path / "Maildir")
    maildir.add(dsn("5.1.1", token=tokens[2], date=DATE, to="reader2@example.org"))
    maildir.add(dsn("5.7.1", token=tokens[2], date=DATE))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "1.eml").write_bytes(dsn("5.1.1", token="unsub_1_forged", date=DATE))
    (folder / "2.eml").write_bytes(dsn("5.1.1", action="delayed", token=tokens[0]))
    said = run(tmp_path / "box", tmp_path / "Maildir", folder)
    assert said.splitlines() == [
        "1 subscription ended: nobody receives mail there",
        "1 subscription ended: the reader complained",
        "1 report that a server refuses the sender: look at it",
        "  1 x 5.7.1",
        "1 report that blames no address",
        "  1 x 5.2.2",
        "1 report that nothing is wrong yet",
        "1 report about no letter of a subscriber here",
        "2 messages that are no reports",
    ]
    assert standing(database_url) == ["confirmed", "unsubscribed", "bounced"]


def test_a_message_that_breaks_parsers_keeps_none_behind_it_from_being_read(
    run, tokens, database_url, tmp_path
):
    bounce = dsn("5.1.1", token=tokens[0], date=DATE, to="reader0@example.org")
    for name, message in (("1.eml", broken()), ("2.eml", bounce)):
        (tmp_path / name).write_bytes(message)
    said = run(tmp_path / "1.eml", tmp_path / "2.eml")
    assert "1 message that is no report" in said
    assert standing(database_url) == ["bounced", "confirmed", "confirmed"]


def test_what_servers_answered_is_shown_without_addresses_the_most_frequent_first(run, tokens, tmp_path):
    answers = [
        "smtp; 550 5.7.26 <ann@example.org>: unauthenticated",
        "smtp; 550 5.7.26 bob@example.org:\tunauthenticated",
    ]
    answers += [f"smtp; 550 5.7.1 policy {number}\x1b[31m" for number in range(12)]
    for number, answer in enumerate(answers):
        (tmp_path / f"{number:02}.eml").write_bytes(
            dsn("5.7.1", token=tokens[0], date=DATE, diagnostic=answer)
        )
    first, most, *others = run(tmp_path).splitlines()
    assert first == "14 reports that servers refuse the sender: look at them"
    assert most == "  2 x smtp; 550 5.7.26 …: unauthenticated"
    shown = [f"  1 x smtp; 550 5.7.1 policy {number}[31m" for number in range(9)]
    assert others == [*shown, "  and 3 other answers"]


def test_a_way_out_that_is_no_address_leads_nowhere(run, tokens):
    odd = dsn("5.1.1", token=tokens[0], date=DATE).replace(b"https://tafel.example/unsubscribe/", b"http://[")
    assert run(stdin=odd) == "1 report about no letter of a subscriber here\n"


def test_who_names_no_message_is_told(run, tokens, tmp_path):
    assert run(tmp_path) == "There is no message.\n"
    assert "does not exist" in run(tmp_path / "none", code=2)


def test_without_a_store_a_mail_server_comes_back(run, tmp_path):
    away = f"sqlite://{tmp_path / 'none.sqlite3'}"
    (tmp_path / "1.eml").write_bytes(VACATION)
    assert "There is no store" in run(tmp_path / "1.eml", code=1, url=away)
    assert "There is no store" in run(stdin=VACATION, code=75, url=away)
