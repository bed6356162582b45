"""A verb goes by how a row stands when its turn comes, and not by how it stood when somebody read it."""

import asyncio
from contextvars import copy_context

import pytest
from tortoise.transactions import in_transaction

import models
from models import Entry
from models.menus import MenuItem

NOBODY = models.NOBODY


async def test_a_place_in_the_list_takes_no_author_their_new_name(site):
    one, two = await twice_read(models.Author, await models.Author.named(site.id, "Ann"))
    await one.edit(name="Anna")
    await two.edit(place=1)
    row = await models.Author.get(id=one.id)
    assert (row.name, row.sort_key[:6]) == ("Anna", "000001")


@pytest.mark.parametrize("noun", [models.Author, models.Tag])
async def test_every_path_of_before_leads_on(site, noun):
    one, two = await twice_read(noun, await noun.named(site.id, "Een"))
    move = noun.edit if noun is models.Author else noun.rename
    await move(one, slug="twee")
    await move(two, slug="drie")
    paths = dict(await models.Redirect.all().values_list("path", "to_path"))
    assert paths == {noun.path_of("een"): noun.path_of("drie"), noun.path_of("twee"): noun.path_of("drie")}


async def test_a_tag_that_is_given_nothing_new_stays_as_it_is(site):
    one, two = await twice_read(models.Tag, await models.Tag.named(site.id, "Een"))
    await one.rename(name="Twee")
    await two.rename()
    assert (await models.Tag.get(id=one.id)).name == "Twee"


@pytest.mark.parametrize("noun", [models.Author, models.Tag])
async def test_what_is_gone_meanwhile_is_not_changed(site, noun):
    row = await noun.named(site.id, "Een")
    await noun.filter(id=row.id).delete()
    with pytest.raises(models.NotFound):
        await (row.edit if noun is models.Author else row.rename)(name="Twee")


async def test_a_secret_that_was_given_out_goes_on_for_its_day(site):
    hook, _ = await models.Webhook.add("https://hooks.example/", models.webhooks.CHOICES, by=NOBODY)
    one, two = await twice_read(models.Webhook, hook)
    first = await one.rotate(by=NOBODY)
    second = await two.rotate(by=NOBODY)
    row = await models.Webhook.get(id=hook.id)
    assert (row.secret, row.earlier_secret) == (second, first)


async def test_of_two_menus_at_once_one_stays(site):
    await models.arrange(site.id, "main", [Entry("Begin")])
    before = copy_context()
    async with in_transaction():
        await models.arrange(site.id, "main", [Entry("A1"), Entry("A2")])
        other = models.arrange(site.id, "main", [Entry("B1"), Entry("B2")])
        waiting = asyncio.create_task(other, context=before)
        # Who does not wait is done by then.
        await asyncio.wait([waiting], timeout=0.5)
    await waiting
    rows = await MenuItem.all().order_by("position", "id")
    assert [row.label for row in rows] == ["B1", "B2"]


async def test_a_comment_that_goes_meanwhile_is_decided_about_by_nobody(site, write, monkeypatch):
    post = await write()
    kept = await models.Comment.keep(post, models.Writer(name="Ann", email="ann@example.org"), "Hallo")
    lock = models.comments._lock_posts

    async def lock_late(*ids):
        # As if somebody else had been there first.
        await models.Comment.filter(id=kept.id).delete()
        await lock(*ids)

    monkeypatch.setattr(models.comments, "_lock_posts", lock_late)
    with pytest.raises(models.NotFound):
        await models.Comment.decide_all([kept.id], models.Fate.APPROVED)
    assert not await models.Audit.all().exists()


async def twice_read(noun, row):
    return await noun.get(id=row.id), await noun.get(id=row.id)
