"""Who wants no more letters leaves by a button or by one click of a mail program, and can come back."""

from datetime import timedelta

import pytest
from aiohttp import FormData

import models
from tests.pages.conftest import ANN

STATUS = models.SubscriptionStatus
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def status():
    return (await models.Subscription.get(email=ANN)).status


async def topics():
    return await models.topics_of((await models.Subscription.get(email=ANN)).id)


@pytest.fixture
async def two_topics(reader, site):
    """Subscribe to the newsletter and to an author; give the path out of the author."""
    await reader.subscribes()
    author = await models.Author.named(site.id, "Marit <Oldekamp>")
    subscription = await models.Subscription.get(email=ANN)
    topic = ("author", author.id)
    await subscription.choose(site, models.Trace(door="test"), topics=[*await topics(), topic])
    return subscription.path_out(site, topic)


async def test_a_reader_leaves_by_the_button_and_comes_back_by_the_next(reader):
    welcome = await reader.subscribes()
    await reader.opens(welcome.link("unsubscribe"))
    assert ANN in reader.text
    await reader.presses("Meld me af")
    assert reader.title == "Je bent afgemeld"
    assert await status() is STATUS.UNSUBSCRIBED
    await reader.presses("Maak het ongedaan")
    assert reader.title == "Je bent weer aangemeld"
    assert await status() is STATUS.CONFIRMED
    assert len(await reader.letters()) == 2  # the goodbye was taken back


@pytest.mark.parametrize("is_merged", [True, False])
async def test_one_click_ends_letters_about_what_is_gone_by_now(reader, site, is_merged):
    await reader.subscribes()
    ui, prei = [await models.Tag.named(site.id, name) for name in ("ui", "prei")]
    subscription = await models.Subscription.get(email=ANN)
    await subscription.choose(site, models.Trace(door="test"), topics=[*await topics(), ("tag", ui.id)])
    way_out = subscription.path_out(site, ("tag", ui.id))
    await (models.merge_tags(ui, prei) if is_merged else models.delete_tag(ui))
    # Whoever saw the button of the topic before it went is asked once more.
    await reader.posts(way_out, {"topic": ""})
    assert [button.text() for button in reader.page.css("main button")] == ["Meld me af"]
    assert await status() is STATUS.CONFIRMED
    await reader.posts(way_out, ONE_CLICK)
    assert await status() is STATUS.UNSUBSCRIBED


async def test_the_letter_of_goodbye_leads_back(reader):
    welcome = await reader.subscribes()
    await reader.posts(welcome.link("unsubscribe"))
    [goodbye, *_] = await reader.letters()
    await reader.opens(goodbye.link("undo"))
    assert await status() is STATUS.UNSUBSCRIBED
    await reader.presses("Ja, ik wil ze weer krijgen")
    assert await status() is STATUS.CONFIRMED
    await reader.posts(goodbye.link("undo"))
    assert reader.title == "Je bent weer aangemeld"
    await reader.opens(goodbye.link("undo"))
    assert reader.title == "Je bent aangemeld"
    assert "al ongedaan gemaakt" in reader.text
    assert reader.page.css("form") == []


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_way_back_is_open_for_thirty_days(reader, later, method):
    welcome = await reader.subscribes()
    await reader.posts(welcome.link("unsubscribe"))
    [goodbye, *_] = await reader.letters()
    later(timedelta(days=30))
    await reader.asks(method, goodbye.link("undo"))
    assert (reader.status, reader.title) == (410, "Deze link is verlopen")
    assert await status() is STATUS.UNSUBSCRIBED


