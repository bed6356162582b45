"""The door /comment: whoever runs no scripts answers a post, or a comment below it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

import models
from gql_server.reader.scripts import WORDS
from gql_server.settings import Settings
from schema import mistakes
from schema.ids import global_id
from tests.pages.conftest import counted, reading

DUTCH = WORDS["nl"]
GUEST = {"name": "Bob", "email": "bob@example.org", "content": "Well said.\r\n\r\nAnd true."}


@pytest.fixture
async def reader(database_url):
    """Read a site as its readers do, with a browser that knows no scripts."""
    async with reading(Settings(database_url=database_url)) as reader:
        reader.languages["Accept"] = "text/html,*/*;q=0.8"
        yield reader


@pytest.fixture
async def post(site):
    """A post that takes comments."""
    ann = await models.Author.named(site.id, "Ann")
    post = await models.Post.draft(site, "One", "<p>Hello</p>", authors=[ann])
    await post.publish(models.now() - timedelta(days=1))
    return post


@pytest.fixture
async def comment(post):
    """A comment below it that everybody sees."""
    ann = await models.Author.get(slug="ann")
    return await models.Comment.leave(post.id, models.Writer(name="Ann", author_id=ann.id), "Who agrees?")


def form_of(post, comment=None, **more):
    asked = {"post": post.path, **({"to": global_id("Comment", comment.id)} if comment else {}), **more}
    return f"/comment?{urlencode(asked)}"


def wrong(reader):
    """Give what is said to be wrong, by field."""
    fields = reader.page.css("[aria-invalid]")
    ids = [field.attributes["aria-describedby"].split()[-1] for field in fields]
    return {
        field.attributes["name"]: reader.page.css_first(f"#{id}").text()
        for field, id in zip(fields, ids, strict=True)
    }


async def left():
    return await models.Comment.all().order_by("-id").first()


async def test_a_guest_answers_a_post(reader, post):
    await reader.opens(post.path)
    [way] = [link.attributes["href"] for link in reader.page.css(".answer a")]
    await reader.opens(way)
    assert (reader.status, reader.title, reader.headers["Cache-Control"]) == (200, DUTCH["leave"], "no-store")
    assert reader.page.css("script") == []
    await reader.presses(DUTCH["send"], **GUEST)
    said = await left()
    assert (said.name, said.email, said.language) == (GUEST["name"], GUEST["email"], "nl")
    assert said.source == "Well said.\n\nAnd true."
    assert reader.status == 200
    told = {models.Fate.APPROVED: DUTCH["shown"], models.Fate.PENDING: DUTCH["held"]}
    assert reader.page.css_first("[role=status][autofocus]").text() == told[said.status]
    assert reader.page.css_first("title").text().startswith(told[said.status])
    assert reader.page.css_first("main").text().count(DUTCH["talk"]) == 1
    assert [part.text() for part in reader.page.css("blockquote p")] == ["Well said.", "And true."]


async def test_a_comment_is_answered_where_it_stands(reader, post, comment):
    await reader.opens(post.path)
    [way] = [link.attributes["href"] for link in reader.page.css(".conversation article a.plain")]
    await reader.opens(way)
    assert "Who agrees?" in reader.page.css_first(".answered").text()
    await reader.presses(DUTCH["send_reply"], **GUEST)
    assert (await left()).parent_id == comment.id


async def test_what_is_wrong_stands_at_its_field_and_all_else_stays(reader, post):
    await reader.opens(form_of(post))
    filled = {"name": " ", "email": "bob@", "website": "x", "content": "<b>Hi</b>", "notify": "yes"}
    await reader.presses(DUTCH["send"], **filled)
    assert (reader.status, set(wrong(reader))) == (422, {"email", "name", "website"})
    assert wrong(reader)["email"].startswith("Dit is geen e-mailadres")
    await reader.presses(DUTCH["send"], name="Bob", email="bob@example.org")
    assert set(wrong(reader)) == {"website"}
    assert reader.page.css_first("textarea").text() == "<b>Hi</b>"
    assert "checked" in reader.page.css_first("[name=notify]").attributes
    assert await left() is None
    await reader.presses(DUTCH["send"], website="")
    assert (await left()).source == "<b>Hi</b>"
    assert reader.page.css("blockquote b") == []


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_all_that_is_wrong_is_told_at_once_above_the_form_and_at_its_field(reader, post, language):
    reader.languages["Accept-Language"] = language
    await reader.opens(form_of(post))
    await reader.presses(WORDS[language]["send"], content=" ", name="x" * 101, email="bob@", website="x")
    says = mistakes.SENTENCES[language]
    told = {
        "content": says["content"],
        "name": says["authorName_limit"].format(limit=100),
        "email": says["authorEmail"],
        "website": says["authorWebsite"],
    }
    assert (reader.status, wrong(reader)) == (422, told)
    above = reader.page.css("[role=alert] a")
    assert [link.text() for link in above] == [*told.values()]
    assert [link.attributes["href"] for link in above] == [f"#field-{name}" for name in told]
    assert [reader.page.css_first(link.attributes["href"]).attributes["name"] for link in above] == [*told]
    # Whoever hears the page opened hears why it is there again, and begins at the first.
    assert reader.page.css_first("title").text().startswith(f"{told['content']} {WORDS[language]['leave']}")
    assert reader.page.css_first("h1").text() == WORDS[language]["leave"]
    assert [field.attributes["name"] for field in reader.page.css("[autofocus]")] == ["content"]


async def test_what_is_sent_twice_is_said_once(reader, post):
    await reader.opens(form_of(post))
    carried = {
        field.attributes["name"]: field.attributes["value"] for field in reader.page.css("[type=hidden]")
    }
    asked = GUEST | carried
    assert set(carried) == {"token", "command"}
    for _ in range(2):
        await reader.posts(form_of(post), asked)
        assert reader.status == 200
    assert await models.Comment.all().count() == 1


async def test_who_is_signed_in_as_an_author_answers_as_themselves(reader, post, comment, desk):
    user = await desk(models.Role.AUTHOR, "Ann")
    assert user.author_id is not None
    reader.languages["Accept"] = "text/html"
    await reader.opens(form_of(post, comment))
    assert reader.page.css("[name=email], [name=name]") == []
    await reader.presses(DUTCH["send_reply"], content="I do.")
    said = await left()
    assert (said.author_id, said.status) == (user.author_id, models.Fate.APPROVED)
    assert reader.page.css_first("[role=status]").text().strip() == DUTCH["shown"]
    way = reader.page.css_first(".press a").attributes["href"]
    assert way == f"{post.path}#comment-{said.id}"
    # Another site's page may not speak for them.
    await reader.posts(form_of(post), {"content": "Not I."}, Origin="https://evil.example")
    assert reader.status == 403
    assert (await left()).id == said.id


async def test_a_page_of_elsewhere_lets_nobody_say_anything(reader, post):
    for origin in ("https://evil.example", "null"):
        await reader.posts(form_of(post), GUEST, Origin=origin)
        assert reader.status == 403
        assert reader.page.css_first("h1") is not None
    await reader.posts(form_of(post), GUEST, **{"Sec-Fetch-Site": "cross-site"})
    assert (reader.status, await left()) == (403, None)


async def test_a_token_that_a_proxy_sends_along_changes_nothing(reader, post):
    proxy = {"Authorization": "Bearer of-the-proxy"}
    await reader.opens(form_of(post), **proxy)
    assert reader.status == 200
    await reader.posts(form_of(post), GUEST, **proxy)
    assert (reader.status, (await left()).name) == (200, GUEST["name"])


async def test_one_more_comment_can_be_left_however_many_there_are(reader, post, comment, monkeypatch):
    writer = models.Writer(name="Ann", author_id=comment.author_id)
    await models.Comment.leave(post.id, writer, "&" * models.LONGEST_COMMENT, parent_id=comment.id)
    monkeypatch.setattr("gql_server.answers.MOST_BYTES", 20_000)
    await reader.opens(form_of(post, comment))
    assert "Who agrees?" in reader.page.css_first(".answered").text()
    await reader.presses(DUTCH["send_reply"], **GUEST)
    assert (reader.status, (await left()).name) == (200, GUEST["name"])


async def test_a_machine_is_held(reader, post):
    await reader.opens(form_of(post))
    await reader.presses(DUTCH["send"], **GUEST, trap="x")
    assert (await left()).status is not models.Fate.APPROVED


async def test_a_closed_conversation_says_so(reader, post):
    await models.Post.filter(id=post.id).update(comments_open=False)
    await reader.opens(post.path)
    assert reader.page.css(".answer a") == []
    await reader.opens(form_of(post))
    assert DUTCH["closed"] in reader.text
    assert reader.page.css("textarea") == []
    await reader.posts(form_of(post), GUEST)
    assert reader.status == 422
    assert await left() is None


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "?post=",
        "?post=/posts/none",
        "?post=x&to=y",
        "?post=/posts/one&to=x",
        "?post=/posts/one&to=UG9zdDox",
        "?post=%00",
    ],
)
async def test_what_nobody_can_answer_is_not_there(reader, post, asked):
    for way in (reader.opens, reader.posts):
        await way(f"/comment{asked}")
        assert reader.status == 404
        assert reader.page.css_first("h1") is not None
    assert await left() is None


async def test_a_draft_takes_no_answer(reader, site):
    draft = await models.Post.draft(site, "Canary", "<p>Canary</p>", authors=[], slug="canary")
    await reader.opens(form_of(draft))
    assert reader.status == 404
    assert reader.page.css_first("h1").text() != "Canary"


async def test_a_comment_is_answered_below_its_own_post_alone(reader, site, post, comment):
    other = await models.Post.draft(site, "Two", "<p>Hi</p>", authors=[], slug="two")
    await other.publish(datetime(2021, 3, 9, tzinfo=UTC))
    await reader.opens(form_of(other, comment))
    assert reader.status == 404


async def test_what_is_no_form_is_refused(reader, post):
    for body, media, status in (
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"content=a&content=b", "application/x-www-form-urlencoded", 400),
        (b"content=%00", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"content=" + b"x" * 200_000, "application/x-www-form-urlencoded", 413),
    ):
        await reader.asks("POST", form_of(post), data=body, headers={"Content-Type": media})
        assert (reader.status, body[:20]) == (status, body[:20])
        assert reader.page.css_first("h1") is not None
    assert await left() is None


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_who_answers_too_often_is_told_when_it_may_be_again(database_url, language):
    async with counted(database_url, language) as (reader, post):
        reader.languages["Accept"] = "text/html"
        statuses = []
        for number in range(6):
            await reader.opens(form_of(post))
            await reader.presses(WORDS[language]["send"], **GUEST | {"content": f"{number}"})
            statuses.append(reader.status)
        assert statuses == [200] * 5 + [429]
        assert 0 < int(reader.headers["Retry-After"]) <= 30
        assert (
            reader.page.css_first("[role=alert]").text().strip() == mistakes.SENTENCES[language]["too_many"]
        )
        assert reader.page.css_first("textarea").text() == "5"
        assert (await left()).source == "4"


async def test_a_longest_comment_fits(reader, post):
    await reader.opens(form_of(post))
    await reader.presses(DUTCH["send"], **GUEST | {"content": "é" * models.LONGEST_COMMENT})
    assert (reader.status, len((await left()).source)) == (200, models.LONGEST_COMMENT)
    await reader.opens(form_of(post))
    await reader.presses(DUTCH["send"], **GUEST | {"content": "é" * (models.LONGEST_COMMENT + 1)})
    assert (reader.status, set(wrong(reader))) == (422, {"content"})


async def test_there_is_no_such_door_where_no_reader_is_served(database_url):
    async with reading(Settings(database_url=database_url, reader="off")) as reader:
        await reader.opens("/comment?post=/posts/one", Accept="text/html")
        assert reader.status == 404
