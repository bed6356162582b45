"""Whoever runs the machine lets people and programs in, and out, by the command line."""

import pytest
from click.testing import CliRunner

from gql_server.cli import main

ED = "ed@example.org"


@pytest.fixture
def run(database_url):
    """Run a command on a store: `run("users", "list")`; give what it says."""

    def run(*arguments: str, fails: bool = False, **settings: str) -> str:
        settings = {"DATABASE_URL": database_url, "SITE_URL": "https://blog.example", **settings}
        environment = {f"GQL_SERVER_{name}": value for name, value in settings.items()}
        result = CliRunner().invoke(main, arguments, env=environment, terminal_width=80)
        assert result.exit_code == (1 if fails else 0), result.output
        assert "Traceback" not in result.output
        return result.output

    run("migrate")
    return run


def test_the_owner_is_given_a_link_to_the_site(run):
    assert run("users", "list").startswith("Nobody can sign in yet")
    assert run("users", "owner").startswith("https://blog.example/sign-in/owner_1_")


def test_who_is_given_a_link_to_this_machine_is_told_what_it_rests_on(run):
    assert len(run("users", "owner").splitlines()) == 1
    told = run("users", "owner", SITE_URL="").splitlines()
    assert told[0].startswith("http://127.0.0.1:8000/sign-in/owner_1_")
    assert "GQL_SERVER_PORT" in told[1]
    told = run("users", "owner", SITE_URL="", PORT="9100").splitlines()
    assert told[0].startswith("http://127.0.0.1:9100/sign-in/owner_1_")


def test_somebody_is_invited_trusted_and_retired(run):
    assert "can sign in as editor" in run("users", "invite", ED, "Ed", "--role", "editor")
    assert run("users", "list") == f"{ED}  editor  Ed\n"
    assert "admin from now on" in run("users", "role", ED, "admin")
    assert "another admin first" in run("users", "retire", ED, fails=True)
    assert "another admin first" in run("users", "role", ED, "author", fails=True)
    run("users", "invite", "ann@example.org", "Ann", "--role", "admin")
    run("users", "retire", ED)
    assert run("users", "list") == "ann@example.org  admin  Ann\n"
    assert "Somebody may do everything" in run("users", "owner", fails=True)
    assert run("users", "link", "ann@example.org").startswith("https://blog.example/sign-in/login_1_")


def test_a_token_is_made_listed_and_revoked(run):
    run("users", "invite", ED, "Ed")
    assert run("token", "list") == "There are no tokens.\n"
    token = run("token", "create", ED, "the old site", "--scope", "content:read", "--days", "9").strip()
    assert token.startswith("api_1_")
    listed = run("token", "list")
    assert f"api  {ED}  content:read  until 20" in listed
    assert "never used  the old site" in listed
    assert token not in listed
    run("token", "create", ED, "all that Ed may")
    assert f"{ED}  content:read,content:write  until 20" in run("token", "list")
    assert run("token", "revoke", "1", "2") == "2 revoked.\n"
    assert "revoked before" in run("token", "revoke", "1", fails=True)
    assert run("token", "list") == "There are no tokens.\n"


def test_what_cannot_be_is_told_in_one_line(run):
    run("users", "invite", ED, "Ed")
    assert "no tokens:manage" in run("token", "create", ED, "x", "--scope", "tokens:manage", fails=True)
    assert "Nobody of this address" in run("token", "create", "bob@example.org", "x", fails=True)
    assert "Nobody of this address" in run("users", "link", "bob@example.org", fails=True)
    assert "address" in run("users", "invite", "no address", "Ed", fails=True)
    assert "needs a name" in run("users", "invite", "ann@example.org", " ", fails=True)
