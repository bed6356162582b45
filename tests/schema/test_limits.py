"""A document has its limits, however its fragments multiply, and its cost is known before it runs."""

from pathlib import Path

import pytest
from graphql import GraphQLError, get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

import schema.graph
from schema.costs import MOST_COST, Costs
from schema.documents import Documents
from schema.limits import (
    MOST_ALIASES,
    MOST_ALIKE,
    MOST_DEPTH,
    MOST_DIRECTIVES,
    MOST_FRAGMENTS,
    MOST_OPERATIONS,
    MOST_ROOT_FIELDS,
    Shape,
)  # fmt: skip

QUERIES = sorted((Path(__file__).parents[2] / "benchmarks" / "queries").glob("*.graphql"))
costs = Costs(schema.graph.schema._schema)


def nested(levels: int) -> str:
    """Ask for the site at the bottom of so many levels of fields."""
    return "{ " + "post { next { " * ((levels - 1) // 2) + "id" + " } }" * ((levels - 1) // 2) + " }"


def limit_of(document: str) -> str | None:
    """Name the limit that a document passes."""
    try:
        Shape(parse(document)).check()
    except GraphQLError as error:
        told = error.extensions or {}
        return str(told["limit"]) if told["code"] == "QUERY_TOO_COMPLEX" else error.message
    return None


def cost_of(document: str, **variables: object) -> int:
    """Work out what a document costs, the limit left aside."""
    [cost] = costs.of(parse(document)).values()
    return cost.term.worth({**cost.defaults, **variables}, {})


PASSING = {
    "depth": lambda n: "{ " + "a { " * n + "a" + " }" * n + " }",
    "root fields": lambda n: "{ " + " ".join(f"a{i}: b" if i % 2 else f"c{i}" for i in range(n)) + " }",
    "aliases": lambda n: "{ a { " + " ".join(f"b{i}: c" for i in range(n)) + " } }",
    "directives": lambda n: "{ a " + "@b " * n + " }",
    "equal names": lambda n: "{ a { " + "b " * n + " } }",
    "operations": lambda n: " ".join(f"query A{i} {{ a }}" for i in range(n)),
    "fragments": lambda n: "{ a } " + " ".join(f"fragment A{i} on B {{ a }}" for i in range(n)),
}
MOST = {
    "depth": MOST_DEPTH - 1,
    "root fields": MOST_ROOT_FIELDS,
    "aliases": MOST_ALIASES,
    "directives": MOST_DIRECTIVES,
    "equal names": MOST_ALIKE,
    "operations": MOST_OPERATIONS,
    "fragments": MOST_FRAGMENTS,
}


@pytest.mark.parametrize("limit", PASSING)
def test_a_limit_is_reached_and_not_passed(limit):
    assert limit_of(PASSING[limit](MOST[limit])) is None
    assert limit_of(PASSING[limit](MOST[limit] + 1)) == limit


def test_fields_count_as_often_as_they_are_spread():
    fragment = " fragment F on A { " + " ".join(f"f{i}" for i in range(400)) + " }"
    places = [" ".join(f"p{i} {{ ...F }}" for i in range(n)) for n in (12, 13)]
    assert limit_of(f"{{ a {{ {places[0]} }} }}" + fragment) is None
    assert limit_of(f"{{ a {{ {places[1]} }} }}" + fragment) == "fields"


def test_equal_names_count_wherever_they_meet():
    parts = "".join(f" fragment F{i} on A {{ b {{ c c c c }} }}" for i in range(6))
    assert limit_of("{ a { ...F0 ...F1 ...F2 ...F3 ...F4 } }" + parts) is None
    assert limit_of("{ a { ...F0 ...F1 ...F2 ...F3 ...F4 ...F5 } }" + parts) == "equal names"


@pytest.mark.parametrize("levels", [10, 60])
def test_fragments_that_double_are_measured_without_doubling_the_work(levels):
    spread = "{ a { ...F0 } }" + "".join(
        f" fragment F{i} on A {{ ...F{i + 1} ... {{ ...F{i + 1} }} }}" for i in range(levels)
    )
    assert limit_of(spread + f" fragment F{levels} on A {{ b }}") is None
    doubled = "{ a { ...F0 } }" + "".join(
        f" fragment F{i} on A {{ a {{ ...F{i + 1} }} b {{ ...F{i + 1} }} }}" for i in range(levels)
    )
    shape = Shape(parse(doubled + f" fragment F{levels} on A {{ b }}"))
    if levels == 10:
        shape.check()
    else:
        with pytest.raises(GraphQLError, match="levels"):
            shape.check()
    assert shape._looks < 3_000


@pytest.mark.parametrize(
    "document",
    [
        "{ ...A } fragment A on Q { a { ...A } }",
        "{ ...A } fragment A on Q { a { ...B } } fragment B on Q { b { ...A } }",
        "{ ...A } fragment A on Q { a { ...A } b { ...A } c { ...A } }",
    ],
)
def test_circles_are_too_deep(document):
    assert limit_of(document) == "depth"


def test_a_circle_without_a_field_is_left_to_validation():
    assert limit_of("{ ...A } fragment A on Q { ...A }") is None
    assert Documents().read("{ ...A } fragment A on Query { ...A }").errors


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 3))
def test_measuring_ends_and_says_the_same_of_what_is_spread_and_what_is_written_out(wide, deep, spreads):
    fields = " ".join(f"f{i}" for i in range(wide))
    body = "a { " * deep + fields + " }" * deep
    inline = f"{{ r {{ {body} }} }}"
    named = "{ r { " + "...F " * max(1, spreads) + f"}} }} fragment F on A {{ {body} }}"
    assert limit_of(inline) == limit_of(named)


