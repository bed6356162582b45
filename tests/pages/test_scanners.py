"""A mail scanner follows every link of every letter, and nothing happens by that."""

import pytest

import models
from mailers.letter import Letter
from tests.pages.conftest import ANN


@pytest.fixture
async def whole_life(reader, site) -> list[Letter]:
    """Live a subscriber's whole life; give its letters, one of each kind, the newest first."""
    await reader.subscribes()
    await models.SignUp.ask_for_link(site, ANN, models.Trace(door="test"))
    # Signing up once more is capped for a day.
    await models.caps.Cap.all().delete()
    await reader.signs_up()
    [already, *_] = await reader.letters()
    await reader.posts(already.link("preferences"), {"name": "Ann"})
    return await reader.letters()


def links_of(letter: Letter) -> list[str]:
    headers = (letter.headers.unsubscribe_url, letter.headers.unsubscribe_mailto)
    return [*letter.links, *(url for url in headers if url.startswith("http"))]


async def scan(reader, letters):
    for letter in letters:
        for link in links_of(letter):
            for method in ("GET", "HEAD", "GET"):
                await reader.asks(method, link, headers={"User-Agent": "Scanner"})
                assert reader.status == 200, link


async def test_nothing_is_confirmed_changed_or_left_by_looking(reader, whole_life, held):
    before = await held()
    await scan(reader, whole_life)
    assert await held() == before


async def test_a_scanned_life_goes_on_to_its_end(reader, site, held):
    await reader.signs_up()
    for label, door in (
        ("Ja, ik meld me aan", "confirm"),
        ("Meld me af", "unsubscribe"),
        ("Ja, ik wil ze weer krijgen", "undo"),
    ):
        [newest, *_] = letters = await reader.letters()
        before = await held()
        await scan(reader, letters if door == "confirm" else [newest])
        assert await held() == before
        await reader.opens(newest.link(door))
        await reader.presses(label)
        assert reader.status == 200
    kept = await models.Subscription.get(email=ANN)
    assert kept.status is models.SubscriptionStatus.CONFIRMED


async def test_the_life_holds_every_kind_of_letter(reader, whole_life):
    await reader.posts(whole_life[-2].link("unsubscribe"))
    await reader.letters()
    kinds = set(await models.Delivery.all().values_list("kind", flat=True))
    assert kinds == set(models.LetterKind)
