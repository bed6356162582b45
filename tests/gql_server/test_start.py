"""A first visitor opens the server's own address and finds out what runs there."""

from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

import models
from gql_server.app import build
from gql_server.settings import Settings
from gql_server.start.words import WORDS
from models.store import open_store

ROOT = Path(__file__).parents[2]
HOSTILE = "</textarea><script>alert(1)</script> & “rust”"
WISHES = (
    ("/start?lang=en", "nl", "en"),
    ("/start?lang=nl", "en", "nl"),
    ("/start", "en-GB,en;q=0.8,nl;q=0.5", "en"),
    ("/start", "de, en;q=0.3, nl;q=0.9", "nl"),
    ("/start?lang=tlh", "en", "en"),
    ("/start?lang=%00", "nl;q=0, fr, x;q=many", "nl"),
    ("/start?lang=", "", "nl"),
)
NAME_OF_SVG = "http://www.w3.org/2000/svg"


@asynccontextmanager
async def serving(database_url, *, demonstration):
    app = build(Settings(database_url=database_url), demonstration=demonstration)
    async with TestClient(TestServer(app)) as visitor:
        yield visitor


@pytest.fixture
async def visitor(demonstration_url):
    """Visit the demonstration blog."""
    async with serving(demonstration_url, demonstration=True) as visitor:
        yield visitor


@pytest.fixture
async def early_visitor(database_url):
    """Visit a site in which nothing was written yet."""
    async with serving(database_url, demonstration=False) as visitor:
        yield visitor


async def opened(visitor, path="/start", **headers):
    answer = await visitor.get(path, headers=headers)
    assert answer.status == 200
    return LexborHTMLParser(await answer.text())


async def asked_as_written(visitor, page):
    """Send each form of the page as a browser without JavaScript does."""
    for form in page.css("main form"):
        query = form.css_first("textarea").text()
        answer = await visitor.get(
            form.attributes["action"], params={"query": query}, headers={"Accept": "text/html,*/*;q=0.8"}
        )
        assert answer.status == 200
        yield await answer.json()


async def test_the_page_says_what_runs_here_and_what_is_in_it(visitor):
    page = await opened(visitor)
    assert page.css_first("h1").text() == "Achterom"
    assert "Klein tijdschrift uit Lindewaard" in page.css_first(".lead").text()
    counts = [int(count.text()) for count in page.css(".counts b")]
    data = await asked(visitor, "{ posts { totalCount } authors { totalCount } archiveMonths { label } }")
    assert counts == [
        data["posts"]["totalCount"],
        data["authors"]["totalCount"],
        len(data["archiveMonths"]),
    ]


async def test_the_newest_posts_stand_with_byline_and_date(visitor):
    page = await opened(visitor, "/start?lang=en")
    data = await asked(visitor, "{ posts(first: 3) { nodes { title publishedAt authors { name } } } }")
    shown = page.css(".newest li")
    assert [post.css_first(".headline").text() for post in shown] == [
        post["title"] for post in data["posts"]["nodes"]
    ]
    for post, known in zip(shown, data["posts"]["nodes"], strict=True):
        assert post.css_first(".headline").attributes["lang"] == "nl"
        assert post.css_first("time").attributes["datetime"] == known["publishedAt"][:10]
        assert post.css_first("time").text().endswith(known["publishedAt"][:4])
        assert all(author["name"] in post.css_first(".byline").text() for author in known["authors"])


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [("en", "23 March 2021", "June 2016"), ("nl", "23 maart 2021", "Juni 2016")],
)
async def test_days_and_months_are_in_the_language_of_the_page(visitor, language, day, month):
    page = await opened(visitor, f"/start?lang={language}")
    assert day in [time.text() for time in page.css(".newest time")]
    assert page.css_first("figcaption span").text() == month
    assert page.css(".newest time[lang], figcaption [lang], li[lang]") == []


async def test_the_page_speaks_the_language_asked_for_else_the_browsers_else_the_sites(visitor):
    for path, accepted, language in WISHES:
        page = await opened(visitor, path, **{"Accept-Language": accepted})
        assert page.css_first("html").attributes["lang"] == language
        assert page.css_first("#queries").text() == WORDS[language]["queries"]
        assert page.css_first("nav a[aria-current]").attributes["lang"] == language


def test_both_languages_have_the_same_phrases():
    dutch, english = WORDS["nl"], WORDS["en"]
    assert list(dutch) == list(english)
    assert all(dutch.values())
    assert all(english.values())


async def test_the_three_queries_run_as_they_stand(visitor):
    answers = [answer async for answer in asked_as_written(visitor, await opened(visitor))]
    assert len(answers) == 3
    assert all("errors" not in answer for answer in answers)
    home, post, archive = (answer["data"] for answer in answers)
    assert home["site"]["menu"]["items"]
    assert len(home["posts"]["nodes"]) == 3
    assert post["post"]["comments"]["nodes"]
    assert len(archive["archiveMonths"]) > 12


async def test_every_field_to_write_in_has_a_label(visitor):
    page = await opened(visitor)
    labelled = {label.attributes["for"] for label in page.css("label")}
    assert {area.attributes["id"] for area in page.css("textarea")} == labelled


async def test_drafts_and_scheduled_posts_appear_nowhere(visitor):
    told = [await (await visitor.get(path)).text() for path in ("/start?lang=nl", "/start?lang=en")]
    told += [str(answer) async for answer in asked_as_written(visitor, await opened(visitor))]
    assert not any("kanarie" in text for text in told)


async def test_the_page_names_only_documents_that_exist(early_visitor):
    named = [code.text() for code in (await opened(early_visitor)).css("code")]
    documents = [name for name in named if name.startswith("docs/")]
    assert documents
    assert all((ROOT / name).is_file() for name in documents)