@pytest.mark.parametrize("as_parts", [False, True])
async def test_a_mail_program_unsubscribes_in_one_click(reader, as_parts):
    welcome = await reader.subscribes()
    assert welcome.headers.unsubscribe_url == welcome.link("unsubscribe")
    if as_parts:
        parts = FormData(default_to_multipart=True)
        parts.add_field("List-Unsubscribe", "One-Click")
        await reader.asks("POST", welcome.headers.unsubscribe_url, data=parts)
    else:
        await reader.posts(welcome.headers.unsubscribe_url, ONE_CLICK)
    assert (reader.status, reader.answer.content_type) == (200, "text/plain")
    assert reader.text == "Je bent afgemeld.\n"
    assert "Set-Cookie" not in reader.headers
    assert await status() is STATUS.UNSUBSCRIBED
    await reader.posts(welcome.headers.unsubscribe_url, ONE_CLICK)
    assert reader.status == 200


async def test_one_click_leaves_the_topic_of_its_link_alone(reader, two_topics):
    await reader.posts(two_topics, ONE_CLICK)
    assert await status() is STATUS.CONFIRMED
    assert [kind for kind, _ in await topics()] == ["newsletter"]


async def test_a_reader_stops_one_topic_and_takes_it_back(reader, two_topics):
    await reader.opens(two_topics)
    assert "Marit <Oldekamp>" in reader.page.css_first(".lead").text()
    await reader.presses("Stop met ‘Marit <Oldekamp>’")
    assert reader.title == "‘Marit <Oldekamp>’ is gestopt"
    assert len(await topics()) == 1
    back = reader.page.css_first("form.undo").attributes["action"]
    await reader.opens(back)
    assert reader.title == "Toch blijven?"
    await reader.presses("Ja, ik wil ze weer krijgen")
    assert len(await topics()) == 2
    await reader.opens(back)
    assert "al ongedaan gemaakt" in reader.text


async def test_a_reader_stops_everything_from_the_link_of_a_topic(reader, two_topics):
    await reader.opens(two_topics)
    await reader.presses("Stop met alle brieven")
    assert reader.title == "Je bent afgemeld"
    assert await status() is STATUS.UNSUBSCRIBED
    assert len(await topics()) == 2


async def test_the_last_topic_is_everything(reader, site):
    await reader.subscribes()
    [only] = await topics()
    path = (await models.Subscription.get(email=ANN)).path_out(site, only)
    await reader.opens(path)
    await reader.presses("Stop met ‘Nieuwsbrief’")
    assert reader.title == "Je bent afgemeld"
    await reader.presses("Maak het ongedaan")
    assert await status() is STATUS.CONFIRMED
    assert await topics() == [only]


async def test_a_topic_that_is_gone_is_left_as_a_whole(reader, two_topics):
    await models.Author.all().delete()
    await reader.opens(two_topics)
    await reader.presses("Meld me af")
    assert reader.title == "Je bent afgemeld"
    assert await status() is STATUS.UNSUBSCRIBED


async def test_who_left_already_sees_so_and_may_come_back(reader):
    welcome = await reader.subscribes()
    await reader.posts(welcome.link("unsubscribe"))
    await reader.opens(welcome.link("unsubscribe"))
    assert reader.title == "Je bent afgemeld"
    await reader.presses("Maak het ongedaan")
    assert await status() is STATUS.CONFIRMED


async def test_who_never_confirmed_leaves_without_a_way_back(reader, site):
    await reader.signs_up()
    await reader.letters()
    path = (await models.Subscription.get(email=ANN)).path_out(site)
    await reader.posts(path)
    assert reader.title == "Je bent afgemeld"
    assert reader.page.css("form") == []
    await reader.opens(path)
    assert reader.page.css("form") == []


async def test_after_signing_up_anew_an_old_way_back_leads_nowhere(reader):
    welcome = await reader.subscribes()
    await reader.posts(welcome.link("unsubscribe"))
    [goodbye, *_] = await reader.letters()
    await models.Subscription.filter(email=ANN).update(version=99)
    await reader.posts(goodbye.link("undo"))
    assert (reader.status, reader.title) == (404, "Deze link werkt niet")
    assert await status() is STATUS.UNSUBSCRIBED
