"""Who writes here signs in by a letter; the first one by the link that the start gives."""

from datetime import timedelta

import pytest

import models
from gql_server.identity import SESSION
from gql_server.pages.signing_in import GOAL
from gql_server.settings import Settings
from tests.pages.conftest import reading

ED = "ed@staff.example"


@pytest.fixture
async def ed(reader, site):
    return await models.User.welcome(site, ED, "Ed", models.Role.EDITOR)


async def asks(reader, email=ED):
    return await reader.posts("/sign-in", {"email": email})


async def link(reader):
    await asks(reader)
    [letter, *_] = await reader.letters()
    return letter.link("sign-in")


def session(reader):
    cookies = reader.client.session.cookie_jar.filter_cookies(reader.client.make_url("/"))
    return cookies[SESSION].value if SESSION in cookies else None


async def test_an_editor_signs_in_by_the_letter_and_out_again(reader, ed):
    await reader.opens("/sign-in")
    await reader.presses("Stuur mij de link", email=ED)
    assert reader.title == "Kijk in je mailbox"
    [letter] = await reader.letters()
    assert letter.to == ED
    assert letter.text.startswith("Hello Ed,")
    await reader.opens(letter.link("sign-in"))
    assert "Ed (ed@staff.example)" in reader.text
    assert session(reader) is None
    await reader.presses("Log in")
    assert (reader.status, reader.headers["Location"]) == (303, "/sign-in")
    await reader.opens("/sign-in")
    assert "Welkom, Ed." in reader.text
    assert "redacteur" in reader.text
    token = session(reader)
    assert (await models.Key.principal(token)).user_id == ed.id
    await reader.presses("Log uit")
    assert reader.title == "Je bent uitgelogd"
    assert session(reader) is None
    with pytest.raises(models.Unproven):
        await models.Key.principal(token)
    assert (await reader.opens("/sign-in")).title == "Inloggen"


async def test_the_session_is_kept_where_no_script_reads_it(reader, ed):
    await reader.posts(await link(reader))
    cookie = reader.headers.getall("Set-Cookie")[0]
    assert cookie.startswith(f"{SESSION}=sess_")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert reader.headers["Cache-Control"] == "no-store"


async def test_strangers_are_told_the_same_and_get_no_letter(reader, ed):
    answers = set()
    for email in (ED, "stranger@example.org"):
        await asks(reader, email)
        answers.add((reader.status, reader.text.replace(email.replace("@", "%40"), "")))
    assert len(answers) == 1
    assert {letter.to for letter in await reader.letters()} == {ED}
    assert await models.SignIn.all().count() == 1


async def test_a_link_works_once_for_a_quarter_of_an_hour_in_the_browser_that_asked(reader, ed, later):
    used = await link(reader)
    await reader.posts(used)
    assert (await reader.posts(used)).status == 410
    elsewhere = await link(reader)
    reader.client.session.cookie_jar.clear()
    assert (await reader.opens(elsewhere)).status == 404
    assert (await reader.posts(elsewhere)).status == 404
    assert reader.page.css_first(".press a").attributes["href"] == "/sign-in?lang=nl"
    old = await link(reader)
    later(timedelta(minutes=16))
    assert (await reader.posts(old)).status == 410
    assert session(reader) is None


async def test_looking_at_a_link_uses_nothing_up(reader, ed):
    address = await link(reader)
    for _ in range(3):
        assert (await reader.opens(address)).status == 200
    assert (await reader.posts(address)).status == 303


async def test_a_link_of_who_was_retired_lets_nobody_in(reader, ed, site):
    await models.User.welcome(site, "boss@staff.example", "Boss", models.Role.ADMIN)
    address = await link(reader)
    await models.Key.retire(ed, by=models.NOBODY)
    assert (await reader.posts(address)).status == 404
    await asks(reader)
    assert [letter.to for letter in await reader.letters()] == [ED]


async def test_nobody_is_written_to_over_and_over(reader, ed):
    for _ in range(8):
        await asks(reader)
    assert len(await reader.letters()) <= 5


