"""The door of the reader's page: what a browser gets at the addresses of the publication."""

import re
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from gzip import compress

import pytest
from aiohttp.test_utils import TestClient, TestServer
from selectolax.lexbor import LexborHTMLParser

import models
from gql_server.app import build
from gql_server.reader.scripts import FOLDER, WORDS
from gql_server.settings import Settings
from models.redirects import lead
from models.store import open_store

FILES = FOLDER / "reader"
SCRIPTS = {path.name: path.read_text("utf-8") for path in FILES.glob("*.js")}
IMPORTS = re.compile(r"(?m)^import .* from '\./([^']+)';$")
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
# All that a first visit loads beside what the graph answers, packed as it is sent.
MOST_BYTES = 24_576
SAYS = re.compile(r"'[a-z_]+'")


@pytest.fixture
async def blog_url(database_url):
    """A store with a post, a page, an author, a tag, a draft, and old paths."""
    async with open_store(database_url):
        site = await models.Site.found()
        ann = await models.Author.named(site.id, "Ann")
        sea = await models.Tag.named(site.id, "Sea")
        await models.Tag.named(site.id, "Unused")
        post = await models.Post.draft(
            site, "A café", "<p>Hello</p>", authors=[ann], tags=[sea], slug="a-cafe"
        )
        await post.publish(datetime(2021, 3, 9, 9, tzinfo=UTC))
        await models.Post.draft(site, "Not yet", "<p>Canary</p>", authors=[ann], slug="not-yet")
        page = await models.Page.draft(site.id, "About", "<p>Us</p>", slug="about")
        await page.publish()
        await lead(site.id, "/1/post/old.html", post_id=post.id)
        await lead(site.id, "/about", to_path="/elsewhere")
    return database_url


async def visiting(url, **settings):
    return TestClient(TestServer(build(Settings(database_url=url, **settings))))


async def opened(visitor, path):
    answer = await visitor.get(path, headers=BROWSER, allow_redirects=False)
    return answer.status, await answer.text()


async def test_a_browser_gets_the_page_where_something_lives_and_with_404_where_nothing_does(blog_url):
    async with await visiting(blog_url) as visitor:
        there = (
            "/", "/posts", "/posts/", "/authors", "/archive", "/search?q=cafe", "/about",
            "/posts/a-cafe", "/posts/a-cafe/", "/authors/ann", "/tags/sea", "/archive/2021-03",
        )  # fmt: skip
        told = {path: await opened(visitor, path) for path in there}
        assert {path: status for path, (status, _) in told.items()} == dict.fromkeys(there, 200)
        assert [path for path, (_, page) in told.items() if 'src="/reader/reader.js"' not in page] == []
        nowhere = (
            f"/posts/{'x' * 200}", "/archive/2021-031",
            "/nowhere", "/posts/not-yet", "/posts/a-cafe/x", "/authors/bob", "/tags/unused", "/archive/x",
            "/archive/2021-04", "/about/us", "/reader/none.js", "/%00", "/" + "x" * 600,
            "/posts/" + "x" * 600,
        )  # fmt: skip
        for path in nowhere:
            status, page = await opened(visitor, path)
            assert (path, status) == (path, 404)
            assert LexborHTMLParser(page).css_first("h1").text() == "Nothing here"
            assert LexborHTMLParser(page).css("meta[name=robots][content=noindex]")
            assert "Canary" not in page


