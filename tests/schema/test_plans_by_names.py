"""Lists of the posts of authors and of tags: along the index of each, and as graphql-core answers them."""

import os
import re
from itertools import product

import pytest
from tortoise.context import require_context

import models
from models.bylines import Byline, Tagging
from models.paging import Order
from schema.documents import Documents
from schema.plans import Plans
from tests.schema.asking_both import asking_both
from tests.schema.garden import AHEAD, hide, plant

pytestmark = pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="plans are off")

PAGE = """query (
  $filter: PostFilter, $way: OrderDirection!, $first: Int, $last: Int, $after: String, $before: String
) {
  posts(filter: $filter, orderBy: { field: PUBLISHED_AT, direction: $way }, first: $first, last: $last,
    after: $after, before: $before) {
    edges { cursor node { title authors { name } } }
    pageInfo { hasPreviousPage hasNextPage startCursor endCursor }
    totalCount
  }
}"""
BELOW = """query ($slug: String!, $first: Int, $last: Int, $after: String, $before: String) {
  author(by: { slug: $slug }) {
    posts(first: $first, last: $last, after: $after, before: $before) {
      edges { cursor node { title } } pageInfo { hasPreviousPage hasNextPage } totalCount
    }
  }
}"""
FILTERS = (
    {"authorSlugs": ["anna"]},
    {"authorSlugs": ["Bea"]},
    {"authorSlugs": ["anna", "bea", "geen"]},
    {"authorSlugs": ["geen"]},
    {"authorSlugs": []},
    {"tagSlugs": ["bloemen"]},
    {"tagSlugs": ["bloemen", "kruid"]},
    {"authorSlugs": ["bea", "anna"], "tagSlugs": ["kruid"]},
    {"authorSlugs": ["bea"], "tagSlugs": ["geen"]},
    {"authorSlugs": ["anna"], "month": "2021-03"},
    {"authorSlugs": [f"wie-{number}" for number in range(20)] + ["bea"]},
)


@pytest.fixture
async def asked(site, publication, statements):
    """Ask graphql-core and a plan the same; give what is answered, and the statements of the plan."""
    rows = await plant(site)
    await hide(rows)
    # Of one moment with others, of a second tag, and one of its author alone.
    herb = await models.Tag.named(site.id, "Kruid")
    for number in range(3):
        more = {"authors": [rows["Bea"]], "tags": [herb, rows["tag"]][: 1 + number]}
        post = await models.Post.draft(site, f"Kruid {number}", "<p>Munt.</p>", **more)
        await post.publish(rows["posts"][2].published_at)
    await models.Post.draft(site, "Onaf", "", authors=[rows["Anna"]], tags=[herb])
    await (await models.Post.draft(site, "Straks", "", authors=[rows["Bea"]], tags=[herb])).publish(AHEAD)
    return asking_both(publication, statements)


@pytest.mark.parametrize("way", ["DESC", "ASC"])
@pytest.mark.parametrize("wanted", FILTERS, ids=str)
async def test_each_page_of_the_posts_of_some_is_the_graphs(asked, wanted, way):
    said, _ = await asked(PAGE, filter=wanted, way=way)
    cursors = [edge["cursor"] for edge in said["posts"]["edges"]]
    assert len(cursors) == said["posts"]["totalCount"]
    some = sorted({0, len(cursors) // 2, len(cursors) - 1} & set(range(len(cursors))))
    for side, size, place in product(("after", "before"), ({"first": 2}, {"last": 2}, {"first": 0}), some):
        await asked(PAGE, filter=wanted, way=way, **size, **{side: cursors[place]})


@pytest.mark.parametrize("slug", ["anna", "bea"])
async def test_each_page_of_an_authors_own_list_is_the_graphs(asked, slug):
    said, _ = await asked(BELOW, slug=slug)
    cursors = [edge["cursor"] for edge in said["author"]["posts"]["edges"]]
    assert len(cursors) == said["author"]["posts"]["totalCount"] > 1
    for side, size in product(("after", "before"), ({"first": 2}, {"last": 1})):
        await asked(BELOW, slug=slug, **size, **{side: cursors[1]})


@pytest.mark.parametrize(
    ("wanted", "number"),
    [({"authorSlugs": ["bea"]}, 3), ({"authorSlugs": ["anna", "bea"]}, 4), ({"tagSlugs": ["kruid"]}, 3)],
    ids=str,
)
async def test_the_posts_of_some_are_read_in_few_statements(asked, dialect, wanted, number):
    # Who is named, their posts, and the bylines of these; and how many there are of several together.
    _, sent = await asked(PAGE, filter=wanted, way="DESC")
    assert len(sent) == number - (dialect == "postgres")


async def test_a_cursor_of_another_list_is_refused_as_the_graph_does(asked, site, publication):
    documents = Documents()
    operation = documents.read(PAGE).operation(None)
    for slugs in (["anna"], ["geen"], ["anna", "bea"]):
        variables = {
            "filter": {"authorSlugs": slugs},
            "way": "DESC",
            "after": Order("title", True).cursor_at("a", 1),
        }
        assert await Plans(documents.core).answer(operation, variables, await publication.context()) is None


@pytest.mark.parametrize(
    ("wanted", "table"),
    [({"authorSlugs": ["bea"]}, "byline"), ({"tagSlugs": ["kruid", "bloemen"]}, "tagging")],
)
async def test_they_are_walked_by_an_index_of_who_or_what_they_are_of(asked, dialect, wanted, table):
    if dialect != "sqlite":
        pytest.skip("PostgreSQL chooses by what it has counted")
    _, sent = await asked(PAGE, filter=wanted, way="DESC", first=2)
    [page] = [sql for sql in sent if "LIMIT" in sql and f'"{table}"."published_at"' in sql]
    values = ["0"] * len(set(re.findall(r"\?\d+", page)))
    steps = await require_context().db().execute_query_dict(f"EXPLAIN QUERY PLAN {page}", values)
    told = [step["detail"] for step in steps]
    assert any(f"SEARCH {table} USING" in step and "published_at<?" in step for step in told), told
    assert not any("SCAN post" in step for step in told), told


async def test_lines_keep_the_moment_of_their_post_for_as_long_as_it_is_published(site):
    anna, tag = await models.Author.named(site.id, "Anna"), await models.Tag.named(site.id, "ui")
    post = await models.Post.draft(site, "Ui", "", authors=[anna], tags=[tag])

    async def kept():
        lines = [
            await noun.filter(post_id=post.id).values_list("published_at", flat=True)
            for noun in (Byline, Tagging)
        ]
        [[of_author], [of_tag]] = lines
        assert of_author == of_tag
        return of_author

    assert await kept() is None
    await post.publish()
    assert await kept() == post.published_at
    bea = await models.Author.named(site.id, "Bea")
    await post.rewrite(authors=[bea], tags=[tag])
    assert await kept() == post.published_at
    await post.publish(AHEAD)
    assert await kept() == AHEAD
    await post.withdraw()
    assert await kept() is None
    await post.rewrite("Prei", authors=[anna], tags=[tag])
    assert await kept() is None
