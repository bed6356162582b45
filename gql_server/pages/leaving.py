"""The doors /unsubscribe and /undo: out by a button or a mail program's one click, and back again."""

from aiohttp import web

import models
from gql_server.pages.forms import read_form
from gql_server.pages.topics import title_of
from gql_server.pages.visit import Visit
from models.subscriptions import UNSUBSCRIBE

ALL, TOPIC = "all", "topic"
UNSUBSCRIBED = models.SubscriptionStatus.UNSUBSCRIBED


async def show(request: web.Request) -> web.Response:
    """Ask what to leave."""
    visit, found, topic = await _out(request)
    facts = {"email": found.email}
    if found.status is UNSUBSCRIBED:
        has_just_left = visit.has_just(ALL) or visit.has_just(TOPIC)
        back = _way_back(visit, found, topic if visit.has_just(TOPIC) else None)
        return visit.tells("left" if has_just_left else "left_before", facts, links=[visit.home], undo=back)
    title = await title_of(visit.site, topic, visit.language)
    # Who is back since then may leave once more; and what has no name any more is not told to be everything.
    if visit.has_just(TOPIC) and title is not None and topic not in await models.topics_of(found.id):
        undo = _way_back(visit, found, topic)
        return visit.tells("left_topic", {"topic": title}, links=[visit.home], undo=undo)
    if title is None:
        return visit.asks("leave", facts, buttons={ALL: visit.says("leave")})
    buttons = {TOPIC: visit.says("leave_topic", topic=title), ALL: visit.says("leave_all")}
    return visit.asks("leave_topic", facts | {"topic": title}, buttons=buttons)


async def leave(request: web.Request) -> web.Response:
    """Leave what the link names, or everything."""
    visit, found, topic = await _out(request)
    form = await read_form(request)
    if topic is None and TOPIC in form:
        return await show(request)  # for it went meanwhile
    topics = None if topic is None or ALL in form else [topic]
    await found.leave(visit.site, visit.trace, topics=topics)
    if form.is_one_click:
        return visit.says_in_short("left_in_short")
    return visit.goes_back(TOPIC if topics else ALL)


async def show_undo(request: web.Request) -> web.Response:
    """Ask whether to come back."""
    visit = await Visit.of(request)
    found, topic = await models.Subscription.to_undo(visit.site, visit.token)
    visit, facts = visit.to(found), {"email": found.email}
    if await _is_back(found, topic):
        if visit.has_just("undone"):
            return visit.tells("undone", facts, links=[visit.home])
        return visit.tells("undone_before", facts, links=visit.ways_on(found))
    return visit.asks("undo", facts, buttons={"undo": visit.says("undo")})


async def undo(request: web.Request) -> web.Response:
    """Come back; doing it twice is as good as once."""
    visit = await Visit.of(request)
    await read_form(request)
    await models.Subscription.undo(visit.site, visit.token, visit.trace)
    return visit.goes_back("undone")


async def _is_back(found: models.Subscription, topic: models.Topic | None) -> bool:
    is_here = found.status is models.SubscriptionStatus.CONFIRMED
    return is_here and (topic is None or topic in await models.topics_of(found.id))


async def _out(request: web.Request) -> tuple[Visit, models.Subscription, models.Topic | None]:
    visit = await Visit.of(request)
    found, topic = await models.Subscription.behind(visit.site, visit.token, UNSUBSCRIBE)
    return visit.to(found), found, topic


def _way_back(visit: Visit, left: models.Subscription, topic: models.Topic | None) -> str | None:
    # Who left a topic alone is still here, and may have it back.
    is_here = left.status is not UNSUBSCRIBED
    return left.path_back(visit.site, topic) if is_here or left.had_said_yes else None
