"""A command that cannot do its work says so in one line, and exits with an error."""

import asyncio
import re
import socket
import sqlite3

import pytest
from click.testing import CliRunner

from gql_server.cli import main
from models.store import open_store

HELP = [
    ["--help"], ["serve", "--help"], ["migrate", "--help"], ["doctor", "--help"], ["import", "--help"],
    ["users", "--help"], ["users", "link", "--help"], ["token", "create", "--help"],
    ["import", "weebly", "--help"], ["comments", "--help"], ["comments", "policy", "--help"],
]  # fmt: skip

MAKE_NO_STORE = [
    ["comments", "policy"], ["comments", "policy", "shown"], ["comments", "waiting"],
    ["comments", "approve", "1"], ["comments", "reject", "1"], ["comments", "spam", "1"],
    ["jobs"], ["jobs", "list"], ["jobs", "retry", "1"], ["jobs", "drop", "1"], ["subscribers", "export"],
    ["subscribers", "show", "ann@example.org"], ["subscribers", "erase", "--yes", "ann@example.org"],
    ["subscribers", "suppress", "ann@example.org"], ["subscribers", "unsuppress", "ann@example.org"],
    ["users", "list"], ["users", "owner"], ["users", "invite", "ann@example.org", "Ann"],
    ["users", "role", "ann@example.org", "editor"], ["users", "retire", "ann@example.org"],
    ["users", "link", "ann@example.org"], ["token", "list"], ["token", "revoke", "1"],
    ["token", "create", "ann@example.org", "x"],
    ["doctor"], ["backup", "copy.sqlite3"],
]  # fmt: skip


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command on a store in a folder of its own: `run("migrate", DATABASE_URL=...)`."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **settings: str):
        environment = {f"GQL_SERVER_{name}": value for name, value in settings.items()}
        return CliRunner().invoke(main, arguments, env=environment, terminal_width=80)

    return run


@pytest.fixture
def stores(tmp_path):
    """Name files that are no store of ours: a letter, tables of others, a newer store."""
    files = {name: tmp_path / f"{name}.sqlite3" for name in ("letter", "tables", "newer")}
    files["letter"].write_text("Dear reader, this is no database. " * 100)
    with sqlite3.connect(files["tables"]) as tables:
        tables.execute("CREATE TABLE site (colour TEXT)")
    tables.close()
    asyncio.run(_make(f"sqlite://{files['newer']}"))
    with sqlite3.connect(files["newer"]) as newer:
        newer.execute("UPDATE tortoise_migrations SET name = '9999_from_tomorrow' WHERE name LIKE '0001%'")
    newer.close()
    return {name: f"sqlite://{file}" for name, file in files.items()}


async def _make(url: str) -> None:
    async with open_store(url):
        pass


