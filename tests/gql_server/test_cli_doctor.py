"""Doctor tells how mail, subscribers and letters are, without sending a letter or telling a secret."""

import asyncio
import re
import resource
import socket
import sqlite3
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

import models
from gql_server.cli import main
from models.store import open_store
from tests.databases import say
from tests.mailers.smtp import DROP, MailServer

SECRET = "s3cret%20word"
SENDER = "De Lange Tafel <post@tafel.example>"
ROSTER = "email,status\nann@example.org,\nbob@example.org,\ncas@example.org,unsubscribed\n"
TROUBLE = {
    "no greeting": ({"BANNER": "554 5.3.2 closed"}, "554"),
    "busy": ({"BANNER": "421 4.3.2 busy"}, "421"),
    "hangs up": ({"BANNER": DROP}, "connect"),
    "wrong password": ({"AUTH": "535 5.7.8 wrong"}, "535"),
    "repeats the password": (
        {"AUTH": lambda command: f"535 5.7.8 s3cret word? {command.strip()}"},
        "[password]",
    ),
}


@pytest.fixture
def run(tmp_path, migrated_file, monkeypatch):
    """Run a command on a store in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, input: str | None = None, **settings: str):
        environment = {f"GQL_SERVER_{name}": value for name, value in settings.items()}
        return CliRunner().invoke(main, arguments, env=environment, input=input)

    assert run("migrate").exit_code == 0
    return run


@pytest.fixture
def doctor(run):
    """Let the doctor look while a mail server of this loop answers."""

    async def doctor(server: MailServer, login: str = "", **settings: str):
        url = f"smtp://{login}127.0.0.1:{server.port}"
        return await asyncio.to_thread(run, "doctor", SMTP_URL=url, MAIL_FROM=SENDER, **settings)

    return doctor


def line_of(result, what: str) -> str:
    [line] = [line for line in result.output.splitlines() if line.startswith(f"{what} ")]
    return line.removeprefix(what).strip()


def test_it_is_told_where_pictures_are_kept(run, tmp_path):
    told = run("doctor")
    assert line_of(told, "pictures") == f"are kept in {tmp_path / 'data' / 'media'}"
    assert not (tmp_path / "data" / "media").exists()
    (tmp_path / "data" / "media").mkdir()
    assert run("doctor").exit_code == 0
    assert not list((tmp_path / "data" / "media").iterdir())


def test_pictures_that_were_left_elsewhere_are_missed(run, tmp_path):
    async def upload(*names: str) -> None:
        async with open_store(f"sqlite://{tmp_path / 'data' / 'blog.sqlite3'}"):
            site = await models.Site.current()
            for name in names:
                await models.Image.create(
                    site_id=site.id, user_id=1, url=f"/media/{name}", media_type="image/png"
                )

    asyncio.run(upload("here-8.png", "gone-8.png"))
    (tmp_path / "data" / "media").mkdir()
    (tmp_path / "data" / "media" / "here-8.png").write_bytes(b"x")
    told = run("doctor")
    place = tmp_path / "data" / "media"
    assert line_of(told, "pictures") == f"1 of the newest 2 are not in {place}: /media/gone-8.png, …"
    assert told.exit_code == 1
    assert "Pictures are missing, which may be elsewhere (GQL_SERVER_MEDIA_URL)" in told.output
    (place / "gone-8.png").write_bytes(b"x")
    assert run("doctor").exit_code == 0


def test_a_place_for_pictures_that_is_none_is_told(run, tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "media"):
        told = run("doctor", MEDIA_URL=place.as_uri())
        assert line_of(told, "pictures").startswith("cannot be kept: ")
        assert told.exit_code == 1
        assert line_of(told, "mail")


def test_a_bucket_that_does_not_answer_is_told_without_its_secret(run):
    told = run("doctor", MEDIA_URL="s3://key:s3cret@127.0.0.1:9/pictures?tls=off")
    assert line_of(told, "pictures").startswith("cannot be kept: s3://127.0.0.1:9/pictures does not answer")
    assert "s3cret" not in told.output


def test_without_a_mail_server_it_is_told_where_letters_are(run):
    assert line_of(run("doctor"), "mail").endswith("letters are shown at /letters")
    public = run("doctor", SITE_URL="https://blog.example")
    assert line_of(public, "mail").endswith("letters wait")
    assert public.exit_code == 0


def test_subscribers_are_counted_and_the_oldest_letter_is_dated(run):
    assert line_of(run("doctor"), "letters") == "none waiting"
    run("subscribers", "import", "--ask", "-", input=ROSTER)
    told = run("doctor")
    assert line_of(told, "subscribers") == "2 pending, 0 confirmed, 1 unsubscribed, 0 bounced"
    assert line_of(told, "letters").startswith("2 wait, the oldest since 2")


async def test_a_mail_server_is_tried_without_a_letter(doctor):
    async with MailServer(offers=("PIPELINING", "AUTH PLAIN")) as server:
        told = await doctor(server, f"ann:{SECRET}@", SITE_URL="https://blog.example")
        assert (told.exit_code, line_of(told, "sender")) == (0, SENDER)
        assert line_of(told, "mail") == f"127.0.0.1:{server.port} fine, and signed in"
        assert "links" not in told.output
        assert (server.heard_times("AUTH"), server.heard_times("MAIL"), server.taken) == (1, 0, [])


def test_a_server_for_others_without_an_address_is_told_where_links_would_lead(run):
    told = run("doctor", HOST="0.0.0.0")
    assert line_of(told, "links").endswith("addresses and letters lead to http://127.0.0.1:8000")
    assert told.exit_code == 0
    assert "links" not in run("doctor").output
    assert "links" not in run("doctor", HOST="0.0.0.0", SITE_URL="https://blog.example").output


def test_an_address_of_the_site_with_a_path_that_an_older_version_kept_is_told(run, tmp_path):
    assert run("doctor").exit_code == 0
    with closing(sqlite3.connect(tmp_path / "data" / "blog.sqlite3")) as beside:
        beside.execute("UPDATE site SET url = 'https://blog.example/news'")
        beside.commit()
    told = run("doctor")
    assert told.exit_code == 0
    assert line_of(told, "links").startswith("leave out the path of https://blog.example/news")
    assert "links" not in run("doctor", SITE_URL="https://blog.example").output


async def test_without_an_address_of_the_site_it_is_told_where_links_would_lead(doctor):
    async with MailServer() as server:
        told = await doctor(server)
        assert "GQL_SERVER_SITE_URL is not set" in line_of(told, "links")


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_a_mail_server_that_takes_no_letters_gives_its_reason_and_never_the_password(doctor, trouble):
    answers, reason = TROUBLE[trouble]
    async with MailServer(answers, offers=("AUTH PLAIN",)) as server:
        told = await doctor(server, f"ann:{SECRET}@")
    assert told.exit_code == 1
    assert "Traceback" not in told.output
    assert reason in line_of(told, "mail")
    assert "jobs" in told.output
    assert not any(sent in told.output for sent in ("s3cret", "czNjcmV0", "AGFubgBzM2NyZXQgd29yZA=="))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_mail_server_that_is_not_there_is_told_in_plain_words(run, host):
    with socket.socket() as taken:
        # Nobody listens there, nor can anybody else.
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        told = run("doctor", SMTP_URL=f"smtp://{host}:{port}", MAIL_FROM=SENDER)
    assert told.exit_code == 1
    advice = "check GQL_SERVER_SMTP_URL and that the mail server runs."
    assert line_of(told, "mail") == f"Nothing listens at {host}:{port}; {advice}"


async def test_a_mail_server_that_greets_before_tls_is_told_in_plain_words(run):
    async with MailServer() as server:
        told = await asyncio.to_thread(
            run, "doctor", SMTP_URL=f"smtps://127.0.0.1:{server.port}", MAIL_FROM=SENDER
        )
    line = line_of(told, "mail")
    assert line.startswith(f"127.0.0.1:{server.port} does not speak TLS from the first byte, which smtps://")
    assert told.exit_code == 1


def test_a_server_that_would_not_start_for_want_of_an_address_is_told(run):
    away = {"SMTP_URL": "smtp://mail.invalid", "MAIL_FROM": SENDER}
    told = run("doctor", **away)
    assert "Without GQL_SERVER_SITE_URL neither `serve` nor `work` starts; see `links`." in told.output
    assert line_of(told, "links").startswith("GQL_SERVER_SITE_URL is not set")
    refused = run("work", **away)
    assert "GQL_SERVER_SITE_URL is not set" in refused.output
    assert "neither" not in run("doctor", **away, SITE_URL="https://blog.example").output


def test_a_mail_server_whose_name_leads_nowhere_is_told_in_plain_words(run):
    told = run("doctor", SMTP_URL="smtp://mail.invalid", MAIL_FROM=SENDER)
    assert told.exit_code == 1
    assert line_of(told, "mail").startswith("No host is found by the name mail.invalid; check")


def test_where_a_server_would_listen_is_told(run):
    assert line_of(run("doctor"), "settings") == "fine; would listen on http://127.0.0.1:8000"


def test_the_documents_of_the_manifests_are_held_against_the_schema(run, tmp_path):
    assert "trusted" not in run("doctor").output
    manifest = tmp_path / "manifest.json"
    manifest.write_text('{"a": "{ site { title } }", "b": "{ colour }"}')
    told = run("doctor", DOCUMENTS=str(manifest))
    assert line_of(told, "documents") == "2 trusted, 1 do not fit the schema: b"
    manifest.write_text('{"a": "{ site { title } }"}')
    assert line_of(run("doctor", DOCUMENTS=str(manifest)), "documents") == "1 trusted, all fit the schema"
    manifest.write_text("{")
    refused = run("doctor", DOCUMENTS=str(manifest))
    assert refused.exit_code == 1
    assert "GQL_SERVER_DOCUMENTS" in refused.output
    assert "Traceback" not in refused.output


async def test_it_is_told_what_was_heard_of_letters_that_are_put_off_or_given_up(run, tmp_path):
    async with open_store(f"sqlite://{tmp_path / 'data' / 'blog.sqlite3'}"):
        facts = {"batch": 0, "facts": {}, "reason": "RCPT: 451 4.7.1 Greylisted"}
        put_off = models.Delivery.written(None, models.LetterKind.PEN, key="1", facts={})
        await put_off.update_from_dict(facts).save()
        over = {"state": models.State.FAILED, "settled_at": models.now(), "reason": "RCPT: 550 no"}
        given_up = models.Delivery.written(None, models.LetterKind.PEN, key="2", facts={})
        await given_up.update_from_dict(facts | over).save()
    looked = await asyncio.to_thread(run, "doctor")
    told = [line for line in looked.output.splitlines() if line.startswith("letters ")]
    assert told[0].startswith("letters     1 wait, the oldest since ")
    assert told[1] == "letters     were put off: RCPT: 451 4.7.1 Greylisted"
    assert told[2] == "letters     1 given up in the last day, the last: RCPT: 550 no"


async def test_counts_that_are_right_are_left_as_they_are(run, tmp_path):
    store = f"sqlite://{tmp_path / 'data' / 'blog.sqlite3'}"
    async with open_store(store):
        site = await models.Site.current()
        post = await models.Post.draft(site, "Een", "<p>Tekst.</p>", authors=[])
        await post.publish()
        before = await models.MonthCount.all().values()
    assert line_of(await asyncio.to_thread(run, "doctor"), "counts") == "right"
    async with open_store(store):
        assert await models.MonthCount.all().values() == before


async def test_a_damaged_index_of_words_is_made_anew(run, tmp_path):
    file = tmp_path / "data" / "blog.sqlite3"
    async with open_store(f"sqlite://{file}"):
        post = await models.Post.draft(await models.Site.current(), "Een", "<p>Tekst.</p>", authors=[])
        await post.publish()
    with closing(sqlite3.connect(file)) as beside:
        beside.execute("DELETE FROM post_words_data WHERE id > 10")
        beside.commit()
    assert line_of(await asyncio.to_thread(run, "doctor"), "search") == "1 damaged and made anew"
    assert line_of(await asyncio.to_thread(run, "doctor"), "search") == "right"
    async with open_store(f"sqlite://{file}"):
        assert await models.Post.published(models.PostConditions(search="tekst")).count() == 1


def test_a_damaged_store_is_told_so(run, tmp_path):
    file = tmp_path / "data" / "blog.sqlite3"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] + b"\xff" * 40_000 + whole[len(whole) // 2 + 40_000 :])
    told = run("doctor")
    assert told.exit_code == 1
    assert re.search(rf"The store at \S*{file} (is damaged|cannot be)", told.output)


def test_a_store_that_is_away_is_told_at_once_and_the_rest_is_looked_at(run, tmp_path):
    told = run("doctor", DATABASE_URL=f"postgresql:///blog?host={tmp_path}")
    assert line_of(told, "store").startswith("cannot be looked into")
    assert "waiting for" not in told.output
    assert line_of(told, "pictures")
    assert line_of(told, "mail").endswith("letters are shown at /letters")
    assert told.output.splitlines()[-1].startswith(f"Error: The store at postgresql:///blog?host={tmp_path} ")
    assert told.exit_code == 1


def test_a_postgres_that_is_empty_answers_and_cannot_be_looked_into(run, databases):
    told = run("doctor", DATABASE_URL=databases.empty("postgres"))
    assert line_of(told, "store").endswith(" answers")
    assert line_of(told, "contents").startswith("cannot be looked into")
    assert "Error: Migrations are waiting" in told.output
    assert told.exit_code == 1


async def test_without_a_store_a_mail_server_is_tried_all_the_same(doctor, tmp_path):
    (tmp_path / "data" / "blog.sqlite3").unlink()
    async with MailServer() as server:
        told = await doctor(server)
        assert "Error: There is no store at " in told.output
        assert line_of(told, "mail") == f"127.0.0.1:{server.port} fine"
        assert server.heard_times("QUIT") == 1
    assert told.exit_code == 1


async def test_all_that_is_amiss_is_said_at_the_end(doctor, tmp_path):
    (tmp_path / "file").write_text("")
    async with MailServer({"BANNER": "421 4.3.2 busy"}) as server:
        told = await doctor(server, MEDIA_URL=(tmp_path / "file").as_uri())
    assert told.output.endswith(
        "Error: No picture can be uploaded; see `pictures`. "
        "Not every mail server takes letters; see `mail`.\n"
    )


@contextmanager
def no_file_longer_than(size):
    """Let the disk seem full: no file grows further than so many bytes."""
    unbound = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, unbound[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unbound)


def test_a_disk_without_room_is_told_though_all_can_be_read(run, tmp_path):
    with closing(sqlite3.connect(tmp_path / "data" / "blog.sqlite3")) as beside:
        # A log of some length that is not folded meanwhile; no file may grow further than that.
        beside.execute("PRAGMA wal_autocheckpoint = 0")
        beside.execute("CREATE TABLE ballast (stones BLOB)")
        beside.execute("INSERT INTO ballast VALUES (zeroblob(200000))")
        beside.commit()
        with no_file_longer_than(150_000):
            told = run("doctor")
    assert line_of(told, "writing").startswith("fails: ")
    assert line_of(told, "counts") == "right"
    assert told.output.endswith("Error: The store keeps nothing new; see `writing`.\n")
    assert told.exit_code == 1
    assert line_of(run("doctor"), "writing") == "is kept"


def test_a_disk_without_room_to_open_a_store_is_looked_for(run):
    with no_file_longer_than(1000):
        told = run("jobs")
    assert "disk I/O error; look whether the disk is full, or failing" in told.output
    assert told.exit_code == 1


def test_a_postgres_that_may_only_be_read_is_told(run, databases):
    url = databases.empty("postgres")
    assert run("migrate", DATABASE_URL=url).exit_code == 0
    name = urlsplit(url).path[1:]
    asyncio.run(say(url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    told = run("doctor", DATABASE_URL=url)
    assert "read-only transaction" in line_of(told, "writing")
    assert told.exit_code == 1
    assert line_of(told, "jobs")


def test_what_is_buried_is_told_with_what_lists_it(run, tmp_path):
    assert line_of(run("doctor"), "jobs") == "0 waiting, 0 running, 0 buried"
    with closing(sqlite3.connect(tmp_path / "data" / "blog.sqlite3")) as store:
        store.execute(
            "INSERT INTO job (work, payload, lane, run_at, created_at, state) "
            "VALUES ('purge', '{}', 0, 0, 0, 'buried')"
        )
        store.commit()
    assert line_of(run("doctor"), "jobs").endswith("1 buried; `jobs list` tells what is buried")
