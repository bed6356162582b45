"""Whoever walks a list by its cursors meets each row once, in order, whichever way and in whatever steps."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import models
from models.content import Content
from schema.ids import global_id

NOON = datetime(2021, 3, 1, 12, tzinfo=UTC)
PAGE = "first: $first, after: $after, last: $last, before: $before"
ROWS = """{
  edges { cursor node { id } } nodes { id } totalCount
  pageInfo { startCursor endCursor hasPreviousPage hasNextPage }
}"""
ORDERED = "posts(orderBy: {{field: {}, direction: {}}}, PAGE) ROWS"
LISTS = {
    **{
        f"posts by {field} {direction}": ORDERED.format(field, direction)
        for field in ("PUBLISHED_AT", "TITLE", "UPDATED_AT")
        for direction in ("ASC", "DESC")
    },
    "posts of a month": 'posts(filter: {month: "2021-03"}, PAGE) ROWS',
    "posts of an author": 'author(by: {slug: "anna"}) { posts(PAGE) ROWS }',
    "posts of a tag": "tags { posts(PAGE) ROWS }",
    "posts below a month": "archiveMonths(year: 2021) { posts(PAGE) ROWS }",
    "comments": 'post(by: {slug: "gesprek"}) { comments(PAGE) ROWS }',
    "newest comments": 'post(by: {slug: "gesprek"}) { comments(orderBy: NEWEST_FIRST, PAGE) ROWS }',
    "replies": "node(id: $comment) { ... on Comment { replies(PAGE) ROWS } }",
    "authors": "authors(PAGE) ROWS",
}
TITLES = st.one_of(
    st.sampled_from(
        [
            "Élan",
            "elan",
            "ELAN",
            "«Elan»",
            "…",
            "Zoë",
            "zo",
            "Zo",
            "ångström",
            "Æther",
            "日本",
            "a b",
            "a-b",
            "A_b",
        ]
    ),
    st.sampled_from(
        [
            "Familie 👨\u200d👩\u200d👧",
            "x\u3000y",
            "x\u202ey",
            "x\u00ad",
            "\U0001fae8 z",
            "100%",
            "a'b",
            "Ω",
            "ß",
            "ss",
        ]
    ),
)
BELOW = """comments(first: $n) {
  nodes { id replies(last: $n) { nodes { id } pageInfo { hasPreviousPage } } }
  totalCount pageInfo { hasNextPage }
}"""
OF_AUTHORS = "authors { posts(first: $n) { nodes { id } totalCount } }"
MINUTES = st.integers(0, 3)
ROWS_OF_BLOG = st.lists(st.tuples(TITLES, MINUTES, MINUTES), min_size=1, max_size=9)
STEPS = st.lists(st.integers(1, 4), min_size=1, max_size=4)
ONE_BY_ONE = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@ONE_BY_ONE
@given(blog=ROWS_OF_BLOG, steps=STEPS)
@example(blog=[("Familie 👨\u200d👩\u200d👧", 0, 0), ("…", 0, 0), ("…", 0, 1), ("x\u3000y", 0, 0)], steps=[1])
async def test_a_walk_either_way_meets_each_row_once_and_in_order(site, ask, blog, steps):
    expected, comment = await _plant(site, blog)
    for name, field in LISTS.items():
        for way in ("forward", "backward"):
            walked = await _walk(ask, field, steps, way, comment=comment)
            assert walked == expected[name], (name, way)


@ONE_BY_ONE
@given(blog=ROWS_OF_BLOG, size=st.integers(0, 4))
async def test_lists_below_many_rows_are_those_below_each(site, ask, blog, size):
    await _plant(site, blog)
    many = await ask(
        f"query($n: Int) {{ posts(first: 100) {{ nodes {{ id {BELOW} {OF_AUTHORS} }} }} }}", n=size
    )
    for post in many["posts"]["nodes"]:
        alone = await ask(
            f"query($n: Int, $id: ID!) {{ post(by: {{id: $id}}) {{ {BELOW} }} }}", n=size, id=post["id"]
        )
        assert alone["post"]["comments"] == post["comments"]
        for author in post["authors"]:
            assert [row["id"] for row in author["posts"]["nodes"]] == [
                row["id"] for row in many["posts"]["nodes"]
            ][:size]
            assert author["posts"]["totalCount"] == len(blog) + 1


@pytest.mark.parametrize("gone", ["withdrawn", "deleted"])
@pytest.mark.parametrize("place", [0, 2, 4])
async def test_the_cursor_of_a_row_that_is_gone_still_says_where_to_go_on(site, ask, gone, place):
    await _plant(site, [(f"Bericht {number}", 1, 0) for number in range(4)])
    edges = (await _page(ask, LISTS["posts by TITLE ASC"], first=5))["edges"]
    post = await models.Post.get(id=int(base64.b64decode(edges[place]["node"]["id"]).split(b":")[1]))
    await (post.withdraw() if gone == "withdrawn" else post.delete())
    cursor = edges[place]["cursor"]
    after = await _page(ask, LISTS["posts by TITLE ASC"], first=5, after=cursor)
    before = await _page(ask, LISTS["posts by TITLE ASC"], last=5, before=cursor)
    assert [edge["cursor"] for edge in after["edges"]] == [edge["cursor"] for edge in edges[place + 1 :]]
    assert [edge["cursor"] for edge in before["edges"]] == [edge["cursor"] for edge in edges[:place]]
    assert after["pageInfo"]["hasPreviousPage"] is (place > 0)
    assert before["pageInfo"]["hasNextPage"] is (place < 4)


@pytest.mark.parametrize("argument", ["after", "before"])
async def test_a_cursor_of_another_order_is_refused(site, ask, answer, argument):
    _, comment = await _plant(site, [("Een", 0, 0), ("Twee", 0, 0)])
    orders = {
        name: (await _page(ask, field, comment=comment))["edges"][0]["cursor"]
        for name, field in LISTS.items()
    }
    for name, field in LISTS.items():
        for other, cursor in orders.items():
            answered = await answer(_query(field), **{argument: cursor, "comment": comment})
            same = _order_of(cursor) == _order_of(orders[name])
            assert (answered.errors is None) is same, (name, other)
            assert same or isinstance(answered.errors[0].original_error, models.Invalid)


def _forged(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "", "x", "é", "=", "W10", "bnVsbA", _forged("sort_key+", 5, 1), _forged("sort_key+", None, 1),
        _forged("sort_key+", ["a"], 1), _forged("sort_key+", "a\x00", 1), _forged("sort_key+", "\ud800", 1),
        _forged("sort_key+", "a", True), _forged("sort_key+", "a", -1), _forged("sort_key+", "a", 2**31),
        _forged("sort_key+", "a", 2**63), _forged("sort_key+", "a", "1"), _forged("sort_key+", "a"),
        _forged("published_at-", "2021-03-01T00:00:00+00:00", 1), "A" * 10_000,
        _forged("sort_key+", 1e400, 1), _forged("sort_key+", "z" * 201, 1),
    ],
    ids=range(21),
)  # fmt: skip
async def test_a_forged_cursor_is_refused(site, answer, cursor):
    answered = await answer(_query(LISTS["posts by TITLE ASC"]), after=cursor)
    assert [type(error.original_error) for error in answered.errors] == [models.Invalid]


async def test_who_is_signed_in_learns_as_well_that_a_cursor_is_forged(site, answer, staff):
    editor = await staff(models.Role.EDITOR)
    for field, longest in (("posts by TITLE ASC", 200), ("authors", 220)):
        for length, refused in ((longest, []), (longest + 1, [models.Invalid])):
            asked = {"principal": editor.principal, "after": _forged("sort_key+", "z" * length, 1)}
            answered = await answer(_query(LISTS[field]), **asked)
            assert [type(error.original_error) for error in answered.errors or ()] == refused


@pytest.mark.parametrize(
    "moment",
    ["2021-03-01", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", 5, "x", "2021-03-01T00:00:00"],
)
async def test_a_forged_moment_does_no_harm(site, answer, moment):
    answered = await answer(
        _query(LISTS["posts by PUBLISHED_AT DESC"]), after=_forged("published_at-", moment, 1)
    )
    assert all(isinstance(error.original_error, models.Invalid) for error in answered.errors or ())


@pytest.mark.parametrize(
    "said", [{"first": 1, "last": 1}, {"first": -1}, {"last": 101}, {"first": 2**31 - 1}]
)
async def test_a_size_beyond_measure_is_refused(site, answer, said):
    answered = await answer(_query(LISTS["authors"]), **said)
    assert isinstance(answered.errors[0].original_error, models.Invalid)


async def _walk(ask: Any, field: str, steps: list[int], way: str, **more: Any) -> list[str]:
    """Walk to the end with these steps in turn; hold the flags at each of them."""
    met: list[str] = []
    cursor: str | None = None
    for number in range(100):
        size, place = ("first", "after") if way == "forward" else ("last", "before")
        page = await _page(ask, field, **{size: steps[number % len(steps)], place: cursor}, **more)
        ids = [edge["node"]["id"] for edge in page["edges"]]
        info = page["pageInfo"]
        assert ids == [node["id"] for node in page["nodes"]]
        met = met + ids if way == "forward" else ids + met
        began, left = (
            ("hasPreviousPage", "hasNextPage") if way == "forward" else ("hasNextPage", "hasPreviousPage")
        )
        assert info[began] is (cursor is not None)
        assert info[left] is (len(met) < page["totalCount"])
        if not info[left]:
            return met
        cursor = info["endCursor" if way == "forward" else "startCursor"]
        assert cursor == page["edges"][-1 if way == "forward" else 0]["cursor"]
    raise AssertionError("the walk does not end")


async def _page(ask: Any, field: str, **said: Any) -> dict[str, Any]:
    found = await ask(_query(field), **{"comment": "", **said})
    while "edges" not in found:
        [found] = found.values() if isinstance(found, dict) else found
    return found


def _query(field: str) -> str:
    declared = '$first: Int, $after: String, $last: Int, $before: String, $comment: ID = ""'
    return f"query({declared}) {{ {field.replace('PAGE', PAGE).replace('ROWS', ROWS)} }}"


def _order_of(cursor: str) -> str:
    return str(json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))[0])


async def _plant(site: models.Site, blog: list[tuple[str, int, int]]) -> tuple[dict[str, list[str]], str]:
    """Plant posts, comments and replies with many equal moments; tell each list in its order."""
    await models.clear(site)
    anna = await models.Author.named(site.id, "Anna")
    people = [anna, *[await models.Author.named(site.id, name) for name in ("ánna", "Bea", "…")]]
    rows = [*blog, ("Gesprek", 1, 1)]
    await models.Post.bulk_create([_post(site, number, *row) for number, row in enumerate(rows)])
    posts = await models.Post.all()
    await models.Byline.bulk_create(
        [models.Byline(post_id=post.id, author_id=anna.id, position=0) for post in posts]
    )
    tag = await models.Tag.named(site.id, "Vis")
    await models.Tagging.bulk_create([models.Tagging(post_id=post.id, tag_id=tag.id) for post in posts])
    talked = next(post for post in posts if post.slug == "gesprek")
    roots = [await _say(talked, minutes) for _, minutes, _ in blog]
    replies = [await _say(talked, minutes, parent=roots[0]) for _, _, minutes in blog]
    await models.recount(site)
    newest = _told("Post", posts, "published_at", down=True)
    return {
        "posts by PUBLISHED_AT ASC": newest[::-1], "posts by PUBLISHED_AT DESC": newest,
        "posts by TITLE ASC": _told("Post", posts, "sort_key"),
        "posts by TITLE DESC": _told("Post", posts, "sort_key", down=True),
        "posts by UPDATED_AT ASC": _told("Post", posts, "updated_at"),
        "posts by UPDATED_AT DESC": _told("Post", posts, "updated_at", down=True),
        "posts of a month": newest, "posts of an author": newest, "posts below a month": newest,
        "posts of a tag": newest,
        "comments": _told("Comment", roots, "created_at"),
        "newest comments": _told("Comment", roots, "created_at", down=True),
        "replies": _told("Comment", replies, "created_at"), "authors": _told("Author", people, "sort_key"),
    }, global_id("Comment", roots[0].id)  # fmt: skip


def _told(kind: str, rows: list[Any], column: str, *, down: bool = False) -> list[str]:
    ordered = sorted(rows, key=lambda row: (getattr(row, column), row.id), reverse=down)
    return [global_id(kind, row.id) for row in ordered]


def _post(site: models.Site, number: int, title: str, published: int, updated: int) -> models.Post:
    content = Content.of(f"<p>{title}</p>")
    slug = "gesprek" if title == "Gesprek" else f"bericht-{number}"
    return models.Post(
        site_id=site.id, slug=slug, title=title, sort_key=models.text.sort_key(title), words="", word_count=1,
        status=models.Status.PUBLISHED, published_at=NOON + timedelta(minutes=published),
        published_month="2021-03",
        created_at=NOON, updated_at=NOON + timedelta(microseconds=updated), source="",
        html=content.html, text=content.text, blocks=content.blocks, opening=content.opening,
    )  # fmt: skip


async def _say(post: models.Post, minutes: int, **more: Any) -> models.Comment:
    writer, moment = models.Writer(name="Gast"), NOON + timedelta(minutes=minutes)
    return await models.Comment.keep(
        post, writer, "Ja", status=models.Fate.APPROVED, written_at=moment, **more
    )
