"""The feed: the newest posts, for whoever follows the publication with a feed reader."""

import asyncio
import os
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from xml.etree import ElementTree

import pytest

import models
from gql_server import feed
from gql_server.followed import Changes
from gql_server.importers.weebly.bring import FEED_PATH
from gql_server.settings import Settings
from models.changes import LOOK_SECONDS
from models.redirects import lead
from tests.pages.conftest import reading

SITE = "https://blog.example"
BEGUN = datetime(2021, 3, 9, 9, tzinfo=UTC)
HTTP_DATE = partial(format_datetime, usegmt=True)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
async def reader(database_url):
    """Follow a site with a program that reads feeds."""
    async with reading(Settings(database_url=database_url, site_url=SITE)) as reader:
        yield reader


@pytest.fixture
def later(time_machine):
    """Let the clock stand still, now or later: `later(timedelta(hours=1))`."""
    return lambda span=timedelta(0): time_machine.move_to(models.now() + span, tick=False)


@pytest.fixture
async def site(reader):
    return await models.found()


@pytest.fixture
async def publish(site):
    """Publish a post, some days after the first: `await publish("One", days=2)`."""

    async def publish(title, html="<p>Hello</p>", days=0, authors=(), **more):
        post = await models.Post.draft(site, title, html, authors=list(authors), **more)
        await post.publish(BEGUN + timedelta(days=days))
        return post

    return publish


async def read(reader):
    await reader.opens("/feed.xml")
    assert (reader.status, reader.answer.content_type) == (200, "application/atom+xml")
    return ElementTree.fromstring(reader.body)


def told(element, *names):
    return [element.findtext(f"{ATOM}{name}") for name in names]


async def test_a_follower_has_the_newest_posts_whole(reader, publish, site):
    ann = await models.Author.named(site.id, "Ann")
    sea = await models.Tag.named(site.id, "Sea")
    await models.Site.filter(id=site.id).update(title="A & B", description="Of <c>")
    await publish("Old")
    html = '<p>See <a href="/about">us</a></p><img src="/media/x.webp" alt="" srcset="/media/y.webp 2w">'
    await publish("A café", html, days=1, authors=[ann], tags=[sea])
    feed = await read(reader)
    assert told(feed, "title", "subtitle") == ["A & B", "Of <c>"]
    assert feed.attrib == {"{http://www.w3.org/XML/1998/namespace}lang": "en"}
    first, second = feed.iter(f"{ATOM}entry")
    assert told(second, "title") == ["Old"]
    assert told(first, "title", "published") == ["A café", "2021-03-10T09:00:00Z"]
    assert told(feed, "updated") == told(first, "updated")
    assert first.find(f"{ATOM}link").attrib["href"] == f"{SITE}/posts/a-cafe"
    assert told(first.find(f"{ATOM}author"), "name", "uri") == ["Ann", f"{SITE}/authors/ann"]
    assert first.find(f"{ATOM}category").attrib == {"term": "Sea"}
    content = first.find(f"{ATOM}content")
    assert content.attrib == {"type": "html"}
    # It is read elsewhere, where a path leads nowhere.
    assert f'href="{SITE}/about"' in content.text
    assert f'src="{SITE}/media/x.webp"' in content.text
    assert "srcset" not in content.text


async def test_an_entry_stays_the_same_when_its_post_is_renamed(reader, publish):
    post = await publish("One")
    [before] = (await read(reader)).iter(f"{ATOM}entry")
    await post.rewrite(slug="two")
    [after] = (await read(reader)).iter(f"{ATOM}entry")
    assert after.find(f"{ATOM}link").attrib["href"] == f"{SITE}/posts/two"
    assert told(after, "id") == told(before, "id")
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", told(after, "id")[0])


async def test_a_site_at_another_address_is_followed_on(database_url):
    ids = []
    for address in ("https://old.example", "https://new.example"):
        async with reading(Settings(database_url=database_url, site_url=address)) as reader:
            if not ids:
                post = await models.Post.draft(await models.found(), "One", "<p>Hello</p>", authors=[])
                await post.publish(BEGUN)
            ids.append([element.text for element in (await read(reader)).iter(f"{ATOM}id")])
            assert address.encode() in reader.body
    assert ids[0] == ids[1]
    assert len(ids[0]) == 2


