"""An operator moves subscribers in and out, and does what somebody who writes in asks for."""

import asyncio
import csv
import json
import stat
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import models
from gql_server.cli import main
from gql_server.rosters.guard import guarded, unguarded
from models.store import open_store
from tests.gql_server.rosters import ELSEWHERE, NO_ROSTER, PLAIN, YES


@pytest.fixture
def run_anew(tmp_path, monkeypatch):
    """Run a command of subscribers in a folder of its own: `run_anew("import", "-", input="...")`."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, input: str | bytes | None = None, **settings: str):
        environment = {f"GQL_SERVER_{name}": value for name, value in settings.items()}
        return CliRunner().invoke(
            main, ["subscribers", *arguments], env=environment, input=input, terminal_width=80
        )

    return run


@pytest.fixture
def run(run_anew, migrated_file):
    """Run a command of subscribers in a folder with a store."""
    return run_anew


@pytest.fixture
def held(run):
    """Give what an export holds, by address."""

    def held(**settings: str) -> dict[str, dict[str, str]]:
        return {row["email"]: row for row in csv.DictReader(StringIO(run("export", **settings).stdout))}

    return held


def assert_one_line(result) -> str:
    """Hold that a command failed without a traceback; give its last line."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    last = result.output.splitlines()[-1]
    assert last.startswith("Error: ")
    return last


def test_a_roster_is_brought_in_and_what_became_of_it_is_told(run_anew, held):
    result = run_anew("import", "-", input=PLAIN)
    assert result.exit_code == 0
    assert "confirmed          1" in result.stdout
    assert "pending            1" in result.stdout
    assert "Nothing was sent." in result.stdout
    assert "--ask" in result.stdout
    assert {email: row["status"] for email, row in held().items()} == {
        "ann@example.org": "confirmed",
        "bob@example.org": "pending",
    }


def test_who_is_pending_is_asked_when_that_is_said(run):
    run("import", "-", input=PLAIN)
    asked = run("import", "--ask", "-", input=PLAIN)
    assert "asked              1" in asked.stdout
    assert "No mail server is set" in asked.stderr
    assert "a server that has one sends" in asked.stderr
    assert "shows them at /letters" in asked.stderr
    assert "asked " not in run("import", "--ask", "-", input=PLAIN).stdout
    assert json.loads(run("show", "Bob@example.org").stdout)["letters"][0]["kind"] == "confirmation"


@pytest.mark.parametrize("roster", ELSEWHERE)
def test_the_rosters_of_other_programs_are_read(run, held, roster):
    sample = ELSEWHERE[roster]
    result = run("import", "-", input=sample.content)
    assert result.exit_code == 0, result.output
    row = held()["ann@example.org"]
    assert (row["status"], row["name"]) == (sample.status, sample.name)


def test_what_is_not_used_is_named(run):
    result = run("import", "-", input=ELSEWHERE["Mailchimp, subscribed"].content)
    [line] = [line for line in result.stderr.splitlines() if line.startswith("Not used: ")]
    assert line == "Not used: MEMBER_RATING, OPTIN_IP, LAST_CHANGED, LEID, EUID, NOTES, TAGS."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_names_keep_their_accents(run, held, tmp_path, encoding):
    file = tmp_path / "roster.csv"
    file.write_bytes("email,name\nann@example.org,Zoë Łęcka\n".replace("Łęcka", "Lè").encode(encoding))
    result = run("import", str(file))
    assert held()["ann@example.org"]["name"] == "Zoë Lè"
    assert ("Windows-1252" in result.stderr) == (encoding == "cp1252")


@pytest.mark.parametrize("content", NO_ROSTER.values(), ids=NO_ROSTER)
def test_what_is_no_roster_is_refused_in_one_line_before_a_store_is_made(run_anew, tmp_path, content):
    file = tmp_path / "roster.csv"
    file.write_bytes(content)
    assert "@" not in assert_one_line(run_anew("import", str(file)))
    assert not (tmp_path / "data").exists()


def test_an_empty_file_is_called_so(run_anew):
    assert assert_one_line(run_anew("import", "-", input=b"")) == "Error: The file is empty."


@pytest.mark.parametrize(
    ("roster", "told"), [("email\nann@example.org\n", "1 line in"), (PLAIN, "2 lines in")]
)
def test_lines_are_counted_as_one_says_it(run, roster, told):
    assert f"Reading {told}" in run("import", "-", input=roster).stderr


@pytest.mark.parametrize("path", ["missing.csv", "."])
def test_a_file_that_cannot_be_read_is_named(run_anew, path):
    assert "cannot be read" in assert_one_line(run_anew("import", path))


