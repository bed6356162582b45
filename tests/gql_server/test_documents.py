"""Documents that are wrong, endless or malicious are refused or answered, and never bring the door down."""

import json

import pytest

from gql_server import answering

pytestmark = pytest.mark.asyncio(loop_scope="session")

PARSE, VALIDATION = "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"
COMPLEX = "QUERY_TOO_COMPLEX"
NESTED = {
    "braces": "{" * 5_000,
    "fields": "{ a" * 5_000,
    "fields that end": "{ a" * 5_000 + "}" * 5_000,
    "lists": "{ posts(filter: { ids: " + "[" * 5_000,
    "lists that end": "{ posts(filter: { ids: " + "[" * 400 + "]" * 400 + " }) { totalCount } }",
    "objects": "{ posts(filter: " + "{ a: " * 5_000,
    "types": "query ($a: " + "[" * 5_000 + "Int" + "]" * 5_000 + ") { a }",
    "fragments in their place": "{" + "... {" * 600 + "site { title }" + "}" * 600 + "}",
    "arguments of directives": "{ site @include(if: " + "[" * 5_000,
    "default values": "query ($a: Int = " + "[" * 5_000,
}
WRONG = {
    "nothing in braces": ("{}", PARSE),
    "half a document": ("{ site {", PARSE),
    "a word": ("hello", PARSE),
    "a control character": ("{ site \x07 { title } }", PARSE),
    "a text without end": ('{ post(by: { slug: "a }) { id } }', PARSE),
    "a lone surrogate, written": ('{ post(by: { slug: "\\uD800" }) { id } }', PARSE),
    "a NUL, written": ('{ post(by: { slug: "\\u0000" }) { id } }', VALIDATION),
    "a NUL, in a list": (
        '{ posts(filter: { tagSlugs: ["\\u{0}"] }) { totalCount } }',
        VALIDATION,
    ),
    "too many tokens": ("{" + "a " * 2_000 + "}", PARSE),
    "only a fragment": ("fragment A on Query { site { title } }", VALIDATION),
    "a type": ("type A { a: Int }", VALIDATION),
    "an unknown field": ("{ colour }", VALIDATION),
    "a long unknown field": ("{" + "x" * 90_000 + "}", VALIDATION),
    "many unknown fields": ("{ site {" + " ".join(f"x{n}" for n in range(900)) + "} }", VALIDATION),
    "many fields at its root": ("{" + " ".join(f"x{n}" for n in range(900)) + "}", COMPLEX),
    "an unknown argument": ("{ site(colour: 1) { title } }", VALIDATION),
    "an unknown type": ("{ site { ... on Colour { id } } }", VALIDATION),
    "an unknown directive": ("{ site @colour { title } }", VALIDATION),
    "a fragment nobody wrote": ("{ ...A }", VALIDATION),
    "a fragment in itself": ("{ ...A } fragment A on Query { ...A }", VALIDATION),
    "a circle of fragments": (
        "{ ...A } fragment A on Query { ...B } fragment B on Query { site { title } ...A }",
        VALIDATION,
    ),
    "no fields of an object": ("{ site }", VALIDATION),
    "fields of a text": ("{ site { title { id } } }", VALIDATION),
    "fields that contradict": ("{ a: site { title } a: tags { id } }", VALIDATION),
    "a variable nobody declared": ("{ posts(first: $a) { totalCount } }", VALIDATION),
    "a variable of no type": ("query ($a: Colour) { site { title } }", VALIDATION),
    "an endless number": (
        "{ posts(first: " + "9" * 5_000 + ") { totalCount } }",
        VALIDATION,
    ),
    "an endless number of a language": (
        "{ archiveMonths { label(language: " + "9" * 5_000 + ") } }",
        VALIDATION,
    ),
    "an endless exponent": ("{ posts(first: 1e99999999) { totalCount } }", VALIDATION),
    "more than 32 bits": ("{ posts(first: 2147483648) { totalCount } }", VALIDATION),
    "a word for a number": ("{ posts(first: many) { totalCount } }", VALIDATION),
    "a directive twice": ("{ site @skip(if: true) @skip(if: true) { title } }", VALIDATION),
    "deep introspection": (
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        VALIDATION,
    ),
}


def doubling(field: str, depth: int) -> str:
    """Write a document in which each fragment is used twice by the one before it."""
    fragments = [
        f"fragment F{n} on Post {{ {field.format(way=('previous', 'next')[n % 2], below=f'...F{n + 1}')} }}"
        for n in range(depth)
    ]
    return " ".join(
        ["{ posts(first: 1) { nodes { ...F0 } } }", *fragments, f"fragment F{depth} on Post {{ id }}"]
    )