async def test_the_picture_that_a_post_begins_with_comes_with_it(reader, publish, site):
    picture = await models.Image.create(
        site_id=site.id, url="/media/x.webp", alt_text='A "rose"', media_type="image/webp"
    )
    post = await publish("Rose")
    await models.Post.filter(id=post.id).update(image_id=picture.id)
    [entry] = (await read(reader)).iter(f"{ATOM}entry")
    assert told(entry, "content")[0].startswith(f'<p><img src="{SITE}/')
    assert 'alt="A &quot;rose&quot;"' in told(entry, "content")[0]


async def test_it_holds_twenty_and_nothing_that_is_not_published(reader, publish, site):
    for number in range(22):
        await publish(f"Number {number}", days=number)
    await models.Post.draft(site, "Canary", "<p>Canary</p>", authors=[])
    planned = await models.Post.draft(site, "Canary too", "<p>Canary</p>", authors=[])
    await planned.publish(models.now() + timedelta(days=1))
    titles = [told(entry, "title")[0] for entry in (await read(reader)).iter(f"{ATOM}entry")]
    assert titles == [f"Number {number}" for number in range(21, 1, -1)]
    assert b"Canary" not in reader.body


async def test_of_posts_too_long_for_one_answer_it_holds_fewer(reader, publish, monkeypatch):
    for number in range(12):
        await publish(f"Number {number}", "<p>Chapter</p>" * 200, days=number)
    monkeypatch.setattr("gql_server.answers.MOST_BYTES", 20_000)
    titles = [told(entry, "title")[0] for entry in (await read(reader)).iter(f"{ATOM}entry")]
    assert titles == [f"Number {number}" for number in (11, 10, 9, 8, 7)]


async def test_an_empty_publication_has_a_feed(reader):
    feed = await read(reader)
    assert list(feed.iter(f"{ATOM}entry")) == []
    # What a feed must have (RFC 4287, 4.1.1).
    assert None not in told(feed, "id", "title", "updated")
    assert feed.find(f"{ATOM}author") is not None


async def test_what_xml_cannot_hold_is_left_out(reader, publish):
    await publish("Bell \x07 & ]]> <b>", "<p>\x0b &amp; \ufffe]]&gt;</p>")
    [entry] = (await read(reader)).iter(f"{ATOM}entry")
    assert told(entry, "title") == ["Bell & ]]> <b>"]
    assert "]]" in told(entry, "content")[0]


async def test_who_has_it_already_is_told_so_until_there_is_more(reader, publish):
    post = await publish("One")
    await read(reader)
    known = {"If-None-Match": reader.headers["ETag"]}
    await reader.opens("/feed.xml", **known)
    assert (reader.status, reader.body) == (304, b"")
    await post.rewrite(slug="two")
    await reader.opens("/feed.xml", **known)
    assert reader.status == 200


async def test_it_is_written_once_until_what_it_says_is_changed(reader, publish, site, monkeypatch):
    written = []

    def note(*args):
        written.append(args)
        return write(*args)

    write = feed._written
    monkeypatch.setattr(feed, "_written", note)
    ann = await models.Author.named(site.id, "Ann")
    post = await publish("One", authors=[ann])
    for _ in range(3):
        await read(reader)
    # Without plans nobody knows what an answer was made from.
    assert len(written) == (3 if os.environ.get("GQL_SERVER_PLANS") == "off" else 1)
    for change in (
        partial(post.rewrite, title="Two"),
        partial(ann.edit, name="Anna"),
        partial(site.change, title="Another"),
        partial(publish, "Three", days=1),
        post.withdraw,
    ):
        before = reader.body
        await change()
        await read(reader)
        assert reader.body != before


async def test_it_is_as_it_will_be_at_the_moment_a_planned_post_appears(reader, publish, site, later):
    await publish("One")
    planned = await models.Post.draft(site, "Planned", "<p>Now</p>", authors=[])
    await planned.publish(models.now() + timedelta(minutes=5))
    await read(reader)
    known = {"If-Modified-Since": HTTP_DATE(models.now() + timedelta(minutes=4))}
    later(timedelta(minutes=6))
    await reader.opens("/feed.xml", **known)
    assert (reader.status, b"Planned" in reader.body) == (200, True)


