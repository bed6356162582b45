"""The roster, handed out: every subscriber as a line that `bring_in` restores elsewhere as they were."""

from collections.abc import AsyncIterator, Sequence

from models.consents import Act, Consent
from models.instants import rfc_3339
from models.interests import Topic, slugs_of, topics_of_each
from models.roster_lines import Line
from models.site import Site
from models.subscriptions import Subscription
from models.suppressions import Suppression, SuppressionScope

A_CHUNK = 500
Proof = tuple[str, str]


async def hand_out(site: Site) -> AsyncIterator[Line]:
    """Give all subscribers, in the order in which they came; a few statements for a chunk of them."""
    last = number = 0
    everybody = Subscription.filter(site_id=site.id).order_by("id").limit(A_CHUNK)
    while rows := await everybody.filter(id__gt=last):
        for row, cells in zip(rows, await _cells(site, rows), strict=True):
            number, last = number + 1, row.id
            yield Line(number, cells)


async def _cells(site: Site, rows: Sequence[Subscription]) -> list[dict[str, str]]:
    ids = [row.id for row in rows]
    topics, proofs = await _topics(ids), await _proofs(ids)
    scopes = await Suppression.barred(site, [row.mailbox for row in rows], SuppressionScope.LISTS)
    return [
        {
            "email": row.email,
            "name": row.name,
            "language": row.language,
            "frequency": row.frequency.value,
            "topics": topics.get(row.id, ""),
            "status": row.status.value,
            "created_at": rfc_3339(row.created_at),
            "confirmed_at": rfc_3339(row.confirmed_at) if row.confirmed_at else "",
            "confirmed_source": proofs.get(row.id, ("", ""))[0],
            "confirmed_ip": proofs.get(row.id, ("", ""))[1],
            "left_at": rfc_3339(row.left_at) if row.left_at else "",
            "leaving_reason": row.leaving_reason or "",
            "paused_until": rfc_3339(row.paused_until) if row.paused_until else "",
            "suppressed": scopes[row.mailbox].value if row.mailbox in scopes else "",
        }
        for row in rows
    ]


async def _topics(ids: Sequence[int]) -> dict[int, str]:
    wanted = await topics_of_each(ids)
    every: set[Topic] = {topic for topics in wanted.values() for topic in topics}
    slugs = await slugs_of(every)
    return {id: " ".join(":".join(slugs[topic]) for topic in topics) for id, topics in wanted.items()}


async def _proofs(ids: Sequence[int]) -> dict[int, Proof]:
    """Tell where the last yes of each was said, and from which network."""
    acts = (Act.REQUESTED, Act.CONFIRMED, Act.IMPORTED)
    forms: dict[int, str] = {}
    proofs: dict[int, Proof] = {}
    for consent in await Consent.filter(subscription_id__in=ids, act__in=acts).order_by("id"):
        id, detail = consent.subscription_id, consent.detail
        if consent.act is Act.REQUESTED:
            forms[id] = f", asked for at {consent.form or consent.door}"
        elif consent.act is Act.CONFIRMED:
            proofs[id] = f"confirmed by letter ({consent.door}){forms.get(id, '')}", consent.network or ""
        elif detail.get("source"):
            proofs[id] = detail["source"], detail.get("ip") or ""
    return proofs
