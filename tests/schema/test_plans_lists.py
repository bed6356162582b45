"""What lies around a page, how long its list is, and few rows of each row come with the page's own rows."""

import json
import os
import re
from datetime import timedelta

import pytest
from tortoise.context import require_context

import models
from models.paging import Order
from schema.documents import Documents
from schema.plans import Plans, levels
from tests.schema.asking_both import asking_both
from tests.schema.garden import AHEAD, plant

pytestmark = pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="plans are off")

NEWEST = Order("published_at", descending=True)
PAGE = """query ($first: Int, $last: Int, $after: String, $before: String) {
  posts(first: $first, last: $last, after: $after, before: $before) {
    nodes { title authors { name } }
    pageInfo { hasPreviousPage hasNextPage }
    totalCount
  }
}"""
NEIGHBOURS = """{ posts { nodes { authors { name } previous { title authors { name } tags { label } }
  next { authors { name } } } } }"""


@pytest.fixture
async def asked(site, publication, statements):
    """Ask graphql-core and a plan the same; give the answer, and the statements of the plan."""
    await plant(site)
    return asking_both(publication, statements)


@pytest.fixture
async def ends(asked):
    """Give the cursors of the newest and the oldest post."""
    rows = await models.Post.published().order_by("-published_at", "-id")
    return NEWEST.cursor(rows[0]), NEWEST.cursor(rows[-1])


async def explained(sql):
    """Tell what SQLite does for a statement, step by step."""
    values = ["0"] * len(set(re.findall(r"\?\d+", sql)))
    plan = await require_context().db().execute_query_dict(f"EXPLAIN QUERY PLAN {sql}", values)
    return [step["detail"] for step in plan]


@pytest.mark.parametrize(
    ("window", "found", "around"),
    [
        ({"first": 2}, 2, (False, True)),
        ({"first": 0}, 0, (False, True)),
        ({"last": 2}, 2, (True, False)),
        ({"first": 2, "after": 0}, 2, (True, True)),
        ({"first": 9, "after": 0}, 3, (True, False)),
        ({"first": 2, "after": 1}, 0, (True, False)),
        ({"last": 2, "before": 1}, 2, (True, True)),
        ({"last": 2, "before": 0}, 0, (False, True)),
        ({"first": 2, "after": 0, "before": 1}, 2, (True, True)),
        ({"first": 2, "after": 1, "before": 0}, 0, (True, True)),
    ],
    ids=str,
)
async def test_a_page_tells_what_lies_around_it(asked, ends, dialect, window, found, around):
    places = {name: ends[window[name]] for name in ("after", "before") if name in window}
    said, sent = await asked(PAGE, **{**window, **places})
    posts = said["posts"]
    assert (len(posts["nodes"]), posts["totalCount"]) == (found, 4)
    assert tuple(posts["pageInfo"].values()) == around
    # When there is no row, what the rows would tell is asked by itself; bylines are asked apart on SQLite.
    is_empty = not found and window.get("first") != 0
    assert len(sent) == 1 + (is_empty or (dialect == "sqlite" and found > 0))


async def test_a_list_that_is_only_counted_reads_no_rows(asked):
    said, sent = await asked("{ posts { totalCount } authors { totalCount } }")
    assert said == {"posts": {"totalCount": 4}, "authors": {"totalCount": 2}}
    assert len(sent) == 2


async def test_few_rows_of_neighbours_are_those_of_each(asked, dialect):
    said, sent = await asked(NEIGHBOURS)
    assert [post["previous"] and post["previous"]["authors"] for post in said["posts"]["nodes"]]
    assert len(sent) == (2 if dialect == "postgres" else 6)


async def test_the_neighbours_of_one_post_are_walked_to_from_where_it_stands(asked, dialect):
    together = [row.id for row in await models.Post.published().order_by("published_at", "id")][1:3]
    moment = (await models.Post.get(id=together[0])).published_at
    await models.Post.filter(id__in=together).update(published_at=moment)
    listed, _ = await asked("{ posts { nodes { slug previous { title } next { title } } } }")
    assert len(listed["posts"]["nodes"]) == 4
    for post in listed["posts"]["nodes"]:
        one, [_, beside] = await asked(
            "query ($slug: String!) { post(by: { slug: $slug }) { slug previous { title } next { title } } }",
            slug=post["slug"],
        )
        assert one["post"] == post
    if dialect == "sqlite":
        plan = await explained(beside)
        steps = [step for step in plan if "post" in step]
        assert len(steps) == 2, plan
        assert all("INDEX" in step and "published_at" in step for step in steps), plan
        assert not [step for step in plan if "TEMP" in step], plan


async def test_the_few_rows_of_one_are_found_by_an_index(asked, dialect):
    if dialect != "sqlite":
        pytest.skip("PostgreSQL chooses by what it has counted")
    query = """query ($slug: String!) {
      post(by: { slug: $slug }) { authors { name } tags { label } }
      site { newsletters { title } }
    }"""
    said, [_, authors, tags, newsletters] = await asked(query, slug="bericht-een")
    assert said["post"]["authors"]
    assert said["post"]["tags"]
    assert said["site"]["newsletters"]
    for sql in (authors, tags, newsletters):
        assert not [step for step in await explained(sql) if step.startswith("SCAN")], sql


async def test_what_json_would_write_otherwise_is_read_by_a_statement(asked, monkeypatch, dialect):
    said, sent = await asked(NEIGHBOURS)
    monkeypatch.setattr(levels, "LIKE_JSON", ())
    again, more = await asked(NEIGHBOURS)
    assert again == said
    assert (len(sent), len(more)) == ((2, 6) if dialect == "postgres" else (6, 6))


async def test_a_count_beside_a_page_in_another_order_is_found_by_the_index_of_moments(asked, dialect):
    if dialect != "sqlite":
        pytest.skip("PostgreSQL is told nothing of indexes")
    query = """{ posts(
      orderBy: { field: TITLE, direction: ASC }, filter: { published: { from: "2020-01-01T00:00:00Z" } }
    ) { totalCount nodes { title } } }"""
    _, [page] = await asked(query)
    plan = await explained(page)
    counted = [step for step in plan if "COVERING INDEX" in step]
    assert any("published_at>? AND published_at<?" in step for step in counted), plan


async def test_all_of_an_answer_is_asked_at_one_moment(site, publication, monkeypatch):
    anna = (await plant(site))["Anna"]
    await (await models.Post.draft(site, "Straks", "<p>Later.</p>", authors=[anna])).publish(AHEAD)
    newest = await models.Post.published().order_by("-published_at", "-id").first()
    documents = Documents()
    operation = documents.read("query ($slug: String!) { post(by: { slug: $slug }) { next { title } } }")
    context, moments = await publication.context(), iter([models.now()])

    # It appears between the statement for the post and that for what comes after it.
    monkeypatch.setattr(models, "now", lambda: next(moments, AHEAD + timedelta(days=1)))
    planned = await Plans(documents.core).answer(operation.operation(None), {"slug": newest.slug}, context)

    assert json.loads(planned.body) == {"data": {"post": {"next": None}}}
