"""A connection that is cut, crawls or speaks something else harms nobody and learns nothing."""

import asyncio
import json

import pytest

from gql_server import requests

pytestmark = pytest.mark.asyncio(loop_scope="session")

BODY = b'{"query": "{ site { title } }"}'
HEAD = b"Host: blog.example\r\nConnection: close\r\n"
POST = b"POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\n" + HEAD
SIZED = POST + b"Content-Length: %d\r\n\r\n" % len(BODY)

NO_HTTP = {
    "nonsense": b"nonsense\r\n\r\n",
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "another version": b"GET /healthz HTTP/9.9\r\n" + HEAD + b"\r\n",
    "an unknown method": b"BREW /graphql HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a method in small letters": b"get /graphql HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a star": b"GET * HTTP/1.1\r\n" + HEAD + b"\r\n",
    "no path": b"GET  HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a path without a slash": b"GET graphql HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a torn address": b"GET http://[/x HTTP/1.1\r\n" + HEAD + b"\r\n",
    "raw bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a path without end": b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a header without end": b"GET /healthz HTTP/1.1\r\n" + HEAD + b"X: " + b"x" * 9_000 + b"\r\n\r\n",
    "a thousand headers": b"GET /healthz HTTP/1.1\r\n" + HEAD + b"X: x\r\n" * 1_000 + b"\r\n",
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    "a negative length": POST + b"Content-Length: -5\r\n\r\n" + BODY,
    "a length beyond measure": POST + b"Content-Length: 99999999999999999999999\r\n\r\n" + BODY,
    "length and pieces": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a piece of unknown size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
}
CUT = {
    "half a request line": b"POST /gra",
    "half a header": b"POST /graphql HTTP/1.1\r\nContent-Ty",
    "no body": SIZED,
    "half a body": SIZED + BODY[:10],
    "half a piece": POST + b"Transfer-Encoding: chunked\r\n\r\n1f\r\n{",
    "no last piece": POST + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(BODY), BODY),
}


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=NO_HTTP)
async def test_what_is_no_http_gets_an_answer_without_versions_or_echoes(doors, sent):
    head, _, body = (await doors.say(sent)).partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == b"400"
    assert b"Server: gql-server\r\n" in head
    assert b"X-Content-Type-Options: nosniff" in head
    assert b"Content-Type: application/json" in head
    [error] = json.loads(body)["errors"]
    assert error == {"message": "This request cannot be read.", "extensions": {"code": "BAD_REQUEST"}}
    await doors.assert_still_work()


@pytest.mark.parametrize("sent", CUT.values(), ids=CUT)
async def test_a_request_that_stops_half_way_is_let_go(doors, sent):
    for client in doors.clients:
        reader, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(sent)
        writer.write_eof()
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
        assert answer == b"" or answer.split(b" ")[1] == b"400"
    await doors.assert_still_work()


async def test_what_comes_before_the_request_is_refused_is_not_a_request(doors):
    answer = await doors.say(POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + SIZED + BODY)
    assert answer.count(b"HTTP/1.") == 1


@pytest.mark.asyncio(loop_scope="function")
async def test_a_body_that_crawls_is_given_up(database_url, serve, monkeypatch):
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.05)
    async with serve(database_url) as client, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(SIZED + BODY[:10])
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
        writer.close()


async def test_a_client_that_walks_away_leaves_the_door_open(doors):
    for client in doors.clients:
        for _ in range(20):
            _, writer = await asyncio.open_connection(client.host, client.port)
            writer.write(SIZED + BODY)
            writer.transport.abort()
    await doors.assert_still_work()


async def test_requests_in_one_breath_are_answered_in_turn(doors):
    open_post = SIZED.replace(b"Connection: close\r\n", b"")
    answer = await doors.say(open_post + BODY + open_post + b"{" * len(BODY) + SIZED + BODY)
    lines = [part.partition(b"\r\n")[0] for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert lines == [b"200 OK", b"400 Bad Request", b"200 OK"]


@pytest.mark.parametrize("expected", ["100-continue", "magic"])
async def test_an_expectation_is_met_or_refused(doors, expected):
    sent = SIZED.replace(b"\r\n\r\n", b"\r\nExpect: %s\r\n\r\n" % expected.encode()) + BODY
    answer = await doors.say(sent)
    assert answer.startswith(b"HTTP/1.1 100 Continue" if expected == "100-continue" else b"HTTP/1.1 417 ")
    await doors.assert_still_work()
