"""A plain question for which the store alone is waited for is answered without asking the endpoint."""

import asyncio
import os

import pytest

from gql_server.answering import Answering
from gql_server.fast_path import FastPath
from tests.gql_server.test_fast_path import line, posted, read, say
from tests.gql_server.test_waiting import connection_of, is_alone, told_while_it_stops

QUERY = b"query Count($first: Int) { posts(first: $first) { totalCount } }"
COUNT = b'{"query": "' + QUERY + b'", "variables": {"first": %d}}'
KNOWN = posted(body=COUNT % 1)
AGAIN = posted(body=COUNT % 2)
TELLS = b'{"data":{"posts":{"totalCount":0}}}'


@pytest.fixture
def dialect():
    """SQLite does not let itself be waited for."""
    return "postgres"


@pytest.fixture
async def client(serve, database_url):
    async with serve(database_url, cors_origins="*", rate_limit=3000) as client:
        async with line(client) as (reader, writer):
            assert (await say(reader, writer, KNOWN))[2] == TELLS
        yield client


@pytest.fixture
def made(monkeypatch):
    """Let answers be made when they may, and tell how often one was begun."""
    once, may, begun = Answering.once, asyncio.Event(), []

    async def wait_and_make(self, *asked):
        begun.append(asked)
        await may.wait()
        return await once(self, *asked)

    monkeypatch.setattr(Answering, "once", wait_and_make)
    return may, begun


def _as_if_short(find):
    def found(*asked):
        told = find(*asked)
        return told._replace(is_at_once=False)

    return found


async def begun_by(made, number, until):
    async def look():
        return len(made[1]) == number

    await until(look)


@pytest.mark.parametrize("more", [b"Accept: application/json", b"Accept: application/graphql-response+json"])
async def test_all_ways_give_the_same(client, waited, more, monkeypatch):
    sent = AGAIN.replace(b"\r\n\r\n", b"\r\nOrigin: https://app.example\r\n%s\r\n\r\n" % more, 1)
    async with line(client) as (reader, writer):
        short = await say(reader, writer, sent)
        assert waited == []
        monkeypatch.setattr(FastPath, "coming", lambda *_: None)
        middle = await say(reader, writer, sent.replace(b'"first": 2', b'"first": 3'))
        assert waited == ["POST"]
        monkeypatch.setattr(FastPath, "find", lambda *_: None)
        long = await say(reader, writer, sent.replace(b'"first": 2', b'"first": 4'))
    for _, headers, _ in (short, middle, long):
        assert len(headers.pop("X-Request-ID")) == 16
        del headers["Date"]
        assert headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert short == middle == long


async def test_what_is_wrong_is_told_as_ever(client):
    wrong = {
        posted(body=COUNT % 101): b"`first` is a number from 0 to 100.",
        posted(body=COUNT.replace(b"%d", b'"x"')): b"Int cannot represent",
        posted(b"Origin: https://else.example", body=COUNT % 1): TELLS,
    }
    async with line(client) as (reader, writer):
        for sent, told in wrong.items():
            assert told in (await say(reader, writer, sent))[2]


async def test_who_asks_too_often_is_refused(serve, database_url):
    asking = posted(b"X-Forwarded-For: 203.0.113.5", body=COUNT % 1)
    settings = {"cache_mb": 0, "trusted_proxies": "127.0.0.1", "rate_limit": 3}
    async with serve(database_url, **settings) as client, line(client) as (reader, writer):
        told = [(await say(reader, writer, asking))[0].split()[1] for _ in range(4)]
    assert told == ["200", "200", "200", "429"]


async def test_what_nobody_expected_is_told_by_its_number_alone(client, waited, monkeypatch):
    async def fail(*_):
        raise RuntimeError("somebody@example.org")

    with monkeypatch.context() as failing:
        failing.setattr(Answering, "once", fail)
        async with line(client) as (reader, writer):
            first, headers, body = await say(reader, writer, AGAIN)
            assert first == "HTTP/1.1 500 Internal Server Error"
            assert headers["X-Request-ID"].encode() in body
            assert b"somebody" not in body
            failing.undo()
            assert (await say(reader, writer, AGAIN))[2] == TELLS
    assert waited == []


@pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="nothing is kept without plans")
async def test_what_is_kept_for_a_short_time_is_given_by_the_endpoint(client, waited, made, monkeypatch):
    """Its head changes as the time runs out."""
    made[0].set()
    async with line(client) as (reader, writer):
        await say(reader, writer, AGAIN)
        monkeypatch.setattr("gql_server.fast_path.FastPath.find", _as_if_short(FastPath.find))
        assert (await say(reader, writer, AGAIN))[2] == TELLS
    assert (len(made[1]), waited) == (1, ["POST"])


async def test_who_ask_the_same_have_it_made_once_though_the_first_leaves(client, waited, made, until):
    async with line(client) as (reader, writer):
        async with line(client) as (_, first):
            first.write(AGAIN)
            await begun_by(made, 1, until)
            writer.write(AGAIN)
        made[0].set()
        assert (await read(reader))[2] == TELLS
    assert (len(made[1]), waited) == (1, [])
    await until(is_alone(client))


async def test_what_comes_meanwhile_is_answered_after_it_and_once(client, waited, made, until):
    async with line(client) as (reader, writer):
        writer.write(AGAIN + posted(body=b"{"))
        await begun_by(made, 1, until)
        made[0].set()
        assert (await read(reader))[2] == TELLS
        assert (await read(reader))[0].split()[1] == "400"
        assert not connection_of(client)._messages


async def test_a_stopping_server_answers_who_waits_and_hangs_up(client, made, until):
    async with line(client) as (reader, writer):
        writer.write(AGAIN)
        await begun_by(made, 1, until)
        assert await told_while_it_stops(client, reader, until, made[0]) == TELLS
