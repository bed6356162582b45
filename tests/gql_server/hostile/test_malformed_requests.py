"""Whatever is no proper request gets a 4xx with an error in JSON, which repeats nothing secret."""

import json

import pytest

from gql_server.requests import LARGEST_BODY
from tests.gql_server.hostile.wire import EVENTS, GRAPHQL, JSON, PARTS, request

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "s3cret-0123456789"
TITLE = "{ site { title } }"
GOOD = json.dumps({"query": TITLE}).encode()
DIGEST = "0" * 64
CLOSE = {"Connection": "close"}


def asked(**more):
    """Write the body of a request; what is not said is in order."""
    return json.dumps({"query": TITLE} | more).encode()


def post(body=GOOD, **headers):
    """Write a request that posts a body, of JSON unless said otherwise."""
    return request(body=body, **{"Content_Type": JSON, "Connection": "close"} | headers)


def get(target, **headers):
    """Write a request by GET."""
    return request("GET", target, **CLOSE | headers)


def pieces(*sizes_and_pieces, end=b"0\r\n\r\n"):
    """Write a request whose body comes in pieces of the sizes said."""
    head = post(b"", Transfer_Encoding="chunked").replace(b"Content-Length: 0\r\n", b"")
    return head + b"".join(b"%s\r\n%s\r\n" % pair for pair in sizes_and_pieces) + end


