"""What search engines are told: what is not for them, and where all else is."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from xml.etree import ElementTree

import pytest

import models
from gql_server import sitemap
from gql_server.admission import ADMISSION, Lane
from gql_server.settings import Settings
from models.slugs import RESERVED
from tests.pages.conftest import reading

SITE = "https://blog.example"
NEVER = "Thu, 01 Jan 1970 00:00:00 GMT"
BEGUN = datetime(2021, 3, 9, 9, tzinfo=UTC)
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
OF_MAP = re.compile(r'FROM "(post|page|author|tag|month_count)"')
PART = re.compile(rf"{SITE}/sitemap-[a-z]+-[0-9]+\.xml")


@pytest.fixture
async def crawler(database_url):
    """Visit a site as search engines do."""
    settings = Settings(database_url=database_url, site_url=SITE, reader="on")
    async with reading(settings) as crawler:
        yield crawler


@pytest.fixture
async def site(crawler):
    return await models.found()


@pytest.fixture
async def publish(site):
    """Publish posts of an author about a subject: `await publish("One", "Two")`."""

    async def publish(*titles, at=BEGUN):
        ann, sea = await models.Author.named(site.id, "Ann"), await models.Tag.named(site.id, "Sea")
        posts = []
        for number, title in enumerate(titles):
            post = await models.Post.draft(site, title, "<p>Long</p>", authors=[ann], tags=[sea])
            await post.publish(at + timedelta(days=number))
            posts.append(post)
        return posts

    return publish


@pytest.fixture
def in_small_parts(monkeypatch):
    """Let two make a part, and one statement read no more than one."""
    monkeypatch.setattr("models.sitemap.MOST", 2)
    monkeypatch.setattr("models.sitemap.AT_ONCE", 1)


async def found(crawler, address="/sitemap.xml", *, kind="urlset"):
    """Give what a map lists, by its addresses, with when it was changed."""
    await crawler.opens(address)
    assert (crawler.status, crawler.answer.content_type) == (200, "application/xml")
    whole = ElementTree.fromstring(crawler.body)
    assert whole.tag == f"{MAP}{kind}"
    return {one.findtext(f"{MAP}loc"): one.findtext(f"{MAP}lastmod") for one in whole}


async def found_in_parts(crawler):
    listed = await found(crawler, kind="sitemapindex")
    assert all(PART.fullmatch(address) for address in listed)
    parts = [await found(crawler, address) for address in listed]
    assert all(0 < len(part) <= 3 for part in parts)
    return parts


async def test_the_map_has_all_that_readers_may_see_and_nothing_else(crawler, publish, site):
    [post, *_] = await publish("One", "Two")
    about = await models.Page.draft(site.id, "About", "<p>Us</p>", slug="about")
    await about.publish()
    await (await models.Page.draft(site.id, "House", "<p>Old</p>", slug="house", parent=about)).publish()
    # None of these is for readers, or not yet.
    await models.Post.draft(site, "Canary", "<p>Not yet</p>", authors=[])
    await publish("Canary too", at=models.now() + timedelta(days=1))
    await models.Page.draft(site.id, "Canary page", "<p>Not yet</p>", slug="canary-page")
    await models.Tag.named(site.id, "Canary tag")
    [gone] = await publish("Canary gone")
    await gone.withdraw()
    listed = await found(crawler)
    assert sorted(listed) == [
        f"{SITE}{path}"
        for path in (
            "/", "/about", "/about/house", "/archive/2021-03", "/authors/ann", "/posts/one", "/posts/two",
            "/tags/sea",
        )
    ]  # fmt: skip
    assert listed[f"{SITE}/posts/one"] == f"{post.updated_at:%Y-%m-%dT%H:%M:%S+00:00}"
    assert datetime.fromisoformat(listed[f"{SITE}/about"]) <= models.now()
    # Of these the store does not know.
    assert listed[f"{SITE}/"] is listed[f"{SITE}/authors/ann"] is listed[f"{SITE}/tags/sea"] is None
    for address in listed:
        await crawler.opens(address, Accept="text/html")
        assert (address, crawler.status) == (address, 200)


async def test_what_was_planned_was_changed_when_it_appeared(crawler, publish, time_machine):
    [post] = await publish("One", at=models.now() + timedelta(hours=1))
    assert f"{SITE}/posts/one" not in await found(crawler)
    time_machine.move_to(models.now() + timedelta(hours=2))
    listed = await found(crawler)
    assert listed[f"{SITE}/posts/one"] == f"{post.published_at:%Y-%m-%dT%H:%M:%S+00:00}"


async def test_an_empty_publication_has_a_front_page(crawler):
    assert await found(crawler) == {f"{SITE}/": None}


async def test_a_large_one_is_listed_in_parts_that_have_each_address_once(
    crawler, publish, site, in_small_parts
):
    posts = await publish(*(f"Number {number}" for number in range(9)))
    for number in range(3):
        await (await models.Page.draft(site.id, f"Page {number}", "<p>Us</p>")).publish()
    # A part may have nothing left in it.
    for post in posts[2:6]:
        await post.withdraw()
    addresses = [address for part in await found_in_parts(crawler) for address in part]
    paths = [f"/posts/number-{number}" for number in (0, 1, 6, 7, 8)]
    paths += ["/", "/page-0", "/page-1", "/page-2", "/authors/ann", "/tags/sea", "/archive/2021-03"]
    assert sorted(addresses) == sorted(f"{SITE}{path}" for path in paths)


async def test_no_statement_is_asked_for_each_address_and_none_reads_a_body(crawler, publish, statements):
    sent = []
    for titles in (["One"], [f"Number {number}" for number in range(40)]):
        await publish(*titles)
        with statements() as asked:
            await found(crawler)
        sent.append([one for one in asked if OF_MAP.search(one)])
        assert [one for one in sent[-1] if re.search(r'"(html|text|source|blocks|words|opening)"', one)] == []
    assert 0 < len(sent[1]) <= len(sent[0])


async def test_posts_are_walked_by_their_numbers_and_not_sorted(crawler, publish, dialect):
    if dialect == "postgres":
        pytest.skip("PostgreSQL knows how many posts are published")
    await publish("One")
    sql = models.sitemap.KINDS["posts"].statement().sql
    store = models.Post._meta.db
    plan = await store.execute_query_dict(
        f"EXPLAIN QUERY PLAN {sql}", [1] * len(set(re.findall(r"\?\d+", sql)))
    )
    assert [row["detail"] for row in plan if "INDEX" in row["detail"] or "TEMP" in row["detail"]] == []


@pytest.mark.parametrize(
    "name",
    [
        "posts-2", "posts-0", "posts-00", "posts-01", "posts--1", "posts-1.5", "posts-", "posts", "-1",
        "posts-x", "nothing-1", "Posts-1", "lists-2", "posts-429497", "posts-9999999999", "posts-1e3",
        "posts-" + "9" * 400, "posts-٣", "posts-%00", "posts-1%27", "POSTS-1", "x" * 2000 + "-1",
    ],
)  # fmt: skip
async def test_a_part_that_is_none_is_not_there(crawler, publish, name):
    await publish("One")
    for accept in ("*/*", "text/html"):
        await crawler.opens(f"/sitemap-{name}.xml", Accept=accept, **{"If-None-Match": "*"})
        assert crawler.status == 404


async def test_who_has_it_already_is_told_so_until_there_is_more(crawler, publish, in_small_parts):
    await publish("One", "Two", "Three")
    for address in ("/sitemap.xml", "/sitemap-posts-1.xml", "/robots.txt"):
        await crawler.opens(address)
        tag = crawler.headers["ETag"]
        assert (crawler.headers["Cache-Control"], crawler.headers["Vary"]) == ("no-cache", "Accept-Encoding")
        for known in (tag, f'"x", W/{tag}', "*"):
            await crawler.opens(address, **{"If-None-Match": known})
            assert (address, crawler.status, crawler.body) == (address, 304, b"")
        for other in ('"x"', "x", "", '"' * 999, "\xe9"):
            assert (await crawler.opens(address, **{"If-None-Match": other})).status == 200
    await crawler.opens("/sitemap.xml")
    tag = crawler.headers["ETag"]
    await publish("Four", "Five")
    assert (await crawler.opens("/sitemap.xml", **{"If-None-Match": tag})).status == 200


async def test_who_only_knows_the_date_is_told_when_a_page_has_appeared(crawler, site, time_machine):
    page = await models.Page.draft(site.id, "About", "<p>Us</p>", slug="about")
    await page.publish(models.now() + timedelta(hours=2))
    await crawler.opens("/sitemap.xml")
    time_machine.move_to(models.now() + timedelta(hours=1))
    await crawler.opens("/sitemap.xml")
    dated = crawler.headers["Last-Modified"]
    assert (await crawler.opens("/sitemap.xml", **{"If-Modified-Since": dated})).status == 304
    # By itself: nothing is written when its moment comes.
    since = format_datetime(models.now(), usegmt=True)
    time_machine.move_to(models.now() + timedelta(hours=2))
    await crawler.opens("/sitemap.xml", **{"If-Modified-Since": since})
    assert (crawler.status, b"/about" in crawler.body) == (200, True)


async def test_what_is_written_where_no_reader_sees_it_moves_no_date(crawler, publish, site, time_machine):
    await publish("One")
    shown = await models.Page.draft(site.id, "Shown", "<p>Us</p>")
    await shown.publish()
    planned = await models.Page.draft(site.id, "Planned", "<p>Soon</p>")
    await planned.publish(models.now() + timedelta(days=9))
    addresses, dates = ("/feed.xml", "/sitemap.xml"), {}

    async def dated():
        time_machine.move_to(models.now() + timedelta(minutes=1))
        for address in addresses:
            await crawler.opens(address)
            dates[address] = parsedate_to_datetime(crawler.headers.get("Last-Modified", NEVER))
        return dates.copy()

    # At first nobody knows on SQLite what others have done.
    _, before = await dated(), await dated()
    draft = await models.Page.draft(site.id, "Begun", "<p>Mine</p>")
    below = await models.Page.draft(site.id, "Below", "", parent=shown)
    await draft.rewrite("Begun anew", "<p>Mine alone</p>", position=3)
    await (await models.Post.draft(site, "Begun", "<p>Mine</p>", authors=[])).rewrite("Anew", "<p>Mine</p>")
    assert await dated() == before
    for change in (
        partial(shown.rewrite, "Shown anew"), partial(planned.rewrite, "Planned anew"), below.publish,
        below.withdraw, partial(planned.rename, "elsewhere"), planned.withdraw,
    ):  # fmt: skip
        await change()
        after = await dated()
        assert [address for address in addresses if after[address] <= before[address]] == []
        before = after


async def test_signs_that_xml_or_an_address_cannot_hold_are_written_another_way(crawler, site):
    page = await models.Page.draft(site.id, "About", "<p>Us</p>", slug="about")
    await page.publish()
    await models.Page.filter(id=page.id).update(path="/a&b <é>")
    assert f"{SITE}/a%26b%20%3C%C3%A9%3E" in await found(crawler)


async def test_a_crowd_is_told_to_come_back(crawler, database_url):
    crawler.client.app[ADMISSION]._reads = Lane(0, waiting=0, burst=0)
    for address in ("/sitemap.xml", "/sitemap-posts-1.xml"):
        assert (await crawler.opens(address)).status == 503
        assert int(crawler.headers["Retry-After"]) > 0


async def test_who_asks_too_often_is_told_when_to_come_back(database_url):
    settings = Settings(database_url=database_url, rate_limit=1, trusted_proxies="127.0.0.1")
    async with reading(settings) as crawler:
        known = {"X-Forwarded-For": "192.0.2.1"}
        statuses = {(await crawler.opens("/sitemap-lists-1.xml", **known)).status for _ in range(9)}
        assert statuses == {200, 429}


async def may_visit(crawler):
    """Read what crawlers may visit, as RFC 9309 (2.2.2, 2.2.3) has it; nothing is allowed by name here."""
    await crawler.opens("/robots.txt")
    assert (crawler.status, crawler.answer.content_type) == (200, "text/plain")
    first, *rules = [line for line in crawler.text.splitlines() if not line.startswith("Sitemap: ") and line]
    assert first == "User-agent: *"
    closed = [rule.removeprefix("Disallow: ") for rule in rules]
    patterns = [re.compile(re.escape(one).replace(r"\*", ".*").replace(r"\$", "$")) for one in closed]
    return lambda path: not any(pattern.match(path) for pattern in patterns)


async def test_crawlers_are_kept_from_what_is_not_for_readers(crawler):
    may = await may_visit(crawler)
    assert f"Sitemap: {SITE}/sitemap.xml" in crawler.text.splitlines()
    closed = {
        "/write", "/write/3", "/write?lang=nl", "/sign-in", "/sign-in/token", "/graphql", "/graphql?query=x",
        "/pen", "/comment?post=/posts/one", "/comment/token", "/confirm/token", "/unsubscribe/token",
        "/undo/token", "/preferences/token/erase", "/replies/token", "/moderate/token", "/letters/1",
        "/metrics", "/posts/one?preview=token", "/posts/one?lang=nl&preview=token",
    }  # fmt: skip
    assert {path for path in closed if may(path)} == set()
    opened = {
        "/", "/posts", "/posts/one", "/posts?after=x", "/authors/ann", "/tags/sea", "/archive/2021-03",
        "/about", "/media/x.webp", "/feed.xml", "/sitemap.xml", "/reader/reader.css", "/reader/reader.js",
        "/paper.css", "/subscribe", "/start.svg", "/search?q=x",
        # What only begins like one of those that are closed.
        "/pension", "/writers", "/letters-home", "/comments", "/undoing", "/about/write", "/posts/sign-in",
    }  # fmt: skip
    assert {path for path in opened if not may(path)} == set()


async def test_each_door_is_open_or_closed_to_crawlers(crawler):
    may = await may_visit(crawler)
    assert {word for word in RESERVED if may(f"/{word}")} == sitemap.OPEN
    assert {word for word in RESERVED if may(f"/{word}/x")} == sitemap.OPEN
