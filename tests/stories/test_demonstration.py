"""A newcomer starts the server for the first time and finds a living blog."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server.app import build
from gql_server.settings import Settings

MONTHS = {
    "2016": "06 08 09 10 11",
    "2017": "02 03 04 05 06 08 09 10 11",
    "2018": "02 03 09 10 11 12",
    "2019": "02 03 05 06 09 10 11",
    "2020": "01 02 03 04 05 06 08 10 11",
    "2021": "03",
}
CANARIES = ("kanarie-concept", "kanarie-gepland")
TALK = """{
  posts(first: 100) { nodes { title comments(first: 5) { nodes { contentText replies(first: 6) {
    nodes { contentText } } } } } }
}"""
EVERYTHING = """{
  posts(first: 100) { totalCount nodes { title slug contentHtml contentText authors { name } tags { label }
    previous { title } next { title } } }
  authors { nodes { name bioHtml postCount } }
  tags { label postCount }
  archiveMonths { month postCount }
  site { title menu { items { label url items { label url items { label url items { label } } } } }
         footer: menu(slug: "footer") { items { label url } } }
  found: posts(filter: {search: "kanarie"}) { totalCount }
}"""


@pytest.fixture
async def newcomer(demonstration_url: str) -> AsyncIterator[TestClient]:
    """Visit the blog as it is once told, which takes longer than to look at it."""
    async with TestClient(
        TestServer(build(Settings(database_url=demonstration_url), demonstration=True))
    ) as client:
        yield client


async def read(client: TestClient, query: str) -> dict:
    reply = await client.post("/graphql", json={"query": query})
    answer = await reply.json()
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


async def test_the_archive_has_the_months_it_should(newcomer):
    blog = await read(newcomer, EVERYTHING)
    months = [f"{year}-{month}" for year, months in MONTHS.items() for month in months.split()]
    assert len(months) == 37
    assert [month["month"] for month in blog["archiveMonths"]] == months[::-1]
    assert sum(month["postCount"] for month in blog["archiveMonths"]) == blog["posts"]["totalCount"]
    assert len(blog["authors"]["nodes"]) == 3
    assert all(author["postCount"] for author in blog["authors"]["nodes"])


async def test_the_menu_is_nested(newcomer):
    menu = (await read(newcomer, EVERYTHING))["site"]["menu"]["items"]
    deepest = [leaf for item in menu for inner in item["items"] for leaf in inner["items"]]
    assert deepest


async def test_there_are_conversations(newcomer):
    posts = (await read(newcomer, TALK))["posts"]["nodes"]
    replies = [
        reply
        for post in posts
        for remark in post["comments"]["nodes"]
        for reply in remark["replies"]["nodes"]
    ]
    assert len(replies) > 10


async def test_nobody_sees_the_draft_or_the_scheduled_post(newcomer):
    text = str([await read(newcomer, query) for query in (EVERYTHING, TALK)])
    assert not [word for word in CANARIES if word in text]
    assert (await read(newcomer, EVERYTHING))["found"]["totalCount"] == 0
    for slug in ("de-menukaart", "de-tijdcapsule-onder-de-linde"):
        assert await read(newcomer, f'{{ post(by: {{slug: "{slug}"}}) {{ title }} }}') == {"post": None}


async def test_every_picture_is_there(newcomer):
    blog = await read(newcomer, "{ posts(first: 100) { nodes { image { url mediaType altText } } } }")
    pictures = [post["image"] for post in blog["posts"]["nodes"] if post["image"]]
    assert len(pictures) > 10
    for picture in pictures:
        assert picture["altText"]
        reply = await newcomer.get("/media/" + picture["url"].rpartition("/")[2])
        assert (reply.status, reply.content_type) == (200, picture["mediaType"])


async def test_a_later_start_tells_it_no_second_time(database_url):
    for _ in range(2):
        server = TestServer(build(Settings(database_url=database_url), demonstration=True))
        async with TestClient(server) as client:
            counted = (await read(client, "{ posts { totalCount } }"))["posts"]["totalCount"]
    assert counted == 45


async def test_a_real_site_never_gets_it(database_url):
    async with TestClient(TestServer(build(Settings(database_url=database_url)))) as client:
        blog = await read(client, "{ site { title } posts { totalCount } archiveMonths { month } }")
    assert blog == {
        "site": {"title": models.site.DEFAULT_TITLE},
        "posts": {"totalCount": 0},
        "archiveMonths": [],
    }
