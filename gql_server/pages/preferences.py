"""The door /preferences: who has the link chooses what comes, how often, and when not."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web
from babel import Locale

import models
from gql_server.pages.forms import NOTHING, Form, known_frequency, read_form
from gql_server.pages.topics import offers, read_topics
from gql_server.pages.visit import Visit
from gql_server.paper.languages import NAMES

PAUSES = {"14": timedelta(days=14), "30": timedelta(days=30), "91": timedelta(days=91)}
RESUME = "resume"
FIELDS = ("name", "language", "frequency")


async def show(request: web.Request) -> web.Response:
    """Show what is chosen."""
    visit, found = await owned(request)
    return await _shown(visit, found, _filled(found), is_saved=visit.has_just("saved"))


async def save(request: web.Request) -> web.Response:
    """Keep what is chosen."""
    visit, found = await owned(request)
    form = await read_form(request)
    filled = _filled(found, form)
    try:
        if changes := await _changes(visit, found, filled, form):
            await found.choose(visit.site, visit.trace, **changes)
    except models.Invalid as refusal:
        pause, codes = form.one("pause"), form.all("topic")
        return await _shown(visit, found, filled, codes=codes, pause=pause, wrong=refusal.field)
    return visit.goes_back("saved")


async def owned(request: web.Request) -> tuple[Visit, models.Subscription]:
    """Give the subscription that the link belongs to, and speak its language."""
    visit = await Visit.of(request)
    found = await models.Subscription.to_choose(visit.site, visit.token)
    return visit.to(found), found


def _filled(found: models.Subscription, form: Form = NOTHING) -> dict[str, str]:
    """Give the fields of the form as they were filled in; those that are not in it, as they are."""
    return {name: form.one(name) if name in form else getattr(found, name) for name in FIELDS}


async def _changes(
    visit: Visit, found: models.Subscription, filled: dict[str, str], form: Form
) -> dict[str, Any]:
    changes: dict[str, Any] = {name: value for name, value in filled.items() if value != getattr(found, name)}
    if "frequency" in changes:
        changes["frequency"] = known_frequency(filled["frequency"])
    if (pause := form.one("pause")) in PAUSES:
        changes["paused_until"] = models.now() + PAUSES[pause]
    elif pause == RESUME and found.paused_until is not None:
        changes["paused_until"] = None
    if "topics" in form:
        present = await models.topics_of(found.id)
        wanted = read_topics(form.all("topic"), await offers(visit.site, visit.language), present)
        if set(wanted) != set(present):
            changes["topics"] = wanted
    return changes


async def _shown(
    visit: Visit,
    found: models.Subscription,
    filled: dict[str, str],
    *,
    codes: Sequence[str] | None = None,
    pause: str = "",
    wrong: str | None = None,
    is_saved: bool = False,
) -> web.Response:
    if codes is None:
        codes = [models.topic_code(topic) for topic in await models.topics_of(found.id)]
    is_left = found.status is models.SubscriptionStatus.UNSUBSCRIBED
    return visit.shows(
        "preferences.html",
        status=422 if wrong else 200,
        own=found,
        filled=filled,
        codes=codes,
        wrong=wrong,
        is_saved=is_saved,
        is_left=is_left,
        path=found.path_to_preferences(visit.site),
        way_out=found.path_out(visit.site),
        way_back=found.path_back(visit.site) if is_left and found.had_said_yes else None,
        paused_until=visit.day(found.paused_until) if found.paused_until and found.is_paused else None,
        offered=await offers(visit.site, visit.language),
        frequencies=list(models.Frequency),
        pauses=list(PAUSES),
        pause=pause,
        languages_of_letters=_languages(found.language),
    )


def _languages(own: str) -> dict[str, str]:
    """Name the languages that letters come in, and the subscriber's own, whatever it is."""
    if own in NAMES:
        return NAMES
    locale = Locale.parse(own, sep="-")
    return {own: locale.get_display_name(locale) or own, **NAMES}