def test_the_introspection_query_is_within_all_limits():
    document = Documents().read(get_introspection_query(schema_description=True, specified_by_url=True))
    assert document.errors == ()
    assert document.operations[0].cost_with({}) == 0


def test_more_than_one_schema_is_not_looked_at():
    query = get_introspection_query().replace("query IntrospectionQuery", "query A")
    inner = query[query.index("{") + 1 : query.index("fragment FullType")].strip().removesuffix("}")
    rest = query[query.index("fragment FullType") :]
    many = "query A {" + " ".join(inner.replace("__schema", f"s{i}: __schema") for i in range(4)) + "}" + rest
    [error] = Documents().read(many).errors
    assert error.extensions is not None
    assert error.extensions["limit"] == "introspection"


def test_a_server_without_introspection_shows_nothing_of_its_schema():
    documents = Documents(introspection=False)
    for query in ("{ __schema { queryType { name } } }", '{ __type(name: "Post") { name } }'):
        assert "introspection" in documents.read(query).errors[0].message.lower()
    assert documents.read("{ __typename site { __typename } }").errors == ()


@pytest.mark.parametrize("suggestions", [True, False])
def test_names_that_come_near_are_told_where_a_front_end_is_developed(suggestions):
    documents = Documents(suggestions=suggestions)
    for wrong in ("{ sites { title } }", "{ posts(frist: 1) { totalCount } }", "{ ... on Pst { id } }"):
        [error, *_] = documents.read(wrong).errors
        assert ("Did you mean" in error.message) is suggestions, error.message


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_what_a_page_of_a_site_asks_is_within_the_limits(path):
    document = Documents().read(path.read_text("utf-8"))
    assert document.errors == ()
    assert document.operations[0].cost_with({}) <= MOST_COST


COSTS = {
    "{ site { title } }": 1,
    "{ __typename }": 0,
    "{ posts(first: 3) { nodes { title } } }": 1 + 3,
    "{ posts(first: 3) { edges { cursor node { title } } } }": 1 + 3 * 2,
    "{ posts(first: 3) { totalCount pageInfo { hasNextPage } } }": 1 + 5 + 1,
    "{ posts { nodes { id } } }": 1 + 20,
    "{ posts(last: 7) { nodes { id } } }": 1 + 7,
    "{ posts(first: 10) { nodes { comments(first: 5) { nodes { id author { name } } } } } }": 1
    + 10 * (1 + 1 + 10),
    "{ archiveMonths { label } }": 120,
    "{ site { menu { items { label items { label items { label items { label } } } } } } }": 2,
    "{ posts(first: 100000) { nodes { id } } }": 1 + 100,
    "{ posts(first: -3) { nodes { id } } }": 1,
    "{ a: posts(first: 2) { nodes { id } } b: posts(first: 2) { nodes { id } } }": 6,
    "{ posts(first: 2) { nodes { id } } ...F } fragment F on Query { posts(first: 2) { nodes { slug } } }": 3,
    '{ node(id: "") { ... on Post { tags { id } } ... on Author { posts(first: 4) { nodes { id } } } } }': 11,
    'mutation { unsubscribe(input: { token: "x" }) { errors { __typename } } }': 10 + 5,
}


@pytest.mark.parametrize(("document", "cost"), COSTS.items(), ids=COSTS)
def test_a_cost_is_worked_out_from_the_schema(document, cost):
    assert cost_of(document) == cost


VARIABLE = "query ($n: Int = 4, $m: Int) { posts(first: $n, last: $m) { nodes { id authors { name } } } }"


@pytest.mark.parametrize(
    ("variables", "length"),
    [
        ({}, 4),
        ({"n": 10}, 10),
        ({"n": 0}, 0),
        ({"n": -5}, 0),
        ({"n": 10**30}, 100),
        ({"n": 50.0}, 50),
        ({"n": 1e300}, 100),
        ({"n": True}, 20),
        ({"n": "many"}, 20),
        ({"n": None}, 20),
        ({"n": [7]}, 20),
        ({"n": 3, "m": 9}, 9),
        ({"other": 50}, 4),
    ],
)
def test_variables_say_how_long_a_list_may_get(variables, length):
    assert cost_of(VARIABLE, **variables) == 1 + length * (1 + 5)


ALWAYS, NEVER = {"search": "a"}, {"tagSlugs": ["a"], "search": None}