def assert_one_line(result) -> str:
    """Hold that a command failed without a traceback; give its last line."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    last = result.output.splitlines()[-1]
    assert last.startswith("Error: ")
    assert "Traceback" not in result.output
    return last


@pytest.mark.parametrize(
    ("name", "reason"),
    [("letter", "not a database"), ("tables", "already exists"), ("newer", "newer version")],
)
def test_a_file_that_is_no_store_of_ours_is_left_alone(run, stores, name, reason):
    assert reason in assert_one_line(run("migrate", DATABASE_URL=stores[name]))
    assert_one_line(run("doctor", DATABASE_URL=stores[name]))


@pytest.mark.parametrize("command", ["migrate", "doctor"])
@pytest.mark.parametrize(
    "url",
    ["", "blog.sqlite3", "sqlite://blog.sqlite3", "mysql://ann:s3cret@x/y", "postgresql://ann:s3cret@x:y/z"],
)
def test_what_is_no_url_of_a_store_is_explained_without_repeating_it(run, command, url):
    line = assert_one_line(run(command, DATABASE_URL=url))
    assert "no store's url" in line
    assert "s3cret" not in line


def test_a_folder_that_cannot_be_made_is_named(run, tmp_path):
    (tmp_path / "file").touch()
    assert "cannot be made" in assert_one_line(
        run("migrate", DATABASE_URL=f"sqlite://{tmp_path}/file/a/b.sqlite3")
    )


def test_a_folder_that_is_not_there_is_made(run, tmp_path):
    assert run("migrate").exit_code == 0
    assert (tmp_path / "data" / "blog.sqlite3").is_file()


def test_a_database_nobody_made_is_named_without_the_password(run, postgres_server):
    missing = re.sub(r"//.*?/postgres", "//postgres:s3cret@/missing", postgres_server, count=1)
    result = run("migrate", DATABASE_URL=missing)
    assert "missing" in assert_one_line(result)
    assert "s3cret" not in result.output


def test_doctor_says_what_is_to_be_done(run):
    assert "`migrate`" in assert_one_line(run("doctor"))
    assert run("migrate").exit_code == 0
    healthy = run("doctor")
    assert healthy.exit_code == 0
    assert "right" in healthy.output


@pytest.mark.parametrize("command", MAKE_NO_STORE, ids=" ".join)
def test_a_command_that_makes_no_store_says_where_there_is_none_and_makes_nothing(run, tmp_path, command):
    for slashes in ("//", "///"):
        line = assert_one_line(run(*command, DATABASE_URL=f"sqlite:{slashes}{tmp_path}/blog.sqlite3"))
        there = f"There is no store at {tmp_path}/blog.sqlite3 yet; `migrate` makes it, and so does `serve`."
        assert line == f"Error: {there}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", MAKE_NO_STORE[:-1], ids=" ".join)
def test_a_command_that_makes_no_store_leaves_an_empty_file_empty(run, tmp_path, command):
    stray = tmp_path / "blog.sqlite3"
    stray.touch()
    assert "`migrate`" in assert_one_line(run(*command, DATABASE_URL=f"sqlite://{stray}"))
    assert stray.read_bytes() == b""


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04", b"<rss", b"\xff\xfe\x00", b"<html></html>"])
def test_what_is_no_weebly_blog_is_not_brought_in(run, tmp_path, content):
    path = tmp_path / "blog.zip"
    if content is not None:
        path.write_bytes(content)
    assert_one_line(run("import", "weebly", str(path)))
    assert_one_line(run("doctor"))


@pytest.mark.parametrize("arguments", [["nonsense"], ["import"], ["import", "weebly"], ["serve", "--colour"]])
def test_a_command_nobody_wrote_is_a_wrong_use(run, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.output


@pytest.mark.parametrize("arguments", HELP, ids=" ".join)
def test_help_fits_a_screen_of_80_columns(run, arguments):
    result = run(*arguments)
    assert result.exit_code == 0
    assert all(len(line) <= 80 for line in result.output.splitlines())


@pytest.mark.parametrize("name", ["letter", "tables", "newer"])
def test_a_server_does_not_start_on_what_is_no_store(start, stores, name):
    assert_did_not_start(start("serve", "--port", "0", DATABASE_URL=stores[name]))


@pytest.mark.parametrize("host", ["no.such.host.invalid", "256.1.1.1", "é" * 80, "192.0.2.1"])
def test_a_server_does_not_start_where_it_cannot_listen(start, host):
    assert "isten" in assert_did_not_start(start("serve", "--port", "0", HOST=host))


def test_a_server_does_not_start_on_a_taken_port(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = assert_did_not_start(server := start("serve", "--port", str(port)))
    assert f"Port {port} is taken" in line
    assert not (server.folder / "data").exists()


def test_a_server_waits_for_postgres_and_can_be_stopped_meanwhile(start, tmp_path):
    url = f"postgresql://ann:s3cret@/blog?host={tmp_path}"
    server = start("serve", "--port", "0", DATABASE_URL=url)
    server.told("waiting for the store at postgresql://ann@/blog")
    server.process.terminate()
    assert server.ended() == 0
    assert "s3cret" not in server.out + server.log
    assert "Traceback" not in server.log


def assert_did_not_start(server) -> str:
    """Hold that a server gave up in one line; give it."""
    assert server.ended() == 1
    assert "Traceback" not in server.log
    assert server.out == ""
    last = server.log.splitlines()[-1]
    assert last.startswith("Error: ")
    return last
