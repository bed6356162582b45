"""Who builds the site reads the letters in the browser, and nobody else does."""

from itertools import product

import pytest

import models
from gql_server.settings import Settings
from tests.pages.conftest import reading

PATHS = ("/letters", "/letters/1", "/letters/1/html")
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")


async def test_an_empty_outbox_says_how_to_get_a_letter(reader):
    await reader.opens("/letters")
    assert reader.page.css_first("h2").text() == "Nog geen brieven"
    assert reader.page.css_first("a.button").attributes["href"] == "/subscribe?lang=nl"


async def test_the_newest_letter_stands_first_and_keeps_its_address(reader):
    await reader.signs_up("ann@example.org")
    await reader.letters()
    await reader.opens("/letters")
    [first] = reader.page.css(".letters a")
    await reader.signs_up("bo@example.org")
    await reader.letters()
    await reader.opens("/letters")
    assert ["bo@" in entry.text() for entry in reader.page.css(".letters li")] == [True, False]
    assert reader.page.css(".letters a")[1].attributes["href"] == first.attributes["href"]
    await reader.opens(first.attributes["href"])
    assert "ann@example.org" in reader.text


async def test_after_signing_up_a_link_leads_to_the_newest_letter_to_that_address(reader):
    await reader.subscribes("Ann+x@example.org")
    await reader.signs_up("bo@example.org")
    way = reader.page.css_first(".note a").attributes["href"]
    await reader.opens(way)
    assert (reader.status, reader.title) == (200, "Brieven op deze machine")
    await reader.letters()
    await reader.opens(way)
    assert (reader.status, reader.headers["Location"]) == (303, "/letters/3?lang=nl")
    await reader.opens("/letters?to=ANN%2Bx%40example.org&lang=en")
    assert reader.headers["Location"] == "/letters/2?lang=en"
    for nobody in ("eve@example.org", "", "x", "%00", "/evil.example"):
        await reader.opens(f"/letters?to={nobody}")
        assert reader.status == 200


async def test_moments_name_their_time_zone(reader, site):
    await models.Site.filter(id=site.id).update(time_zone="Asia/Tokyo")
    await reader.signs_up()
    await reader.letters()
    for path in ("/letters", "/letters/1"):
        await reader.opens(path)
        assert reader.page.css_first("time").text().endswith(" JST")


async def test_a_letter_shows_its_text_with_links_and_its_html_in_a_box_of_its_own(reader):
    welcome = await reader.subscribes(name="<script>alert(1)</script>")
    await reader.opens("/letters/2")
    assert reader.title == welcome.subject
    assert [link.attributes["href"] for link in reader.page.css("pre a")] == welcome.links
    assert reader.page.css_first("pre").text() == welcome.text
    assert reader.page.css("script") == []
    frame = reader.page.css_first("iframe").attributes
    assert frame["sandbox"] == "allow-top-navigation-by-user-activation"
    await reader.opens(frame["src"])
    assert reader.text.replace('<base target="_top">\n', "") == welcome.html
    policy = reader.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    await reader.asks("HEAD", frame["src"])
    assert (reader.status, reader.body) == (200, b"")


async def test_a_letter_is_left_in_one_click_as_a_mail_program_does(reader):
    await reader.subscribes()
    await reader.opens("/letters/2")
    assert "één regel tekst" in reader.page.css_first("#leave").text()
    await reader.presses("Meld af zoals een mailprogramma")
    assert reader.text == "Je bent afgemeld.\n"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost:8000", "[::1]:8000", "blog.localhost", "127.8.9.10"]
)
async def test_names_of_this_machine_open_it(reader, host):
    await reader.opens("/letters", Host=host)
    assert reader.status == 200


@pytest.mark.parametrize(
    "host", ["blog.example", "evil.example:8000", "10.0.0.1", "localhost.evil.example", "[::", "", "0.0.0.0"]
)
async def test_other_names_do_not(reader, host):
    await reader.signs_up()
    assert await reader.letters()
    for path in PATHS:
        await reader.opens(path, Host=host)
        assert (reader.status, reader.title) == (404, "Hier is niets")


async def test_nobody_gets_in_through_a_proxy(reader):
    await reader.signs_up()
    assert await reader.letters()
    for header, path in product(FORWARDED, PATHS):
        await reader.opens(path, **{header: "127.0.0.1"})
        assert (reader.status, reader.title) == (404, "Hier is niets")


async def test_a_site_that_others_reach_has_no_such_door(database_url):
    async with reading(Settings(database_url=database_url, site_url="https://blog.example")) as reader:
        await reader.opens("/letters")
        assert (reader.status, reader.title) == (404, "Hier is niets")
        await reader.signs_up()
        assert "/letters" not in reader.text


async def test_the_readers_page_leads_to_it_who_may_open_it_and_nobody_else(reader, site):
    reader.languages["Accept"] = "text/html"
    for language, sentence in (
        ("nl", "De brief ligt op deze machine. <a>Lees hem</a>"),
        ("en", "The letter lies on this machine. <a>Read it</a>"),
    ):
        reader.languages["Accept-Language"] = language
        await reader.opens("/")
        way = f'<a href="/letters?lang={language}" rel="help">'
        assert f"<p>{sentence}</p>".replace("<a>", way) in reader.text
    for header in FORWARDED:
        await reader.opens("/", **{header: "127.0.0.1"})
        assert (reader.status, header, "/letters" in reader.text) == (200, header, False)


@pytest.mark.parametrize("number", ["0", "9", "-1", "9" * 5000, "٣", "1.0"])
async def test_a_number_without_a_letter_is_not_there(reader, number):
    await reader.signs_up()
    await reader.letters()
    await reader.opens(f"/letters/{number}")
    assert (reader.status, reader.title) == (404, "Hier is niets")
    assert reader.page.css_first("main a").attributes["href"] == "/letters?lang=nl"
