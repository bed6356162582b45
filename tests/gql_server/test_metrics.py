"""The metrics of a process are told to its own machine."""

import pytest

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


@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-For": "203.0.113.7"}, {"Host": "blog.example"}, {"Origin": "https://evil.example"}],
    ids=str,
)
async def test_nobody_else_learns_that_there_are_any(serve, database_url, headers):
    async with serve(database_url) as client, client.get("/metrics", headers=headers) as answer:
        assert answer.status == 404
        assert "gql_server_" not in await answer.text()
