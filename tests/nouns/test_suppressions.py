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


async def test_who_is_suppressed_gets_nothing_that_was_promised_before(site, write, staff):
    post = await write()
    await post.publish()
    writer = models.Writer(name="Ann", email="ann@example.org")
    left = await models.Comment.leave(post.id, writer, "Hallo", notify_replies=True)
    await models.attend_comment(left.id)
    ed = await staff(models.Role.EDITOR)
    await models.Pen.pass_on(site, ed.principal, email="ann@example.org", name="Ann")
    kinds = set(await models.Delivery.all().values_list("kind", flat=True))
    assert {models.LetterKind.COMMENT_CONFIRMATION, models.LetterKind.PEN} <= kinds
    await models.suppress(site, "Ann@example.org", PAGE)
    to_ann = models.Delivery.filter(kind__in=[models.LetterKind.COMMENT_CONFIRMATION, models.LetterKind.PEN])
    assert set(await to_ann.values_list("state", flat=True)) == {models.State.CANCELLED}
