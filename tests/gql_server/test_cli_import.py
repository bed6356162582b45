"""Whoever runs the machine moves a SQLite store to PostgreSQL by the command line."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from gql_server.cli import main
from models.store import APPS


@pytest.fixture
def move(databases):
    """Move a store into the one that a url names: `move(file, url)`; give what is said."""

    def move(file, url: str, *, fails: bool = False, **settings: str) -> str:
        environment = {"GQL_SERVER_DATABASE_URL": url, **settings}
        result = CliRunner().invoke(main, ["import", "sqlite", str(file)], env=environment)
        assert result.exit_code == (1 if fails else 0), result.output
        assert "Traceback" not in result.output
        return result.output

    return move


def test_a_store_moves_and_it_is_said_how_to_go_on(move, databases):
    file = Path(databases.told("sqlite").removeprefix("sqlite://"))
    url, pictures = databases.empty("postgres"), (file.parent / "media").as_uri()
    said = move(file, url)
    assert re.search(r"^post: \d\d rows$", said, re.MULTILINE)
    assert f"rows of {file}. What is left to do:" in said
    assert f"    mv {file} {file}.moved\n" in said
    assert f"    GQL_SERVER_MEDIA_URL={pictures}\n" in said
    # What the log of the file held stands in it: nothing is lost by renaming the file alone.
    assert not [found for found in file.parent.glob(f"{file.name}-*") if found.stat().st_size]
    assert "holds a publication already" in move(file, url, fails=True)


def test_who_has_said_where_pictures_are_is_not_told(move, databases):
    file = Path(databases.told("sqlite").removeprefix("sqlite://"))
    pictures = (file.parent / "media").as_uri()
    assert "MEDIA_URL" not in move(file, databases.empty("postgres"), GQL_SERVER_MEDIA_URL=pictures)


def test_what_cannot_be_moved_is_told_in_one_line(move, databases, tmp_path):
    file = databases.told("sqlite").removeprefix("sqlite://")
    same = move(file, f"sqlite://{tmp_path / 'new.sqlite3'}", fails=True)
    assert "GQL_SERVER_DATABASE_URL is to name the new store: postgresql://" in same
    assert not (tmp_path / "new.sqlite3").exists()
    none = move(tmp_path / "none.sqlite3", databases.migrated("postgres", APPS), fails=True)
    assert none.splitlines()[-1] == f"Error: There is no store at {tmp_path / 'none.sqlite3'}."
