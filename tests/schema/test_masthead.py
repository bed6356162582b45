"""The masthead is kept for a moment, and forgotten at once when something that it shows was changed."""

import asyncio
from datetime import timedelta

import pytest
import time_machine

import models
from schema.context import Publication
from schema.ids import global_id

NOON = "2021-03-10T12:00:00Z"


@pytest.fixture
def publication(store) -> Publication:
    """Stand where the door stands, with the masthead at hand."""
    return Publication("http://127.0.0.1:8000", keep_seconds=1000)


async def test_it_is_read_once_until_something_it_shows_is_changed(site, publication, write, statements):
    page = await models.Page.draft(site.id, "Over ons", "<p>x</p>")
    await page.publish()
    await models.arrange(site.id, "main", [models.Entry("Over", page)])
    first = await publication.masthead()
    with statements() as sent:
        assert await publication.masthead() is first
        await models.PersistedDocument.keep({"a" * 64: "{ site { id } }"})
        sent.clear()
        assert await publication.masthead() is first
        assert sent == []
    await page.rename("wie-wij-zijn")
    assert [entry.href for entry in (await publication.masthead()).menus["main"].items] == ["/wie-wij-zijn"]
    await site.change(title="Anders")
    assert (await publication.masthead()).site.title == "Anders"
    await models.arrange(site.id, "main", [])
    assert (await publication.masthead()).menus["main"].items == ()


async def test_whoever_has_changed_it_does_not_join_an_older_reading(site, publication, monkeypatch):
    has_read, go_on, read_masthead = asyncio.Event(), asyncio.Event(), models.read_masthead

    async def dawdle() -> models.Masthead:
        masthead = await read_masthead()
        has_read.set()
        await go_on.wait()
        return masthead

    monkeypatch.setattr(models, "read_masthead", dawdle)
    old = asyncio.create_task(publication.masthead())
    await has_read.wait()
    await site.change(title="Anders")
    new = asyncio.create_task(publication.masthead())
    go_on.set()
    assert (await new).site.title == "Anders"
    await old
    assert (await publication.masthead()).site.title == "Anders"


async def test_a_post_that_is_scheduled_meanwhile_is_counted_in_its_moment(site, publication, write):
    with time_machine.travel(NOON, tick=False) as clock:
        assert (await publication.masthead()).next_change is None
        post = await write()
        await post.publish(models.now() + timedelta(minutes=5))
        masthead = await publication.masthead()
        assert masthead.next_due == masthead.next_change == models.now() + timedelta(minutes=5)
        clock.shift(timedelta(minutes=5))
        assert (await publication.masthead()).next_change is None
        assert await models.count_posts() == 1


async def test_it_tells_when_the_next_post_or_page_appears_by_itself(site, publication, write):
    with time_machine.travel(NOON, tick=False) as clock:
        for minutes in (7, 3):
            page = await models.Page.draft(site.id, f"Over {minutes} minuten", "<p>x</p>")
            await page.publish(models.now() + timedelta(minutes=minutes))
        await models.arrange(site.id, "main", [models.Entry("Over", page)])
        await (await write()).publish(models.now() + timedelta(minutes=5))
        begun = models.now()
        for minutes in (3, 5, 7):
            assert (await publication.masthead()).next_change == begun + timedelta(minutes=minutes)
            clock.move_to(begun + timedelta(minutes=minutes))
            # A page in the menu appears there in its moment too.
            assert len((await publication.masthead()).menus["main"].items) == 1
        assert (await publication.masthead()).next_change is None


async def test_what_is_kept_while_a_store_takes_no_writes_is_not_kept_for_long(
    site, publication, write, monkeypatch
):
    async def refuse() -> int:
        raise models.Unavailable("the disk is full")

    monkeypatch.setattr(models, "count_due", refuse)
    with time_machine.travel(NOON, tick=False) as clock:
        await (await write()).publish(models.now() + timedelta(minutes=5))
        clock.shift(timedelta(minutes=6))
        masthead = await publication.masthead()
        assert masthead.next_due is None
        assert masthead.next_change == models.now() + timedelta(seconds=publication.keep_seconds)
        assert await publication.masthead() is masthead


async def test_who_refetches_with_a_change_sees_the_menus_as_they_are_after_it(answer, write, site, staff):
    post, tag = await write("De heg"), await models.Tag.named(site.id, "Uien")
    await (await write(tags=[tag])).publish()
    await models.arrange(site.id, "main", [models.Entry("Heg", post), models.Entry("Uien", tag)])
    document = """mutation($post: ID!, $tag: ID!) {
      publishPost(input: {id: $post}) { query { ...Menu } }
      updateTag(input: {id: $tag, slug: "prei"}) { query { ...Menu } } }
      fragment Menu on Query { site { menu { items { label url } } } }"""
    ids = {"post": global_id("Post", post.id), "tag": global_id("Tag", tag.id)}
    answered = await answer(document, principal=(await staff(models.Role.EDITOR)).principal, **ids)
    assert answered.errors is None
    published, renamed = (told["query"]["site"]["menu"]["items"] for told in answered.data.values())
    assert [item["label"] for item in published] == ["Heg", "Uien"]
    assert renamed[1]["url"].endswith("/tags/prei")