@pytest.mark.parametrize(
    ("declared", "filter", "variables", "searches"),
    [
        ("", '{ search: "a" }', {}, 1),
        ("", '{ tagSlugs: ["a"] }', {}, 0),
        ("", "{ search: null }", {}, 0),
        ("", "null", {}, 0),
        ("($v: String)", "{ search: $v }", {"v": "a"}, 1),
        ("($v: String)", "{ search: $v }", {"v": None}, 0),
        ("($v: String)", "{ search: $v }", {}, 0),
        ('($v: String = "a")', "{ search: $v }", {}, 1),
        ('($v: String = "a")', "{ search: $v }", {"v": None}, 0),
        ("($v: String = null)", "{ search: $v }", {}, 0),
        ("($v: PostFilter)", "$v", {"v": ALWAYS}, 1),
        ("($v: PostFilter)", "$v", {"v": NEVER}, 0),
        ("($v: PostFilter)", "$v", {"v": ["no", "filter"]}, 0),
        ("($v: PostFilter)", "$v", {}, 0),
        ('($v: PostFilter = { search: "a" })', "$v", {}, 1),
        ('($v: PostFilter = { search: "a" })', "$v", {"v": NEVER}, 0),
        ("($v: PostFilter = { search: null, ids: [1] })", "$v", {}, 0),
    ],
)
def test_a_search_among_conditions_costs_as_much_as_a_search(declared, filter, variables, searches):
    document = f"query {declared} {{ posts(first: 3, filter: {filter}) {{ nodes {{ id }} }} }}"
    assert Documents().read(document).errors == ()
    assert cost_of(document, **variables) == 1 + 3 + searches * 1000
    assert cost_of('{ search(query: "a", first: 3) { nodes { label } } }') == 1000 + 3


def test_only_some_searches_fit_into_one_request():
    def cost_of_searches(number: int) -> int:
        fields = " ".join(
            f'a{n}: search(query: "a") {{ totalCount nodes {{ label }} }}' for n in range(number)
        )
        return Documents().read(f"{{ {fields} }}").operation(None).cost_with({})

    assert cost_of_searches(4) <= MOST_COST
    with pytest.raises(GraphQLError, match="and 5000 is allowed"):
        cost_of_searches(5)


def test_an_operation_beyond_the_limit_is_told_what_it_costs():
    query = "query ($n: Int) { posts(first: $n) { nodes { comments(first: 50) { nodes { id } } } } }"
    operation = Documents().read(query).operation(None)
    assert operation.cost_with({"n": 50}) == 1 + 50 * 52
    with pytest.raises(GraphQLError, match="may cost 5201, and 5000 is allowed") as refused:
        operation.cost_with({"n": 100})
    assert refused.value.extensions == {"code": "QUERY_TOO_COMPLEX", "limit": "cost", "most": 5000}


def test_an_answer_of_too_many_values_is_refused_though_each_costs_nothing():
    values = " ".join(f"a{i}: title" for i in range(20))
    lists = " ".join(f"l{i}: posts(first: $n) {{ nodes {{ ...F }} }}" for i in range(10))
    document = f"query ($n: Int) {{ {lists} }} fragment F on Post {{ {values} }}"
    operation = Documents().read(document).operation(None)
    assert operation.cost_with({"n": 90}) == 10 * 91
    with pytest.raises(GraphQLError, match="may hold 21010 values, and 20000 are allowed"):
        operation.cost_with({"n": 100})


def test_what_is_told_to_all_who_listen_costs_little():
    deep = "posts(first: $n) { nodes { id } }"
    document = f"subscription ($n: Int) {{ commentAdded {{ post {{ authors {{ {deep} }} }} }} }}"
    operation = Documents().read(document).operation(None)
    assert operation.cost_with({"n": 90}) == 1 + 1 + 5 * (1 + 1 + 90)
    with pytest.raises(GraphQLError, match="and 500 is allowed"):
        operation.cost_with({"n": 100})


def test_a_cost_of_fragments_that_double_is_worked_out_once_each():
    levels = "".join(
        f" fragment F{i} on Post {{ a: next {{ ...F{i + 1} }} b: next {{ ...F{i + 1} }} }}" for i in range(9)
    )
    document = '{ post(by: { slug: "a" }) { ...F0 } }' + levels + " fragment F9 on Post { id }"
    assert cost_of(document) == 2**10 - 1


def test_kept_documents_are_few():
    documents = Documents()
    for number in range(1_500):
        documents.read(f"{{ a{number}: __typename }}")
    assert len(documents._kept) == 500
    for number in range(200):
        documents.read(f"{{ __typename }} # {'x' * 5_000} {number}")
    assert documents._kept_text <= 100_000
    assert sum(map(len, documents._kept)) == documents._kept_text


def test_trusted_documents_are_kept_for_good():
    documents = Documents()
    trusted = documents.trust("{ __typename }")
    for number in range(1_500):
        documents.read(f"{{ a{number}: __typename }}")
    assert documents.read("{ __typename }") is trusted