def test_lines_that_are_wrong_are_told_and_the_others_come_in(run, held):
    roster = (
        "email,name,confirmed_at,confirmed_source,created_at\n"
        "ann@example.org,Ann,2099-01-01,form,\n"
        "no address,Bob,,,\n"
        "cas@example.org,Cas,,,1993-01-01\n"
        "dee@example.org,Dee,,,,more\n"
        '"eve@example.org,Eve,,,\n'
        'fay@example.org,"Fay",,,\n'
        'gus@example.org,"Gus\nGus",,,\n'
        "\n"
        "hal@example.org\n"
        "hal@example.org,Hal,,,\n"
    )
    result = run("import", "-", input=roster)
    assert result.exit_code == 1
    told = [line for line in result.stderr.splitlines() if line.startswith("Line ")]
    assert [line.partition(":")[0] for line in told] == [
        "Line 2, confirmed_at", "Line 3, email", "Line 4, created_at", "Line 5", "Line 6", "Line 8, name",
        "Line 12, email",
    ]  # fmt: skip
    assert "Lines 6 to 7" in result.stderr
    assert list(held()) == ["hal@example.org"]
    assert "left out           7" in result.stdout
    assert "example.org" not in "".join(told).replace("ann@example.org", "")


def test_a_quote_that_is_never_closed_is_told(run, held):
    far = "".join(f"reader{number}@example.org,R\n" for number in range(9000))
    result = run("import", "-", input=f'email,name\nann@example.org,Ann\nbob@example.org,"Bob\n{far}')
    assert result.exit_code == 1
    assert "Lines 3 to " in result.stderr
    assert "ann@example.org" in held()


def test_a_roster_moves_from_one_store_to_another(run, held, databases, tmp_path):
    run("import", "-", input=PLAIN + "=cmd@example.org,'=1+1,,\n-cas@example.org,+31 Cas,,\n")
    run("suppress", "bob@example.org")
    file = tmp_path / "roster.csv"
    assert "holds 4 subscribers" in run("export", str(file)).stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if "unfinished" in path.name] == []
    rows = file.read_bytes().decode().split("\r\n")
    assert rows[0] == ",".join(models.ROSTER_COLUMNS)
    assert rows[-1] == ""
    assert not any(cell[:1] in "=+-@\t\r" for row in csv.reader(rows) for cell in row if cell)
    for dialect in ("sqlite", "postgres"):
        url = databases.empty(dialect)
        assert run("import", str(file), DATABASE_URL=url).exit_code == 0
        assert held(DATABASE_URL=url) == held()
    assert held()["'=cmd@example.org"]["name"] == "'=1+1"
    assert held()["bob@example.org"]["suppressed"] == "all"


@given(st.text(alphabet="'=+-@\t\r\nab", max_size=6))
def test_a_guarded_cell_is_no_formula_and_comes_back_as_it_was(cell):
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


def test_an_export_writes_over_nothing(run, tmp_path):
    run("import", "-", input=PLAIN)
    file = tmp_path / "mine.txt"
    file.write_text("mine")
    (tmp_path / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    for name in ("mine.txt", "link.csv", "."):
        assert "is there already" in assert_one_line(run("export", name))
    assert "cannot be written" in assert_one_line(run("export", "no/such/folder.csv"))
    nearly_too_long = "n" * 250
    assert "cannot be written" in assert_one_line(run("export", nearly_too_long))
    assert not (tmp_path / nearly_too_long).exists()
    assert file.read_text() == "mine"
    assert not (tmp_path / "elsewhere.csv").exists()


@pytest.mark.parametrize("arguments", [["export"], ["export", "-"]], ids=" ".join)
def test_an_export_goes_to_standard_output_and_its_report_beside_it(run, tmp_path, arguments):
    run("import", "-", input=PLAIN)
    result = run(*arguments)
    assert result.exit_code == 0
    assert len(list(csv.DictReader(StringIO(result.stdout)))) == 2
    assert result.stderr == "Standard output holds 2 subscribers.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_nothing_is_made_by_looking_for_a_store(run_anew, tmp_path):
    for command in (["export"], ["show", "ann@example.org"], ["suppress", "ann@example.org"]):
        assert "no store" in assert_one_line(run_anew(*command))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("setting", "kept"), [("truncated", "192.0.2.0/24"), ("full", "192.0.2.7"), ("none", "")]
)
def test_of_a_network_so_much_is_kept_as_the_settings_say(run, held, setting, kept):
    roster = f"email,confirmed_at,confirmed_source,confirmed_ip\nann@example.org,{YES},192.0.2.7\n"
    run("import", "-", input=roster, CONSENT_IP=setting)
    assert held()["ann@example.org"]["confirmed_ip"] == kept


def test_all_that_is_held_is_shown_to_who_writes_in(run):
    run("import", "-", input=PLAIN)
    shown = json.loads(run("show", " ANN@example.org").stdout)
    assert (shown["email"], shown["status"]) == ("ann@example.org", "confirmed")
    assert shown["consents"][0]["detail"]["source"] == "https://old.example/form"


