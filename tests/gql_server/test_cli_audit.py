"""Whoever runs the machine reads who did what, and nothing of what was said."""

import asyncio
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner

import models
from gql_server.cli import main
from models.store import open_store

ED, ANN = "ed@example.org", "ann@example.org"
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  (.*)  (.*)  (\S+)  (\S+)")


@pytest.fixture
def run(database_url):
    """Run a command on a store; give what it says."""

    def run(*arguments: str, fails: int = 0) -> str:
        result = CliRunner().invoke(main, arguments, env={"GQL_SERVER_DATABASE_URL": database_url})
        assert result.exit_code == fails, result.output
        assert "Traceback" not in result.output
        return result.output

    run("migrate")
    return run


@pytest.fixture
def deeds(run):
    """Read the audit log: `deeds("--by", ED)`; the moments are left out."""

    def deeds(*arguments: str) -> list[tuple[str, ...]]:
        found = [LINE.fullmatch(line) for line in run("audit", *arguments).splitlines()]
        return [line.groups() for line in found if line is not None]

    return deeds


@pytest.fixture
def busy(database_url, run):
    """Let Ed and Ann, and a program of Ed's, do something."""
    for email, name, role in ((ED, "Ed", "admin"), (ANN, "Ann", "editor")):
        run("users", "invite", email, name, "--role", role)
    asyncio.run(_do(database_url))


async def _do(database_url):
    async with open_store(database_url, migrate=False):
        site = await models.Site.current()
        ed, ann = [await models.User.by_email(site, email) for email in (ED, ANN)]
        key, _ = await models.Key.grant_api(ed, label="program", scopes=None, lives=timedelta(days=9))
        for user, deed, key_id in (
            (ed, "post.create", None), (ann, "post.publish", None), (ed, "tag.merge", key.id),
        ):  # fmt: skip
            await models.Audit.note(models.Principal(user.id, user.role, key_id=key_id), deed, 7)


def test_it_is_told_who_did_what_the_newest_last(busy, deeds):
    assert deeds("--last", "3") == [
        (ED, "-", "post.create", "7"),
        (ANN, "-", "post.publish", "7"),
        (ED, "token 1", "tag.merge", "7"),
    ]
    assert deeds()[0][::2] == ("command line or server", "user.invite")
    assert [line[2] for line in deeds("--last", "1")] == ["tag.merge"]


def test_it_is_told_of_one_person_and_of_one_kind(busy, run, deeds):
    assert [line[2] for line in deeds("--by", ANN)] == ["post.publish"]
    assert [line[2] for line in deeds("--deed", "post")] == ["post.create", "post.publish"]
    assert [line[0] for line in deeds("--deed", "post.create")] == [ED]
    assert deeds("--deed", "pos") == []
    run("users", "retire", ANN)
    assert [line[2] for line in deeds("--by", ANN.upper().replace("EXAMPLE", "example"))] == ["post.publish"]


def test_who_never_was_here_did_nothing(busy, run):
    assert "could ever sign in here" in run("audit", "--by", "nobody@example.org", fails=1)
    assert run("audit", "--deed", "post.burn") == "No such deed is noted.\n"


@pytest.mark.parametrize(
    "deed", ["", "post.", ".", "POST", "a'; --", "%", "x y", "post.a.b", "x" * 31, "\udcff"]
)
def test_what_is_no_deed_is_refused(run, deed):
    assert "a deed is a noun" in run("audit", "--deed", deed, fails=2)


def test_where_nothing_was_done_it_says_so(run):
    assert run("audit") == "No such deed is noted.\n"
