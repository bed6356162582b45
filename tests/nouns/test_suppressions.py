"""Who is suppressed stays so, whatever old links say."""

import pytest

import models

PAGE = models.Trace(door="page")


async def test_who_is_suppressed_does_not_come_back_by_an_old_link(ann, site):
    await ann.joins()
    await ann.leaves()
    undo = ann.token("undo")
    row = await ann.row()
    await models.Suppression.add(site, row.mailbox, models.SuppressionScope.ALL, reason="by hand")
    with pytest.raises(models.Unproven):
        await models.Subscription.undo(site, undo, PAGE)
    assert await ann.status() == "unsubscribed"


async def test_who_is_suppressed_gets_no_goodbye(ann, site):
    await ann.joins()
    row = await ann.row()
    await models.Suppression.add(site, row.mailbox, models.SuppressionScope.ALL, reason="by hand")
    await ann.leaves()
    assert "goodbye" not in ann.letters()
