"""The doors /write/subscribers: who sends newsletters sees how many there are, lists them, and finds one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from babel.numbers import format_decimal

import models
from gql_server.pages.desk import at_desk_for, read_desk_form
from gql_server.pages.desk_bench import Bench, acted, shown
from gql_server.pages.forms import NOTHING, Form
from gql_server.pages.printing import go_to
from gql_server.pages.visit import Visit
from mailers.wording import locale_of
from models.paging import Order, Page, Window, page

PATH = "/write/subscribers"
SIZE = 25
LONGEST_SEARCH = 100
# As they came to the store: it finds those of each state in this order.
ARRIVAL = Order("id", descending=True)
PAUSED = "paused"
STATES = ("confirmed", PAUSED, "pending", "unsubscribed", "bounced")
# So many are looked through for a part of an address; whoever wants more asks for the next ones.
A_STRETCH = 100_000
TOLD = {"erased"}


@dataclass(frozen=True, slots=True)
class Found:
    """Subscribers on one page, and where the ones before and after them begin."""

    rows: list[models.Subscription]
    newer: str = ""
    older: str = ""

    @classmethod
    def of(cls, read: Page[models.Subscription]) -> "Found":
        """Take a page as it was read."""
        newer = ARRIVAL.cursor(read.rows[0]) if read.rows and read.has_previous else ""
        older = ARRIVAL.cursor(read.rows[-1]) if read.rows and read.has_next else ""
        return cls(read.rows, newer, older)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which subscribers are listed: those of a state, of a newsletter, or everybody."""

    state: str = ""
    newsletter: models.Newsletter | None = None

    @property
    def conditions(self) -> dict[str, Any]:
        """Give them as the question after subscribers takes them."""
        asked: dict[str, Any] = {"newsletter": self.newsletter.slug} if self.newsletter else {}
        if self.state:
            status = "confirmed" if self.state == PAUSED else self.state
            asked |= {"statuses": [models.SubscriptionStatus(status)], "is_paused": self.state == PAUSED}
        return asked

    def path(self, **place: str) -> str:
        """Give the way to a page of the list; no way to where there is nothing."""
        if not all(place.values()):
            return ""
        asked = {"state": self.state, "newsletter": self.newsletter.slug if self.newsletter else ""}
        query = urlencode({name: value for name, value in (asked | place).items() if value})
        return f"{PATH}?{query}" if query else PATH

    def paths(self) -> dict[str, str]:
        """Give the way to those of each state, and by no name to those of any."""
        return {state: replace(self, state=state).path() for state in ("", *STATES)}


class SubscribersBench(Bench):
    """The subscribers, all of them."""

    @classmethod
    async def of(cls, request: web.Request) -> "SubscribersBench":
        """Take the subscribers to the desk of who sends newsletters."""
        return cls(*await at_desk_for(models.Scope.SUBSCRIBERS_MANAGE, request))

    async def shows(self, form: Form = NOTHING, wrong: str = "", why: str = "") -> web.Response:
        """Show how many there are, and some of them: those of a state or newsletter, or who was searched
        for.
        """
        query, searched = self.visit.request.query, form.one("search")
        state, slug = query.get("state", ""), query.get("newsletter", "")
        newsletters = await models.Newsletter.offered(self.visit.site.id)
        one = next((one for one in newsletters if one.slug == slug), None)
        wanted = Wanted(state if state in STATES else "", one)
        wrong = wrong or ("newsletter" if slug and one is None else "")
        if wrong:
            found = Found([])
        elif searched:
            found = await _search(searched, form.one("after"))
        else:
            window = _window(query)
            found = Found.of(await page(models.Subscription.listed(**wanted.conditions), ARRIVAL, window))
        by_newsletter = await models.headcounts([one.id for one in newsletters])
        whole = await models.headcount()
        count = by_newsletter[one.id] if one else whole
        told = query.get("told", "")
        return self.visit.shows(
            "desk_subscribers.html", status=422 if wrong else 200, path=PATH, states=STATES, wanted=wanted,
            paths=wanted.paths(), found=found, search=searched, wrong=wrong,
            told=told if told in TOLD and not searched else "",
            numbers=_numbers(self.visit, count), total=_number(self.visit, count.total, count),
            newsletters=[
                (one, _numbers(self.visit, by_newsletter[one.id])) for one in newsletters
            ] if len(newsletters) > 1 or wrong == "newsletter" else [],
            is_whole=whole.is_whole and all(one.is_whole for one in by_newsletter.values()),
            stands=[stand_of(self.visit, row) for row in found.rows],
            newer=wanted.path(before=found.newer), older=wanted.path(after=found.older),
        )  # fmt: skip


async def show(request: web.Request) -> web.Response:
    """Show how many subscribers there are, and the newest of them."""
    return await shown(request, SubscribersBench)


async def search(request: web.Request) -> web.Response:
    """Find subscribers by an address, or by a part of it or of a name; no address of a page tells which."""
    return await acted(request, await read_desk_form(request), SubscribersBench, _found)


async def _found(bench: SubscribersBench, form: Form) -> web.Response:
    if len(form.one("search")) > LONGEST_SEARCH:
        raise models.Invalid("search", limit=LONGEST_SEARCH)
    try:
        one = await models.Subscription.of(bench.visit.site, form.one("search"))
    except (models.Invalid, models.NotFound):
        return await bench.shows(form)
    return go_to(f"{PATH}/{one.id}")


async def _search(searched: str, after: str) -> Found:
    """Look for a part of an address or name among the next stretch of subscribers."""
    question = models.Subscription.listed(search=searched)
    newest = await models.Subscription.all().order_by("-id").only("id").first()
    begin = ARRIVAL.place(after, "after", models.Subscription).id if after else newest.id + 1 if newest else 0
    floor = max(begin - A_STRETCH, 0)
    window = Window(first=SIZE, after=after or None)
    read = await page(question.filter(id__gt=floor), ARRIVAL, window)
    found = Found.of(read)
    if read.has_next or not floor:
        return Found(found.rows, older=found.older)
    return Found(found.rows, older=ARRIVAL.cursor_at(floor + 1, floor + 1))


def stand_of(visit: Visit, row: models.Subscription) -> str:
    """Tell how somebody stands, and since when."""
    state = state_of(row)
    since = {
        "confirmed": row.confirmed_at, PAUSED: row.paused_until, "pending": row.asked_at,
        "unsubscribed": row.left_at,
    }.get(state) or row.created_at  # fmt: skip
    return visit.says(f"subscriber_{state}", day=visit.day(since))


def state_of(row: models.Subscription) -> str:
    """Name the state of a subscriber as the desk tells it."""
    is_on = row.status is models.SubscriptionStatus.CONFIRMED
    return PAUSED if is_on and row.is_paused else str(row.status)


def _window(query: Mapping[str, str]) -> Window:
    if before := query.get("before"):
        return Window(last=SIZE, before=before)
    return Window(first=SIZE, after=query.get("after") or None)


def _numbers(visit: Visit, count: models.Headcount) -> dict[str, str]:
    return {state: _number(visit, getattr(count, state), count) for state in STATES}


def _number(visit: Visit, number: int, count: models.Headcount) -> str:
    written = format_decimal(number, locale=locale_of(visit.language))
    return written if count.is_whole else visit.says("subscribers_at_least", number=written)
