"""What goes wrong is told on a page, in words, without anything of the inside."""

import asyncio
import re

import pytest

import models
from gql_server.pages.words import WORDS
from gql_server.publication import PUBLICATION
from gql_server.settings import Settings
from tests.gql_server.conftest import INSIDE
from tests.pages.conftest import reading

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
PARTS = {"Content-Type": "multipart/form-data; boundary=line"}
PART = b'--line\r\nContent-Disposition: form-data; name="email"\r\n\r\n%s\r\n--line--\r\n'
DEEP = b"".join(
    b"--%d\r\nContent-Type: multipart/mixed; boundary=%d\r\n\r\n" % (n, n + 1) for n in range(350)
)
BODIES = {
    "no utf-8": (URLENCODED, b"email=%ff%fe", 400),
    "no utf-8 as it is": (URLENCODED, b"email=\xff\xfe", 400),
    "a NUL": (URLENCODED, b"email=ann%00@example.org", 400),
    "half a surrogate pair": (URLENCODED, b"email=%ed%a0%80", 400),
    "too many fields": (URLENCODED, b"a=&" * 501, 400),
    "too much": (URLENCODED, b"email=" + b"x" * 20_001, 413),
    "json": ({"Content-Type": "application/json"}, b'{"email": "ann@example.org"}', 415),
    "no type": ({"Content-Type": ""}, b"email=ann", 415),
    "an unreadable type": ({"Content-Type": ";;;=,"}, b"email=ann", 415),
    "text": ({"Content-Type": "text/plain"}, b"email=ann", 415),
    "another charset": ({"Content-Type": f"{URLENCODED['Content-Type']}; charset=utf-16"}, b"e=a", 415),
    "packed": (URLENCODED | {"Content-Encoding": "gzip"}, b"\x1f\x8b", 415),
    "parts without a boundary": ({"Content-Type": "multipart/form-data"}, PART % b"x", 400),
    "parts with a strange boundary": ({"Content-Type": 'multipart/form-data; boundary="é"'}, PART, 400),
    "parts of another boundary": (PARTS, b"--other\r\n\r\nx\r\n--other--\r\n", 400),
    "parts that do not end": (PARTS, PART[:-10] % b"x", 400),
    "parts without a name": (PARTS, b"--line\r\n\r\nx\r\n--line--\r\n", 400),
    "parts that are no utf-8": (PARTS, PART % b"\xff\xfe", 400),
    "parts with a NUL": (PARTS, PART % b"\0", 400),
    "parts within parts": ({"Content-Type": "multipart/form-data; boundary=0"}, DEEP, 400),
}  # fmt: skip
DOORS = (
    "/subscribe",
    "/weebly/apps/formSubmit.php",
    "/confirm",
    "/confirm/{}",
    "/unsubscribe/{}",
    "/undo/{}",
    "/preferences/{}",
)


def assert_told(reader, status):
    """Hold that this is a page that says what is wrong."""
    assert (reader.status, reader.answer.content_type) == (status, "text/html")
    assert reader.title == WORDS["nl"][f"{status}_title"]
    assert reader.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in reader.headers["Content-Security-Policy"]
    assert INSIDE.search(reader.text) is None


@pytest.fixture
async def tokens(reader, site):
    """Subscribe; give the token for each door."""
    await reader.subscribes()
    subscription = await models.Subscription.get()
    [*_, first] = await reader.letters()
    paths = (first.link("confirm"), subscription.path_out(site), subscription.path_back(site))
    paths += (subscription.path_to_preferences(site),)
    return {f"/{door}/{{}}": path.rpartition("/")[2] for path in paths for door in [path.split("/")[-2]]}


@pytest.mark.parametrize("door", DOORS)
async def test_bad_forms_get_a_page_at_every_door(reader, tokens, held, door):
    before = await held()
    for headers, body, status in BODIES.values():
        await reader.asks("POST", door.format(tokens.get(door, "")), data=body, headers=headers)
        assert_told(reader, status)
    assert await held() == before


@pytest.mark.parametrize(
    ("door", "fields"),
    [
        ("/subscribe", [("moment", "1"), ("moment", "2")]),
        ("/preferences/{}", [("name", "Ann"), ("name", "Bo")]),
        (
            "/weebly/apps/formSubmit.php",
            [("_u1", "bo@example.org"), ("wsite_subject", ""), ("wsite_subject", "")],
        ),
    ],
)
async def test_a_field_that_stands_twice_is_refused(reader, tokens, held, door, fields):
    before = await held()
    await reader.posts(door.format(tokens.get(door, "")), fields)
    assert_told(reader, 400)
    assert await held() == before


async def test_a_body_that_comes_in_pieces_is_measured_too(reader):
    async def pieces():
        for _ in range(30):
            yield b"x" * 1000

    await reader.asks("POST", "/subscribe", data=pieces(), headers=URLENCODED)
    assert_told(reader, 413)


