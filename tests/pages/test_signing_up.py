"""Somebody signs up on the page, and learns nothing about anybody else."""

from datetime import timedelta
from urllib.parse import quote_plus

import pytest
import time_machine

import models
from gql_server.reader.scripts import WORDS as READERS
from tests.pages.conftest import ANN

ANSWER = "Kijk in je mailbox"


def without(email, text):
    """Take the address itself out: it stands in the form for the code, and here in the way to its letter."""
    assert text.count(f'value="{email}"') == text.count(f"to={quote_plus(email)}&") == 1
    return text.replace(f'value="{email}"', "").replace(f"to={quote_plus(email)}&", "")


async def test_a_reader_signs_up_and_confirms_by_the_link_in_the_letter(reader):
    await reader.signs_up(name="Ann")
    assert (reader.status, reader.title) == (200, ANSWER)
    [letter] = await reader.letters()
    assert letter.to == ANN
    await reader.opens(letter.link("confirm"))
    await reader.presses("Ja, ik meld me aan")
    assert "Je bent aangemeld" in reader.text
    [welcome, _] = await reader.letters()
    assert welcome.text.startswith("Dag Ann,")
    assert await models.Subscription.confirmed().count() == 1


async def test_who_signs_up_twice_a_day_is_told_which_choice_the_letter_asks_for(reader, site, words):
    other = await models.Newsletter.start(site, title="Aan tafel")
    main = await models.Newsletter.main(site)
    for slug in (main.slug, other.slug):
        await reader.signs_up(newsletter=slug)
    told = {"nl": "om wat je eerst koos", "en": "for what you chose first"}[reader.language]
    assert told in reader.page.css_first(".more").text()
    [letter] = await reader.letters()
    await reader.opens(letter.link("confirm"))
    assert main.called(reader.language) in reader.page.css_first("main").text()
    assert "Aan tafel" not in reader.page.css_first("main").text()


async def test_everybody_gets_the_same_bytes(reader, site):
    await reader.subscribes("known@example.org")
    await reader.signs_up("pending@example.org")
    await models.Suppression.add(
        site, "suppressed@example.org", models.SuppressionScope.ALL, reason="complaint"
    )
    await reader.letters()
    answers = set()
    for name in ("new", "known", "Known", "pending", "pend.ing+x", "suppressed"):
        await reader.signs_up(f"{name}@example.org")
        assert reader.title == ANSWER
        kept = {name: value for name, value in reader.headers.items() if name not in {"X-Request-ID", "Date"}}
        kept.pop("Content-Length")
        answers.add((reader.status, without(f"{name}@example.org", reader.text), str(sorted(kept.items()))))
        await reader.letters()
    assert len(answers) == 1
    assert [letter.to for letter in await reader.letters()].count("pending@example.org") == 1


async def test_the_letters_come_in_the_language_of_the_page_and_as_often_as_chosen(reader):
    with time_machine.travel(models.now(), tick=False):
        await reader.opens("/subscribe?lang=en")
        assert reader.language == "en"
        await reader.presses("Sign me up", email=ANN, frequency="weekly")
    await reader.presses("Sign me up")
    assert (reader.language, reader.title) == ("en", "Look in your mailbox")
    [letter] = await reader.letters()
    assert letter.language == "en"
    kept = await models.Subscription.get(email=ANN)
    assert (kept.language, kept.frequency) == ("en", models.Frequency.WEEKLY)
    [asked, *_] = await models.Consent.all().order_by("id")
    assert (asked.door, asked.act) == ("page", models.Act.REQUESTED)


@pytest.mark.parametrize(
    "email", ["", "ann", "ann@", "ann@example.org, bo@example.org", "x" * 300 + "@x.org", "<b>"]
)
async def test_what_is_no_address_comes_back_with_the_reason_at_its_field(reader, email):
    await reader.signs_up(ANN)
    await reader.letters()
    with time_machine.travel(models.now(), tick=False):
        await reader.opens("/subscribe")
        await reader.presses("Meld me aan", email=email, name="Ann <3", frequency="daily")
    await reader.presses("Meld me aan")
    assert reader.status == 422
    field = reader.page.css_first("#email")
    assert field.attributes["aria-invalid"] == "true"
    described = [
        reader.page.css_first(f"#{id}").text() for id in field.attributes["aria-describedby"].split()
    ]
    assert any("geen adres" in text for text in described)
    assert field.attributes["value"] == email.strip()
    assert reader.page.css_first("#name").attributes["value"] == "Ann <3"
    assert reader.page.css_first("[value=daily]").attributes.keys() >= {"checked"}
    assert reader.page.css_first("[role=alert]") is not None
    # Mended, it may be sent at once.
    await reader.presses("Meld me aan", email="bo@example.org")
    assert (reader.status, reader.title) == (200, ANSWER)


async def test_a_long_name_and_an_unknown_frequency_come_back_too(reader):
    await reader.signs_up(name="x" * 101)
    assert reader.status == 422
    assert "100 tekens" in reader.page.css_first("#name-error").text()
    await reader.presses("Meld me aan", name="", frequency="hourly")
    assert reader.status == 422
    assert "hoe vaak" in reader.page.css_first("#frequency-error").text()
    assert await reader.letters() == []