async def test_what_is_no_address_is_told_at_its_field(reader, ed):
    await asks(reader, "ed@@example")
    assert reader.status == 422
    assert reader.page.css_first("#email-error") is not None
    assert await models.SignIn.all().count() == 0


@pytest.mark.parametrize(
    "token",
    ["x", "login_1_x", "owner_1_x", "confirm_1_x", "login_99999999999_x", "%00", ""[:0] or "sess_1_x"],
)
async def test_a_made_up_link_lets_nobody_in(reader, ed, token):
    for ask in (reader.opens, reader.posts):
        assert (await ask(f"/sign-in/{token}")).status == 404
    assert session(reader) is None


async def test_a_page_of_elsewhere_signs_nobody_in_or_out(reader, ed):
    address = await link(reader)
    await reader.posts(address, **{"Sec-Fetch-Site": "cross-site"})
    assert reader.status == 403
    await reader.posts(address)
    await reader.posts("/sign-out", **{"Sec-Fetch-Site": "cross-site"})
    assert reader.status == 403
    assert session(reader)
    assert (await models.Key.principal(session(reader))).user_id == ed.id


async def test_a_page_of_elsewhere_asks_for_no_link(reader, ed):
    await reader.posts("/sign-in", {"email": "ed@staff.example"}, Origin="https://evil.example")
    assert (reader.status, "Set-Cookie" in reader.headers) == (403, False)
    assert await models.SignIn.all().count() == 0


async def test_who_comes_in_is_written_to_in_the_language_they_read(reader, ed):
    await reader.posts(await link(reader))
    assert (await models.User.get(id=ed.id)).language == "nl"


async def test_the_first_one_makes_it_theirs_and_no_second_one(reader, site):
    token = await models.owner_token(site)
    await reader.opens(f"/sign-in/{token}")
    await reader.presses("Dit is van mij", name="", email=ED)
    assert reader.status == 422
    assert reader.page.css_first("#name-error") is not None
    await reader.presses("Dit is van mij", name="Ed", email=ED)
    assert reader.status == 303
    assert (await models.Key.principal(session(reader))).role is models.Role.ADMIN
    assert await models.owner_token(site) is None
    assert (
        await reader.posts(f"/sign-in/{token}", {"name": "Eve", "email": "eve@example.org"})
    ).status == 404
    for ask in (reader.opens, reader.posts):
        assert (await ask(f"/sign-in/{token}")).status == 404
        assert reader.title == "Deze link maakt niemand eigenaar"
        assert "browser" not in reader.page.css_first(".lead").text()
        assert reader.page.css_first(".press a").attributes["href"] == "/sign-in?lang=nl"
    assert await models.User.all().count() == 1
    assert await models.Audit.all().values_list("deed", flat=True) == ["own"]


@pytest.mark.parametrize(
    ("languages", "zone", "language"),
    [
        ("nl", "Europe/Amsterdam", "nl"),
        ("fr-BE,fr;q=0.9,en;q=0.8", "Europe/Brussels", "fr"),
        ("en-US,en", "UTC", "en"),  # there are many
        ("en-US,en,de-AT", "Europe/Vienna", "en"),
        ("x, *", "UTC", "en"),
    ],
)
async def test_a_new_site_is_where_its_owner_is(reader, site, languages, zone, language):
    address = f"/sign-in/{await models.owner_token(site)}"
    await reader.opens(address, **{"Accept-Language": languages})
    assert reader.page.css_first("#time_zone option[selected]").text() == zone
    assert {"UTC", "Europe/Amsterdam", "America/New_York", "Asia/Tokyo"} <= {
        option.text() for option in reader.page.css("#time_zone option")
    }
    assert reader.page.css_first("#language option[selected]").attributes["value"] == language
    assert {"nl", "en"} <= {option.attributes["value"] for option in reader.page.css("#language option")}
    filled = {"name": "Ed", "email": ED, "title": "De achtertuin", "language": language}
    await reader.posts(address, {**filled, "title": "\u200b"}, **{"Accept-Language": "en"})
    assert reader.page.css_first("#title-error").text() == "Give your publication a name."
    await reader.posts(address, {**filled, "time_zone": "Europe/Nergens"}, **{"Accept-Language": "en"})
    assert (reader.status, await models.User.exists()) == (422, False)
    assert reader.page.css_first("#timeZone-error").text() == "Choose a time zone from the list."
    await reader.posts(address, {**filled, "language": "klingon"}, **{"Accept-Language": "en"})
    assert (reader.status, await models.User.exists()) == (422, False)
    assert reader.page.css_first("#language-error") is not None
    await reader.posts(address, {**filled, "time_zone": zone})
    assert reader.status == 303
    site = await models.Site.get()
    assert (site.title, site.time_zone, site.language) == ("De achtertuin", zone, language)


