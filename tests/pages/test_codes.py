"""Who reads the letter elsewhere types its code into the page that was left open."""

import re
from datetime import timedelta

import pytest

import models
from tests.pages.conftest import ANN

WRONG = "Deze code klopt niet. Gebruik de link in de brief, of vraag een nieuwe aan."
BUTTON = "Bevestig met de code"


def code_in(letter):
    return re.search(r"\b[0-9]{8}\b", letter.text)[0]


async def test_the_code_confirms_on_the_page_after_signing_up(reader):
    await reader.signs_up()
    field = reader.page.css_first("#code").attributes
    assert (field["inputmode"], field["autocomplete"]) == ("numeric", "one-time-code")
    [letter] = await reader.letters()
    code = code_in(letter)
    await reader.presses(BUTTON, code=f" {code[:4]} {code[4:]} ")
    assert (reader.status, reader.title) == (200, "Je bent aangemeld")
    assert await models.Subscription.confirmed().count() == 1
    assert reader.headers["Referrer-Policy"] == "strict-origin"


async def test_a_form_of_weebly_leads_to_the_code_too(reader):
    await reader.posts("/weebly/apps/formSubmit.php", {"_u1": "Ann", "_u2": ANN})
    [letter] = await reader.letters()
    await reader.presses(BUTTON, code=code_in(letter))
    assert reader.title == "Je bent aangemeld"


@pytest.mark.parametrize("code", ["00000000", "", "x", "é", "0" * 9000])
async def test_a_wrong_code_says_what_to_do_and_nothing_of_the_address(reader, code):
    await reader.subscribes("known@example.org")
    await reader.signs_up("pending@example.org")
    await reader.letters()
    answers = set()
    for email in ("known@example.org", "pending@example.org", "new@example.org", "none", ""):
        await reader.posts("/confirm", {"email": email, "code": code})
        assert reader.status == 422
        assert reader.page.css_first("[name=email]").attributes["value"] == email
        assert reader.page.css_first("#code-error").text() == WRONG
        answers.add(reader.text.replace(f'value="{email}"', ""))
    assert len(answers) == 1
    assert await models.Subscription.confirmed().count() == 1


async def test_after_a_slip_the_right_code_confirms(reader):
    await reader.signs_up()
    [letter] = await reader.letters()
    await reader.presses(BUTTON, code="1")
    await reader.presses(BUTTON, code=code_in(letter))
    assert reader.title == "Je bent aangemeld"


async def test_who_tries_too_often_is_told_to_wait(reader, monkeypatch):
    def no_more(*_):
        raise models.TooMany(timedelta(seconds=9))

    await reader.signs_up()
    [letter] = await reader.letters()
    monkeypatch.setattr("gql_server.rate_limits.SignUpGate.admit", no_more)
    await reader.presses(BUTTON, code=code_in(letter))
    assert (reader.status, reader.title) == (429, "Even geduld")
    assert not await models.Subscription.confirmed().exists()


async def test_an_old_code_is_told_to_be_old(reader, later):
    await reader.signs_up()
    [letter] = await reader.letters()
    later(timedelta(days=7))
    await reader.posts("/confirm", {"email": ANN, "code": code_in(letter)})
    assert (reader.status, reader.title) == (410, "Deze link is verlopen")
