"""Documents whose values mean harm, and those that look at too much or belong elsewhere."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.gql_server.hostile.shapes import LEAVES, many

Written = str | tuple[str, dict[str, Any]]
TYPES = (
    "Post",
    "Author",
    "Tag",
    "Page",
    "Comment",
    "Menu",
    "MenuItem",
    "Image",
    "ArchiveMonth",
    "Site",
    "Node",
)
LISTS = ("posts", "authors")
# What a variable may be given instead of a number.
NO_NUMBERS = (-1, -(2**31), 2**31, 2**63, 10**40, 1.5, 1e300, "100", "9" * 4_000, True, [100], [[]], {}, None)
LETTERS = "aé日🙂\u202e\ufeff\u0301\u2028\x7f"
LARGEST = 60_000


def cost_by_variables(some: Random) -> Written:
    """How long a list is, said by a variable: huge, negative, of another type, or missing."""
    name, kind = (
        some.choice(LISTS),
        some.choice(["Int", "Int!", "Int=100", "Int=-1", "Float", "String", "[Int]"]),
    )
    leaf = some.choice(
        ["id", "posts(first:$n){nodes{id}}" if name == "authors" else "comments(first:$n){nodes{id}}"]
    )
    given = some.choice((*NO_NUMBERS, 100, 50, 1, 0, some.randint(-(10**6), 10**6)))
    query = f"query A{some.randint(0, 10**6)}($n:{kind}){{{name}(first:$n){{nodes{{{leaf}}}}}}}"
    return (query, {"n": given}) if some.random() < 0.9 else query


def many_variables(some: Random) -> Written:
    """Variables by the hundred, declared, used or neither."""
    count = some.randint(1, 320)
    declared = " ".join(
        f"$v{n}:{some.choice(['Int', 'ID', '[[[Int]]]', 'Nothing', 'PostFilter'])}" for n in range(count)
    )
    given = {f"v{n}": some.choice(NO_NUMBERS) for n in range(some.randint(0, count))}
    return f"query({declared}){{site{{id}}}}", given


def huge_literals(some: Random) -> str:
    """Numbers, texts and names without end."""
    size = some.randint(1_000, LARGEST)
    literal = some.choice(
        [
            "9" * size,
            "-" + "9" * size,
            "1." + "9" * size,
            "1e" + "9" * size,
            "0" * size,
            f'"{"x" * size}"',
            '"""' + " x\n" * (size // 3) + '"""',
            '"' + "\\u{1F600}" * (size // 9) + '"',
            '"\\ud800"',
            '"\\u0000"',
            "A" * size,
            "$" + "a" * size,
            f'"{"%" * size}"',
            "1" * 400,
        ]
    )
    place = some.choice(
        [
            "node(id:{0}){{id}}",
            "posts(first:{0}){{totalCount}}",
            "post(by:{{slug:{0}}}){{id}}",
            "posts(filter:{{search:{0}}}){{totalCount}}",
            "posts(orderBy:{0}){{totalCount}}",
        ]
    )
    return f"{{{place.format(literal)}}}"


def long_names(some: Random) -> str:
    """Names without end, in every place that takes a name."""
    name = some.choice("aA_") * some.randint(1_000, LARGEST // 3)
    place = some.choice(
        [
            "{{{0}}}",
            "query {0}{{site{{id}}}}",
            "{{{0}:site{{id}}}}",
            "{{...{0}}}",
            "{{...on {0}{{id}}}}",
            "{{site @{0}{{id}}}}",
            "{{site({0}:1){{id}}}}",
            "query(${0}:Int){{site{{id}}}}",
            "query($a:{0}){{site{{id}}}}",
            "fragment {0} on Query{{site{{id}}}}",
        ]
    )
    return place.format(name)


def letters(some: Random) -> str:
    """Letters of every kind where none, or others, belong."""
    word = "".join(some.choice(LETTERS) for _ in range(some.randint(1, 200)))
    place = some.choice(
        [
            "{{{0}}}",
            '{{node(id:"{0}"){{id}}}}',
            '{{post(by:{{slug:"{0}"}}){{id}}}}',
            "# {0}\n{{site{{id}}}}",
            '{{posts(filter:{{search:"{0}"}}){{totalCount}}}}',
            '{{node(id:"""{0}"""){{id}}}}',
            "{0}",
        ]
    )
    return place.format(word)


def emptiness(some: Random) -> str:
    """A great deal of nothing around a small question."""
    nothing = some.choice([" ", "\n", "\t", ",", "\ufeff", "\r\n", "# x\n", ", ,"])
    filler = nothing * (some.randint(1_000, LARGEST) // len(nothing.encode()))
    return f"{filler}{{{filler[: some.randint(0, 100)]}site{{title}}}}"


def deep_values(some: Random) -> Written:
    """Lists and objects inside each other, written down or in a variable."""
    levels = some.choice([some.randint(2, 60), some.randint(100, 900)])
    if some.random() < 0.5:
        opening, closing = some.choice([("[", "]"), ("{a:", "}"), ("[{a:", "}]")])
        return f"{{posts(filter:{opening * levels}1{closing * levels}){{totalCount}}}}"
    value: Any = 1
    for _ in range(min(levels, 400)):
        value = some.choice([[value], {"ids": value}, {"filter": value}])
    return "query($f:PostFilter){posts(filter:$f){totalCount}}", {"f": value, "n": levels}


def long_lists(some: Random) -> Written:
    """Ids by the thousand: written down or in a variable, right and wrong."""
    ids = [
        some.choice(["UG9zdDox", "x", "", "9", str(some.randint(0, 10**9))])
        for _ in range(some.randint(90, 3_000))
    ]
    if some.random() < 0.4:
        return f"{{nodes(ids:{json.dumps(ids)}){{id}}}}"
    query = some.choice(
        [
            "query($i:[ID!]!){nodes(ids:$i){id}}",
            "query($i:[ID!]){posts(filter:{ids:$i}){totalCount}}",
            "query($i:[String!]){posts(filter:{tagSlugs:$i}){totalCount}}",
        ]
    )
    return query, {"i": ids}


def heavy_answers(some: Random) -> str:
    """Long texts under many names, and lists of them."""
    one = some.choice(
        ["contentHtml", "contentText", "blocks{__typename}", f"excerpt(length:{some.randint(-9, 2**31)})"]
    )
    fields = many(some, lambda n: f"a{n}:{one}", 30)
    return f"{{posts(first:{some.randint(1, 100)}){{{some.choice(['nodes{', 'edges{node{'])}{fields}}}}}}}"


def wrong_lists(some: Random) -> Written:
    """Lists of what does not belong there, each piece an error of its own."""
    wrong = some.choice([{}, [], None, 1.5, True, "x", {"a": 1}, [["x"]], -1, "\u202e"])
    kind, query = some.choice(
        [
            ("[ID!]!", "nodes(ids:$v){id}"),
            ("PostFilter", "posts(filter:$v){totalCount}"),
            ("[TopicInput!]", "site{id @skip(if:$v)}"),
        ]
    )
    value = [wrong] * some.randint(1, 9_000)
    return f"query($v:{kind}){{{query}}}", {"v": {"ids": value} if kind == "PostFilter" else value}


def introspection(some: Random) -> str:
    """The schema, again and again, deeper than anybody reads it."""
    levels = some.randint(1, 14)
    way = some.choice(["fields{type", "ofType", "interfaces", "possibleTypes", "fields{args{type"])
    opening = f"{way}{{" * levels
    closing = "}" * (way.count("{") + 1) * levels
    asked = f"types{{{opening}name{closing}}}"
    return f"{{{many(some, lambda n: f'a{n}:__schema{{{asked}}}', some.choice([1, 2, 20]))}}}"


def whole_schemas(some: Random) -> str:
    """Much of the schema without depth."""
    kind = "name fields(includeDeprecated:true){name description args{name type{name}} type{name kind}}"
    fields = " ".join(
        some.sample(
            [
                "enumValues{name}",
                "inputFields{name}",
                "interfaces{name}",
                "possibleTypes{name}",
                "isOneOf",
                "specifiedByURL",
            ],
            some.randint(0, 6),
        )
    )
    return f"{{{many(some, lambda n: f'a{n}:__schema{{types{{{kind} {fields}}}}}', some.choice([1, 2, 6]))}}}"


def near_misses(some: Random) -> str:
    """Names that are nearly right, for which suggestions might be looked up."""

    def wrong(word: str) -> str:
        place = some.randint(0, len(word) - 1)
        return word[:place] + some.choice("abcxyz") + word[place + 1 :]

    misses = many(some, lambda _: f"{wrong(some.choice(LEAVES))}", 300)
    place = some.choice(["posts{{nodes{{{0}}}}}", "site{{{0}}}", "... on {1}{{{0}}}", "posts({1}:1){{{0}}}"])
    return f"{{{place.format(misses, wrong(some.choice(TYPES)))}}}"


def spreads_of_types(some: Random) -> str:
    """Every type below an interface, with as much below it as is allowed."""
    kinds = many(some, lambda _: f"...on {some.choice(TYPES)}{{{some.choice(LEAVES)} id}}", 150)
    return f'{{node(id:"{some.randint(0, 99)}"){{{kinds}}}}}'


def wrong_places(some: Random) -> str:
    """Definitions of types, mutations and live operations where they do no good."""
    pieces = (
        "type A{a:Int}",
        "schema{query:A}",
        "extend type Query{a:Int}",
        "enum A{B}",
        "input A{a:Int}",
        "mutation{addComment}",
        "subscription{commentAdded{post{id}} postPublished{isUpdate}}",
        "mutation{subscribe(input:{email:1}){__typename}}",
        "subscription{__typename}",
        "scalar A",
        'mutation{unsubscribe(input:{token:"x"}){errors{__typename}}}',
        "directive @a on FIELD",
        "union A=B|C",
    )
    return many(some, lambda _: some.choice(pieces), 20)


def noise(some: Random) -> str:
    """Tokens in any order."""
    tokens = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        "!",
        "=",
        "@",
        "$a",
        "...",
        "on",
        "query",
        "fragment",
        "site",
        "id",
        '"x"',
        '"""x"""',
        "1",
        "-1",
        "1.5",
        "true",
        "null",
        "&",
        "|",
        "posts",
        "#x\n",
        "\\",
        "'",
        "\x00",
        ".",
    ]
    return many(some, lambda _: some.choice(tokens), 400)


VALUES: tuple[Callable[[Random], Written], ...] = (
    cost_by_variables,
    many_variables,
    huge_literals,
    long_names,
    letters,
    emptiness,
    deep_values,
    long_lists,
    heavy_answers,
    wrong_lists,
    introspection,
    whole_schemas,
    near_misses,
    spreads_of_types,
    wrong_places,
    noise,
)
