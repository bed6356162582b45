"""Headcounts: how many subscriptions there are by how they stand, in all and of each newsletter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pypika_tortoise.terms import Parameterizer, ValueWrapper
from tortoise.context import require_context

from models.prepared import asking_at
from models.reading import POSTGRES, dialect
from models.subscriptions import Subscription, SubscriptionStatus

# Rows that one statement looks at: whoever has many more waits no longer for what is told of these.
MOST_COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class Headcount:
    """So many by how they stand, and of those who confirmed so many with a pause now; when there were more
    than are counted, at least so many.
    """

    pending: int = 0
    confirmed: int = 0
    unsubscribed: int = 0
    bounced: int = 0
    paused: int = 0
    is_whole: bool = True

    @property
    def total(self) -> int:
        """How many there are together."""
        return self.pending + self.confirmed + self.unsubscribed + self.bounced


async def headcount(*, most: int = MOST_COUNTED) -> Headcount:
    """Count the subscriptions, in one statement."""
    looked = f"SELECT status, paused_until FROM subscription LIMIT {most + 1}"
    return (await _counted({0: looked}, share=most))[0]


async def headcounts(newsletter_ids: Sequence[int], *, most: int = MOST_COUNTED) -> dict[int, Headcount]:
    """Count those who read each of some newsletters, in one statement: the more of them, the less of each."""
    if not newsletter_ids:
        return {}
    share = max(1, most // len(newsletter_ids))
    return await _counted({int(id): _readers_of(int(id), share) for id in newsletter_ids}, share=share)


def _readers_of(newsletter_id: int, share: int) -> str:
    chosen = f"SELECT subscription_id FROM interest WHERE newsletter_id = {newsletter_id} LIMIT {share + 1}"
    return (
        f"SELECT status, paused_until FROM ({chosen}) AS chosen "
        "JOIN subscription ON subscription.id = chosen.subscription_id"
    )


async def _counted(looked: Mapping[int, str], *, share: int) -> dict[int, Headcount]:
    context = Subscription._meta.db.query_class.SQL_CONTEXT.copy(parameterizer=(values := Parameterizer()))
    # Sums of one pass: stores sort all rows before they count groups of them.
    sums = [f"SUM(CASE WHEN status = '{one}' THEN 1 ELSE 0 END) AS {one}" for one in SubscriptionStatus]
    parts = []
    for id, rows in looked.items():
        moment = ValueWrapper(asking_at(is_postgres=dialect() == POSTGRES)).get_sql(context)
        is_paused = f"status = '{SubscriptionStatus.CONFIRMED}' AND paused_until > {moment}"
        columns = ", ".join([*sums, f"SUM(CASE WHEN {is_paused} THEN 1 ELSE 0 END) AS paused"])
        parts.append(f"SELECT {id} AS id, {columns} FROM ({rows}) AS looked")
    found = await require_context().db().execute_query_dict(" UNION ALL ".join(parts), values.values)
    return {row["id"]: _headcount(row, share) for row in found}


def _headcount(row: Mapping[str, Any], share: int) -> Headcount:
    # What is added up of no rows is no number.
    numbers: dict[str, Any] = {name: row[name] or 0 for name in (*SubscriptionStatus, "paused")}
    counted = Headcount(**numbers)
    return replace(counted, is_whole=counted.total <= share)