async def test_old_paths_lead_on_and_what_lives_there_now_comes_first(blog_url):
    async with await visiting(blog_url, site_url="http://localhost") as visitor:
        answer = await visitor.get("/1/post/old.html", headers=BROWSER, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (301, "http://localhost/posts/a-cafe")
        assert (await opened(visitor, "/about"))[0] == 200


@pytest.mark.parametrize("accept", ["*/*", "", "text/*", "application/json;q=0.9, */*;q=0.1"])
async def test_whatever_shows_a_preview_of_a_link_gets_the_page(blog_url, accept):
    async with await visiting(blog_url) as visitor:
        answer = await visitor.get("/posts/a-cafe", headers={"Accept": accept})
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert LexborHTMLParser(await answer.text()).css('meta[property="og:title"][content="A café"]')
        # Where there is nothing to show it is told so as other clients are, and an old path leads on.
        answer = await visitor.get("/nowhere", headers={"Accept": accept})
        assert (answer.status, answer.content_type) == (404, "application/json")
        answer = await visitor.get("/1/post/old.html", headers={"Accept": accept}, allow_redirects=False)
        assert answer.status == 301


@pytest.mark.parametrize("accept", ["application/json", "image/webp"])
async def test_who_is_no_browser_is_answered_as_before(blog_url, accept):
    async with await visiting(blog_url) as visitor:
        answer = await visitor.get("/posts/a-cafe", headers={"Accept": accept})
        assert (answer.status, answer.content_type) == (404, "application/json")
        # To a browser there is a page at this address, and no cache gives it this instead.
        assert (answer.headers["Cache-Control"], answer.headers["Vary"]) == ("no-store", "Accept")


async def test_the_doors_of_other_pages_keep_their_own(blog_url):
    async with await visiting(blog_url) as visitor:
        for path in ("/letters/999", "/confirm", "/unsubscribe", "/media/none.webp"):
            status, page = await opened(visitor, path)
            assert status == 404
            assert "reader.js" not in page


@pytest.mark.parametrize(
    "settings",
    [
        {"host": "0.0.0.0"},
        {"site_url": "https://blog.example"},
        {"smtp_url": "smtp://localhost", "mail_from": "post@blog.example"},
        {"reader": "off"},
        {"trusted_only": "on"},
    ],
    ids=str,
)
async def test_where_others_are_served_the_start_page_stays_until_somebody_asks(blog_url, settings):
    async with await visiting(blog_url, **settings) as visitor:
        assert 'src="/start.js"' in (await opened(visitor, "/"))[1]
        assert "reader.js" not in (await opened(visitor, "/posts/a-cafe"))[1]
        assert (await visitor.get("/reader/reader.js")).status == 404


async def test_who_asks_for_it_has_it_in_public_without_the_way_to_the_start_page(blog_url):
    async with await visiting(blog_url, host="0.0.0.0", reader="on") as visitor:
        status, page = await opened(visitor, "/posts/a-cafe")
        assert status == 200
        assert 'src="/reader/reader.js"' in page
        assert LexborHTMLParser(page).css("link[rel=help]") == []
    async with await visiting(blog_url) as visitor:
        [link] = LexborHTMLParser((await opened(visitor, "/"))[1]).css("link[rel=help]")
        assert link.attributes["href"] == "/start"
        assert (await opened(visitor, "/start"))[0] == 200


async def test_the_browser_may_run_nothing_but_the_pages_own_scripts(blog_url):
    async with await visiting(blog_url) as visitor:
        answer = await visitor.get("/", headers=BROWSER)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        page = LexborHTMLParser(await answer.text())
        assert [tag.attributes["src"] for tag in page.css("script")] == ["/reader/reader.js"]
        assert page.css("style, [style], [onclick], iframe") == []
        for name in (*SCRIPTS, "reader.css", "reader.svg"):
            got = await visitor.get(f"/reader/{name}")
            assert (got.status, await got.read()) == (200, (FILES / name).read_bytes())
            assert got.headers["Content-Encoding"] == "gzip"
            plain = await visitor.get(f"/reader/{name}", headers={"Accept-Encoding": "identity"})
            assert "Content-Encoding" not in plain.headers
            assert await plain.read() == (FILES / name).read_bytes()
            assert plain.headers["ETag"] != got.headers["ETag"]
            known = {"If-None-Match": got.headers["ETag"]}
            assert (await visitor.get(f"/reader/{name}", headers=known)).status == 304


@pytest.mark.parametrize("name", ["none.js", "index.html", "__init__.py", "..%2Findex.html", "%00", ""])
async def test_no_other_file_is_given(blog_url, name):
    async with await visiting(blog_url) as visitor:
        answer = await visitor.get(f"/reader/{name}")
        assert (answer.status, answer.content_type) == (404, "application/json")


def test_all_scripts_are_fetched_at_once_from_beside_each_other():
    page = LexborHTMLParser((FOLDER / "index.html").read_text("utf-8"))
    preloaded = {link.attributes["href"] for link in page.css("link[rel=modulepreload]")}
    assert preloaded == {f"/reader/{name}" for name in SCRIPTS} - {"/reader/reader.js"}
    imported = {name: set(IMPORTS.findall(script)) for name, script in SCRIPTS.items()}
    assert {name: script.count("import") for name, script in SCRIPTS.items()} == {
        name: len(found) for name, found in imported.items()
    }
    # Fails where they go round in a circle.
    assert {*TopologicalSorter(imported).static_order()} == {*SCRIPTS}


def test_each_script_says_first_what_it_is():
    assert [name for name, script in SCRIPTS.items() if not re.match(r"// .+\.\n\n", script)] == []


def test_the_scripts_make_html_in_one_place_and_only_of_what_the_graph_calls_html():
    script = "".join(SCRIPTS.values())
    assert script.count("innerHTML") == 1
    for way in (
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "setHTMLUnsafe",
        "http://",
        "https://",
    ):
        assert way not in script
    said = {"bioHtml", "contentHtml", "caption", "snippetHtml"}
    assert {found.rpartition(".")[2] for found in re.findall(r"html: ([\w.]+)", script)} == said


@pytest.mark.parametrize(
    ("sizes", "is_icon"),
    [
        ({"width": 300, "height": 300}, True),
        ({"width": 300, "height": 400}, True),
        ({"width": 900, "height": 300}, False),
        ({"width": 300, "height": 900}, False),
        ({"width": 300}, False),
        ({}, False),
    ],
)
async def test_a_logo_is_the_icon_of_the_page_unless_it_would_not_be_made_out(blog_url, sizes, is_icon):
    async with open_store(blog_url):
        logo = await models.Image.show(1, 'https://elsewhere.example/a.png?b="c&d', alt_text="Sea")
        await models.Image.filter(id=logo.id).update(**sizes)
        await (await models.Site.current()).change(logo_id=logo.id)
    async with await visiting(blog_url) as visitor:
        _, page = await opened(visitor, "/posts/a-cafe")
        [icon] = LexborHTMLParser(page).css('link[rel="icon"]')
        assert icon.attributes["href"] == (logo.url if is_icon else "/reader/reader.svg")


async def test_a_page_without_a_logo_has_the_mark_of_the_reader(blog_url):
    async with await visiting(blog_url) as visitor:
        _, page = await opened(visitor, "/")
        [icon] = LexborHTMLParser(page).css('link[rel="icon"]')
        assert icon.attributes == {"rel": "icon", "href": "/reader/reader.svg", "type": "image/svg+xml"}


def test_it_is_small():
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(len(compress(path.read_bytes())) for path in files) < MOST_BYTES


def test_both_languages_have_the_same_words_and_each_is_said():
    body = "".join(SCRIPTS.values()).replace(SCRIPTS["words.js"].partition("const WORDS")[2], "")
    said = set(SAYS.findall(body))
    assert list(WORDS["nl"]) == list(WORDS["en"])
    assert [word for word in WORDS["nl"] if not {f"'{word}'", f"'{word.removesuffix('s')}'"} & said] == []
