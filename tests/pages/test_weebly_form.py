"""A form that was left over from Weebly still signs its readers up."""

import re
from pathlib import Path

import pytest
from aiohttp import FormData

import models
from tests.pages.conftest import ANN
from tests.pages.test_signing_up import without

DOOR = "/weebly/apps/formSubmit.php"
FORM = {"wsite_subject": "", "form_version": "2", "wsite_approved": "approved", "ucfid": "482910"}
SEED = Path(__file__).parents[3] / "shared" / "seed" / "serviceculture-page.html"


async def test_a_post_in_parts_signs_up(reader):
    parts = FormData(default_to_multipart=True)
    for name, value in ({"_u291": ANN} | FORM).items():
        parts.add_field(name, value)
    await reader.asks("POST", DOOR, data=parts)
    assert (reader.status, reader.title) == (200, "Kijk in je mailbox")
    [letter] = await reader.letters()
    assert letter.to == ANN
    [asked, *_] = await models.Consent.all().order_by("id")
    assert asked.door == "weebly"


async def test_the_first_field_that_is_an_address_counts(reader):
    fields = {"_u1": "Ann Lee", "_u2": f" {ANN} ", "_u3": "bo@example.org", "_u4[first]": "x@example.org"}
    await reader.posts(DOOR, fields | FORM)
    assert [letter.to for letter in await reader.letters()] == [ANN]


async def test_every_address_gets_the_answer_of_the_page(reader):
    await reader.signs_up()
    page = without(ANN, reader.text)
    await reader.posts(DOOR, {"_u291": "bo@example.org"} | FORM)
    assert without("bo@example.org", reader.text) == page


async def test_what_is_no_address_gets_our_form_with_the_reason(reader):
    await reader.posts(DOOR, {"_u291": "ann@"} | FORM)
    assert reader.status == 422
    assert reader.page.css_first("#email").attributes["value"] == "ann@"
    await reader.presses("Meld me aan", email=ANN)
    assert reader.title == "Kijk in je mailbox"


async def test_a_machine_that_fills_in_everything_is_asked_to_press_once_more(reader):
    await reader.posts(DOOR, {"_u291": ANN} | FORM | {"wsite_subject": "cheap"})
    assert reader.status == 422
    assert await models.SignUp.all().count() == 0
    await reader.presses("Meld me aan")
    assert reader.title == "Kijk in je mailbox"


@pytest.mark.parametrize("fields", [{}, FORM, {"email": ANN}, {"_u": ANN}, {"_ux": ANN}])
async def test_what_is_no_such_form_is_refused(reader, fields):
    await reader.posts(DOOR, fields)
    assert (reader.status, reader.title) == (400, "Dit is niet te lezen")


async def test_the_form_of_the_page_that_it_began_with_has_these_fields():
    if not SEED.exists():
        pytest.skip("the page that it began with is not beside this project")
    form = re.search(r"<form.*?</form>", SEED.read_text("utf-8"), re.DOTALL)[0]
    assert set(re.findall(r'name="(\w+)"', form)) == {"_u291", *FORM}
    assert DOOR in form
