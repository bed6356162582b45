"""Settings come from the environment and from flags, and a wrong one is explained in one line."""

import re

import pytest

from gql_server.settings import Settings, SettingsError, read_settings
from models.store import locate

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
    "a site at a path": ({"GQL_SERVER_SITE_URL": "https://blog.example/news"}, "without a path."),
    "a site at a path, to browsers": (
        {"GQL_SERVER_SITE_URL": "https://blog.example\\news"},
        "without a path.",
    ),
    "a site on two lines": ({"GQL_SERVER_SITE_URL": "https://blog.example\nx"}, "https://blog.example"),
    "a site with half a host": ({"GQL_SERVER_SITE_URL": "https://[::1"}, "an address such as https://blog"),
    "a site on no port": ({"GQL_SERVER_SITE_URL": "https://blog.example:99999"}, "an address such as https"),
    "a site with a name": ({"GQL_SERVER_SITE_URL": "https://ann@blog.example"}, "without a path, a name or"),
    "a misspelt port": ({"GQL_SERVER_PROT": "80"}, "the nearest one is GQL_SERVER_PORT"),
    "a misspelt store": ({"GQL_SERVER_DATABASE": "x"}, "the nearest one is GQL_SERVER_DATABASE_URL"),
    "a site's name": ({"GQL_SERVER_SITEURL": "x"}, "the nearest one is GQL_SERVER_SITE_URL"),
    "small letters": ({"GQL_SERVER_host": "x"}, "the nearest one is GQL_SERVER_HOST"),
    "the prefix alone": ({"GQL_SERVER_": "x"}, "is not a setting"),
    "a misspelt server": ({"GQL_SERVER_SMTP": "x"}, "the nearest one is GQL_SERVER_SMTP_URL"),
}
MAIL = {"GQL_SERVER_SMTP_URL": "smtp://localhost", "GQL_SERVER_MAIL_FROM": "blog@example.org"}
LOOKS_LIKE = "GQL_SERVER_SMTP_URL: A mail server's address looks like smtp://user:password@host:587, with"
WEIGHT = "GQL_SERVER_SMTP_URL: A mail server's address takes ?weight= with a number from 1 to 1000."
NO_ADDRESS = "GQL_SERVER_MAIL_FROM: This is not an address that a letter can be sent to; write one such as"
NETWORKS = "GQL_SERVER_TRUSTED_PROXIES needs networks such as 10.0.0.0/8, with commas between."
WRONG_MAIL = {
    "SMTP_URL": {
        LOOKS_LIKE: (
            "mail.example", "http://mail.example", "smtp:mail.example", "smtp://", "smtp://:25", ",", " , ,",
            "smtp://user:s3cret@", "smtp://user:s3cret@host:port", "smtp://user:s3cret@host:65536",
            "smtp://user:s3cret@host/path", "smtp://user:s3cret@host#x", "smtp://user:s3cret@[::1",
            "smtp://localhost,user:s3cret@host", "smtp://user:s3cret@" + "a" * 64, "s3cret",
        ),
        WEIGHT: (
            "smtp://user:s3cret@host?weight=", "smtp://user:s3cret@host?weight=0",
            "smtp://user:s3cret@host?weight=1001", "smtp://user:s3cret@host?weight=heavy",
            "smtp://user:s3cret@host?weight=1&weight=2", "smtp://user:s3cret@host?colour=red",
        ),
    },
    "MAIL_FROM": {
        "GQL_SERVER_MAIL_FROM is needed with GQL_SERVER_SMTP_URL; write who sends the letters": ("", " "),
        NO_ADDRESS: (
            "Ann", "ann@", "ann@localhost", "Ann <>", "Ann ann@example.org", "ann@example.org ann",
            "ann@example.org, bob@example.org", "ann @example.org", "ann@example.org (Ann)",
            "<<ann@example.org>>", "Ann <ann@example.org",
            "Ann <ann@example.org>, bob", "Ann <ann@example.org\r\nBcc: bob@example.org>", "😀@example.org",
        ),
        "GQL_SERVER_MAIL_FROM: An address holds at most 254 characters.": ("a" * 300 + "@example.org",),
        "GQL_SERVER_MAIL_FROM: This holds a line break or a control character.": (
            "Ann\nBcc: bob@example.org <ann@example.org>", "Ann\x00 <ann@example.org>",
        ),
        "GQL_SERVER_MAIL_FROM: Not every mail server takes a sender beyond ASCII.": ("jürgen@example.org",),
        "GQL_SERVER_MAIL_FROM: This is not a text.": ("\udce9 <ann@example.org>",),
    },
    "TRUSTED_PROXIES": {
        NETWORKS: (
            "localhost", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/8;::1", "10.0.0.0/8 ::1", "10.0.0", "*",
            "::1%lo/64", "10.0.0.0-10.0.0.9",
        ),
    },
    "MEDIA_URL": {
        "GQL_SERVER_MEDIA_URL: This is no place for files; write file:///absolute/folder or s3://": (
            "data/media", "/srv/media", "file://host/media", "https://host/media", "s3://key@host/bucket",
            "s3://key:s3cret@host", "s3://key:s3cret@host/bucket?colour=red",
        ),
    },
    "CONSENT_IP": {
        "but it needs truncated, full or none.": ("", "yes", "Full", "null", "truncated, full"),
    },
    "GRAPHIQL": {
        "but it needs auto, on or off.": ("", "true", "1", "On", "no"),
    },
    "DEFER": {
        "but it needs on or off.": ("", "auto"),
    },
    "WORK": {
        "but it needs inside or apart.": ("", "on"),
    },
    "READER": {
        "but it needs auto, on or off.": ("", "true", "1", "On", "no"),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ["my blog #1", "what?", "100%25", "[a]@b", "blogë"])
def test_without_any_the_store_is_in_this_folder_whatever_that_is_called(tmp_path, monkeypatch, name):
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.chdir(folder)
    settings = read_settings({})
    assert locate(settings.database_url).credentials["file_path"] == f"{folder}/data/blog.sqlite3"
    assert settings.place_of_media == (folder / "data" / "media").as_uri()


def test_without_any_there_are_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_settings({}) == Settings(f"sqlite://{tmp_path}/data/blog.sqlite3", "127.0.0.1", 8000, "")


def test_each_is_read_from_its_variable():
    environment = {
        "GQL_SERVER_DATABASE_URL": "sqlite:///a.sqlite3",
        "GQL_SERVER_HOST": " ::1 ",
        "GQL_SERVER_PORT": "0",
        "GQL_SERVER_SITE_URL": "https://blog.example/",
        "OTHER_GQL_SERVER_PORT": "x",
        "PATH": "/bin",
    }
    assert read_settings(environment) == Settings("sqlite:///a.sqlite3", "::1", 0, "https://blog.example/")


def test_a_flag_wins_over_its_variable():
    environment = {"GQL_SERVER_PORT": "1", "GQL_SERVER_HOST": "a"}
    settings = read_settings(environment, port=2, host=None)
    assert (settings.port, settings.host) == (2, "a")


@pytest.mark.parametrize(("environment", "reason"), WRONG.values(), ids=WRONG)
def test_a_wrong_one_is_explained_in_one_line(environment, reason):
    with pytest.raises(SettingsError, match=re.escape(reason)) as refused:
        read_settings(environment)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", WRONG_MAIL)
def test_a_wrong_one_of_mail_and_visitors_is_explained_in_one_line(name):
    for reason, values in WRONG_MAIL[name].items():
        for value in values:
            with pytest.raises(SettingsError) as refused:
                read_settings({**MAIL, f"GQL_SERVER_{name}": value})
            assert reason in str(refused.value), value
            assert "\n" not in str(refused.value)
            assert "s3cret" not in str(refused.value)


def test_those_of_mail_and_visitors_are_read():
    settings = read_settings(
        {
            "GQL_SERVER_SMTP_URL": "smtps://user:s3cret@mail.example?weight=2, smtp://localhost:2525",
            "GQL_SERVER_MAIL_FROM": '"Ann, and others" <blog@bücher.example>',
            "GQL_SERVER_TRUSTED_PROXIES": "10.0.0.0/8,::1, 192.0.2.1,",
            "GQL_SERVER_CONSENT_IP": "none",
        }
    )
    assert settings.sender == ("Ann, and others", "blog@bücher.example")
    assert list(map(str, settings.proxies)) == ["10.0.0.0/8", "::1/128", "192.0.2.1/32"]
    assert settings.consent_ip == "none"
    assert not settings.is_private
    for sender, read in (
        ("blog@example.org", ("", "blog@example.org")),
        ("<blog@example.org>", ("", "blog@example.org")),
        ("Café <blog@example.org>", ("Café", "blog@example.org")),
        ('Café "De Hoek" <blog@example.org>', ('Café "De Hoek"', "blog@example.org")),
        ('"Ann \\"Bo\\"" <blog@example.org>', ('Ann "Bo"', "blog@example.org")),
    ):
        assert read_settings({"GQL_SERVER_MAIL_FROM": sender}).sender == read


def test_letters_are_shown_only_where_nobody_else_is_served():
    assert Settings().is_private
    assert Settings(host="::1", site_url="http://localhost:8000").is_private
    assert not Settings(host="0.0.0.0").is_private
    assert not Settings(host="").is_private
    assert not Settings(site_url="https://blog.example").is_private
    assert not Settings(smtp_url="smtp://localhost").is_private


def test_letters_are_left_to_others_where_none_can_be_sent_or_shown():
    assert Settings().has_post
    assert Settings(host="0.0.0.0", smtp_url="smtp://localhost").has_post
    assert not Settings(site_url="https://blog.example").has_post
    assert not Settings(work="apart").has_post


def test_graphiql_is_offered_where_nobody_else_is_served_or_as_it_is_set():
    elsewhere = {"site_url": "https://blog.example"}
    assert Settings().offers_graphiql
    assert not Settings(**elsewhere).offers_graphiql
    assert Settings(graphiql="on", **elsewhere).offers_graphiql
    assert not Settings(graphiql="off").offers_graphiql
    assert read_settings({"GQL_SERVER_GRAPHIQL": " off "}).graphiql == "off"


def test_a_wrong_one_beside_a_password_does_not_tell_it():
    for beside in ({"GQL_SERVER_PORT": "x"}, {"GQL_SERVER_MAIL_FROM": "x"}, {"GQL_SERVER_SMTPURL": "x"}):
        with pytest.raises(SettingsError) as refused:
            read_settings({**MAIL, "GQL_SERVER_SMTP_URL": "smtp://user:s3cret@mail.example", **beside})
        assert "s3cret" not in str(refused.value)
    for wrong in (
        {"GQL_SERVER_DATABASE_URL": "postgresql://ann:s3cret@host/x", "GQL_SERVER_PORT": "x"},
        {"GQL_SERVER_SITE_URL": "https://ann:s3cret@blog.example"},
        {"GQL_SERVER_SITE_URL": "https://ann:s3cret@blog.example/?page=1"},
        {"GQL_SERVER_SITE_URL": "htps://ann:s3cret@blog.example"},
    ):
        with pytest.raises(SettingsError) as refused:
            read_settings(wrong)
        assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("password", ["p@/s3cret", "p/s3cret", "p#s3cret", "1#s3cret", "p?s3cret"])
def test_a_password_that_reads_as_another_part_of_the_store_s_url_is_never_shown(password):
    with pytest.raises(SettingsError, match="signs such as / and @ in a password as %2F and %40") as refused:
        read_settings({"GQL_SERVER_DATABASE_URL": f"postgresql://ann:{password}@host/blog"})
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://127.0.0.1:8000"), ("", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000")],
)
def test_the_own_address_is_one_that_can_be_opened(host, url):
    assert Settings(host=host).own_url == url


def test_pictures_are_kept_beside_the_store_unless_another_place_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Settings().place_of_media == (tmp_path / "data" / "media").as_uri()
    assert (
        Settings(database_url="sqlite:///srv/my blog/x.sqlite3").place_of_media
        == "file:///srv/my%20blog/media"
    )
    there = Settings(database_url="postgresql://ann@host/x")
    assert there.place_of_media == (tmp_path / "data" / "media").as_uri()
    assert Settings(media_url="s3://k:s@host/b").place_of_media == "s3://k:s@host/b"
