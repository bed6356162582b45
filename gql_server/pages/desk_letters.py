"""The letters of a post as the desk tells of them: to which newsletter, how many, and how they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import models
from gql_server.pages.visit import Visit

# What is told of them where there are any, in this order.
STANDS = ("sent", "failed", "waiting", "cancelled")


@dataclass(frozen=True, slots=True)
class Letters:
    """The issues of a post, the newest first; `awaited` are the newsletters of one that has not begun."""

    issues: Sequence[models.Issue]
    awaited: Sequence[int]
    newsletters: Sequence[models.Newsletter]

    @classmethod
    async def of(cls, post: models.Post, newsletters: Sequence[models.Newsletter]) -> "Letters":
        """Look up the letters of a post."""
        # In this order: what begins meanwhile is told twice rather than not at all.
        awaited = await models.awaited(post.id)
        return cls(await models.Issue.about(post.id), awaited, newsletters)

    @property
    def left(self) -> list[models.Newsletter]:
        """The newsletters that a post can still be sent to."""
        if self.awaited:
            # What waits would go to these instead: the last word counts.
            return []
        reached = {id for issue in self.issues if issue.audience for id in issue.newsletter_ids}
        return [one for one in self.newsletters if one.id not in reached]

    def may_be_stopped(self, principal: models.Principal) -> bool:
        """Tell whether letters are on their way, or held back, which somebody may do more about."""
        on_its_way = {models.IssueStatus.SENDING, models.IssueStatus.PAUSED}
        goes = any(issue.audience and issue.status in on_its_way for issue in self.issues)
        return goes and principal.may(models.Scope.SUBSCRIBERS_MANAGE)

    async def told(self, visit: Visit, principal: models.Principal, *, is_unread: bool = False) -> list[str]:
        """Tell of each in a line; how many there are, to who may see subscribers."""
        counted = {}
        if self.issues and principal.may(models.Scope.SUBSCRIBERS_MANAGE):
            counted = await models.progress_of(self.issues)
        lines = [self._line(visit, issue, counted) for issue in self.issues]
        # Of one that nobody will get it was just told that none goes out.
        if self.awaited and not is_unread:
            lines.insert(0, visit.says("desk_letter_awaited", to=self._names(visit, self.awaited)))
        return lines

    def _line(self, visit: Visit, issue: models.Issue, counted: Mapping[int, models.Progress]) -> str:
        facts = {"to": self._names(visit, issue.newsletter_ids), "at": visit.moment(issue.started_at)}
        if not issue.audience:
            return visit.says("desk_letter_unread", **facts)
        line = visit.says(f"desk_letter_{issue.status}", **facts)
        if issue.id not in counted:
            return line
        # Added, as what is HTML in it stays so.
        return line + f" {_numbers(visit, issue, counted[issue.id])}"

    def _names(self, visit: Visit, ids: Sequence[int]) -> str:
        called = [one.called(visit.language) for one in self.newsletters if one.id in ids]
        return ", ".join(called) or visit.says("desk_letter_followers")


def _numbers(visit: Visit, issue: models.Issue, progress: models.Progress) -> str:
    counts = asdict(progress)
    # Of what was taken back none goes any more: a worker strikes them off in a moment.
    ends = "cancelled" if issue.status is models.IssueStatus.RECALLED else "waiting"
    counts[ends] = counts.get(ends, 0) + progress.queued + progress.deferred + progress.uncertain
    stand = ", ".join(
        visit.says(f"desk_letters_{one}", count=counts[one]) for one in STANDS if counts.get(one)
    )
    return visit.says("desk_letters", audience=progress.audience, stand=stand)
