"""Who has the link to the preferences chooses what comes, how often, in which language, and when not."""

from datetime import timedelta

import pytest

import models
from gql_server.pages.english import ENGLISH
from tests.pages.conftest import ANN

FREQUENCY = models.Frequency


async def own():
    return await models.Subscription.get(email=ANN)


async def topics():
    return await models.topics_of((await own()).id)


@pytest.fixture
async def preferences(reader, site, write):
    """Subscribe at a site with an author, a tag in use and one that is not; give the link."""
    author = await models.Author.named(site.id, "Ilyas")
    await models.Tag.named(site.id, "kanarie")
    post = await write(authors=[author], tags=[await models.Tag.named(site.id, "tuinen")])
    await post.publish()
    return (await reader.subscribes()).link("preferences")


async def test_a_reader_changes_everything_at_once(reader, preferences):
    await reader.opens(preferences)
    assert ANN in reader.text
    assert "kanarie" not in reader.text
    author = reader.page.css_first("[value^=author]").attributes["value"]
    tag = reader.page.css_first("[value^=tag]").attributes["value"]
    chosen = {
        "name": "  Ann\tLee ",
        "language": "en",
        "frequency": "weekly",
        "pause": "30",
        "topic": [author, tag],
    }
    await reader.presses("Bewaar", **chosen)
    assert (reader.status, reader.language) == (200, "en")
    assert reader.page.css_first("[role=status]").text() == ENGLISH["saved"]
    kept = await own()
    assert (kept.name, kept.language, kept.frequency) == ("Ann Lee", "en", FREQUENCY.WEEKLY)
    assert kept.is_paused
    assert [kind for kind, _ in await topics()] == ["author", "tag"]
    checked = [box.attributes["value"] for box in reader.page.css("[name=topic][checked]")]
    assert checked == [author, tag]
    await reader.opens(preferences)
    assert [box.attributes["value"] for box in reader.page.css("[name=topic][checked]")] == [author, tag]


async def test_saving_what_is_there_already_is_not_written_down(reader, preferences, held):
    before = await held()
    await reader.opens(preferences)
    await reader.presses("Bewaar")
    assert reader.page.css_first("[role=status]") is not None
    assert await held() == before
    await reader.posts(preferences)
    assert reader.status == 200
    assert await held() == before


async def test_a_pause_can_be_changed_and_ended(reader, preferences, later):
    await reader.opens(preferences)
    await reader.presses("Bewaar", pause="14")
    first = (await own()).paused_until
    await reader.presses("Bewaar", pause="91")
    assert (await own()).paused_until > first
    await reader.presses("Bewaar", pause="")
    assert (await own()).paused_until > first
    await reader.presses("Bewaar", pause="resume")
    assert (await own()).paused_until is None
    assert "pauze tot" not in reader.text
    await reader.presses("Bewaar", pause="14")
    later(timedelta(days=15))
    await reader.opens(preferences)
    assert "Je hebt pauze tot" not in reader.text


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({"topic": None, "name": "<b>"}, "topics"),
        ({"topic": ["tag-999"]}, "topics"),
        ({"topic": ["newsletter-1", "{{ 7 * 7 }}"]}, "topics"),
        ({"name": "x" * 101}, "name"),
        ({"language": "klingon"}, "language"),
        ({"frequency": "hourly"}, "frequency"),
    ],
)
async def test_what_cannot_be_comes_back_with_the_reason_at_its_field(
    reader, preferences, held, filled, field
):
    await reader.opens(preferences)
    before = await held()
    await reader.presses("Bewaar", **filled)
    assert reader.status == 422
    assert reader.page.css_first(f"#{field}-error").text()
    [marked] = reader.page.css("[aria-invalid]")
    assert f"{field}-error" in marked.attributes["aria-describedby"]
    assert reader.page.css_first("#name").attributes["value"] == filled.get("name", "")
    assert await held() == before


@pytest.mark.parametrize("pause", ["", "91", "resume"])
async def test_a_pause_that_came_with_a_mistake_stays_chosen(reader, preferences, pause):
    await reader.opens(preferences)
    await reader.presses("Bewaar", pause="14")
    was = (await own()).paused_until
    await reader.presses("Bewaar", pause=pause, name="x" * 101)
    assert reader.status == 422
    chosen = [option.attributes["value"] for option in reader.page.css("#pause option[selected]")]
    assert chosen == [pause] * bool(pause)
    await reader.presses("Bewaar", name="Ann")
    assert ((await own()).paused_until == was) is (not pause)
    # What was kept is not asked for once more.
    assert not reader.page.css("#pause option[selected]")


async def test_a_topic_that_readers_cannot_see_any_more_stays_chosen(reader, preferences, site):
    subscription = await own()
    tag = await models.Tag.get(name="kanarie")
    hidden = ("tag", tag.id)
    await subscription.choose(site, models.Trace(door="test"), topics=[*await topics(), hidden])
    await reader.opens(preferences)
    assert "kanarie" not in reader.text
    await reader.presses("Bewaar", topic=[reader.page.css_first("[value^=author]").attributes["value"]])
    assert {kind for kind, _ in await topics()} == {"author", "tag"}
    assert hidden in await topics()


async def test_a_reader_of_another_language_keeps_it(reader, preferences):
    await models.Subscription.filter(email=ANN).update(language="fr")
    await reader.opens(preferences)
    options = {option.attributes["value"]: option.text() for option in reader.page.css("#language option")}
    assert options == {"fr": "français", "nl": "Nederlands", "en": "English"}
    await reader.presses("Save")
    assert (await own()).language == "fr"


async def test_who_left_sees_so_and_comes_back_from_there(reader, preferences):
    await reader.opens(preferences)
    await reader.presses("Meld me af")
    assert reader.title == "Je bent afgemeld"
    await reader.opens(preferences)
    assert "Je bent afgemeld" in reader.text
    assert reader.page.css("[name=topic]") == []
    await reader.presses("Maak het ongedaan")
    assert (await own()).status is models.SubscriptionStatus.CONFIRMED


async def test_who_did_not_confirm_is_told_so(reader, site):
    await reader.signs_up()
    await reader.letters()
    await reader.opens((await own()).path_to_preferences(site))
    assert "nog niet bevestigd" in reader.text


@pytest.mark.parametrize("status", ["bounced", "pending"])
async def test_who_gets_no_letters_is_led_to_sign_up_again(reader, preferences, status):
    await models.Subscription.all().update(status=status)
    await reader.opens(preferences)
    assert reader.page.css_first(".note a").attributes["href"] == "/subscribe?lang=nl"


async def test_a_hostile_name_is_only_text(reader, preferences):
    hostile = '"><script>alert(1)</script>{{ 7 * 7 }}%(site)s'
    await reader.opens(preferences)
    await reader.presses("Bewaar", name=hostile)
    assert reader.page.css("script") == []
    assert reader.page.css_first("#name").attributes["value"] == hostile
