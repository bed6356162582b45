"""Somebody who builds opens the graph's own address in a browser, and finds GraphiQL."""

import gzip
import json
import re
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestClient, TestServer
from graphql import parse, validate
from selectolax.lexbor import LexborHTMLParser

import models
from gql_server.app import build
from gql_server.graphiql.tabs import COMMENTS, MORE, tabs_for
from gql_server.graphiql.words import WORDS
from gql_server.settings import Settings
from models.store import open_store
from schema.graph import development_schema, schema

HOSTILE = "</title><script>alert(1)</script> \"&'"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
TABS = ["HomePage", "OnePost", "Archive", "Answer", "SignUp", "Letters", "NewComments"]
# Names of languages, which nobody opens.
NAMES = re.compile(rb"https?://(www\.w3\.org|json-schema\.org)/")
ADDRESS = re.compile(rb"(https?|wss?)://\w[^\s\"'`]*")
LOOKING = {
    BROWSER: True,
    "text/html": True,
    "TEXT/HTML;level=1": True,
    "text/html, application/json": True,
    "text/html;q=0.9, application/json;q=0.8": True,
    "text/html;q=nonsense": False,
    "text/html;q=0": False,
    "application/json, text/html": False,
    "application/graphql-response+json, text/html;q=0.9": False,
    "text/html;q=0.8, text/event-stream": False,
    "*/*": False,
    "text/*": False,
    "": False,
}

STRANGE = (
    "main.js",
    "main-.js.gz",
    "..%2Ffiles.py",
    "%2e%2e%2f__init__.py",
    "__init__.py",
    "source",
    "built",
    "%00",
    "a" * 3000,
    "",
)


@asynccontextmanager
async def serving(place, **settings):
    app = build(Settings(database_url=place, **settings))
    async with TestClient(TestServer(app), skip_auto_headers=["Accept"], auto_decompress=False) as visitor:
        yield visitor


@pytest.fixture
def place(demonstration_file):
    """Keep the blog in a file: what is shown here does not depend on the store."""
    return demonstration_file


@pytest.fixture
async def visitor(place):
    """Visit the demonstration blog."""
    async with serving(place) as visitor:
        yield visitor


async def looked(visitor, path="/graphql", **headers):
    answer = await visitor.get(path, headers={"Accept": BROWSER} | headers)
    assert (answer.status, answer.content_type) == (200, "text/html")
    return LexborHTMLParser(await answer.text())


def tabs_of(page):
    return [tab["query"] for tab in json.loads(page.css_first("#graphiql").attributes["data-tabs"])]


def files_of(page):
    return [
        page.css_first("link[rel=stylesheet]").attributes["href"],
        page.css_first("script").attributes["src"],
    ]


async def test_a_browser_that_opens_the_graph_is_shown_graphiql(visitor):
    page = await looked(visitor)
    assert page.css_first("title").text() == "GraphiQL · Achterom"
    assert page.css_first("#graphiql").attributes["data-graph"] == "/graphql"
    assert [re.search(r"\b(?:query|mutation|subscription) (\w+)", tab)[1] for tab in tabs_of(page)] == TABS
    assert page.css("script:not([src]), style, [style], [onclick], img, iframe") == []


async def test_every_tab_runs_as_it_stands(visitor):
    for tab in tabs_of(await looked(visitor)):
        is_live = "subscription " in tab
        answer = await visitor.post(
            "/graphql",
            json={"query": tab},
            headers={
                "Accept": "text/event-stream" if is_live else "application/json",
                "Accept-Encoding": "identity",
            },
        )
        assert answer.status == 200
        if is_live:
            assert answer.content_type == "text/event-stream"
            answer.close()
            continue
        told = await answer.json()
        assert "errors" not in told
        assert all(told["data"].values())


async def test_who_wants_json_first_is_answered_in_json(visitor):
    for accepted, is_shown in LOOKING.items():
        answer = await visitor.get("/graphql", headers={"Accept": accepted})
        assert (answer.content_type == "text/html") is is_shown, accepted
        if not is_shown:
            assert answer.status in {400, 406}
            assert list(await answer.json(content_type=None)) == ["errors"]


async def test_a_browser_that_asks_something_is_answered_by_the_graph(visitor):
    for asked, status in (
        ("query={__typename}", 200),
        ("query=", 400),
        ("documentId=x", 200),
        ("extensions={}", 400),
    ):
        answer = await visitor.get(f"/graphql?{asked}", headers={"Accept": BROWSER})
        assert (answer.status, answer.content_type) == (status, "application/json")


async def test_a_post_never_shows_graphiql(visitor):
    answer = await visitor.post("/graphql", json={"query": "{__typename}"}, headers={"Accept": BROWSER})
    assert await answer.json() == {"data": {"__typename": "Query"}}


async def test_the_page_may_load_nothing_but_its_own_files(visitor):
    answer = await visitor.get("/graphql", headers={"Accept": BROWSER})
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert {name: policy[name] for name in ("default-src", "base-uri", "form-action", "frame-ancestors")} == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert {policy[name] for name in ("script-src", "worker-src", "connect-src", "font-src")} == {"'self'"}
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Vary"] == "Accept, Accept-Language"


async def test_head_answers_like_get_without_the_body(visitor):
    page = await looked(visitor)
    for path in ("/graphql", *files_of(page)):
        got = await visitor.get(path, headers={"Accept": BROWSER})
        head = await visitor.head(path, headers={"Accept": BROWSER})
        assert (head.status, await head.read()) == (200, b"")
        for name in ("Content-Type", "Content-Length", "Content-Security-Policy", "Cache-Control", "Vary"):
            assert head.headers[name] == got.headers[name]