async def test_the_page_leads_to_the_newsletter_and_on_this_machine_to_the_letters(visitor):
    page = await opened(visitor, "/start?lang=nl")
    assert {"/subscribe?lang=nl", "/letters?lang=nl"} <= hrefs(page)
    elsewhere = await opened(visitor, "/start?lang=nl", Host="blog.example")
    assert "/subscribe?lang=nl" in hrefs(elsewhere)
    assert "/letters?lang=nl" not in hrefs(elsewhere)


async def test_the_page_leads_those_who_write_to_doors_that_open(early_visitor):
    page = await opened(early_visitor, "/start?lang=en")
    for path in ("/sign-in?lang=en", "/write?lang=en", "/pen?lang=en"):
        assert path in hrefs(page)
        behind = LexborHTMLParser(await (await early_visitor.get(path)).text())
        assert behind.css_first("html").attributes["lang"] == "en"
        assert behind.css_first("#email, a[href*='/sign-in']")


async def test_the_demonstration_blog_says_that_it_is_invented(visitor):
    page = await opened(visitor, "/start?lang=en")
    assert "invented publication" in page.css_first(".note").text()


async def test_the_browser_may_load_nothing_but_the_pages_own_files(visitor):
    answer = await visitor.get("/start")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Vary"] == "Accept-Language"
    page = LexborHTMLParser(await answer.text())
    assert [tag.attributes["src"] for tag in page.css("script")] == ["/start.js"]
    assert [tag.attributes["href"] for tag in page.css("link")] == [
        "/start.svg",
        "/paper.css",
        "/start.css",
    ]
    assert page.css("style, [style], [onclick], img, iframe") == []


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("/paper.css", "text/css"),
        ("/page.css", "text/css"),
        ("/start.css", "text/css"),
        ("/start.js", "text/javascript"),
        ("/start.svg", "image/svg+xml"),
    ],
)
async def test_a_browser_asks_whether_a_file_changed_and_gets_it_once(visitor, path, media):
    first = await visitor.get(path)
    assert (first.status, first.content_type) == (200, media)
    assert first.headers["Cache-Control"] == "no-cache"
    assert "http" not in (await first.text()).replace(NAME_OF_SVG, "")
    again = await visitor.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = await visitor.get(path, headers={"If-None-Match": '"another"'})
    assert other.status == 200


async def test_an_older_browser_gets_the_icon_that_it_asks_for_unasked_and_keeps_it_for_a_day(early_visitor):
    first = await early_visitor.get("/favicon.ico")
    # Of a picture there are no letters to name.
    assert (first.status, first.headers["Content-Type"]) == (200, "image/vnd.microsoft.icon")
    assert first.headers["Cache-Control"] == "public, max-age=86400"
    with Image.open(BytesIO(await first.read())) as icon:
        assert (icon.format, icon.info["sizes"]) == ("ICO", {(16, 16), (32, 32), (48, 48)})
    assert int(first.headers["Content-Length"]) < 2_000
    again = await early_visitor.get("/favicon.ico", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert (await early_visitor.post("/favicon.ico")).status == 405


@pytest.mark.parametrize("path", ["/start", "/start.css", "/start.js", "/favicon.ico"])
async def test_head_answers_like_get_without_the_body(early_visitor, path):
    got, head = await early_visitor.get(path), await early_visitor.head(path)
    assert (head.status, await head.read()) == (200, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


async def test_an_empty_site_says_how_to_begin(early_visitor):
    page = await opened(early_visitor, "/start?lang=en")
    assert page.css_first("#begin").text() == "How to begin"
    assert "./dev run import weebly PATH" in page.css_first(".begin").text()
    assert page.css_first('.begin a[href="/write?lang=en"]').text() == "desk"
    assert page.css(".newest, .counts, .note") == []
    answers = [answer async for answer in asked_as_written(early_visitor, page)]
    assert all("errors" not in answer for answer in answers)


async def test_a_hostile_title_is_only_text(database_url):
    async with open_store(database_url):
        site = await models.Site.found()
        await site.change(title=HOSTILE, description=HOSTILE, language="en")
        author = await models.Author.named(site.id, HOSTILE)
        post = await models.Post.draft(site, HOSTILE, "<p>Text.</p>", authors=[author], slug="plain")
        await post.publish()
    async with serving(database_url, demonstration=False) as visitor:
        page = await opened(visitor)
        assert [tag.attributes.get("src") for tag in page.css("script")] == ["/start.js"]
        assert page.css_first("h1").text() == HOSTILE
        assert page.css_first(".headline").text() == HOSTILE
        assert HOSTILE in page.css_first(".byline").text()
        assert [count.text() for count in page.css(".counts b")] == ["1", "1", "1"]
        answers = [answer async for answer in asked_as_written(visitor, page)]
    assert answers[1]["data"]["post"]["title"] == HOSTILE


@pytest.mark.parametrize("silent", ["read_masthead", "archive_months"])
async def test_a_silent_store_is_told_in_a_sentence(early_visitor, monkeypatch, silent):
    async def no_answer(*_args, **_more):
        raise models.Unavailable("the secret inside")

    monkeypatch.setattr(models, silent, no_answer)
    answer = await early_visitor.get("/start", headers={"Accept-Language": "nl"})
    text = await answer.text()
    assert (answer.status, answer.content_type) == (503, "text/html")
    assert WORDS["nl"]["closed_text"] in text
    assert "secret" not in text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Retry-After"] == "1"


def hrefs(page):
    return {link.attributes["href"] for link in page.css("footer a")}


async def asked(visitor, query):
    answer = await (await visitor.post("/graphql", json={"query": query})).json()
    assert "errors" not in answer
    return answer["data"]
