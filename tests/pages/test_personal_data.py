"""A subscriber takes along all that is held, or has it forgotten."""

import json
from datetime import datetime

import pytest

import models
from tests.pages.conftest import ANN, TABLES


@pytest.fixture
async def preferences(reader):
    return (await reader.subscribes(name="Ann")).link("preferences")


async def test_all_that_is_held_comes_as_a_file(reader, preferences, held):
    before = await held()
    await reader.opens(preferences)
    await reader.presses("Download mijn gegevens")
    assert (reader.status, reader.answer.content_type) == (200, "application/json")
    assert reader.headers["Content-Disposition"] == 'attachment; filename="subscription.json"'
    assert reader.headers["Cache-Control"] == "no-store"
    assert reader.headers["Referrer-Policy"] == "no-referrer"
    file = json.loads(reader.body)
    assert (file["email"], file["name"], file["status"]) == (ANN, "Ann", "confirmed")
    assert [line["act"] for line in file["consents"]] == ["requested", "asked", "confirmed"]
    assert [line["kind"] for line in file["letters"]] == ["confirmation", "welcome"]
    assert datetime.fromisoformat(file["confirmed_at"]).tzinfo is not None
    assert await held() == before


async def test_erasing_asks_first_and_then_leaves_nothing(reader, preferences, held):
    before = await held()
    await reader.opens(preferences)
    await reader.presses("Vergeet mij …")
    assert reader.title == "Alles vergeten?"
    assert ANN in reader.text
    assert reader.page.css_first("main button").attributes["class"] == "grave"
    await reader.posts(reader.path)
    assert reader.title == "Alles vergeten?"
    assert await held() == before
    await reader.presses("Ja, vergeet mij")
    assert reader.title == "Je bent vergeten"
    told = [line.text() for line in reader.page.css(".list li")]
    assert told[0] == f"je adres {ANN}"
    assert told[1] == "je naam, Ann"
    assert "regels: 3" in told[3]
    await reader.letters()
    assert [await table.all().count() for table in TABLES] == [0] * len(TABLES)
    await reader.posts(reader.path, {"erase": "yes"})
    assert (reader.status, reader.title) == (404, "Deze link werkt niet")


async def test_who_changes_their_mind_goes_back(reader, preferences):
    await reader.opens(f"{preferences}/erase")
    back = reader.page.css("main a")[-1].attributes["href"]
    await reader.opens(back)
    assert reader.title == "Je voorkeuren"
    assert await models.Subscription.all().count() == 1


@pytest.mark.parametrize("below", ["export", "erase"])
async def test_another_links_token_does_neither(reader, preferences, below):
    subscription = await models.Subscription.get(email=ANN)
    out = subscription.path_out(await models.found()).rpartition("/")[2]
    await reader.posts(f"/preferences/{out}/{below}", {"erase": "yes"})
    assert reader.status == 404
    assert await models.Subscription.all().count() == 1
