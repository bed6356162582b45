"""Whatever is posted to the graph is answered: with data, or with what is wrong about it."""

import gzip
import json
from pathlib import Path

import pytest

from gql_server.requests import LARGEST_BODY

pytestmark = pytest.mark.asyncio(loop_scope="session")

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "json"
QUERY = b'{"query": "{ site { title } }"}'

NO_JSON = {
    "nothing": b"",
    "spaces": b" \r\n\t",
    "a word": b"site",
    "a document": b"{ site { title } }",
    "half an object": QUERY[:-1],
    "half a text": b'{"query": "{ site',
    "two objects": QUERY + QUERY,
    "a comma too many": b'{"query": "{ site { title } }",}',
    "a comma too few": b'{"query": "{ site { title } }" "variables": {}}',
    "single quotes": b"{'query': '{ site { title } }'}",
    "a comment": b"/* hello */" + QUERY,
    "a bare name": b'{query: "{ site { title } }"}',
    "NaN": b'{"query": "{ site { title } }", "variables": {"a": NaN}}',
    "Infinity": b'{"query": "{ site { title } }", "variables": {"a": -Infinity}}',
    "a number with a leading zero": b'{"query": "{ site { title } }", "variables": {"a": 01}}',
    "a raw line end in a text": b'{"query": "{ site \n { title } }"}',
    "an unknown escape": b'{"query": "\\x"}',
    "a lone surrogate": b'{"query": "{ site { title } }", "variables": {"a": "\\ud800"}}',
    "a lone surrogate in the query": b'{"query": "{ site { title } } # \\udfff"}',
    "a lone surrogate in the name": b'{"query": "{ site { title } }", "operationName": "\\udc00"}',
    "a surrogate in UTF-8": b'{"query": "# \xed\xa0\x80"}',
    "Latin-1": '{"query": "# é"}'.encode("latin-1"),
    "an overlong slash": b'{"query": "# \xc0\xaf"}',
    "beyond Unicode": b'{"query": "# \xf4\x90\x80\x80"}',
    "UTF-16": QUERY.decode().encode("utf-16"),
    "UTF-16 without a mark": QUERY.decode().encode("utf-16-le"),
    "UTF-32": QUERY.decode().encode("utf-32"),
    "a byte order mark": b"\xef\xbb\xbf" + QUERY,
    "a packed body": gzip.compress(QUERY),
    "100 000 brackets": b"[" * 100_000,
    "50 000 objects": b'{"a":' * 20_000,
    "deep JSON": b'{"query": "{ site { title } }", "variables": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
    "a NUL between": b'{"query":\x00"{ site { title } }"}',
}
NO_REQUEST = {
    "null": None,
    "a number": 7,
    "a text": "{ site { title } }",
    "an empty list": [],
    "a batch": [{"query": "{ site { title } }"}, {"query": "{ site { title } }"}],
    "an empty object": {},
    "no query": {"variables": {}},
    "an empty query": {"query": ""},
    "a blank query": {"query": " \n\t"},
    "a query of null": {"query": None},
    "a number for a query": {"query": 1},
    "a list for a query": {"query": ["{ site { title } }"]},
    "variables in a list": {"query": "{ site { title } }", "variables": []},
    "variables in a text": {"query": "{ site { title } }", "variables": "{}"},
    "variables of false": {"query": "{ site { title } }", "variables": False},
    "a number for a name": {"query": "{ site { title } }", "operationName": 1},
    "a list for a name": {"query": "{ site { title } }", "operationName": []},
    "extensions in a list": {"query": "{ site { title } }", "extensions": []},
    "a text for extensions": {"query": "{ site { title } }", "extensions": "x"},
    "a NUL in the query": {"query": "{ site { title } } # \0"},
    "a NUL in a variable": {"query": "{ site { title } }", "variables": {"a": [{"b": "\0"}]}},
    "a NUL in a variable's name": {"query": "{ site { title } }", "variables": {"\0": 1}},
}
HARMLESS = {
    "unknown members": {"query": "{ site { title } }", "colour": "red"},
    "nulls": {"query": "{ site { title } }", "variables": None, "operationName": None, "extensions": None},
    "an empty name": {"query": "{ site { title } }", "operationName": ""},
    "variables nobody declared": {"query": "{ site { title } }", "variables": {"a": 10**40, "b": [[[]]]}},
    "a huge number": {"query": "{ site { title } }", "variables": {"a": 1e308}},
    "letters beyond the first plane": {"query": "{ site { title } } # 🙂 \U0010ffff"},
    "a mark of order within": {"query": "\ufeff{ site { title } }"},
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
async def test_what_is_no_json_is_a_bad_request(doors, body):
    (await doors.post(body)).assert_refused(400)
    await doors.assert_still_work()


@pytest.mark.parametrize("asked", NO_REQUEST.values(), ids=NO_REQUEST)
async def test_json_that_asks_nothing_is_a_bad_request(doors, asked):
    (await doors.post(json.dumps(asked))).assert_refused(400)
    await doors.assert_still_work()


@pytest.mark.parametrize("asked", HARMLESS.values(), ids=HARMLESS)
async def test_what_does_no_harm_is_answered(doors, asked):
    answer = await doors.post(json.dumps(asked))
    assert (answer.status, answer.json) == (200, {"data": {"site": {"title": "Achterom"}}})


async def test_bad_json_is_refused_ours_and_the_public_corpus_when_it_is_here(doors):
    for body in [b'{"query": "{ site { title } }",}', *corpus("n_*.json")]:
        (await doors.post(body[:LARGEST_BODY])).assert_refused(400)
    await doors.assert_still_work()


async def test_odd_json_is_survived_as_variables_ours_and_the_corpus_when_it_is_here(doors):
    for odd in [b"1e999", b'"\\ud800"', b"[[[[]]]]", *corpus("[iy]_*.json")]:
        body = b'{"query": "{ site { title } }", "variables": {"a": ' + odd + b"}}"
        answer = await doors.post(body)
        assert answer.status in {200, 400}
        answer.assert_tells_nothing_of_the_inside()


async def test_a_body_of_the_largest_size_is_taken(doors):
    body = QUERY[:-1] + b" " * (LARGEST_BODY - len(QUERY)) + b"}"
    assert (await doors.post(body)).status == 200


async def test_a_larger_body_is_refused_by_its_length(doors):
    (await doors.post(QUERY + b" " * LARGEST_BODY)).assert_refused(413)
    await doors.assert_still_work()


async def test_a_larger_body_without_a_length_is_refused_while_it_comes(doors):
    async def pieces():
        yield QUERY
        for _ in range(20):
            yield b" " * (LARGEST_BODY // 10)

    for client in doors.clients:
        async with client.request(
            "POST", "/graphql", data=pieces(), headers={"Content-Type": "application/json"}
        ) as answer:
            assert answer.status == 413
            assert (await answer.json())["errors"][0]["extensions"]["code"]
    await doors.assert_still_work()


async def test_a_body_in_pieces_is_put_together(doors):
    async def pieces():
        for letter in QUERY:
            yield bytes([letter])

    for client in doors.clients:
        async with client.request(
            "POST", "/graphql", data=pieces(), headers={"Content-Type": "application/json"}
        ) as answer:
            assert await answer.json() == {"data": {"site": {"title": "Achterom"}}}


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "magic"])
async def test_a_packed_body_is_refused_unopened(doors, coding):
    (await doors.post(gzip.compress(QUERY), {"Content-Encoding": coding})).assert_refused(415)
    await doors.assert_still_work()


def corpus(pattern: str) -> list[bytes]:
    return [file.read_bytes() for file in sorted(CORPUS.glob(pattern))]
