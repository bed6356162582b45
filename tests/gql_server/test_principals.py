"""Who comes with a token or a session is known at every door, and nothing of theirs is kept for others."""

import asyncio
import re

import pytest
from aiohttp import ClientSession, CookieJar, WSMsgType
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server import identity
from gql_server.app import build
from gql_server.identity import SESSION
from gql_server.settings import Settings
from gql_server.sockets import PROTOCOL
from tests.gql_server.conftest import SITE_URL

ME = {"query": "{ viewer { name } site { title } }"}
LIVE = {"query": "subscription { commentAdded { post { slug } } }"}


@pytest.fixture
async def client(database_url):
    settings = Settings(database_url=database_url, site_url=SITE_URL)
    async with TestClient(TestServer(build(settings))) as client:
        yield client


@pytest.fixture
async def site(client):
    """Give the site that is served."""
    return await models.found()


@pytest.fixture
async def token(site):
    user = await models.User.welcome(site, "ed@staff.example", "Ed", models.Role.EDITOR)
    _, token = await models.Key.grant(models.KeyKind.API, user)
    return token


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


async def asks(client, body=ME, **more):
    async with client.post("/graphql", json=body, **more) as answer:
        return answer, await answer.json()


async def test_a_token_says_who_asks_and_the_answer_is_for_them_alone(client, token):
    for _ in range(2):
        answer, told = await asks(client, headers=bearer(token))
        assert told["data"]["viewer"] == {"name": "Ed"}
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "ETag" not in answer.headers
        _, told = await asks(client)
        assert told["data"]["viewer"] is None


async def test_two_who_ask_at_the_same_address_are_never_given_each_others_answer(client, token):
    address = {"query": ME["query"]}
    named = []
    for headers in ({}, bearer(token), {}, bearer(token), {}):
        async with client.get("/graphql", params=address, headers=headers) as answer:
            named.append((await answer.json())["data"]["viewer"])
            # Who reads is told by no cache who they are either.
            kept = "private, no-store" if headers else "no-store"
            assert answer.headers["Cache-Control"] == kept
    assert named == [None, {"name": "Ed"}, None, {"name": "Ed"}, None]