async def test_what_was_changed_while_it_was_written_is_told_to_who_only_knows_the_date(
    reader, publish, later, monkeypatch
):
    later(timedelta(seconds=1) - timedelta(microseconds=models.now().microsecond))
    await publish("One")
    other = await publish("Other", days=1)
    newest = feed._newest

    async def slowly(request):
        told = await newest(request)
        later(timedelta(milliseconds=200))
        await other.withdraw()
        later(timedelta(milliseconds=900))
        return told

    monkeypatch.setattr(feed, "_newest", slowly)
    await read(reader)
    dated = reader.headers.get("Last-Modified", HTTP_DATE(BEGUN))
    monkeypatch.undo()
    await reader.opens("/feed.xml", **{"If-Modified-Since": dated})
    assert (reader.status, b"Other" in reader.body) == (200, False)


async def test_who_only_knows_the_date_is_told_that_nothing_is_newer(reader, publish, site, later):
    later()
    post, other = await publish("One"), await publish("Other", days=1)
    await read(reader)
    # It may still become another in the same second.
    assert "Last-Modified" not in reader.headers
    later(timedelta(seconds=5))
    await read(reader)
    dated = reader.headers["Last-Modified"]
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", dated)
    later(timedelta(hours=1))
    for since in (dated, HTTP_DATE(models.now())):
        await reader.opens("/feed.xml", **{"If-Modified-Since": since})
        assert (reader.status, reader.body) == (304, b"")
        assert (reader.headers["Last-Modified"], "ETag" in reader.headers) == (dated, True)
    # Who names a tag is answered by it alone (RFC 9110, 13.2.2).
    await reader.opens("/feed.xml", **{"If-Modified-Since": dated, "If-None-Match": '"x"'})
    assert reader.status == 200
    # Whoever comments changes nothing here.
    await models.Comment.leave(post.id, models.Writer(name="Bob", email="bob@example.org"), "Yes")
    later(timedelta(hours=1))
    await reader.opens("/feed.xml", **{"If-Modified-Since": dated})
    assert reader.status == 304
    # What goes leaves nothing newer behind, and is gone all the same.
    for change in (partial(site.change, title="Another"), other.withdraw, post.remove):
        later(timedelta(hours=1))
        since = HTTP_DATE(models.now() - timedelta(seconds=1))
        await change()
        later(timedelta(minutes=1))
        await reader.opens("/feed.xml", **{"If-Modified-Since": since})
        assert reader.status == 200


async def test_what_others_commit_to_a_file_is_looked_for_before_a_date_is_told(site, dialect):
    if dialect != "sqlite":
        pytest.skip("PostgreSQL tells who listens")
    changes = Changes()
    changes.listen()
    await models.Tag.named(site.id, "Sea")
    # However long nobody has looked since something was committed.
    await asyncio.sleep(2 * LOOK_SECONDS)
    assert not models.pulse.is_current()
    assert await changes.last()


@pytest.mark.parametrize(
    "since",
    ["", "x", "1", "9" * 4000, "Tue, 09 Mar 99999999999999999999 09:00:00 GMT", "\xe9", "31 Feb 2021",
     "Tue, 09 Mar 2021 09:00:00 +9999999999", "Tue, 09 Mar 2001 09:00:00 GMT", "Tue Mar  9 09:00:00 2021"],
)  # fmt: skip
async def test_what_is_no_date_or_an_old_one_is_answered_with_the_feed(reader, publish, later, since):
    await publish("One")
    later(timedelta(seconds=5))
    await reader.opens("/feed.xml", **{"If-Modified-Since": since})
    assert reader.status == 200


async def test_the_feed_of_an_imported_site_leads_here(reader, site):
    await lead(site.id, "/1/feed", to_path=FEED_PATH)
    await reader.opens("/1/feed")
    assert (reader.status, reader.headers["Location"]) == (301, f"{SITE}/feed.xml")


async def test_a_program_that_asks_too_often_is_told_when_to_come_back(database_url):
    settings = Settings(database_url=database_url, rate_limit=1, trusted_proxies="127.0.0.1")
    async with reading(settings) as reader:
        follower = {"X-Forwarded-For": "192.0.2.1"}
        statuses = {(await reader.opens("/feed.xml", **follower)).status for _ in range(9)}
        assert statuses == {200, 429}
        assert int(reader.headers["Retry-After"]) > 0
        assert b"RATE_LIMITED" in reader.body
