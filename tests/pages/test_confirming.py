"""Who has the letter says yes by a button; a link that does not work says why."""

from datetime import timedelta
from itertools import product

import pytest

import models
from tests.pages.conftest import ANN

STATUS = models.SubscriptionStatus


@pytest.fixture
async def letter(reader):
    await reader.signs_up()
    [letter] = await reader.letters()
    return letter


async def status():
    return (await models.Subscription.get(email=ANN)).status


async def test_looking_changes_nothing_and_the_button_confirms(reader, letter, held):
    before = await held()
    for _ in range(3):
        await reader.opens(letter.link("confirm"))
        assert reader.status == 200
        await reader.asks("HEAD", letter.link("confirm"))
        assert (reader.status, reader.body) == (200, b"")
    assert await held() == before
    await reader.opens(letter.link("confirm"))
    [form] = reader.page.css("form")
    assert form.attributes["method"] == "post"
    assert len(reader.page.css("button")) == 1
    await reader.presses("Ja, ik meld me aan")
    assert await status() is STATUS.CONFIRMED
    [confirmed] = await models.Consent.filter(act=models.Act.CONFIRMED)
    assert (confirmed.door, confirmed.form) == ("page", "/confirm")


async def test_what_is_said_yes_to_stands_above_the_button(reader, letter):
    await reader.opens(letter.link("confirm"))
    assert "Dit krijg je: Nieuwsbrief. Zodra er iets nieuws is." in reader.page.text()


async def test_who_confirmed_goes_on_to_choose(reader, letter):
    for ask in (reader.posts, reader.opens):
        await ask(letter.link("confirm"))
        button = reader.page.css_first("main a.button")
        assert button.text() == "Kies wat je krijgt"
        await reader.opens(button.attributes["href"])
        assert (reader.status, reader.title) == (200, "Je voorkeuren")


async def test_twice_is_as_good_as_once(reader, letter):
    await reader.posts(letter.link("confirm"))
    first = reader.status, reader.body
    await reader.posts(letter.link("confirm"))
    assert (reader.status, reader.body) == first
    await reader.opens(letter.link("confirm"))
    assert reader.title == "Je bent aangemeld"
    assert reader.page.css("form") == []
    assert len(await reader.letters()) == 2


async def test_the_page_speaks_the_language_of_the_letter(reader, letter):
    await reader.opens(f"{letter.link('confirm')}?lang=en", **{"Accept-Language": "en"})
    assert (reader.language, reader.title) == ("nl", "Bevestig je aanmelding")


async def test_a_subscriber_in_a_language_without_words_is_spoken_to_in_the_sites(reader, letter, site):
    await models.Subscription.filter(email=ANN).update(language="fr")
    await reader.opens(letter.link("confirm"))
    assert reader.language == "en"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_old_link_says_so_and_offers_to_sign_up_again(reader, letter, later, method):
    later(timedelta(days=7))
    await reader.asks(method, letter.link("confirm"))
    assert (reader.status, reader.title) == (410, "Deze link is verlopen")
    assert reader.page.css_first("main a").attributes["href"] == "/subscribe?lang=nl"
    assert await status() is STATUS.PENDING


@pytest.mark.parametrize("door", ["confirm", "unsubscribe", "preferences", "undo"])
async def test_a_link_that_is_cut_foreign_or_for_another_door_opens_nothing(reader, letter, held, door):
    token = letter.link("confirm").rpartition("/")[2]
    subscription = await models.Subscription.get(email=ANN)
    site = await models.found()
    prefs = subscription.preferences_token(site)
    wrong = [
        token[:-1],
        f"{token}x",
        token.replace("_1_", "_2_"),
        token.upper(),
        "x",
        "%00",
        "%ff",
        "a" * 3000,
    ]
    wrong += ["confirm_1_", "unsub_1_..", "undo_1_a.b.c", "{{ 7 * 7 }}", "<script>", "../../graphql", "é"]
    wrong += [str(prefs)[:-1]] + ([token] if door != "confirm" else [str(prefs)])
    before = await held()
    for method, one in product(("GET", "POST"), wrong):
        await reader.asks(method, f"/{door}/{one.replace('/', '%2F')}")
        assert reader.status in {400, 404, 405}, one
        if reader.status == 404:
            assert reader.answer.content_type == "text/html"
            assert reader.title in {"Deze link werkt niet", "Hier is niets"}
    assert await held() == before


@pytest.mark.parametrize("door", ["confirm", "unsubscribe", "undo", "preferences", "subscribe"])
async def test_a_token_stays_between_the_page_and_its_reader(reader, door):
    welcome = await reader.subscribes()
    subscription = await models.Subscription.get(email=ANN)
    letters = await reader.letters()
    paths = {
        "confirm": letters[-1].link("confirm"),
        "unsubscribe": welcome.link("unsubscribe"),
        "preferences": welcome.link("preferences"),
        "undo": subscription.path_back(await models.found()),
        "subscribe": "/subscribe",
    }
    await reader.opens(paths[door])
    assert reader.status == 200
    is_private = door != "subscribe"
    assert (reader.headers["Referrer-Policy"] == "strict-origin") is is_private
    assert ("X-Robots-Tag" in reader.headers) is is_private
    assert bool(reader.page.css("meta[name=robots]")) is is_private
    assert reader.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in reader.headers
    assert {tag.attributes["href"] for tag in reader.page.css("link")} == {
        "/start.svg",
        "/paper.css",
        "/page.css",
    }
    assert reader.page.css("script, style, [style]") == []


async def test_a_button_pressed_where_no_page_is_known_works_too(reader, letter):
    # As from a mail program that shows pages itself.
    await reader.posts(letter.link("confirm"), Origin="null", Referer=letter.link("confirm"))
    assert reader.status == 200
    [confirmed] = await models.Consent.filter(act=models.Act.CONFIRMED)
    assert confirmed.form == "/confirm"
