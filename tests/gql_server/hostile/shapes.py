"""Documents whose shape means harm: names, fragments, directives and lists without end."""

from collections.abc import Callable
from random import Random

FIELDS = ("site{title}", "tags{label}", "posts{totalCount}", "authors{totalCount}", "__typename")
LEAVES = ("id", "title", "slug", "path", "url", "label", "version", "excerpt", "contentText", "commentCount")


def many(some: Random, piece: Callable[[int], str], most: int, *, least: int = 1) -> str:
    """Repeat a piece a random number of times, often as often as it may be."""
    count = most if some.random() < 0.3 else some.randint(least, most)
    return " ".join(map(piece, range(count)))


def aliases(some: Random) -> str:
    """One field under many names."""
    one = some.choice(FIELDS)
    return f"{{{many(some, lambda n: f'a{n}:{one}', 300)}}}"


def aliased_lists(some: Random) -> str:
    """Lists under as many names as are allowed."""
    leaf, size = some.choice(LEAVES[:6]), some.randint(1, 100)
    return f"{{{many(some, lambda n: f'a{n}:posts(first:{size}){{nodes{{{leaf}}}}}', 20)}}}"


def equal_fields(some: Random) -> str:
    """One field, again and again, in an operation or in a fragment that nobody spreads."""
    one = many(some, lambda _: some.choice(FIELDS), 450)
    hidden = f"{{site{{title}}}} fragment Unused on Query{{{one}}}"
    return some.choice([f"{{{one}}}", hidden, f"{hidden} fragment Unused on Query{{site{{id}}}}"])


def equal_names(some: Random) -> str:
    """Many names, each as often as is allowed; validation compares them in pairs."""
    names = some.randint(50, 99)
    return f"{{site{{{many(some, lambda n: f'a{n % names}', 1_900, least=1_000)}}}}}"


def conflicts(some: Random) -> str:
    """Different fields under one name."""
    fields = many(some, lambda _: f"x:{some.choice(LEAVES)}", 30)
    return f"{{posts{{nodes{{{fields}}}}}}}"


def depth(some: Random) -> str:
    """Selections inside selections."""
    step = some.choice(["previous", "next", "site", "archiveMonth{posts{nodes", "... on Post{previous", "x"])
    levels = some.choice([some.randint(8, 16), some.randint(100, 900)])
    closing = "}" * (step.count("{") + 1) * levels
    return f'{{post(by:{{slug:"x"}}){{{(step + "{") * levels}id{closing}}}}}'


def unclosed(some: Random) -> str:
    """Brackets that are never closed, or closed too often."""
    opening = some.choice(
        ["{", "{a", "(", "[", "{a(b:[", '{a(b:"', '{a(b:"""', "...on A{", "}", "]", "query(", "$"]
    )
    return opening * some.randint(1, 1_000)


def doubling_fragments(some: Random) -> str:
    """Fragments that spread the next one twice."""
    count = some.randint(5, 60)
    way = some.choice(
        ["...F{0} ...F{0}", "a:previous{{...F{0}}} b:next{{...F{0}}}", "...F{0} previous{{...F{0}}}"]
    )
    chain = many(some, lambda n: f"fragment F{n} on Post{{{way.format(n + 1)}}}", count, least=count)
    return f"{{posts{{nodes{{...F0}}}}}} {chain} fragment F{count} on Post{{id}}"


def circles(some: Random) -> str:
    """Fragments that spread themselves, straight away or round about."""
    count = some.randint(1, 80)
    inner = some.choice(["...F{0}", "previous{{...F{0}}}", "...F{0} ...F{0}", "...on Post{{...F{0}}}"])
    chain = many(
        some, lambda n: f"fragment F{n} on Post{{{inner.format((n + 1) % count)}}}", count, least=count
    )
    return f"{{posts{{nodes{{...F0}}}}}} {chain}"


def crowds_of_fragments(some: Random) -> str:
    """Fragments that all spread all others, or that nobody spreads."""
    count = some.randint(2, 28)
    spreads = " ".join(f"...F{n}" for n in range(count))
    chain = many(some, lambda n: f"fragment F{n} on Query{{{spreads} a{n}:__typename}}", count, least=count)
    return f"{{{some.choice([spreads, 'site{id}', '...F0'])}}} {chain}"


def strange_fragments(some: Random) -> str:
    """Fragments twice, missing, on no type, on a scalar, with variables, with a keyword for a name."""
    odd = (
        "fragment A on Query{site{id}} fragment A on Query{site{title}}",
        "",
        "fragment A on Nothing{id}",
        "fragment A on String{id}",
        "fragment on on Query{id}",
        "fragment A on Query{node(id:$a){id}}",
        "fragment A on PostFilter{id}",
        "fragment A($a:Int=1) on Query{site{id}}",
        "fragment A on Post{id}",
    )
    return f"{{...A site{{{some.choice(LEAVES)}}}}} {some.choice(odd)} #{some.random()}"


