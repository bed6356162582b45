"""What a reader's page costs: so many questions to the store and no more, however much there is."""

import os
from pathlib import Path

import pytest
from graphql import specified_rules, validate

import models
from benchmarks.blog import generate
from models.engines import sqlite_loop
from models.paging import Order
from schema.context import Publication
from schema.documents import Documents
from schema.graph import schema
from schema.ids import global_id
from schema.plans import Plans

QUERIES = Path(__file__).parents[2] / "benchmarks/queries"
STATEMENTS = {
    "typename": 0,
    "home": 4,
    "home_posts": 2,
    "post": 5,
    "post_replies": 7,
    "archive": 3,
    "archive_page_2": 3,
    "far_page": 2,
    "deep": 4,
    "authors": 3,
    "node": 2,
}
PLANNED = {"sqlite": STATEMENTS | {"archive": 2, "archive_page_2": 2, "authors": 2, "node": 1}}
# Bylines and tags come with their posts.
PLANNED["postgres"] = PLANNED["sqlite"] | {
    "home": 3,
    "home_posts": 1,
    "post": 3,
    "post_replies": 5,
    "archive": 1,
    "archive_page_2": 1,
    "far_page": 1,
    "deep": 3,
}
NEWEST = Order("published_at", descending=True)


@pytest.fixture
async def publication(store):
    """Stand where the door stands, with the masthead at hand."""
    return Publication("http://127.0.0.1:8000", keep_seconds=60)


def test_every_query_is_counted_and_valid():
    assert {file.stem for file in QUERIES.glob("*.graphql")} == set(STATEMENTS)
    for file in QUERIES.glob("*.graphql"):
        document = Documents().read(file.read_text("utf-8")).operation(None).document
        assert validate(schema._schema, document, specified_rules) == []


@pytest.fixture(params=["planned", "field by field"])
def allowed(request, monkeypatch, dialect):
    """Answer by plans and without them; give how many statements each query may take."""
    # What is begun anew on a busy machine would be counted twice.
    monkeypatch.setattr(sqlite_loop, "MOST_SECONDS", 60)
    if request.param == "planned":
        if os.environ.get("GQL_SERVER_PLANS") == "off":
            pytest.skip("plans are off")
        return PLANNED[dialect]

    async def never(*_, **__):
        return None

    monkeypatch.setattr(Plans, "answer", never)
    return STATEMENTS


@pytest.mark.parametrize("size", [3, 100])
async def test_a_page_asks_the_store_no_more_when_there_is_more(
    store, publication, ask, statements, size, allowed
):
    await generate(size)
    await _talk()
    await publication.masthead()
    post = await models.Post.get(slug="post-1")
    variables = {
        "post": {"slug": post.slug},
        "post_replies": {"slug": post.slug},
        "archive": {"month": "2010-01"},
        "archive_page_2": {"month": "2010-01", "after": NEWEST.cursor(await _newest())},
        "far_page": {"after": NEWEST.cursor(await _newest())},
        "node": {"id": global_id("Post", post.id)},
    }
    asked: dict[str, int] = {}
    for name in allowed:
        query = (QUERIES / f"{name}.graphql").read_text("utf-8")
        with statements() as sent:
            said = await ask(query, **variables.get(name, {}))
        assert None not in said.values()
        asked[name] = len(sent)
    assert asked == allowed


PORTRAITS = """{ posts(first: 100) { nodes { comments(first: 10) { nodes { id author { name%s }
  replies(first: 10) { nodes { id author { name%s } } } } } } } }"""


@pytest.mark.parametrize("size", [3, 50])
async def test_portraits_of_writers_cost_what_their_rows_cost_and_nothing_unasked(
    store, publication, ask, statements, size, allowed
):
    await generate(size)
    await _talk()
    author = await models.Author.all().first()
    portrait = await models.Image.show(author.site_id, "/media/ann.jpg")
    await models.Author.filter(id=author.id).update(avatar_id=portrait.id)
    await publication.masthead()
    asked = []
    for more in ("", " avatarUrl", " author { avatar { url } }"):
        with statements() as sent:
            said = await ask(PORTRAITS % (more, more))
        asked.append(len(sent))
        assert any(post["comments"]["nodes"] for post in said["posts"]["nodes"])
    plain, short, whole = asked
    # At each level of comments one for who wrote them, and one for how they look.
    assert plain < short <= plain + 4
    assert short == whole


async def test_a_masthead_read_anew_costs_as_much_with_more_in_its_menus(
    site, publication, ask, write, statements
):
    counted = []
    for number in (1, 20):
        posts = [await write(f"Bericht {number}-{place}") for place in range(number)]
        for post in posts:
            await post.publish()
        await models.arrange(site.id, "main", [models.Entry(post.title, post) for post in posts])
        with statements() as sent:
            await models.read_masthead()
        counted.append(len(sent))
    assert counted == [6, 6]


async def _newest() -> models.Post:
    newest = await models.Post.published().order_by("-published_at", "-id").first()
    assert newest is not None
    return newest


async def _talk() -> None:
    """Let an author of the site write some of the comments, and replies go two deep."""
    author = await models.Author.all().first()
    await models.Comment.all().update(author_id=author.id)
    for root in await models.Comment.filter(post__slug="post-1"):
        writer = models.Writer(name="Lezer", author_id=author.id)
        post = await models.Post.get(id=root.post_id)
        reply = await models.Comment.keep(post, writer, "Ja", parent=root, status=models.Fate.APPROVED)
        await models.Comment.keep(post, writer, "Nee", parent=reply, status=models.Fate.APPROVED)


async def test_neighbours_of_more_posts_than_one_statement_takes(store, ask):
    await generate(300)
    answer = await ask(
        "{ archiveMonths { posts(first: 100) { nodes { title next { title } previous { title } } } } }"
    )
    posts = [post for month in answer["archiveMonths"] for post in month["posts"]["nodes"]]
    titles = [
        None,
        *await models.Post.published().order_by("published_at").values_list("title", flat=True),
        None,
    ]
    assert len(posts) > 250
    for post in posts:
        place = titles.index(post["title"])
        around = [post["previous"] and post["previous"]["title"], post["next"] and post["next"]["title"]]
        assert around == [titles[place - 1], titles[place + 1]]
