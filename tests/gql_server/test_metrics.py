"""The metrics of a process are told to its own machine."""

from datetime import timedelta

import pytest

import models
from models.store import open_store
from tests.gql_server.keeping import kitchen

TITLE = {"query": "{ site { title } }"}


@pytest.fixture
def dialect():
    """They are those of the process, whatever its store."""
    return "sqlite"


def numbers(text):
    """Read the format of Prometheus."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


async def test_they_count_what_was_answered_and_what_was_kept(serve, database_url):
    with kitchen():
        async with serve(database_url) as client:
            for query in (TITLE, TITLE, TITLE, {"query": "{ colour }"}):
                async with client.post("/graphql", json=query) as answer:
                    await answer.read()
            etag = ""
            for _ in range(2):
                async with client.get("/graphql", params=TITLE, headers={"If-None-Match": etag}) as answer:
                    etag = answer.headers["ETag"]
            async with client.get("/metrics") as answer:
                assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
                assert answer.headers["Cache-Control"] == "no-store"
                told = numbers(await answer.text())
    assert told['gql_server_answers_total{kind="query"}'] == 2
    assert told['gql_server_answers_total{kind="refused"}'] == 1
    assert told['gql_server_kept_hits_total{what="answer"}'] == 3
    assert told['gql_server_kept_misses_total{what="answer"}'] == 2
    assert told['gql_server_kept_now{what="answer"}'] == 2
    assert told['gql_server_kept_bytes{what="answer"}'] > 0
    assert told["gql_server_not_modified_total"] == 1
    assert told["gql_server_lines_open"] == 0
    assert "gql_server_purge_waiting" not in told


async def test_they_tell_of_letters_and_work_that_wait(serve, database_url):
    async with open_store(database_url, migrate=False):
        letter = models.Delivery.written(None, models.LetterKind.PEN, key="1", facts={})
        letter.batch, letter.promised_at = 0, models.now() - timedelta(hours=1)
        await letter.save()
        facts = {"batch": 0, "state": models.State.FAILED, "settled_at": models.now(), "facts": {}}
        for key in ("2", "3"):
            given_up = models.Delivery.written(None, models.LetterKind.PEN, key=key, facts={})
            await given_up.update_from_dict(facts).save()
    async with serve(database_url) as client, client.get("/metrics") as answer:
        told = numbers(await answer.text())
    assert told["gql_server_letters_waiting"] == 1
    assert told["gql_server_letters_oldest_seconds"] >= 3600
    assert told["gql_server_letters_failed_last_day"] == 2
    assert told['gql_server_jobs{state="buried"}'] == 0
    assert told["gql_server_jobs_overdue_seconds"] >= 0


@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-For": "203.0.113.7"}, {"Host": "blog.example"}, {"Origin": "https://evil.example"}],
    ids=str,
)
async def test_nobody_else_learns_that_there_are_any(serve, database_url, headers):
    async with serve(database_url) as client, client.get("/metrics", headers=headers) as answer:
        assert answer.status == 404
        assert "gql_server_" not in await answer.text()