@pytest.mark.parametrize("document", NESTED.values(), ids=NESTED)
async def test_what_nests_beyond_reason_is_refused(doors, document):
    answer = await doors.ask(document)
    answer.assert_refused(200)
    assert answer.codes <= {PARSE, VALIDATION, COMPLEX}
    await doors.assert_still_work()


@pytest.mark.parametrize(("document", "code"), WRONG.values(), ids=WRONG)
async def test_a_wrong_document_is_refused_with_its_reason(doors, document, code):
    answer = await doors.ask(document)
    answer.assert_refused(200)
    assert answer.codes == {code}
    assert "data" not in answer.json
    assert len(answer.body) < 20_000
    await doors.assert_still_work()


async def test_a_wrong_document_is_as_wrong_the_second_time(doors):
    first, second = await doors.ask("{ colour }"), await doors.ask("{ colour }")
    assert first.json == second.json


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("query A { site { title } } query B { site { title } }", None),
        ("query A { site { title } } query B { site { title } }", ""),
        ("query A { site { title } } query B { site { title } }", "C"),
        ("query A { site { title } }", "\u00e9"),
        ("query A { site { title } }", "A" * 50_000),
        ("{ site { title } } { site { title } }", None),
        ("query A { site { title } } query A { site { title } }", "A"),
    ],
)
async def test_it_has_to_be_clear_which_operation_is_meant(doors, document, name):
    answer = await doors.post(json.dumps({"query": document, "operationName": name}))
    answer.assert_refused(200)
    assert "data" not in answer.json


async def test_one_of_several_operations_is_asked_by_its_name(doors):
    document = "query A { site { title } } query B { __typename }"
    answer = await doors.post(json.dumps({"query": document, "operationName": "B"}))
    assert answer.json == {"data": {"__typename": "Query"}}


async def test_a_name_with_a_nul_is_an_unknown_name(doors):
    answer = await doors.post('{"query": "query A { site { title } }", "operationName": "A\\u0000"}')
    answer.assert_refused(200, 400)


@pytest.mark.parametrize("by", ["{}", '{ id: "a", slug: "b" }', "{ slug: null }", "{ id: null, slug: null }"])
async def test_a_post_is_named_in_exactly_one_way(doors, by):
    written = await doors.ask(f"{{ post(by: {by}) {{ id }} }}")
    written.assert_refused(200)
    assert written.codes == {VALIDATION}
    assert "data" not in written.json


@pytest.mark.parametrize("by", [{}, {"id": "a", "slug": "b"}, {"slug": None}, {"id": "a", "slug": None}])
async def test_so_it_is_in_a_variable(doors, by):
    document = "query ($by: PostLookup!) { post(by: $by) { id } }"
    sent = await doors.post(json.dumps({"query": document, "variables": {"by": by}}))
    sent.assert_refused(200)
    assert sent.codes == {"BAD_USER_INPUT"}
    assert "data" not in sent.json


async def test_fragments_that_double_are_answered_as_far_as_the_limits_go(doors):
    for field in ("{way} {{ {below} {below} }}", "{way} {{ {below} }} {way} {{ {below} }}"):
        answer = await doors.ask(doubling(field, 9))
        assert answer.status == 200
        assert "errors" not in answer.json
        refused = await doors.ask(doubling(field, 60))
        assert refused.codes == {"QUERY_TOO_COMPLEX"}


# graphql-core leaves resolvers it has not begun with when it is cancelled.
@pytest.mark.filterwarnings("ignore:.*_async_resolver:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.asyncio(loop_scope="function")
async def test_what_takes_too_long_meets_the_deadline(demonstration_url, serve, monkeypatch):
    monkeypatch.setattr(answering, "DEADLINE_SECONDS", 0.02)
    slow = {"query": doubling("a: {way} {{ {below} }} b: {way} {{ {below} }}", 9)}
    async with serve(demonstration_url, plans="off") as client:
        async with client.post("/graphql", json=slow) as answer:
            [error] = (await answer.json())["errors"]
            assert (answer.status, error["extensions"]["code"]) == (504, "DEADLINE_EXCEEDED")
        monkeypatch.undo()
        async with client.post("/graphql", json={"query": "{ site { title } }"}) as answer:
            assert await answer.json() == {"data": {"site": {"title": "Achterom"}}}