@pytest.mark.parametrize("command", [["show"], ["erase", "--yes"]], ids=" ".join)
@pytest.mark.parametrize(
    "address", ["eve@example.org", "nobody", "", "x" * 300, "\x00@example.org"], ids=ascii
)
def test_an_address_that_is_not_held_is_an_answer(run, command, address):
    run("import", "-", input=PLAIN)
    assert_one_line(run(*command, address))


def test_who_is_to_be_erased_is_named_twice(run, held):
    run("import", "-", input=PLAIN)
    assert "nothing was erased" in assert_one_line(run("erase", "ann@example.org", input="bob@example.org\n"))
    assert run("erase", "ann@example.org", input="ann@example.org\n").exit_code == 0
    assert run("erase", "bob@example.org", "--yes").exit_code == 0
    assert held() == {}


def test_who_is_suppressed_gets_no_letter_and_is_not_brought_in_again(run, held):
    run("import", "--ask", "-", input=PLAIN)
    for name in ("ann", "bob", "eve"):
        assert run("suppress", f"{name}@example.org").exit_code == 0
    assert {row["status"] for row in held().values()} == {"unsubscribed"}
    letters = json.loads(run("show", "bob@example.org").stdout)["letters"]
    assert {letter["state"] for letter in letters} == {"cancelled"}
    assert "suppressed         1" in run("import", "-", input="email\neve@example.org\n").stdout
    assert "No longer" in run("unsuppress", "eve@example.org").stdout
    assert "was not suppressed" in run("unsuppress", "eve@example.org").stdout
    assert "pending            1" in run("import", "-", input="email\neve@example.org\n").stdout


def test_of_who_is_suppressed_and_not_subscribed_that_is_shown_and_stays(run):
    run("import", "-", input=PLAIN)
    assert run("suppress", "eve@example.org").stdout == "Suppressed: no letter goes there.\n"
    shown = json.loads(run("show", "Eve@example.org").stdout)
    assert (shown["email"], shown["requests"]) == ("eve@example.org", [])
    assert (shown["suppressed"]["scope"], shown["suppressed"]["reason"]) == ("all", "operator")
    assert shown["suppressed"]["since"]
    assert "`unsuppress` lifts it" in assert_one_line(run("erase", "--yes", "eve@example.org"))
    assert run("unsuppress", "eve@example.org").stdout.startswith("No longer")


def test_a_subscription_ends_by_being_suppressed_only_once(run):
    run("import", "-", input=PLAIN)
    assert "the subscription of it has ended" in run("suppress", "ann@example.org").stdout
    assert "has ended" not in run("suppress", "ann@example.org").stdout


def test_who_asked_and_was_not_answered_yet_is_shown_and_erased(run, tmp_path):
    run("import", "-", input=PLAIN)
    asyncio.run(_ask(f"sqlite://{tmp_path}/data/blog.sqlite3", "eve@example.org"))
    shown = json.loads(run("show", "eve@example.org").stdout)
    assert [(asked["wish"], asked["name"]) for asked in shown["requests"]] == [("letters", "Eve")]
    assert run("erase", "--yes", "eve@example.org").exit_code == 0
    assert "Nothing is held" in assert_one_line(run("show", "eve@example.org"))


async def _ask(url: str, email: str) -> None:
    async with open_store(url):
        await models.SignUp.ask(await models.found(), email, models.Trace(door="test"), name="Eve")


def test_an_import_that_is_killed_leaves_whole_chunks_and_is_finished_by_the_next(start, tmp_path):
    file = tmp_path / "roster.csv"
    file.write_text("email\n" + "".join(f"reader{number}@example.org\n" for number in range(10_500)))
    first = start("subscribers", "import", str(file))
    first.told("10000 of 10500 lines")
    first.process.kill()
    first.ended()
    url = f"sqlite://{first.folder / 'data' / 'blog.sqlite3'}"
    kept = asyncio.run(_count(url))
    assert kept >= 10_000
    assert kept % 500 == 0
    assert start("subscribers", "import", str(file)).ended() == 0
    assert asyncio.run(_count(url)) == 10_500


async def _count(url: str) -> int:
    async with open_store(url):
        assert await models.Consent.all().count() == await models.Subscription.all().count()
        return await models.Subscription.all().count()


@pytest.mark.parametrize(
    "command", ["", "import", "export", "show", "erase", "suppress", "unsuppress"]
)  # fmt: skip
def test_help_fits_a_screen_of_80_columns(run_anew, command):
    result = run_anew(*command.split(), "--help")
    assert result.exit_code == 0
    assert all(len(line) <= 80 for line in result.output.splitlines())


def test_nothing_of_a_roster_stays_in_the_temporary_folder(run, tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    run("import", "-", input=PLAIN)
    assert list(Path(folder).iterdir()) == []
