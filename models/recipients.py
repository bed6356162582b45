"""Recipients: who was there when an issue began, as a list that its letters are written from."""

from collections.abc import Sequence
from typing import Any

from tortoise import fields
from tortoise.context import require_context
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.issues import Issue
from models.paging import built
from models.subscriptions import Subscription

# Ids looked at by one statement, so that none takes longer than a store waits.
A_STRETCH = 50_000


class Recipient(Model):
    """One subscription that an issue goes to; gone when all letters of the issue are written."""

    id = fields.BigIntField(primary_key=True)
    # No foreign keys: an erased one is counted when its turn comes, and each would cost as much as the row.
    issue_id = fields.IntField()
    subscription_id = fields.IntField()

    class Meta:
        table = "recipient"
        unique_together = (("issue_id", "subscription_id"),)

    @classmethod
    async def freeze(cls, issue: Issue, wanting: QuerySet[Subscription]) -> int:
        """Write down who wants an issue now, in the caller's transaction; give how many."""
        last = await Subscription.all().order_by("-id").only("id").first()
        for begin in range(0, last.id if last else 0, A_STRETCH):
            await _keep(issue.id, wanting.filter(id__gt=begin, id__lte=begin + A_STRETCH))
        return await cls.filter(issue_id=issue.id).count()

    @classmethod
    async def following(cls, issue: Issue, number: int) -> Sequence[int]:
        """Give the subscriptions whose turn is next."""
        rest = cls.filter(issue_id=issue.id, subscription_id__gt=issue.cursor)
        ids: list[Any] = (
            await rest.order_by("subscription_id").limit(number).values_list("subscription_id", flat=True)
        )
        return ids

    @classmethod
    async def left(cls, issue: Issue) -> int:
        """Count those whose turn has not come."""
        return await cls.filter(issue_id=issue.id, subscription_id__gt=issue.cursor).count()


async def _keep(issue_id: int, wanting: QuerySet[Subscription]) -> None:
    asked, values = built(wanting.only("id")).get_parameterized_sql()
    # Tortoise has no INSERT from a question; the number is our own row's.
    rows = f"SELECT {int(issue_id)}, id FROM ({asked}) AS wanting"
    statement = f"INSERT INTO recipient (issue_id, subscription_id) {rows}"
    await require_context().db().execute_query(statement, values)