async def test_a_site_that_has_a_time_zone_and_a_language_keeps_them(reader, site):
    await models.set_time_zone(site, "Asia/Tokyo")
    await models.Site.filter(id=site.id).update(language="fr-BE")
    await reader.opens(f"/sign-in/{await models.owner_token(site)}")
    await reader.presses("Dit is van mij", name="Ed", email=ED)
    kept = await models.Site.get()
    assert (kept.time_zone, kept.language) == ("Asia/Tokyo", "fr-BE")


@pytest.mark.parametrize("graphiql", ["on", "off"])
async def test_an_owner_is_led_to_the_graph_only_where_there_is_something_to_see(database_url, graphiql):
    async with reading(Settings(database_url=database_url, graphiql=graphiql)) as reader:
        token = await models.owner_token(await models.found())
        about = {"email": "ed@example.org", "name": "Ed"}
        await reader.posts(f"/sign-in/{token}", about)
        await reader.opens(reader.headers["Location"])
        ways = [link.attributes["href"] for link in reader.page.css("main .press a")]
        assert ("/graphql" in ways) is (graphiql == "on")
        for way in ways:
            await reader.opens(way, Accept="text/html")
            assert (reader.status, reader.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


async def test_who_is_invited_gets_a_letter_that_leads_to_the_page(reader, site):
    await models.invite(site, ED, "Ed", models.Role.AUTHOR)
    [letter] = await reader.letters()
    assert letter.to == ED
    assert letter.link("sign-in").endswith("/sign-in")
    for _ in range(2):
        await models.invite(site, ED, "Ed", models.Role.AUTHOR)
    with pytest.raises(models.TooMany):
        await models.invite(site, ED, "Ed", models.Role.AUTHOR)


@pytest.mark.parametrize(
    "path",
    [
        "/write/49",
        "/write",
        "/write/pages",
        "/write/pages/7",
        "/write?path=/posts/een-caf%C3%A9",
        "/write/menu",
        "/write/menu?of=footer",
        "/write/site",
        "/write/subscribers",
        "/write/subscribers?state=pending&newsletter=de-tuin",
        "/write/issues",
        "/write/subscribers/7",
        "/pen",
    ],
)
async def test_who_signs_in_is_led_on_to_the_page_they_came_for(reader, ed, path):
    await reader.opens(path)
    assert reader.headers["Location"] == "/sign-in"
    address = await link(reader)
    await reader.opens(address)
    await reader.presses("Log in")
    assert (reader.status, reader.headers["Location"]) == (303, path)
    # Once: who signs in anew came for nothing else.
    await reader.posts(await link(reader))
    assert reader.headers["Location"] == "/sign-in"


async def test_whom_they_searched_for_is_not_kept_until_they_have_signed_in(reader, ed):
    await reader.opens("/write/subscribers?search=ann@example.org")
    assert reader.answer.cookies[GOAL].value == "/write/subscribers"


@pytest.mark.parametrize(
    "goal",
    [
        "https://evil.example",
        "//evil.example",
        "/write//evil.example",
        "/graphql",
        "/write/1?x",
        "/write/sites",
        "/write/subscribers/x",
        "/write/subscribers?search=ann@example.org",
        "/write?path=//evil.example&of=x",
        "",
    ],
)
async def test_nobody_is_led_on_to_what_is_no_page_of_the_desk(reader, ed, goal):
    address = await link(reader)
    jar = reader.client.session.cookie_jar
    jar.update_cookies({GOAL: goal}, reader.client.make_url("/sign-in"))
    await reader.posts(address)
    assert (reader.status, reader.headers["Location"]) == (303, "/sign-in")