async def test_a_file_comes_packed_for_who_takes_it_so_and_plain_for_others(visitor):
    for path in files_of(await looked(visitor)):
        packed = await visitor.get(path, headers={"Accept-Encoding": "br, gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        unpacked = gzip.decompress(await packed.read())
        for accepted in ("identity", "br", "gzip;q=0, br", "*;q=0", "gzip;q=x", ""):
            plain = await visitor.get(path, headers={"Accept-Encoding": accepted})
            assert "Content-Encoding" not in plain.headers
            assert await plain.read() == unpacked
        for answer in (packed, plain):
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_no_file_leads_elsewhere_and_every_one_that_a_file_names_is_there(visitor):
    names = [path.rpartition("/")[2] for path in files_of(await looked(visitor))]
    seen = set()
    while names:
        if (name := names.pop()) in seen:
            continue
        answer = await visitor.get(f"/graphiql/{name}", headers={"Accept-Encoding": "identity"})
        assert answer.status == 200, name
        seen.add(name)
        if not name.endswith(".ttf"):
            body = await answer.read()
            assert ADDRESS.findall(NAMES.sub(b"", body)) == []
            assert b"sourceMappingURL" not in body
            names += [found.decode() for found in re.findall(rb"[\w.-]+-[\w-]{8}\.(?:js|css|ttf)\b", body)]
    assert {name.partition("-")[0] for name in seen} >= {
        "main",
        "editor.worker",
        "json.worker",
        "graphql.worker",
        "codicon",
    }


async def test_the_licences_of_what_it_is_made_of_are_there_to_read(visitor):
    page = await looked(visitor)
    answer = await visitor.get(page.css_first("link[rel=license]").attributes["href"])
    text = gzip.decompress(await answer.read()).decode()
    assert answer.content_type == "text/plain"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert all(f"\n{name} " in text for name in ("graphiql", "monaco-editor", "react-dom", "graphql-sse"))


async def test_a_file_that_is_not_one_of_them_is_not_there(visitor):
    for name in STRANGE:
        assert (await visitor.get(f"/graphiql/{name}")).status == 404, name


@pytest.mark.parametrize(
    ("settings", "is_offered"),
    [
        ({}, True),
        ({"graphiql": "off"}, False),
        ({"site_url": "https://blog.example"}, False),
        ({"site_url": "https://blog.example", "graphiql": "on"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"smtp_url": "smtp://localhost", "mail_from": "a@b.example"}, False),
    ],
)
async def test_it_is_offered_on_a_server_of_this_machine_alone_or_as_the_setting_says(
    place, settings, is_offered
):
    async with serving(place, **settings) as visitor:
        answer = await visitor.get("/graphql", headers={"Accept": BROWSER})
        licences = await visitor.get("/graphiql/LICENSES.txt")
        start = LexborHTMLParser(await (await visitor.get("/start?lang=en")).text())
        if is_offered:
            assert (answer.status, answer.content_type, licences.status) == (200, "text/html", 200)
        else:
            assert (answer.status, answer.content_type, licences.status) == (400, "application/json", 404)
            assert (await answer.json())["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        assert len(start.css("a[href='/graphql?lang=en']")) == (2 if is_offered else 0)


async def test_the_page_speaks_the_language_of_the_browser(visitor):
    for accepted, language in (("nl", "nl"), ("en-GB", "en"), ("tlh", "nl")):
        page = await looked(visitor, **{"Accept-Language": accepted})
        assert page.css_first("html").attributes["lang"] == language
        assert WORDS[language]["noscript"] in page.css_first("noscript").text()
        for hint, tab in zip(("letters", "comments"), tabs_of(page)[-2:], strict=True):
            assert WORDS[language][hint].splitlines()[-1] in tab
    page = await looked(visitor, "/graphql?lang=en", **{"Accept-Language": "nl"})
    assert page.css_first("html").attributes["lang"] == "en"


def test_both_languages_have_the_same_phrases():
    assert list(WORDS["nl"]) == list(WORDS["en"])
    assert all(words.values() for words in WORDS.values())


def test_the_tabs_are_those_the_graph_has():
    assert "Letters" in str(tabs_for(development_schema, None, WORDS["en"]))
    assert "Letters" not in str(tabs_for(schema, None, WORDS["en"]))
    for graph in (development_schema, schema):
        for tab in tabs_for(graph, models.Post(id=1, slug='a "hostile" slug'), WORDS["en"]):
            assert validate(graph._schema, parse(tab)) == []
    assert COMMENTS in {text for _, _, text, _ in MORE}


async def test_it_opens_while_the_store_does_not_answer(visitor, monkeypatch):
    async def no_answer(*_args, **_more):
        raise models.Unavailable("the secret inside")

    monkeypatch.setattr(models, "read_masthead", no_answer)
    page = await looked(visitor, **{"Accept-Language": "en"})
    assert page.css_first("title").text() == "GraphiQL"
    assert len(tabs_of(page)) == len(TABS) - 1  # nobody knows which post to answer


async def test_a_hostile_title_is_only_text(tmp_path):
    place = f"sqlite://{tmp_path}/blog.sqlite3"
    async with open_store(place):
        site = await models.Site.found()
        await site.change(title=HOSTILE, language="en")
        post = await models.Post.draft(site, HOSTILE, "<p>Text.</p>", authors=[], slug="plain")
        await post.publish()
    async with serving(place) as visitor:
        page = await looked(visitor)
        assert page.css_first("title").text() == f"GraphiQL · {HOSTILE}"
        assert len(page.css("script")) == 1
        assert 'slug: "plain"' in tabs_of(page)[1]
