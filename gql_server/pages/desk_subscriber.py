"""The doors /write/subscribers/N: all that is kept of one subscriber, and what is done when they write in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

import models
from gql_server.pages.desk import at_desk_for, read_desk_form
from gql_server.pages.desk_bench import Bench, acted, row_in, shown
from gql_server.pages.desk_subscribers import PATH, stand_of
from gql_server.pages.forms import NOTHING, Form
from gql_server.pages.letter_reasons import explained
from gql_server.pages.personal import as_file
from gql_server.pages.printing import go_to
from gql_server.pages.visit import Visit
from mailers.wording import locale_of

# Of the acts and of the letters of one subscriber, the latest.
MOST_SHOWN = 25
ENDED = (models.SubscriptionStatus.UNSUBSCRIBED, models.SubscriptionStatus.BOUNCED)
TOLD = {"ask", "leave", "leave_not", "lift", "lift_not"}


@dataclass(frozen=True, slots=True)
class Line:
    """One act or letter in words: what it was, of what, and what became of it."""

    what: str
    at: str
    about: str = ""
    more: str = ""


class SubscriberBench(Bench):
    """One subscriber."""

    noun = "subscription"

    @classmethod
    async def of(cls, request: web.Request) -> "SubscriberBench":
        """Take a subscriber to the desk of who sends newsletters."""
        # Before anything is looked up: nobody else learns whether there is one.
        visit, principal = await at_desk_for(models.Scope.SUBSCRIBERS_MANAGE, request)
        found = await models.Subscription.filter(id=row_in(request, "id")).first()
        if found is None:
            raise web.HTTPNotFound
        return cls(visit, principal, found)

    @property
    def path(self) -> str:
        """The way to their page."""
        return f"{PATH}/{self.thing.id}"

    async def shows(self, form: Form = NOTHING, wrong: str = "", why: str = "") -> web.Response:
        """Show all that is kept of them, and what can be done; tell what could not."""
        visit, row = self.visit, self.thing
        acts = await models.Consent.of(row.id).limit(MOST_SHOWN)
        letters = await models.Delivery.to(row.id).limit(MOST_SHOWN)
        titles = await _titles_of(letters)
        suppressed = await models.Suppression.of(visit.site, row.mailbox)
        topics = await models.described(await models.topics_of(row.id), visit.language)
        told = visit.request.query.get("told", "")
        return visit.shows(
            "desk_subscriber.html", status=422 if wrong else 200, path=self.path, row=row,
            stand=stand_of(visit, row), about=self._about(),
            topics=[topic["title"] for topic in topics if "title" in topic],
            acts=[_act(visit, act) for act in acts],
            letters=[_letter(visit, letter, titles.get(letter.issue_id or 0, "")) for letter in letters],
            suppressed=suppressed and _suppression(visit, suppressed), most=MOST_SHOWN,
            may_ask=row.status is models.SubscriptionStatus.PENDING,
            has_left=row.status in ENDED,
            may_leave=row.status is not models.SubscriptionStatus.UNSUBSCRIBED,
            wrong=visit.says(f"subscriber_wrong_{why or wrong}".replace(" ", "_")) if wrong else "",
            told=told if told in TOLD and not wrong else "",
        )  # fmt: skip

    async def changes(self, deed: str, work: Callable[[], Awaitable[bool]]) -> bool:
        """Do something to them that may have been done already, and note who did if it had not; who is
        forgotten meanwhile is not there.
        """
        try:
            return await models.Audit.noted_if(self.principal, f"{self.noun}.{deed}", self.thing.id, work)
        except models.Unproven:
            raise web.HTTPNotFound from None

    def done(self, told: str) -> web.Response:
        """Go back to their page, and tell what was done."""
        return go_to(f"{self.path}?told={told}")

    def _about(self) -> dict[str, str]:
        visit, row = self.visit, self.thing
        told = {
            "name": row.name,
            "asked": visit.moment(row.created_at),
            "confirmed": visit.moment(row.confirmed_at) if row.confirmed_at else "",
            "left": visit.moment(row.left_at) if row.left_at else "",
            "reason": row.leaving_reason or "",
            "language": locale_of(visit.language).languages.get(row.language, row.language),
            "frequency": visit.says(row.frequency.value),
        }
        return {visit.says(f"subscriber_about_{name}"): value for name, value in told.items() if value}


Deed = Callable[[SubscriberBench, Form], Awaitable[web.Response]]


async def show(request: web.Request) -> web.Response:
    """Show one subscriber."""
    return await shown(request, SubscriberBench)


async def act(request: web.Request) -> web.Response:
    """Do for a subscriber what the pressed button says."""
    form = await read_desk_form(request)
    return await acted(request, form, SubscriberBench, DEEDS.get(form.one("do"), _nothing))


async def _ask(bench: SubscriberBench, form: Form) -> web.Response:
    try:
        await bench.does("ask", lambda: models.ask_again(bench.visit.site, bench.thing))
    except models.TooMany:
        return await bench.shows(form, "often")
    return bench.done("ask")


async def _leave(bench: SubscriberBench, _form: Form) -> web.Response:
    has_left = await bench.changes("leave", lambda: bench.thing.end(bench.visit.site, models.BY_OPERATOR))
    return bench.done("leave" if has_left else "leave_not")


async def _lift(bench: SubscriberBench, _form: Form) -> web.Response:
    site, email = bench.visit.site, bench.thing.email
    is_lifted = await bench.changes("unsuppress", lambda: models.unsuppress(site, email))
    return bench.done("lift" if is_lifted else "lift_not")


async def _export(bench: SubscriberBench, _form: Form) -> web.Response:
    held = await models.export(bench.visit.site, bench.thing)
    await models.Audit.note(bench.principal, "subscription.export", bench.thing.id)
    return as_file(held)


async def _erase(bench: SubscriberBench, form: Form) -> web.Response:
    if form.one("sure") != "yes":
        return bench.visit.shows("desk_subscriber_erase.html", row=bench.thing, path=bench.path)
    await bench.does("erase", lambda: models.erase(bench.thing))
    return go_to(f"{PATH}?told=erased")


async def _nothing(bench: SubscriberBench, _form: Form) -> web.Response:
    return go_to(bench.path)


DEEDS: dict[str, Deed] = {"ask": _ask, "leave": _leave, "lift": _lift, "export": _export, "erase": _erase}


async def _titles_of(letters: list[models.Delivery]) -> dict[int, str]:
    """Name the posts that letters brought, by their issues."""
    ids = {letter.issue_id for letter in letters if letter.issue_id}
    posts = dict(await models.Issue.filter(id__in=ids).values_list("id", "post_id")) if ids else {}
    wanted = {id for id in posts.values() if id}
    titles = dict(await models.Post.filter(id__in=wanted).values_list("id", "title")) if wanted else {}
    return {issue: titles[post] for issue, post in posts.items() if post in titles}


def _act(visit: Visit, act: models.Consent) -> Line:
    form = act.form or act.detail.get("source") or ""
    network = act.network or act.detail.get("ip") or ""
    proof = " · ".join(filter(None, [str(form), str(network)]))
    what = visit.says(f"subscriber_act_{act.act}")
    return Line(what, visit.moment(act.at), _named(visit, "door", act.door), proof)


def _letter(visit: Visit, letter: models.Delivery, title: str) -> Line:
    what = _named(visit, "letter", letter.kind)
    ended = letter.settled_at or letter.promised_at
    how = visit.says(f"subscriber_letter_is_{letter.state}", at=visit.moment(ended))
    why = explained(visit.language, letter.reason) if letter.reason else ""
    return Line(what, how, title, why)


def _suppression(visit: Visit, suppressed: models.Suppression) -> str:
    why = _named(visit, "suppressed", suppressed.reason)
    return visit.says(f"subscriber_suppressed_{suppressed.scope}", why=why, day=visit.day(suppressed.at))


def _named(visit: Visit, kind: str, name: str) -> str:
    """Say what something is called; what no words are there for by its own name."""
    try:
        return visit.says(f"subscriber_{kind}_{name}")
    except KeyError:
        return name