async def test_with_several_newsletters_the_reader_chooses(reader, site):
    main = await models.Newsletter.main(site)
    second = await models.Newsletter.start(site, "Uit de tuin", "Elke lente")
    await reader.opens("/subscribe")
    boxes = reader.page.css("input[name=newsletter]")
    assert [box.attributes["value"] for box in boxes] == [main.slug, second.slug]
    assert ["checked" in box.attributes for box in boxes] == [True, False]
    assert "Elke lente" in reader.text
    await reader.signs_up(newsletter=None)
    assert reader.status == 422
    assert "Kies minstens één nieuwsbrief." in reader.text
    await reader.presses("Meld me aan", newsletter=["gone"])
    assert reader.status == 422
    await reader.presses("Meld me aan", newsletter=[main.slug, second.slug])
    assert reader.status == 200
    await reader.letters()
    kept = await models.Subscription.get(email=ANN)
    assert set(await models.topics_of(kept.id)) == {("newsletter", main.id), ("newsletter", second.id)}


async def test_a_form_on_another_page_that_brings_an_address_alone_asks_for_the_first(reader, site):
    await models.Newsletter.start(site, "Uit de tuin", "Elke lente")
    await reader.posts("/subscribe", {"email": ANN})
    assert reader.status == 422
    boxes = reader.page.css("input[name=newsletter]")
    assert ["checked" in box.attributes for box in boxes] == [True, False]
    await reader.presses("Meld me aan")
    assert reader.status == 200
    assert [letter.to for letter in await reader.letters()] == [ANN]


async def test_who_takes_the_time_presses_once(reader, later):
    await reader.opens("/subscribe")
    later(timedelta(seconds=3))
    await reader.presses("Meld me aan", email=ANN)
    assert (reader.status, reader.title) == (200, ANSWER)


@pytest.mark.parametrize("moment", ["", "0", "1767225600.00000000000000000000000000000000", "x.y", "é.é"])
async def test_a_machine_is_asked_to_press_once_more_and_nothing_is_kept(reader, moment):
    await reader.posts("/subscribe", {"email": ANN, "moment": moment})
    assert reader.status == 422
    assert "Druk nog één keer op de knop" in reader.text
    assert reader.page.css_first("#email").attributes["value"] == ANN
    assert await models.SignUp.all().count() == 0


async def test_a_form_of_yesterday_is_pressed_once_more(reader, later):
    await reader.opens("/subscribe")
    later(timedelta(days=1, seconds=1))
    await reader.presses("Meld me aan", email=ANN)
    assert reader.status == 422
    await reader.presses("Meld me aan")
    assert reader.title == ANSWER


async def test_the_bait_is_for_machines_alone(reader, later):
    await reader.opens("/subscribe")
    bait = reader.page.css_first("#bait")
    assert bait.attributes["tabindex"] == "-1"
    assert bait.parent.attributes == {"class": "hidden", "aria-hidden": "true"}
    later(timedelta(seconds=3))
    await reader.presses("Meld me aan", email=ANN, website="https://cheap.example")
    assert reader.status == 422
    assert await models.SignUp.all().count() == 0
    await reader.presses("Meld me aan")
    assert reader.title == ANSWER


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_what_may_stay_empty_is_called_so_as_on_the_readers_page(reader, language):
    reader.languages["Accept-Language"] = language
    await reader.opens("/subscribe")
    assert reader.page.css_first(".optional").text() == f"({READERS[language]['optional']})"


async def test_too_many_in_a_row_are_told_how_long_to_wait(reader, monkeypatch):
    def no_more(*_):
        raise models.TooMany(timedelta(seconds=99.5))

    monkeypatch.setattr("gql_server.rate_limits.SignUpGate.admit", no_more)
    await reader.signs_up()
    assert (reader.status, reader.title) == (429, "Even geduld")
    assert reader.headers["Retry-After"] == "100"
    assert await reader.letters() == []


async def test_the_page_may_be_found_and_says_its_language(reader):
    for path, accepted, language in (
        ("", "nl", "nl"),
        ("?lang=en", "nl", "en"),
        ("", "fr, nl; q=0.3", "nl"),
        ("", "", "en"),
    ):
        await reader.opens(f"/subscribe{path}", **{"Accept-Language": accepted})
        assert (reader.language, reader.headers["Content-Language"]) == (language, language)
    assert "X-Robots-Tag" not in reader.headers
    assert reader.page.css("script, style, [style], [onclick], img, iframe, meta[name=robots]") == []
    assert "default-src 'none'" in reader.headers["Content-Security-Policy"]
    assert "unsafe" not in reader.headers["Content-Security-Policy"]
    assert reader.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in reader.headers


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        ({"Referer": "https://blog.example/page"}, "https://blog.example/page"),
        ({"Origin": "https://blog.example"}, "https://blog.example"),
        ({"Origin": "null"}, None),
        ({}, None),
    ],
)
async def test_the_ledger_keeps_on_which_page_the_form_stood(reader, headers, form):
    with time_machine.travel(models.now(), tick=False):
        await reader.opens("/subscribe")
        await reader.presses("Meld me aan", email=ANN)
    moment = reader.page.css_first("[name=moment]").attributes["value"]
    await reader.posts("/subscribe", {"email": ANN, "moment": moment}, **headers)
    await reader.letters()
    [asked, *_] = await models.Consent.all().order_by("id")
    assert asked.form == form