BAD_BODIES = {
    "a persisted query of text": asked(extensions={"persistedQuery": SECRET}),
    "a persisted query in a list": asked(
        extensions={"persistedQuery": [{"version": 1, "sha256Hash": DIGEST}]}
    ),
    "a persisted query of nothing": asked(extensions={"persistedQuery": {}}),
    "version 2": asked(extensions={"persistedQuery": {"version": 2, "sha256Hash": DIGEST}}),
    "a version in words": asked(extensions={"persistedQuery": {"version": "1", "sha256Hash": DIGEST}}),
    "no hash": asked(extensions={"persistedQuery": {"version": 1}}),
    "a hash of null": asked(extensions={"persistedQuery": {"version": 1, "sha256Hash": None}}),
    "a hash of a number": asked(extensions={"persistedQuery": {"version": 1, "sha256Hash": 7}}),
    "half a hash": asked(extensions={"persistedQuery": {"version": 1, "sha256Hash": DIGEST[:32]}}),
    "a hash of letters": asked(extensions={"persistedQuery": {"version": 1, "sha256Hash": "g" * 64}}),
    "a hash and a line end": asked(
        extensions={"persistedQuery": {"version": 1, "sha256Hash": DIGEST + "\n"}}
    ),
    "a hash with another document": asked(
        extensions={"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}
    ),
    "a hash of another document by id": asked(documentId=f"sha256:{DIGEST}"),
    "an id of nothing": asked(documentId=""),
    "an id of a number": asked(documentId=1),
    "an id of a list": asked(documentId=[DIGEST]),
    "an id of an object": asked(documentId={"id": DIGEST}),
    "an id of false": asked(documentId=False),
    "an id with a NUL": asked(documentId="\0"),
    "an id without end": asked(documentId="x" * 50_000),
    "a text for variables": asked(variables=SECRET),
    "a number for variables": asked(variables=0),
    "true for a name": asked(operationName=True),
    "an object for a query": json.dumps({"query": {"query": TITLE}}).encode(),
    "true for a query": json.dumps({"query": True}).encode(),
    "a NUL deep down": asked(variables={"a": {"b": [[{"c\0": 1}]]}}),
    "a NUL in a name": asked(operationName="\0", query="{ a }\0"),
    "a batch of one": f"[{GOOD.decode()}]".encode(),
    "a batch of nothing": b"[[]]",
    "a batch in a batch": f"[[{GOOD.decode()}]]".encode(),
    "an upload's map": json.dumps({"operations": GOOD.decode(), "map": {"0": ["variables.file"]}}).encode(),
    "a form": b"query=%7Bsite%7Btitle%7D%7D",
    "two texts": b'"a" "b"',
    "a minus": b"-",
    "a point": b"[1.]",
    "an exponent": b"[1e]",
    "a plus": b"[+1]",
    "hexadecimal": b"[0x1]",
    "a colon in a list": b'["a": 1]',
    "a comma first": b"[,1]",
    "a trailing word": GOOD + SECRET.encode(),
    "capitals": b"TRUE",
    "half of true": b"tru",
    "a tab in a text": b'{"query": "{\tsite { title } }"}',
    "an unended escape": b'{"query": "\\',
    "half an escape": b'{"query": "\\u00"}',
    "a lone surrogate's escape": b'{"query": "{ a }", "variables": {"\\ud800": 1}}',
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD,
    "bytes": bytes(range(256)),
    "zeros": b"\0" * 1_000,
    "0xff": b"\xff" * 1_000,
    "brackets": b"[" * LARGEST_BODY,
    "brackets that end": b"[" * 2_000 + b"]" * 2_000,
    "objects that end": b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
}
BAD_URLS = {
    "nothing": "/graphql",
    "an empty query": "/graphql?query=",
    "blanks": "/graphql?query=%20%0A",
    "another name": "/graphql?q=%7Bsite%7Btitle%7D%7D",
    "capitals": "/graphql?QUERY=%7Bsite%7Btitle%7D%7D",
    "variables that are no JSON": "/graphql?query=%7Ba%7D&variables=%7B",
    "variables of text": "/graphql?query=%7Ba%7D&variables=%22a%22",
    "variables in a list": "/graphql?query=%7Ba%7D&variables=[]",
    "extensions that are no JSON": "/graphql?query=%7Ba%7D&extensions=x",
    "extensions in a list": "/graphql?query=%7Ba%7D&extensions=[1]",
    "an unknown hash's shape": "/graphql?extensions=%7B%22persistedQuery%22%3A1%7D",
    "a NUL": "/graphql?query=%00",
    "a NUL in a variable": "/graphql?query=%7Ba%7D&variables=%7B%22a%22%3A%22%5Cu0000%22%7D",
    "bytes that are no UTF-8": "/graphql?query=%7Ba%7D&variables=%FF%FE",
    "half an escape": "/graphql?query=%7Ba%7D&variables=%7",
    "an id of nothing": "/graphql?documentId=&query=",
    "an id too long": f"/graphql?documentId={'x' * 300}",
    "ampersands": "/graphql?" + "&" * 5_000,
    "equals signs": "/graphql?" + "=" * 5_000,
    "a thousand names": "/graphql?" + "&".join(f"a{n}=1" for n in range(900)),
    "a question in a question": "/graphql??query=%7Bsite%7Btitle%7D%7D",
}
BAD_HEADERS = {
    "a packed body": (post(Content_Encoding="gzip"), 415),
    "a packing of two kinds": (post(Content_Encoding="identity, gzip"), 415),
    "a packing of nothing": (post(Content_Encoding=","), 415),
    "a form with a file": (post(b"--x\r\n\r\n", Content_Type="multipart/form-data; boundary=x"), 403),
    "a form": (post(b"query=x", Content_Type="application/x-www-form-urlencoded"), 415),
    "a document by itself": (post(TITLE.encode(), Content_Type="application/graphql"), 415),
    "JSON in UTF-7": (post(Content_Type="application/json; charset=utf-7"), 415),
    "JSON in a secret": (post(Content_Type=f"application/json; charset={SECRET}"), 415),
    "a type of slashes": (post(Content_Type="/////"), 415),
    "a type of commas": (post(Content_Type=","), 415),
    "nothing that we have": (post(Accept="image/png"), 406),
    "nothing at all": (post(Accept="*/*;q=0"), 406),
    "a page of another site": (post(Origin="https://evil.example"), 403),
    "a page of nowhere": (post(Origin="null"), 403),
    "an origin of a secret": (post(Origin=SECRET), 403),
    "an origin of brackets": (post(Origin="http://[::1"), 403),
    "a picture on another site": (
        get("/graphql", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors"),
        403,
    ),
    "headers by the hundred": (post(**{f"X_{n}": "x" * 100 for n in range(200)}), 400),
    "a cookie without end": (post(Cookie="a=" + "x" * 20_000), 400),
    "a name of spaces": (post().replace(b"Host:", b"Ho st:"), 400),
    "a folded header": (post(X_A="1\r\n  2"), 400),
    "a header without a name": (post(X_A="1\r\n: x"), 400),
    "a bare line feed": (post().replace(b"\r\n", b"\n", 1), 400),
    "two hosts": (post(X_A=f"1\r\nHost: {SECRET}"), 400),
    "a length of letters": (post().replace(b"Content-Length: ", b"Content-Length: x"), 400),
    "a length with a plus": (post().replace(b"Content-Length: ", b"Content-Length: +"), 400),
    "lengths with a comma": (post().replace(b"Content-Length: ", b"Content-Length: 3, "), 400),
    "an unknown coding": (post(Transfer_Encoding=SECRET), 400),
    "two codings": (pieces().replace(b"chunked", b"chunked, identity"), 400),
    "a body in pieces twice": (pieces().replace(b"chunked", b"chunked, chunked"), 400),
    "a size below nothing": (pieces((b"-1", b"x")), 400),
    "a size beyond measure": (pieces((b"f" * 40, b"x")), 400),
    "a piece longer than its size": (pieces((b"2", GOOD)), 400),
    "pieces that are too much": (pieces(*[(b"2710", b" " * 10_000)] * 11), 413),
    "pieces that are no JSON": (pieces((b"1", b"{"), (b"1", b"{")), 400),
    "a body beyond the most": (post(b" " * (LARGEST_BODY + 1)), 413),
    "a mutation by GET": (get("/graphql?query=mutation%7B__typename%7D"), 405),
    "HTTP/0.9": (b"GET /graphql\r\n\r\n", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "another protocol": (b"EHLO mail.example\r\n\r\n", 400),
    "SSH": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", 400),
    "a proxy's greeting": (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n\r\n", 400),
    "a tunnel": (b"CONNECT mail.example:25 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
}
SUBSCRIPTION = asked(query="subscription { commentAdded { post { id } } }")
AT_STREAMS = {
    "no JSON": (b"{", 400),
    "no request": (b"[]", 400),
    "no document": (asked(query="{ site {"), 400),
    "an unknown field": (asked(query="subscription { nothing }"), 400),
    "two fields at once": (
        asked(query="subscription { commentAdded { post { id } } postPublished { isUpdate } }"),
        400,
    ),
    "a wrong variable": (
        asked(
            query="subscription ($id: ID) { commentAdded(postId: $id) { post { id } } }", variables={"id": {}}
        ),
        400,
    ),
    "an unknown name": (
        asked(query="subscription A { commentAdded { post { id } } }", operationName="B"),
        400,
    ),
}


def refused(answer, *statuses, secrets=(SECRET,)):
    """Hold that a raw answer is a clean refusal in JSON."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ")[1])
    assert status in statuses, answer
    errors = json.loads(body)["errors"]
    assert errors
    assert all(error["message"] and error["extensions"]["code"] for error in errors)
    for leak in (*secrets, "Traceback", "aiohttp", "Python", "gql_server", ".py", "orjson"):
        assert leak.encode() not in answer, answer
    return status


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
async def test_a_body_that_asks_nothing_sensible_is_refused(doors, body):
    refused(await doors.say(post(body)), 400)
    refused(await doors.say(post(body, Accept=GRAPHQL)), 400)
    refused(await doors.say(post(body, Accept=f"{EVENTS}, {PARTS}")), 400)


@pytest.mark.parametrize("target", BAD_URLS.values(), ids=BAD_URLS)
async def test_an_address_that_asks_nothing_sensible_is_refused(doors, target):
    refused(await doors.say(get(target)), 400)


@pytest.mark.parametrize(("sent", "status"), BAD_HEADERS.values(), ids=BAD_HEADERS)
async def test_a_request_that_is_odd_about_itself_is_refused(doors, sent, status):
    refused(await doors.say(sent), status)
    await doors.assert_still_work()


@pytest.mark.parametrize("accept", [EVENTS, PARTS])
@pytest.mark.parametrize(("body", "status"), AT_STREAMS.values(), ids=AT_STREAMS)
async def test_a_stream_that_cannot_begin_is_refused_or_ends_with_the_error(doors, accept, body, status):
    answer = await doors.say(post(body, Accept=accept))
    code = int(answer.split(b" ")[1])
    assert code in {status, 200}
    assert b'"errors"' in answer
    assert b"Traceback" not in answer


@pytest.mark.parametrize("accept", [JSON, GRAPHQL, "multipart/mixed", "*/*"])
async def test_a_subscription_needs_a_stream(doors, accept):
    refused(await doors.say(post(SUBSCRIPTION, Accept=accept)), 400, 406)


async def test_a_request_and_nonsense_in_one_breath_are_nonsense(doors):
    first = post().replace(b"Connection: close\r\n", b"")
    refused(await doors.say(first + b"nonsense\r\n\r\n"), 400)
    await doors.assert_still_work()


@pytest.mark.parametrize("origin", [None, "https://evil.example", SECRET, "null", "http://[", "\u00ff" * 10])
async def test_a_preflight_of_a_stranger_allows_nothing(doors, origin):
    headers = {"Origin": origin} if origin else {}
    method = {"Access_Control_Request_Method": SECRET}
    answer = await doors.say(request("OPTIONS", **CLOSE | headers | method))
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"Access-Control-Allow" not in answer
    assert SECRET.encode() not in answer


async def test_an_id_that_nobody_knows_is_told_of(doors):
    refused(await doors.say(post(json.dumps({"documentId": SECRET}).encode(), Accept=GRAPHQL)), 400)
    answer = await doors.post(json.dumps({"documentId": SECRET}))
    assert answer.codes == {"PERSISTED_QUERY_NOT_FOUND"}


async def test_nothing_of_all_that_stands_in_the_log(doors, blogs):
    await doors.say(
        post(asked(variables={"a": SECRET}, query="query ($a: Int) { posts(first: $a) { totalCount } }"))
    )
    for blog in blogs:
        assert SECRET not in blog.log
        assert "Traceback" not in blog.log
