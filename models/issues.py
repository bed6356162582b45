"""Issues: a post, or a digest of posts, on its way to every confirmed subscription that wants it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from tortoise import fields
from tortoise.expressions import F
from tortoise.functions import Count
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import pulse
from models.atomic import atomic
from models.audit import Audit
from models.deliveries import OPEN, Delivery, State
from models.errors import Invalid, NotFound
from models.instants import Instant, now
from models.interests import read_topic
from models.jobs import Job, Work
from models.principals import NOBODY, Principal
from models.relations import belongs_to, may_point_to

STATES = tuple(State)


class IssueKind(StrEnum):
    """What is sent: one post at once, or what was new in a day or a week."""

    POST = "post"
    DAILY = "daily"
    WEEKLY = "weekly"


class IssueStatus(StrEnum):
    """How an issue stands."""

    SENDING = "sending"
    PAUSED = "paused"
    RECALLED = "recalled"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Progress:
    """How the letters of an issue stand; what has not been written yet is queued."""

    audience: int = 0
    queued: int = 0
    deferred: int = 0
    uncertain: int = 0
    sent: int = 0
    failed: int = 0
    cancelled: int = 0


class Issue(Model):
    """One post or digest on its way.

    `facts` is what its letters say, and `topics` whom they go to, both as they were when it began. `audience`
    was counted then too; each of them has a letter in the end, or was counted out: what is known of letters
    whose rows are gone. `cursor` is the last subscription a letter was written to.
    """

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site")
    site_id: int
    key = fields.CharField(max_length=120, unique=True)
    kind = fields.CharEnumField(IssueKind, max_length=16)
    post: Any = may_point_to("Post")
    post_id: int | None
    status = fields.CharEnumField(IssueStatus, max_length=16, default=IssueStatus.SENDING)
    facts: dict[str, Any] = fields.JSONField()
    topics: list[str] = fields.JSONField()
    audience = fields.IntField(default=0)
    cursor = fields.IntField(default=0)
    is_written = fields.BooleanField(default=False)
    sent_out = fields.IntField(default=0)
    failed_out = fields.IntField(default=0)
    cancelled_out = fields.IntField(default=0)
    # Until when there may be letters that wait for no job.
    held_at = Instant(null=True)
    started_at = Instant()
    finished_at = Instant(null=True)

    class Meta:
        table = "issue"
        indexes = (("kind", "started_at"), ("started_at", "id"))

    @classmethod
    def in_list(cls) -> QuerySet[Self]:
        """Ask for issues without what their letters say, which is a whole post each."""
        return cls.all().only(*(name for name in cls._meta.db_fields if name != "facts"))

    @classmethod
    def about(cls, post_id: int) -> QuerySet[Self]:
        """Ask for the issues of a post, the newest first."""
        return cls.in_list().filter(post_id=post_id).order_by("-id")

    @classmethod
    async def by_id(cls, id: int) -> Self:
        """Give the issue of a number; refuse a number that none has."""
        found = await cls.filter(id=id).first()
        if found is None:
            raise NotFound("There is no such issue.", field="id")
        return found

    @atomic
    async def pause(self, *, by: Principal = NOBODY) -> None:
        """Send no more letters of it until it is resumed."""
        await self._turn(IssueStatus.PAUSED, of=[IssueStatus.SENDING])
        await Audit.note(by, "issue.pause", self.id)

    @atomic
    async def resume(self, *, by: Principal = NOBODY) -> None:
        """Go on where it was paused."""
        await self._turn(IssueStatus.SENDING, of=[IssueStatus.PAUSED])
        await Audit.note(by, "issue.resume", self.id)

    @atomic
    async def recall(self, *, by: Principal = NOBODY) -> None:
        """Take back all letters of it that are not out yet."""
        await self._turn(IssueStatus.RECALLED, of=[IssueStatus.SENDING, IssueStatus.PAUSED])
        await Audit.note(by, "issue.recall", self.id)

    async def _turn(self, status: IssueStatus, *, of: Sequence[IssueStatus]) -> None:
        row = await Issue.select_for_update().filter(id=self.id).first()
        if row is None:
            raise NotFound("This issue is gone.", field="id")
        if row.status not in (*of, status):
            raise Invalid("id", f"This issue is {row.status} already.", why="over")
        if row.status is not status:
            await row.put(status=status, held_at=now())
            await row.hurry()
        self.status = status

    @property
    def newsletter_ids(self) -> list[int]:
        """The newsletters it goes to; who follows the post's authors and tags gets it besides."""
        topics = filter(None, map(read_topic, self.topics))
        return [id for kind, id in topics if kind == "newsletter"]

    @property
    def work_key(self) -> str:
        """What the work on it is promised by."""
        return f"issue:{self.id}"

    async def go_on(self) -> None:
        """Promise to do for it what its status asks, in the caller's transaction."""
        # Not in the lane of its letters: whoever watches it would see nothing until the last is on its way.
        await Job.promise(Work.CARRY_ISSUE, key=self.work_key, issue=self.id)

    async def hurry(self) -> None:
        """Do at once what its status asks, in the caller's transaction: its work may wait for a while."""
        await Job.cancel(self.work_key)
        await self.go_on()

    async def put(self, **values: Any) -> bool:
        """Change it, in the caller's transaction, unless it has come further than this row; tell whether."""
        same = Issue.filter(id=self.id, status=self.status, cursor=self.cursor, is_written=self.is_written)
        changed = await same.update(**values)
        self.tell()
        return bool(changed)

    def tell(self) -> None:
        """Tell whoever watches it, in the caller's transaction."""
        pulse.tell(pulse.IssueProgressed(issue_id=self.id))

    async def progress(self) -> Progress:
        """Count how its letters stand."""
        return (await progress_of([self]))[self.id]

    @classmethod
    async def count_out(cls, letters: QuerySet[Delivery]) -> None:
        """Keep what issues count of letters that are about to be deleted, in the caller's transaction."""
        # In their order: two that count out several would wait for each other.
        for id, counted in sorted((await _counted(letters.filter(issue_id__isnull=False))).items()):
            gone = sum(counted[state] for state in (*OPEN, State.CANCELLED))
            await cls.filter(id=id).update(
                sent_out=F("sent_out") + counted[State.SENT],
                failed_out=F("failed_out") + counted[State.FAILED],
                cancelled_out=F("cancelled_out") + gone,
            )


async def progress_of(issues: Sequence[Issue]) -> dict[int, Progress]:
    """Count how the letters of several issues stand, in one question."""
    counted = await _counted(Delivery.filter(issue_id__in=[issue.id for issue in issues]))
    return {issue.id: _progress(issue, counted[issue.id]) for issue in issues}


def _progress(issue: Issue, counted: dict[State, int]) -> Progress:
    more = {
        State.SENT: issue.sent_out, State.FAILED: issue.failed_out, State.CANCELLED: issue.cancelled_out
    }  # fmt: skip
    known = {
        state.value: counted[state] + more.get(state, 0) for state in STATES if state is not State.QUEUED
    }
    return Progress(audience=issue.audience, queued=issue.audience - sum(known.values()), **known)


async def _counted(letters: QuerySet[Delivery]) -> defaultdict[int, dict[State, int]]:
    grouped = letters.annotate(number=Count("issue_id")).group_by("issue_id", "state")
    counted: defaultdict[int, dict[State, int]] = defaultdict(lambda: dict.fromkeys(STATES, 0))
    rows: list[Any] = await grouped.values_list("issue_id", "state", "number")
    for id, state, number in rows:
        counted[id][State(state)] = number
    return counted
