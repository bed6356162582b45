"""The publication, read without scripts: what the server puts into the reader's page."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

import models
from gql_server.admission import ADMISSION, Lane
from gql_server.reader.scripts import DOCUMENTS, WORDS
from gql_server.settings import Settings
from schema.documents import Documents
from schema.ids import global_id
from tests.pages.conftest import reading

HOSTILE = '<img src=x onerror="hit()"><script>hit()</script>'
BEGUN = datetime(2021, 3, 9, 9, tzinfo=UTC)
SITE = "https://blog.example"
OF_LISTS = re.compile(r'"(post|author|byline|tag|comment|month_count)"')


@pytest.fixture
async def reader(database_url):
    """Read a site as its readers do, with a browser that knows no scripts."""
    settings = Settings(database_url=database_url, reader="on", site_url=SITE, cache_mb=0)
    async with reading(settings) as reader:
        reader.languages["Accept"] = "text/html,*/*;q=0.8"
        yield reader


@pytest.fixture
async def ann(site):
    return await models.Author.named(site.id, "Ann")


@pytest.fixture
async def publish(site, ann):
    """Publish posts, each a day after the one before: `await publish("One", "Two")`."""

    async def publish(*titles, html="<p>Hello <b>there</b></p>", **more):
        posts = []
        for number, title in enumerate(titles):
            post = await models.Post.draft(site, title, html, authors=[ann], **more)
            await post.publish(BEGUN + timedelta(days=number))
            posts.append(post)
        return posts

    return publish


async def said(*words, post, by, parent_id=None):
    """Let an author comment, once for each of the words; give the comments."""
    writer = models.Writer(name=by.name, author_id=by.id)
    return [await models.Comment.leave(post.id, writer, word, parent_id=parent_id) for word in words]


def meta(reader, name):
    """Give what a page tells of itself under a name."""
    found = reader.page.css_first(f'meta[name="{name}"], meta[property="{name}"]')
    return found and found.attributes["content"]


def texts(reader, selector):
    return [" ".join(node.text().split()) for node in reader.page.css(selector)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_asked_fits_the_schema(name):
    document = Documents().read(DOCUMENTS[name])
    assert (document.errors, len(document.operations)) == ((), 1)


async def test_a_post_is_read_with_what_is_told_of_it(reader, publish, site):
    sea = await models.Tag.named(site.id, "Sea")
    _, post, _ = await publish("Before", "A café", "After", tags=[sea])
    await models.Post.filter(id=post.id).update(seo_description="About a café.")
    await reader.opens(post.path)
    assert (reader.status, reader.language, reader.title) == (200, "nl", "A café")
    assert reader.page.css_first("title").text() == f"A café – {site.title}"
    assert reader.page.css_first(".prose > p > b").text() == "there"
    assert reader.page.css_first(".prose").attributes == {"class": "prose", "lang": "en", "dir": "auto"}
    assert texts(reader, "article .mark, .byline, .tags a, .beside a") == [
        "10 maart 2021 · 1 min. lezen", "door Ann", "Sea", "Vorige Before", "Volgende After",
    ]  # fmt: skip
    assert texts(reader, ".conversation h2") == ["Nog geen reacties"]
    [canonical] = reader.page.css("link[rel=canonical]")
    assert canonical.attributes["href"] == meta(reader, "og:url") == f"{SITE}{post.path}"
    assert meta(reader, "description") == meta(reader, "og:description") == "About a café."
    assert (meta(reader, "og:title"), meta(reader, "og:type")) == ("A café", "article")
    assert meta(reader, "robots") is None


async def test_search_engines_and_previews_are_told_what_each_page_is(reader, publish, site, ann):
    await models.Site.filter(id=site.id).update(description="A small paper.")
    *_, post = await publish(*(f"Number {number}" for number in range(13)))
    await models.Post.filter(id=post.id).update(seo_title="The Best <Number>")
    await models.Author.filter(id=ann.id).update(bio_html="<p>Writes <b>here</b>.</p>")
    await reader.opens(post.path)
    assert reader.page.css_first("title").text() == f"The Best <Number> – {site.title}"
    assert (reader.title, meta(reader, "og:title")) == (post.title, "The Best <Number>")
    await reader.opens("/authors/ann/")
    assert meta(reader, "description") == meta(reader, "og:description") == "Writes here."
    assert meta(reader, "og:url") == f"{SITE}/authors/ann"
    await reader.opens("/posts")
    assert (meta(reader, "description"), meta(reader, "og:description")) == (None, "A small paper.")
    assert meta(reader, "og:url") == f"{SITE}/posts"
    # A further page of a list is another page, and no copy of the first.
    further = reader.page.css_first('.beside [rel="next"]').attributes["href"]
    await reader.opens(f"{further}&x=1")
    [canonical] = reader.page.css("link[rel=canonical]")
    assert canonical.attributes["href"] == f"{SITE}{further}"
    await reader.opens("/")
    assert (meta(reader, "og:url"), meta(reader, "twitter:card")) == (f"{SITE}/", "summary")


async def test_each_reader_is_spoken_to_in_their_language(reader, publish):
    [post] = await publish("One")
    for language, day in (("nl", "9 maart 2021"), ("en-GB,en;q=0.9", "9 March 2021"), ("fr", "9 March 2021")):
        reader.languages["Accept-Language"] = language
        await reader.opens(post.path)
        assert texts(reader, "time") == [day]
        assert reader.headers["Content-Language"] == reader.language == ("nl" if language == "nl" else "en")
        assert "Accept-Language" in reader.headers["Vary"]


async def test_lists_are_leafed_through_both_ways(reader, publish):
    await publish(*(f"Number {number}" for number in range(30)))
    for path in ("/posts", "/authors/ann", "/archive/2021-03"):
        seen, address = [], path
        while address:
            await reader.opens(address)
            seen.append(texts(reader, ".card h2"))
            further = reader.page.css_first('.beside [rel="next"]')
            address = further and further.attributes["href"]
        assert len(seen[0]) == 12
        assert len({title for page in seen for title in page}) == sum(map(len, seen)) >= 23
        back = reader.page.css_first('.beside [rel="prev"]').attributes["href"]
        await reader.opens(back)
        assert texts(reader, ".card h2") == seen[-2]


async def test_a_place_in_a_list_that_is_none_leads_to_the_list(reader, publish):
    [post] = await publish("One")
    for address, to in (
        ("/posts?after=x", "/posts"),
        ("/authors/ann?before=x&lang=en", "/authors/ann?lang=en"),
        (f"{post.path}?comments=x", post.path),
        (f"{post.path}?thread=x", post.path),
    ):
        await reader.opens(address)
        assert (reader.status, reader.headers["Location"]) == (302, to)


async def test_who_searches_finds(reader, publish):
    await publish("A boat", html="<p>It sails &amp; <i>sinks</i>.</p>")
    await reader.opens("/search?q=sinks")
    assert texts(reader, "main .quiet, .results h2, .results mark") == ["1 gevonden", "A boat", "sinks"]
    assert meta(reader, "robots") == "noindex"
    await reader.opens("/search?" + "q=" + quote(HOSTILE))
    assert reader.title == f"Gezocht: {HOSTILE}"
    assert reader.page.css("img, script:not([src])") == []
    await reader.opens("/search?q=%20")
    assert (reader.title, texts(reader, "main p")) == ("Zoek", [])
    await reader.opens("/search?q=" + "x" * 500)
    assert (reader.status, reader.title) == (200, f"Gezocht: {'x' * 100}")


async def test_the_lists_of_what_there_is(reader, publish, site):
    sea = await models.Tag.named(site.id, "Sea")
    await publish("One", "Two", tags=[sea])
    await reader.opens("/authors")
    assert texts(reader, "main li") == ["Ann 2 berichten"]
    await reader.opens("/archive")
    assert texts(reader, "main h2, main li") == ["2021", "Maart 2021 2 berichten", "Onderwerpen", "Sea 2"]
    await reader.opens("/tags/sea")
    assert texts(reader, "main h1, main h2, .heading .quiet") == ["Sea", "2 berichten", "Two", "One"]
    await reader.opens("/")
    assert texts(reader, ".cards h2") == ["Two", "One"]
    assert meta(reader, "og:type") == "website"


async def test_a_page_has_its_place_among_the_others(reader, site):
    about = await models.Page.draft(site.id, "About", "<p>Us</p>", slug="about")
    await about.publish()
    house = await models.Page.draft(site.id, "House", "<p>Old</p>", slug="house", parent=about)
    await house.publish()
    await reader.opens("/about")
    assert texts(reader, "main h1, .prose, .below a") == ["About", "Us", "House"]
    await reader.opens("/about/house")
    assert texts(reader, "main .mark, main h1") == ["About", "House"]
    assert meta(reader, "og:url") == f"{SITE}/about/house"


async def test_a_conversation_is_read_to_its_end(reader, publish, ann):
    [post] = await publish("One")
    roots = await said(*(f"Root {number}" for number in range(23)), post=post, by=ann)
    below = await said(*(f"Reply {number}" for number in range(25)), post=post, by=ann, parent_id=roots[0].id)
    [deep] = await said("Deep", post=post, by=ann, parent_id=below[0].id)
    [deeper] = await said("Deeper", post=post, by=ann, parent_id=deep.id)
    await said("Deepest", post=post, by=ann, parent_id=deeper.id)
    seen, waiting, opened = set(), [post.path], set()
    while waiting:
        address = waiting.pop()
        opened.add(address)
        await reader.opens(address)
        assert reader.status == 200
        seen |= set(texts(reader, ".said"))
        further = {link.attributes["href"].partition("#")[0] for link in reader.page.css('a[href^="?"]')}
        waiting += {f"{post.path}{part}" for part in further} - opened - set(waiting)
    assert len(seen) == 23 + 25 + 3
    assert len(opened) < 20
    # A thread is one of this post, and of no other.
    [other] = await publish("Other")
    [elsewhere] = await said("Elsewhere", post=other, by=ann)
    await reader.opens(f"{post.path}?thread={global_id('Comment', elsewhere.id)}")
    assert (reader.status, reader.headers["Location"]) == (302, post.path)


async def test_a_post_is_read_however_much_guests_say_of_it(reader, publish, ann, monkeypatch):
    [post] = await publish("One")
    [root] = await said("&" * models.LONGEST_COMMENT, post=post, by=ann)
    monkeypatch.setattr("gql_server.answers.MOST_BYTES", 20_000)
    for address in (post.path, f"{post.path}?thread={global_id('Comment', root.id)}"):
        await reader.opens(address)
        assert (reader.status, texts(reader, ".prose")) == (200, ["Hello there"])
        assert texts(reader, ".conversation p") == [WORDS["nl"]["comments_silent"]]


async def test_nothing_that_somebody_wrote_is_read_as_html(reader, publish, site, ann):
    await models.Author.filter(id=ann.id).update(name=HOSTILE)
    await models.Site.filter(id=site.id).update(title=HOSTILE, description=HOSTILE)
    bad = await models.Tag.named(site.id, HOSTILE)
    [post] = await publish(HOSTILE, tags=[bad])
    await said(HOSTILE, post=post, by=ann)
    await models.Comment.filter(post_id=post.id).update(author_id=None, name=HOSTILE)
    for path in ("/", "/posts", "/authors", "/authors/ann", "/archive", bad.path, post.path, "/nowhere"):
        await reader.opens(path)
        assert reader.page.css("[onerror], [onclick], img, script:not([src='/reader/reader.js'])") == []


async def test_a_draft_is_read_by_who_has_its_link_and_no_one_else(reader, site, ann):
    post = await models.Post.draft(site, "Not yet", "<p>Canary</p>", authors=[ann], slug="not-yet")
    user = await models.User.welcome(site, "ed@staff.example", "Ed", models.Role.EDITOR)
    _, token = await models.Key.grant_preview(models.Principal(user_id=user.id, role=user.role), post)
    await reader.opens(f"{post.path}?preview={token}")
    assert (reader.status, reader.title, texts(reader, ".prose")) == (200, "Not yet", ["Canary"])
    assert (reader.headers["Cache-Control"], meta(reader, "robots")) == ("no-store", "noindex")
    for address in (post.path, f"{post.path}?preview=x", f"{post.path}?preview={token[:-1]}"):
        await reader.opens(address)
        assert (reader.status, reader.title) == (404, "Hier is niets")
        assert "Canary" not in reader.text


async def test_no_more_questions_are_asked_for_many_posts_than_for_one(reader, publish, ann, statements):
    told = []
    for titles in (["One"], [f"Number {number}" for number in range(40)]):
        posts = await publish(*titles)
        await said(*("Yes " * (number + 1) for number in range(len(titles))), post=posts[0], by=ann)
        sent = {}
        for path in ("/", "/posts", "/authors/ann", "/archive", posts[0].path):
            await reader.opens(path)
            with statements() as asked:
                await reader.opens(path)
            # The masthead is read anew by the clock.
            of_path = [one for one in asked if OF_LISTS.search(one)]
            sent[path if path != posts[0].path else "post"] = len(of_path)
        told.append(sent)
    assert [path for path, asked in told[1].items() if asked > told[0][path]] == []


async def test_what_search_engines_are_told_is_read_with_what_is_shown(reader, publish, site, statements):
    [post] = await publish("One")
    about = await models.Page.draft(site.id, "About", "<p>Us</p>", slug="about")
    await about.publish()
    for path in (post.path, about.path):
        await reader.opens(path)
        with statements() as asked:
            await reader.opens(path)
        of_head = [one for one in asked if "seo_description" in one]
        assert of_head
        assert [one for one in of_head if '"html"' not in one and "*" not in one] == []


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_who_has_a_page_already_is_told_so_until_it_says_something_else(reader, publish, ann, encoding):
    [post] = await publish("One")
    reader.languages["Accept-Encoding"] = encoding
    for path in ("/", "/posts", "/authors/ann", "/archive", "/search?q=one", post.path):
        await reader.opens(path)
        tag, told = reader.headers["ETag"], reader.headers
        for known in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
            await reader.opens(path, **{"If-None-Match": known})
            assert (path, reader.status, reader.body) == (path, 304, b"")
            # What a cache that asks on behalf of others has to know (RFC 9110, 15.4.5).
            same = ("ETag", "Vary", "Cache-Control", "Content-Security-Policy")
            assert [reader.headers[name] for name in same] == [told[name] for name in same]
            assert "Content-Encoding" not in reader.headers
        for other in ('"x"', "x", "", "W/", '"' * 999, tag[:-2] + '"', "\xe9"):
            await reader.opens(path, **{"If-None-Match": other})
            assert (reader.status, reader.headers["ETag"]) == (200, tag)
    # Whoever has just written it sees it.
    await said("Well said", post=post, by=ann)
    await reader.opens(post.path, **{"If-None-Match": tag})
    assert (reader.status, "Well said" in reader.text) == (200, True)
    assert reader.headers["Cache-Control"] == "no-cache"
    # Another language is another page.
    tag = reader.headers["ETag"]
    reader.languages["Accept-Language"] = "en"
    assert (await reader.opens(post.path, **{"If-None-Match": tag})).status == 200


async def test_what_is_for_one_reader_or_is_not_there_has_no_tag(reader, publish, site, ann):
    [post] = await publish("One")
    draft = await models.Post.draft(site, "Not yet", "<p>Canary</p>", authors=[ann], slug="not-yet")
    user = await models.User.welcome(site, "ed@staff.example", "Ed", models.Role.EDITOR)
    _, token = await models.Key.grant_preview(models.Principal(user_id=user.id, role=user.role), draft)
    for address, status in (
        (f"{draft.path}?preview={token}", 200),
        (f"{post.path}?preview={token}", 200),
        (f"/comment?post={post.path}", 200),
        ("/nowhere", 404),
    ):
        await reader.opens(address, **{"If-None-Match": "*"})
        assert (address, reader.status, "ETag" in reader.headers) == (address, status, False)


@pytest.mark.parametrize("taken", ["gzip;q=0", "gzip;q=0, deflate;q=0, identity", "br", "gzipped"])
async def test_who_takes_nothing_packed_gets_nothing_packed(reader, taken):
    await reader.opens("/", **{"Accept-Encoding": taken})
    assert "Content-Encoding" not in reader.headers
    await reader.opens("/", **{"Accept-Encoding": "deflate;q=0.5, gzip"})
    assert reader.headers["Content-Encoding"] == "gzip"


async def test_whoever_asks_too_often_is_told_so_on_a_page(database_url):
    settings = Settings(database_url=database_url, reader="on", rate_limit=1, trusted_proxies="127.0.0.1")
    async with reading(settings) as reader:
        reader.languages |= {"Accept": "text/html", "X-Forwarded-For": "192.0.2.1"}
        statuses = {(await reader.opens("/")).status for _ in range(10)}
        assert statuses == {200, 429}
        assert "Retry-After" in reader.headers
        assert reader.page.css_first("h1") is not None


async def test_a_crowd_is_told_to_come_back_and_no_store_is_blamed(reader, capsys):
    reader.client.app[ADMISSION]._reads = Lane(0, waiting=0, burst=0)
    for path in ("/posts", "/feed.xml"):
        await reader.opens(path)
        assert reader.status == 503
        assert int(reader.headers["Retry-After"]) > 0
        assert reader.page.css_first("h1") is not None
    assert "the store is away" not in capsys.readouterr().out