async def test_a_body_that_does_not_come_is_waited_for_no_longer_than_said(reader, monkeypatch):
    monkeypatch.setattr("gql_server.requests.BODY_SECONDS", 0.05)
    never = asyncio.Event()

    async def pieces():
        yield b"email="
        await never.wait()

    await reader.asks("POST", "/subscribe", data=pieces(), headers=URLENCODED)
    assert_told(reader, 408)
    never.set()


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS"])
async def test_other_methods_are_told_which_there_are(reader, method):
    for path in ("/subscribe", "/confirm/x", "/preferences/x"):
        await reader.asks(method, path)
        assert_told(reader, 405)
        assert "POST" in reader.headers["Allow"]


@pytest.mark.parametrize(
    "path", ["/confirm", "/confirm/", "/preferences/x/y", "/weebly/", "/letters/x", "/undo/a/b/c"]
)
async def test_where_no_page_stands_a_page_says_so(reader, path):
    await reader.opens(path)
    assert_told(reader, 404)


@pytest.mark.parametrize("path", ["/nowhere", "/media/none.webp", "/a/b/c.html", "/%3Cscript%3E", "/%00"])
async def test_a_browser_is_shown_that_there_is_no_page_and_a_program_is_told_in_json(database_url, path):
    # Where the reader's page is shown it tells so itself.
    async with reading(Settings(database_url=database_url, reader="off")) as reader:
        await reader.opens(path, Accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
        assert_told(reader, 404)
        assert "Accept" in reader.headers["Vary"]
        assert reader.page.css_first("main a").attributes["href"].endswith("/")
        for accept in ("*/*", "application/json", ""):
            await reader.opens(path, Accept=accept)
            assert (reader.status, reader.answer.content_type) == (404, "application/json")


@pytest.mark.parametrize("error", [models.Unavailable("the secret inside"), TimeoutError()])
async def test_a_store_that_is_away_is_told(reader, monkeypatch, error):
    async def away(*_args, **_more):
        raise error

    monkeypatch.setattr(models.SignUp, "ask", away)
    await reader.signs_up()
    assert_told(reader, 503)
    assert not reader.page.css("main a")  # which would not send the form once more
    assert reader.page.css_first(".more").text() == WORDS["nl"]["form_again"]
    assert reader.headers["Retry-After"] == "1"
    monkeypatch.setattr(models, "read_masthead", away)
    reader.client.app[PUBLICATION].keep_seconds = 0
    for path in ("/subscribe", "/confirm/confirm_1_x", "/letters"):
        await reader.opens(path)
        assert_told(reader, 503)
        assert "secret" not in reader.text
        # A page that was only opened has a link for it.
        assert not reader.page.css(".more")


async def test_a_fault_of_ours_gets_a_number_and_no_account(reader, monkeypatch, capsys):
    def broken(*_args, **_more):
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(models.SignUp, "ask", broken)
    await reader.signs_up()
    assert_told(reader, 500)
    assert "secret" not in reader.text
    assert re.search(r"nummer [0-9a-f]{16}", reader.text)[0][7:] == reader.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("error", "status"), [(models.Unavailable("the secret inside"), 503), (RuntimeError("the secret"), 500)]
)
async def test_a_browser_is_shown_at_every_address_what_goes_wrong(reader, monkeypatch, error, status):
    async def broken(*_args, **_more):
        raise error

    monkeypatch.setattr(models, "is_somewhere", broken)
    await reader.opens("/posts/somewhere", Accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
    assert_told(reader, status)
    assert "secret" not in reader.text
    [again] = reader.page.css("main a")
    assert (again.text(), again.attributes["href"] or "") == ("Probeer het nog eens", "")
    assert reader.headers["Vary"] == "Accept, Accept-Language"
    assert reader.headers.get("Retry-After") == ("1" if status == 503 else None)
    monkeypatch.setattr("gql_server.reader.old_path", broken)
    await reader.opens("/posts/somewhere", Accept="*/*")
    assert (reader.status, reader.answer.content_type) == (status, "application/json")


async def test_a_refusal_that_no_form_shows_is_told(reader, monkeypatch):
    async def refused(*_args, **_more):
        raise models.Changed

    monkeypatch.setattr(models.SignUp, "ask", refused)
    await reader.signs_up()
    assert_told(reader, 422)


def test_both_languages_have_the_same_phrases_with_the_same_facts_in_them():
    dutch, english = WORDS["nl"], WORDS["en"]
    assert list(dutch) == list(english)
    places = re.compile(r"%\((\w+)\)s|%")
    for name, phrase in dutch.items():
        assert phrase, name
        assert english[name], name
        assert sorted(places.findall(phrase)) == sorted(places.findall(english[name])), name
        assert "" not in places.findall(phrase), name
