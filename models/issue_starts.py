"""Issue starts: how the issue of a post begins, and once more, and who is there when an issue does."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models.announcements import Announcement
from models.atomic import atomic
from models.audit import Audit
from models.deliveries import Delivery, State
from models.errors import Invalid, NotFound
from models.fan_outs import FREQUENCIES
from models.instants import now
from models.interests import KINDS, Interest, Topic, read_topic
from models.issues import Issue, IssueKind, IssueStatus
from models.letter_facts import tell_all_of, topics_about
from models.posts import Post
from models.principals import NOBODY, Principal
from models.recipients import Recipient
from models.site import Site
from models.subscriptions import Subscription

A_PART = 2000


@atomic
async def announce_post(post: int) -> None:
    """Begin the issue of a post that was announced, once for each time that it was."""
    asked = await Announcement.filter(post_id=post).first()
    row = await Post.published().filter(id=post).first()
    if asked is None or await Issue.filter(key=asked.issue_key).exists():
        return
    if row is None:
        await asked.lapse()
        return
    site, topics = await Site.get(id=row.site_id), await topics_about(row, asked.newsletter_ids)
    facts = {
        **await tell_all_of(row, site),
        "topics": list(topics.values()),
        "content_language": site.language,
    }
    issue = await Issue.create(
        site_id=site.id, key=asked.issue_key, kind=IssueKind.POST, post_id=row.id, facts=facts,
        topics=[topic["code"] for topic in topics.values()], started_at=now(),
    )  # fmt: skip
    await begin(issue, readers_of(issue, issue.started_at).filter(interested_in(topics)))


@atomic
async def retry_issue(issue: Issue, *, by: Principal = NOBODY) -> int:
    """Write once more the letters of an issue that were given up, to who would have them; tell how many.

    A digest tells again of its own day or week.
    """
    _require_out(issue)
    given_up = Delivery.filter(issue_id=issue.id, state=State.FAILED)
    wanting = readers_of(issue, now()).filter(
        interested_in(list(filter(None, map(read_topic, issue.topics)))),
        id__in=Subquery(given_up.values("subscription_id")),
    )
    # First them, in their order, then their letters, then the issue: so do all who have to do with several.
    each, last = wanting.order_by("id").limit(A_PART).select_for_update().only("id"), 0
    while part := await each.filter(id__gt=last):
        last = part[-1].id
    number = await Recipient.freeze(issue, wanting)
    them = Subquery(Recipient.filter(issue_id=issue.id).values("subscription_id"))
    await given_up.filter(subscription_id__in=them).delete()
    row = await Issue.select_for_update().filter(id=issue.id).first()
    if row is None:
        raise NotFound("This issue is gone.", field="id")
    _require_out(row)
    if not number:
        raise Invalid("id", "No letter of this issue was given up to who would have it.", why="all out")
    if issue.kind is not IssueKind.POST:
        until = datetime.fromisoformat(row.facts["until"])
        # They have not had it after all.
        await Subscription.filter(id__in=them, digested_until=until).update(digested_until=None)
    await row.put(status=IssueStatus.SENDING, is_written=False, cursor=0, finished_at=None)
    await row.hurry()
    await Audit.note(by, "issue.retry", row.id)
    return number


def _require_out(issue: Issue) -> None:
    if issue.status not in (IssueStatus.SENDING, IssueStatus.SENT) or not issue.is_written:
        message = f"This issue is {issue.status}; only what went out is tried again."
        raise Invalid("id", message, why="not out")


async def is_wanted(post: Post, newsletter_ids: Sequence[int]) -> bool:
    """Tell whether anybody would be written to if a post were announced in some newsletters now."""
    issue, topics = Issue(site_id=post.site_id, kind=IssueKind.POST), await topics_about(post, newsletter_ids)
    return await readers_of(issue, now()).filter(interested_in(topics)).exists()


async def awaited(post_id: int) -> list[int]:
    """Give the newsletters that a post was announced in, as long as that issue has not begun."""
    made = await Announcement.filter(post_id=post_id, is_due=False, number__gt=0).first()
    if made is None or await Issue.filter(key=made.issue_key).exists():
        return []
    return made.newsletter_ids


async def begin(issue: Issue, wanting: QuerySet[Subscription]) -> int:
    """Write down who wants an issue, and promise to carry it; give how many, in the caller's transaction."""
    audience = await Recipient.freeze(issue, wanting)
    # Not as it began: a digest that was made meanwhile did not see it, and the next one looks further on.
    await Issue.filter(id=issue.id).update(audience=audience, started_at=now())
    await issue.go_on()
    return audience


def readers_of(issue: Issue, confirmed_by: datetime) -> QuerySet[Subscription]:
    """Ask for those who get letters as often as an issue comes, confirmed by a moment and not paused."""
    often = Subscription.confirmed().filter(site_id=issue.site_id, frequency=FREQUENCIES[issue.kind])
    is_awake = Q(paused_until__isnull=True) | Q(paused_until__lte=now())
    return often.filter(is_awake, confirmed_at__lte=confirmed_by)


def interested_in(topics: Collection[Topic]) -> Q:
    """Ask for those who want letters about one of these things."""
    any_of = Q(id__lt=0)
    for kind in KINDS:
        if ids := [id for asked, id in topics if asked == kind]:
            of_kind: dict[str, Any] = {f"{kind}_id__in": ids}
            any_of |= Q(**of_kind)
    return Q(id__in=Subquery(Interest.filter(any_of).values("subscription_id")))
