"""Whoever asks sees just what is theirs to see: nothing else anywhere, and all of that somewhere."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

import models
from models.redirects import Redirect
from schema.context import Publication
from schema.graph import schema
from schema.ids import global_id
from tests.schema.askers import Asker, askers, employ
from tests.schema.canaries import Aviary, plant_canaries
from tests.schema.crawl import Crawler, Values
from tests.schema.garden import LATER, SEEN, plant

NOUNS = (
    models.Post, models.Page, models.Comment, models.Image, models.Tag, models.Author, models.Revision,
    models.User, models.Pen, models.Issue, models.Webhook, models.WebhookCall,
)  # fmt: skip
OTHERS = (
    ("AccessToken", models.Key),
    ("NewsletterSubscription", models.Subscription),
    ("MenuItem", models.menus.MenuItem),
)
# A store that has too much to do says so, and is to be asked again.
MOST_TRIES = 10
SAID: Values = {
    "first": [100], "last": [], "after": [], "before": [], "year": [2021], "language": ["nl"],
    "width": [100], "length": [1000], "month": ["2021-03"], "search": ["zkdraftofannaq", "zksubscriber"],
    "query": ["zk"], "kinds": ["POST", "PAGE", "AUTHOR"],
    "from": ["1999-01-01T00:00:00Z"], "until": ["2040-01-01T00:00:00Z"], "isWhole": [True],
    "statuses": ["DRAFT", "SCHEDULED", "ARCHIVED", "PUBLISHED", "PENDING", "REJECTED", "SPAM", "APPROVED"],
    "direction": ["DESC"], "field": ["UPDATED_AT"], "newsletterSlug": ["main"], "authorSlugs": ["anna"],
    "token": ["prefs_1_x"],
}  # fmt: skip


@pytest.fixture
def publication(store):
    """Keep the masthead from one question to the next, for between them nothing is changed."""
    return Publication("http://127.0.0.1:8000", keep_seconds=3600)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop time when the visible things are planted."""
    with time_machine.travel(SEEN, tick=False) as travelled:
        yield travelled


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_everybody_sees_what_is_theirs_and_nothing_else(site, answer, clock):
    await _crawl(site, answer, clock, depth=3, hurries=True)


@pytest.mark.faults
async def test_however_deep_they_ask_it_stays_so(site, answer, clock):
    await _crawl(site, answer, clock, depth=4, hurries=False)


async def _crawl(site: models.Site, answer: Any, clock: time_machine.Traveller, **how: Any) -> None:
    aviary, everybody = await _planted(site, clock)
    values = SAID | await _names()
    for asker in everybody:
        seen, theirs = set[str](), aviary.open_to(asker)
        for query, variables in Crawler(schema._schema, values, may=asker.may, **how).questions():
            seen |= aviary.sightings(await _told(answer, asker, query, variables))
            assert seen <= theirs, (asker.name, seen - theirs, query, variables)
        # Or nothing were hidden from who is shown nothing at all.
        assert seen == theirs, (asker.name, theirs - seen)


async def _planted(site: models.Site, clock: time_machine.Traveller) -> tuple[Aviary, list[Asker]]:
    rows = await plant(site)
    users = await employ(rows)
    clock.move_to(LATER)
    aviary = await plant_canaries(rows, dict(users))
    everybody = await askers(rows, users)
    # Who is signed in may do what their token may.
    return aviary, [asker for asker in everybody if "Cookie" not in asker.headers]


async def _told(answer: Any, asker: Asker, query: str, said: dict[str, Any]) -> str:
    for _ in range(MOST_TRIES):
        answered = await answer(query, principal=asker.principal, **said)
        if not any(isinstance(error.original_error, models.Unavailable) for error in answered.errors or ()):
            break
    wrong = [
        repr(error.original_error)
        for error in answered.errors or ()
        if not (error.extensions or {}).get("code")
    ]
    assert not wrong, (wrong[:3], asker.name, said, query)
    _assert_counts_are_of_what_is_shown(answered.data, (asker.name, query, said))
    return json.dumps(answered.data, ensure_ascii=False)


def _assert_counts_are_of_what_is_shown(told: Any, about: object) -> None:
    if isinstance(told, list):
        for item in told:
            _assert_counts_are_of_what_is_shown(item, about)
    elif isinstance(told, dict):
        is_whole = "pageInfo" in told and not any(value is True for value in told["pageInfo"].values())
        if is_whole and "totalCount" in told and "nodes" in told:
            assert told["totalCount"] == len(told["nodes"]), about
        for item in told.values():
            _assert_counts_are_of_what_is_shown(item, about)


async def _names() -> Values:
    ids = [
        global_id(kind, id) for kind, noun in _kinds() for id in await noun.all().values_list("id", flat=True)
    ]
    hidden = await models.Post.filter(title__startswith="zk").order_by("-id").limit(5)
    pages = await models.Page.filter(title__startswith="zk").limit(1)
    posts = [global_id("Post", row.id) for row in hidden]
    paths = [row.path for row in [*hidden, *pages, *await Redirect.all().order_by("-id").limit(2)]]
    tags = await models.Tag.all().values_list("slug", flat=True)
    return {
        "ids": ids, "id": ids[:1], "postId": posts[:1], "since": ids[:1], "path": paths, "tagSlugs": tags,
        "slug": ["main", *(row.slug for row in [*hidden, *pages])],
    }  # fmt: skip


def _kinds() -> list[tuple[str, Any]]:
    return [*((noun.__name__, noun) for noun in NOUNS), *OTHERS]
