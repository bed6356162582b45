"""The letters that were not sent are for who develops on this machine, and for nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server.app import CARRIER, WORKER, build
from gql_server.settings import Settings

SUBSCRIBE = 'mutation { subscribe(input: {email: "ann@example.org"}) { errors { __typename } } }'
OUTBOX = "{ outbox { to subject text html links language sentAt } }"
LIVE = {"query": "subscription { mailSent { to links sentAt } }"}
STREAM = {"Accept": "text/event-stream"}


@asynccontextmanager
async def served(url: str, **settings: str) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(build(Settings(database_url=url, **settings)))) as client:
        yield client


async def _is(true):
    return true


async def ask(client, query, **headers):
    reply = await client.post("/graphql", json={"query": query}, headers=headers)
    return await reply.json()


async def test_a_front_end_signs_up_and_confirms_without_a_mail_server(database_url):
    async with served(database_url) as client:
        await ask(client, SUBSCRIBE)
        await client.app[WORKER].drain()
        [letter] = (await ask(client, OUTBOX))["data"]["outbox"]
        assert letter["to"] == "ann@example.org"
        assert "/confirm/" in letter["links"][0]
        assert letter["html"].startswith("<!doctype html>")


async def test_a_letter_comes_live(database_url):
    async with served(database_url) as client, client.post("/graphql", json=LIVE, headers=STREAM) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        await ask(client, SUBSCRIBE)
        await client.app[WORKER].drain()
        async with asyncio.timeout(60):
            event = await stream.content.readuntil(b"\n\n")
            if event == b":\n\n":
                event = await stream.content.readuntil(b"\n\n")
        assert event.startswith(b"event: next\ndata: ")
        told = json.loads(event.partition(b"data: ")[2])
        assert told["data"]["mailSent"]["to"] == "ann@example.org"


async def test_who_left_is_not_listened_to_any_more(database_url, until):
    async with served(database_url) as client:
        outbox = client.app[CARRIER].outbox
        async with client.post("/graphql", json=LIVE, headers=STREAM):
            await until(lambda: _is(bool(outbox._listening)))
        # Found out at the latest when the stopping server ends what it sends.
    assert not outbox._listening


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "192.0.2.1"},
        {"Forwarded": "for=192.0.2.1"},
        {"x-forwarded-proto": "https"},
        {"Host": "blog.example"},
        {"Host": "127.0.0.1.blog.example:8000"},
        {"Host": "blog.example@localhost"},
        {"CF-Connecting-IP": "192.0.2.1"},
    ],
)
async def test_who_is_not_of_this_machine_sees_no_letter(database_url, headers):
    async with served(database_url) as client:
        await ask(client, SUBSCRIBE)
        await client.app[WORKER].drain()
        assert (await ask(client, OUTBOX, **headers))["data"] == {"outbox": []}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://["])
async def test_a_page_of_elsewhere_sees_no_letter_though_any_may_ask(database_url, origin):
    async with served(database_url, cors_origins="*") as client:
        await ask(client, SUBSCRIBE)
        await client.app[WORKER].drain()
        assert (await ask(client, OUTBOX, Origin=origin))["data"] == {"outbox": []}


async def test_a_proxy_that_names_nobody_sees_no_letter(database_url):
    """As nginx is without more than `proxy_pass`: HTTP/1.0, and the name of this machine as the host."""
    async with served(database_url) as client:
        await ask(client, SUBSCRIBE)
        await client.app[WORKER].drain()
        reader, writer = await asyncio.open_connection(client.host, client.port)
        body = json.dumps({"query": OUTBOX})
        writer.write(
            f"POST /graphql HTTP/1.0\r\nHost: 127.0.0.1:{client.port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        answer = await reader.read()
        writer.close()
    assert b'{"data":{"outbox":[]}}' in answer


@pytest.mark.parametrize(
    "settings", [{"host": "0.0.0.0"}, {"site_url": "https://blog.example"}, {"host": "192.0.2.1"}]
)
async def test_a_public_server_knows_of_no_outbox_and_its_letters_wait(database_url, settings):
    async with served(database_url, **settings) as client:
        await ask(client, SUBSCRIBE)
        await client.app[WORKER].drain()
        for query in (OUTBOX, '{ __type(name: "OutboxLetter") { name } }'):
            said = await ask(client, query)
            assert said.get("data") in (None, {"__type": None})
        assert client.app[CARRIER].outbox is None
        assert [row.state for row in await models.Delivery.all()] == [models.State.QUEUED]
        refused = await client.post("/graphql", json=LIVE, headers=STREAM)
        assert b"Cannot query field" in await refused.read()


async def test_a_subscription_needs_a_stream_and_a_query_may_have_one(database_url):
    async with served(database_url) as client:
        plain = await client.post("/graphql", json=LIVE)
        assert plain.status == 400
        assert "text/event-stream" in (await plain.json())["errors"][0]["message"]
        query = await client.post("/graphql", json={"query": "{ site { title } }"}, headers=STREAM)
        assert (await query.text()).startswith(':\n\nevent: next\ndata: {"data":{"site":')
        wrong = await client.post("/graphql", json={"query": "subscription { nothing }"}, headers=STREAM)
        assert "Cannot query field" in await wrong.text()


async def test_where_letters_can_be_neither_sent_nor_shown_they_are_left_to_who_can(database_url):
    async with served(database_url, site_url="https://blog.example") as client:
        await ask(client, SUBSCRIBE)
        await client.app[WORKER].drain()
        [letter] = await models.Delivery.all()
        assert letter.state == models.State.QUEUED
    # At once, and not when the first one has put it off often enough.
    async with served(database_url) as client:
        await client.app[WORKER].drain()
        assert [letter.to for letter in client.app[CARRIER].outbox.letters] == ["ann@example.org"]
