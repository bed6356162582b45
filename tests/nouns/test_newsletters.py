"""What can be subscribed to: newsletters, and authors and tags that readers see."""

import asyncio

import pytest

import models
from models.interests import Interest, read_topic, set_topics, topic_code

PAGE = models.Trace(door="page")


async def test_a_founded_publication_has_a_main_newsletter_in_each_language(site):
    main = await models.Newsletter.main(site)
    assert [row.id for row in await models.Newsletter.offered(site.id)] == [main.id]
    assert [main.called(tag) for tag in ("nl", "nl-BE", "de", "en", "ja", "")] == [
        "Nieuwsbrief", "Nieuwsbrief", "Newsletter", "Newsletter", "Newsletter", "Newsletter",
    ]  # fmt: skip
    await main.edit(title=" De\nkrant ", description="Elke\x00week")
    assert (main.called("de"), main.description) == ("De krant", "Elke week")


async def test_two_who_found_it_at_once_found_the_same(store):
    await asyncio.gather(*(models.found() for _ in range(6)))
    assert await models.Newsletter.all().count() == 1


async def test_newsletters_of_one_title_have_different_slugs(site):
    made = await asyncio.gather(*(models.Newsletter.start(site, "Deep dive") for _ in range(4)))
    assert {row.slug for row in made} == {"deep-dive", "deep-dive-2", "deep-dive-3", "deep-dive-4"}


async def test_a_newsletter_needs_a_title_that_fits(site):
    main = await models.Newsletter.main(site)
    for title in ("", " ", "\x00\u2028", "t" * 201, "a\ud800"):
        for verb in (models.Newsletter.start(site, title), main.edit(title=title)):
            with pytest.raises(models.Invalid) as refused:
                await verb
            assert refused.value.field == "title"
    with pytest.raises(models.Invalid):
        await main.edit(title="Titel", description="a\ud800")


async def test_topics_are_found_by_kind_and_slug_in_the_order_they_are_asked_for(site, write):
    author, tag = await models.Author.named(site.id, "Anna"), await models.Tag.named(site.id, "ui")
    await (await write(authors=[author], tags=[tag])).publish()
    main = await models.Newsletter.main(site)
    asked = [("tag", "ui"), ("newsletter", "main"), ("author", "anna"), ("tag", "ui")]
    assert await models.known_topics(site, asked) == [
        ("tag", tag.id),
        ("newsletter", main.id),
        ("author", author.id),
    ]


async def test_what_readers_cannot_see_is_no_topic(site, write):
    author, tag = await models.Author.named(site.id, "Anna"), await models.Tag.named(site.id, "ui")
    await write(authors=[author], tags=[tag])
    for place, kind, slug in ((0, "tag", "ui"), (1, "newsletter", "none"), (0, "tag", "main")):
        asked = [("newsletter", "main")] * place + [(kind, slug)]
        with pytest.raises(models.NotFound) as refused:
            await models.known_topics(site, asked)
        assert refused.value.field == f"topics.{place}.{kind}Slug"


async def test_a_slug_that_no_store_holds_is_not_found(site):
    for slug in ("", "x" * 10_000, "a\x00", "a\ud800", "%", "main\n"):
        for kind in ("newsletter", "author", "tag", "post", ""):
            with pytest.raises(models.NotFound):
                await models.known_topics(site, [(kind, slug)])


async def test_more_topics_than_anybody_reads_are_refused(site):
    with pytest.raises(models.Invalid) as refused:
        await models.known_topics(site, [("newsletter", "main")] * 51)
    assert (refused.value.field, refused.value.limit) == ("topics", 50)
    assert len(await models.known_topics(site, [("newsletter", "main")] * 50)) == 1


async def test_a_topic_goes_with_its_thing_and_the_subscription_stays(ann, site, write):
    author, tag = await models.Author.named(site.id, "Anna"), await models.Tag.named(site.id, "ui")
    row = await ann.joins()
    main = await models.Newsletter.main(site)
    topics = [("author", author.id), ("newsletter", main.id), ("tag", tag.id)]
    await row.choose(site, PAGE, topics=topics)
    assert await models.topics_of(row.id) == topics
    await models.clear(site)
    assert await models.topics_of(row.id) == [("newsletter", main.id)]
    assert await ann.status() == "confirmed"


async def test_to_choose_twice_at_once_is_to_choose_once(ann, site):
    row = await ann.joins()
    topics = [("newsletter", (await models.Newsletter.start(site, title)).id) for title in ("Deep", "Wide")]
    await asyncio.gather(*(row.choose(site, PAGE, topics=topics) for _ in range(5)))
    assert await Interest.filter(subscription_id=row.id).count() == 2


async def test_to_ask_for_a_thing_twice_is_to_ask_once(ann, site):
    row = await ann.joins()
    main = await models.Newsletter.main(site)
    await set_topics(row.id, [("newsletter", main.id)] * 3)
    assert await models.topics_of(row.id) == [("newsletter", main.id)]


def test_a_topics_code_is_read_as_it_was_written():
    for topic in (("newsletter", 1), ("author", 22), ("tag", 2**31 - 1)):
        assert read_topic(topic_code(topic)) == topic
    for code in (
        "",
        "tag",
        "tag-",
        "tag--1",
        "tag-x",
        "post-1",
        "tag-1.0",
        "tag-١",
        " tag-1",
        "-1",
        "tag-1 ",
    ):
        assert read_topic(code) is None
