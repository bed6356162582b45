"""The doors /write/issues: who sends newsletters sees what went to whom and how it stands, and stops it."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

import models
from gql_server.pages.desk import at_desk_for, read_desk_form
from gql_server.pages.desk_bench import Bench, acted, number_in, shown
from gql_server.pages.desk_letters import Letters
from gql_server.pages.forms import NOTHING, Form
from gql_server.pages.printing import go_to
from models.paging import Order, Window, page

PATH = "/write/issues"
# Their letters are counted, each time: of more issues that takes long.
SIZE = 10
NEWEST = Order("started_at", descending=True)
# What can be done to an issue, by how it stands.
DEEDS = {"sending": ("pause", "recall"), "paused": ("resume", "recall")}
VERBS: dict[str, Callable[..., Awaitable[None]]] = {
    "pause": models.Issue.pause,
    "resume": models.Issue.resume,
    "recall": models.Issue.recall,
}


class IssuesBench(Bench):
    """What was sent to subscribers."""

    @classmethod
    async def of(cls, request: web.Request) -> "IssuesBench":
        """Take what was sent to the desk of who sends newsletters."""
        return cls(*await at_desk_for(models.Scope.SUBSCRIBERS_MANAGE, request))

    async def shows(self, form: Form = NOTHING, wrong: str = "", why: str = "") -> web.Response:
        """Show issues, the newest first, each with how it stands and what can be done to it."""
        query = self.visit.request.query
        before, after = query.get("before"), query.get("after")
        window = Window(last=SIZE, before=before) if before else Window(first=SIZE, after=after or None)
        read = await page(models.Issue.in_list(), NEWEST, window)
        told = query.get("told", "")
        return self.visit.shows(
            "desk_issues.html", status=422 if wrong else 200, path=PATH, deeds=DEEDS,
            issues=await self._told(read.rows), wrong=wrong, told=told if told in VERBS and not wrong else "",
            newer=NEWEST.cursor(read.rows[0]) if read.rows and read.has_previous else "",
            older=NEWEST.cursor(read.rows[-1]) if read.rows and read.has_next else "",
        )  # fmt: skip

    async def _told(self, issues: list[models.Issue]) -> list[tuple[models.Issue, str, str]]:
        """Give issues with the title of each, none where it is no post's, and how it stands in a line."""
        newsletters = await models.Newsletter.offered(self.visit.site.id)
        lines = await Letters(issues, (), newsletters).told(self.visit, self.principal)
        ids = {issue.post_id for issue in issues if issue.post_id}
        titles: dict[Any, str] = dict(await models.Post.filter(id__in=ids).values_list("id", "title"))
        return [
            (issue, titles.get(issue.post_id, ""), line) for issue, line in zip(issues, lines, strict=True)
        ]


async def show(request: web.Request) -> web.Response:
    """Show what was sent to subscribers."""
    return await shown(request, IssuesBench)


async def act(request: web.Request) -> web.Response:
    """Pause, resume or recall an issue, as the pressed button says."""
    return await acted(request, await read_desk_form(request), IssuesBench, _turn)


async def _turn(bench: IssuesBench, form: Form) -> web.Response:
    deed = form.one("do")
    issue = await models.Issue.in_list().filter(id=number_in(form.one("issue"))).first()
    if issue is None or deed not in VERBS:
        return go_to(PATH)
    if deed == "recall" and form.one("sure") != "yes":
        [(_, title, line)] = await bench._told([issue])
        return bench.visit.shows("desk_issue_recall.html", path=PATH, issue=issue, title=title, line=line)
    await VERBS[deed](issue, by=bench.principal)
    return go_to(f"{PATH}?told={deed}")