def directives(some: Random) -> str:
    """Directives by the dozen: known, unknown, repeated, in every place."""
    one = some.choice(
        ["@skip(if:true)", "@include(if:false)", "@nothing", "@deprecated", "@a(b:1)", "@defer", "@oneOf"]
    )
    flood = many(some, lambda n: one if one != "@nothing" else f"@n{n}", some.choice([10, 50, 600]))
    place = some.choice(
        [
            "query A {0}{{site{{id}}}}",
            "{{site {0}{{id}}}}",
            "{{...on Query {0}{{site{{id}}}}}}",
            "query($a:Int {0}){{site{{id}}}}",
            "{{...A {0}}} fragment A on Query {0}{{site{{id}}}}",
        ]
    )
    return place.format(flood)


def games_of_skip(some: Random) -> tuple[str, dict[str, object]]:
    """Parts that are left out by variables, some of them no booleans."""
    flags = {f"v{n}": some.choice([True, False, None, 1, "true", []]) for n in range(some.randint(1, 12))}
    declared = " ".join(
        f"${name}:{some.choice(['Boolean', 'Boolean!', 'Boolean=true', 'Int'])}" for name in flags
    )
    parts = " ".join(
        f"a{n}:posts(first:100) @{some.choice(['skip', 'include'])}(if:${name}){{nodes{{title}}}}"
        for n, name in enumerate(flags)
    )
    return f"query({declared}){{{parts}}}", dict(
        some.sample(sorted(flags.items()), some.randint(0, len(flags)))
    )


def written_cost(some: Random) -> str:
    """Lists inside lists, as long as their arguments say."""
    size = some.choice([1, 10, 100, 101, 2**31 - 1, 2**31, -1, 10**30])
    inner = some.choice(["nodes", "edges{node"])
    levels = some.randint(1, 5)
    opening = f"{some.choice(['first', 'last'])}:{size}){{{inner}{{"
    ways = ["posts(", *(["authors(", "posts("] * levels)][:levels]
    return f"{{{''.join(way + opening for way in ways)}id{'}' * (levels * (inner.count('{') + 2))}}}"


def legal_cost(some: Random) -> str:
    """As much as may just be asked for."""
    leaf = " ".join(some.sample(LEAVES, some.randint(1, 8)))
    ways = (
        "posts(first:100){{nodes{{{0} comments(first:{1}){{nodes{{id contentHtml}}}}}}}}",
        "posts(first:100){{nodes{{{0} tags{{label}} authors{{name}} blocks{{__typename}}}}}}",
        "posts(first:{1}){{nodes{{{0} next{{{0} next{{{0} next{{{0}}}}}}}}}}}",
        "authors(first:50){{nodes{{name posts(first:{1}){{nodes{{{0}}}}}}}}}",
        "archiveMonths{{label posts(first:{1}){{nodes{{{0}}}}}}}",
    )
    return f"{{{some.choice(ways).format(leaf, some.randint(1, 45))}}}"


def equal_parts(some: Random) -> str:
    """Arguments, variables and operations that are there twice and more."""
    count = some.randint(2, 230)
    ways = (
        f"{{posts({'first:1 ' * min(count * 2, 450)}){{totalCount}}}}",
        f"query({'$a:Int ' * count}){{site{{id}}}}",
        "query A{site{id}}" * count,
        "{site{id}}" * count,
        "query A{site{id}} mutation A{__typename} subscription A{__typename} " * (count // 3 + 1),
    )
    return some.choice(ways)


def many_operations(some: Random) -> str:
    """Operations by the hundred, all of which spread the same fragments."""
    count, links = some.randint(2, 120), some.randint(1, 18)
    chain = many(
        some, lambda n: f"fragment F{n} on Query{{n{n}:node(id:$v){{id}} ...F{n + 1}}}", links, least=links
    )
    kind = some.choice(["query", "subscription", "mutation"])
    operations = many(some, lambda n: f"{kind} A{n}{{...F0}}", count)
    return f"{operations} {chain} fragment F{links} on Query{{site{{id}}}}"


SHAPES: tuple[Callable[[Random], object], ...] = (
    aliases,
    aliased_lists,
    equal_fields,
    equal_names,
    conflicts,
    depth,
    unclosed,
    doubling_fragments,
    circles,
    crowds_of_fragments,
    strange_fragments,
    directives,
    games_of_skip,
    written_cost,
    legal_cost,
    equal_parts,
    many_operations,
)
