"""Settings come from the environment and from flags, and a wrong one is explained in one line."""

import re

import pytest

from gql_server.settings import Settings, SettingsError, read_settings

WRONG = {
    "a word for a port": ({"GQL_SERVER_PORT": "many"}, "GQL_SERVER_PORT is 'many'"),
    "no port": ({"GQL_SERVER_PORT": ""}, "GQL_SERVER_PORT is ''"),
    "half a port": ({"GQL_SERVER_PORT": "80.5"}, "GQL_SERVER_PORT is '80.5'"),
    "a port below": ({"GQL_SERVER_PORT": "-1"}, "a number from 0 to 65535"),
    "a port above": ({"GQL_SERVER_PORT": "65536"}, "a number from 0 to 65535"),
    "a site by mail": ({"GQL_SERVER_SITE_URL": "mailto:ann@example.org"}, "https://blog.example"),
    "a site without a scheme": ({"GQL_SERVER_SITE_URL": "blog.example"}, "https://blog.example"),
    "a site without a host": ({"GQL_SERVER_SITE_URL": "https://"}, "https://blog.example"),
    "a site with a query": ({"GQL_SERVER_SITE_URL": "https://blog.example/?a=b"}, "https://blog.example"),
    "a site on two lines": ({"GQL_SERVER_SITE_URL": "https://blog.example\nx"}, "https://blog.example"),
    "a misspelt port": ({"GQL_SERVER_PROT": "80"}, "the nearest one is GQL_SERVER_PORT"),
    "a misspelt store": ({"GQL_SERVER_DATABASE": "x"}, "the nearest one is GQL_SERVER_DATABASE_URL"),
    "a site's name": ({"GQL_SERVER_SITEURL": "x"}, "the nearest one is GQL_SERVER_SITE_URL"),
    "small letters": ({"GQL_SERVER_host": "x"}, "the nearest one is GQL_SERVER_HOST"),
    "the prefix alone": ({"GQL_SERVER_": "x"}, "is not a setting"),
}


def test_without_any_there_are_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_settings({}) == Settings(f"sqlite://{tmp_path}/data/blog.sqlite3", "127.0.0.1", 8000, "")


def test_each_is_read_from_its_variable():
    environment = {
        "GQL_SERVER_DATABASE_URL": "sqlite:///a.sqlite3",
        "GQL_SERVER_HOST": " ::1 ",
        "GQL_SERVER_PORT": "0",
        "GQL_SERVER_SITE_URL": "https://blog.example/news",
        "OTHER_GQL_SERVER_PORT": "x",
        "PATH": "/bin",
    }
    assert read_settings(environment) == Settings(
        "sqlite:///a.sqlite3", "::1", 0, "https://blog.example/news"
    )


def test_a_flag_wins_over_its_variable():
    environment = {"GQL_SERVER_PORT": "1", "GQL_SERVER_HOST": "a"}
    settings = read_settings(environment, port=2, host=None)
    assert (settings.port, settings.host) == (2, "a")


@pytest.mark.parametrize(("environment", "reason"), WRONG.values(), ids=WRONG)
def test_a_wrong_one_is_explained_in_one_line(environment, reason):
    with pytest.raises(SettingsError, match=re.escape(reason)) as refused:
        read_settings(environment)
    assert "\n" not in str(refused.value)


def test_a_wrong_one_beside_a_password_does_not_tell_it():
    environment = {"GQL_SERVER_DATABASE_URL": "postgresql://ann:s3cret@host/x", "GQL_SERVER_PORT": "x"}
    with pytest.raises(SettingsError) as refused:
        read_settings(environment)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://127.0.0.1:8000"), ("", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000")],
)
def test_the_own_address_is_one_that_can_be_opened(host, url):
    assert Settings(host=host).own_url == url