@pytest.mark.parametrize("wrong", ["api_1_x", "nonsense", "", "login_1_x", "é"])
async def test_a_token_that_opens_nothing_is_refused(client, token, wrong):
    answer, told = await asks(client, headers=bearer(wrong))
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    [error] = told["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in told


async def test_a_token_without_the_word_before_it_is_told_of_it(client, token):
    answer, told = await asks(client, headers={"Authorization": token})
    assert answer.status == 401
    assert "`Authorization: Bearer …`" in told["errors"][0]["message"]
    socket = await open_socket(client, {"authorization": token})
    closed = await hears(socket)
    assert (closed.data, "Bearer" in closed.extra) == (4403, True)


async def test_what_a_proxy_asks_for_is_no_token_of_ours(client, token):
    _, told = await asks(client, headers={"Authorization": "Basic YW5uOmFubg=="})
    assert told["data"]["viewer"] is None


async def test_a_session_counts_on_our_own_pages_alone(client, site):
    user = await models.User.welcome(site, "ed@staff.example", "Ed", models.Role.EDITOR)
    key, session = await models.Key.grant(models.KeyKind.SESSION, user)
    cookies = {"Cookie": f"other=1; {SESSION}={session}"}
    for told_of, name in (
        ({}, "Ed"),
        ({"Origin": SITE_URL}, "Ed"),
        ({"Origin": SITE_URL, "Sec-Fetch-Site": "same-origin"}, "Ed"),
        ({"Sec-Fetch-Site": "none"}, "Ed"),
        ({"Origin": "null"}, None),
        ({"Origin": "https://evil.example"}, None),
        ({"Origin": SITE_URL, "Sec-Fetch-Site": "cross-site"}, None),
        ({"Origin": SITE_URL, "Sec-Fetch-Site": "same-site"}, None),
    ):
        headers = cookies | told_of
        answer, told = await asks(client, headers=headers)
        if answer.status == 403:
            assert name is None
        else:
            assert (told["data"]["viewer"] or {}).get("name") == name
    await models.Key.revoke(key.id)
    _, told = await asks(client, headers=cookies)
    assert told["data"]["viewer"] is None


async def test_a_token_of_a_program_is_no_session(client, token):
    _, told = await asks(client, headers={"Cookie": f"{SESSION}={token}"})
    assert told["data"]["viewer"] is None


async def open_socket(client, payload=None, **headers):
    socket = await client.ws_connect("/graphql", protocols=(PROTOCOL,), headers=headers)
    await socket.send_json({"type": "connection_init", **({"payload": payload} if payload else {})})
    return socket


async def hears(socket):
    async with asyncio.timeout(20):
        return await socket.receive()


@pytest.mark.parametrize("by_header", [True, False])
async def test_a_socket_is_somebodys_until_their_token_is_taken_back(client, token, by_header):
    socket = await open_socket(
        client, None if by_header else bearer(token), **(bearer(token) if by_header else {})
    )
    assert (await hears(socket)).json() == {"type": "connection_ack"}
    await socket.send_json({"id": "1", "type": "subscribe", "payload": ME})
    assert (await hears(socket)).json()["payload"]["data"]["viewer"] == {"name": "Ed"}
    assert (await hears(socket)).json()["type"] == "complete"
    await socket.send_json({"id": "2", "type": "subscribe", "payload": LIVE})
    await models.Key.revoke((await models.Key.principal(token)).key_id)
    closed = await hears(socket)
    assert (closed.type, closed.data) == (WSMsgType.CLOSE, 4403)


async def test_a_socket_ends_when_nobody_told_of_the_end_of_its_token(client, token, monkeypatch):
    monkeypatch.setattr(identity, "LOOK_SECONDS", 0.05)
    socket = await open_socket(client, **bearer(token))
    assert (await hears(socket)).json() == {"type": "connection_ack"}
    # As the command line does beside a server on SQLite.
    await models.Key.all().update(revoked_at=models.now())
    assert (await hears(socket)).data == 4403


async def test_a_socket_ends_as_soon_as_its_owner_may_do_something_else(client, token):
    socket = await open_socket(client, **bearer(token))
    assert (await hears(socket)).json() == {"type": "connection_ack"}
    await socket.send_json({"id": "1", "type": "subscribe", "payload": LIVE})
    user = await models.User.get(name="Ed")
    await user.become(models.Role.AUTHOR, by=models.NOBODY)
    assert (await hears(socket)).data == 4403


async def test_nothing_is_done_over_a_socket_for_a_token_that_is_over_untold(client, token, monkeypatch):
    monkeypatch.setattr(identity, "LOOK_SECONDS", 1000)
    socket = await open_socket(client, **bearer(token))
    assert (await hears(socket)).json() == {"type": "connection_ack"}
    await models.Key.all().update(revoked_at=models.now())
    await socket.send_json({"id": "1", "type": "subscribe", "payload": ME})
    closed = await hears(socket)
    assert (closed.type, closed.data) == (WSMsgType.CLOSE, 4403)


async def test_a_socket_with_a_wrong_token_is_closed(client, token):
    socket = await open_socket(client, {"authorization": "Bearer api_1_wrong"})
    assert (await hears(socket)).data == 4403


async def test_a_stream_ends_with_the_token(client, token):
    headers = bearer(token) | {"Accept": "text/event-stream"}
    async with client.post("/graphql", json=LIVE, headers=headers) as answer:
        assert answer.status == 200
        await answer.content.readline()
        await models.Key.revoke((await models.Key.principal(token)).key_id)
        async with asyncio.timeout(20):
            await answer.content.read()


async def test_the_first_start_gives_the_link_that_makes_it_yours_and_a_later_one_none(start):
    first = start("serve", "--port", "0")
    link = first.told(r"Make it yours: (\S+)")[1]
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        filled = {"name": "Ann", "email": "ann@example.org"}
        async with session.post(link, data=filled) as answer:
            assert re.search("Ann", await answer.text())
            assert answer.status == 200
        async with session.post(f"{first.url}/graphql", json=ME) as answer:
            assert (await answer.json())["data"]["viewer"] == {"name": "Ann"}
    first.process.terminate()
    assert first.ended() == 0
    second = start("serve", "--port", "0")
    assert second.url
    assert "Make it yours" not in second.out
