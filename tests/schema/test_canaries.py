"""Nothing that nobody may see is ever told: not in a field, not by an id, not in a count, not in an order."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from graphql import GraphQLObjectType, get_named_type, is_abstract_type
from tortoise.context import require_context

import models
from models.bylines import Byline, Tagging
from models.interests import set_topics
from models.menus import MenuItem
from models.redirects import Redirect
from models.store import SHOWN
from schema.context import Publication
from schema.graph import schema
from schema.ids import global_id, read_id
from schema.permissions import EVERYBODY, KNOWN, who_may
from tests.schema.crawl import READER, Crawler, Values
from tests.schema.garden import BODY, CANARY, LATER, SEEN, arrange_menus, hide, plant

NOUNS = (
    models.Post,
    models.Page,
    models.Comment,
    models.Image,
    models.Tag,
    models.Author,
    models.Menu,
    MenuItem,
    models.Newsletter,
    models.Revision,
)
MONTHS = ["2019-05", "2020-02", "2020-03", "2021-03", "2021-04", "2031-07"]
MOMENTS = ["1999-01-01T00:00:00Z", "2019-05-05T00:00:00Z", "2021-03-10T12:00:00Z", "2030-01-01T00:00:00Z"]
DEPTH = 5
WORDS = [CANARY, CANARY[:3], "rozen", "staat", "tag", "anders"]
SAID: Values = {
    "first": [0, 1, 100], "last": [2], "after": [], "before": [], "year": [2019, 2020, 2021, 2031],
    "language": ["nl", "en"], "width": [100], "length": [1, 1000], "month": MONTHS, "search": WORDS,
    "query": WORDS, "kinds": ["POST", "PAGE", "AUTHOR"],
    "from": MOMENTS, "until": MOMENTS, "statuses": ["PUBLISHED"], "isWhole": [False],
}  # fmt: skip
SAID_BY_STAFF = SAID | {
    "statuses": ["DRAFT", "SCHEDULED", "ARCHIVED", "PUBLISHED"], "isWhole": [True, False], "since": [],
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


@pytest.fixture
def hurries(dialect):
    """Give every value of a list by itself too on one of the stores: a list reaches both in the same way."""
    return dialect == "postgres"


async def test_no_question_finds_a_canary(site, answer, clock, hurries):
    rows = await _planted(site, clock)
    hidden = await _hidden_ids()
    values = SAID | await _names(rows, ids=await _all_ids())
    crawler = Crawler(schema._schema, values, depth=DEPTH, hurries=hurries)
    asked = 0
    for query, variables in crawler.questions():
        said = json.dumps(await _as_reader(answer, query, variables), ensure_ascii=False)
        assert CANARY not in said.lower(), (query, variables)
        assert not hidden & set(re.findall(r'"id": "([^"]+)"', said)), (query, variables)
        asked += 1
    assert asked > 500
    assert crawler.seen >= _fields_to_read()


async def test_an_author_finds_no_canary_of_others(site, answer, staff, clock, hurries):
    rows = await _planted(site, clock)
    hidden = await _hidden_ids()
    author = await staff(models.Role.AUTHOR, "Dirk")
    ids = await _all_ids()
    said = {"statuses": ["DRAFT", "SCHEDULED", "ARCHIVED", "PUBLISHED"], "isWhole": [True], "since": ids[:1]}
    may = READER | {KNOWN, *author.principal.scopes}
    values = SAID | await _names(rows, ids=ids) | said
    crawler = Crawler(schema._schema, values, depth=4, may=may, hurries=hurries)
    for query, variables in crawler.questions():
        answered = await answer(query, principal=author.principal, **variables)
        # Moderating is an editor's.
        codes = {(error.extensions or {}).get("code") for error in answered.errors or ()}
        assert codes <= {"FORBIDDEN"}, (query, variables, answered.errors)
        told = json.dumps(answered.data, ensure_ascii=False)
        assert CANARY not in told.lower(), (query, variables)
        assert not hidden & set(re.findall(r'"id": "([^"]+)"', told)), (query, variables)
    assert {"Post.contentSource", "Post.revisions", "Query.viewer"} <= crawler.seen


async def test_a_site_with_secrets_answers_like_one_without(site, answer, clock, hurries):
    async def reader(_rows: dict[str, Any]) -> models.Principal:
        return models.NOBODY

    await _compare(site, answer, clock, reader, hurries=hurries)


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    "who",
    [
        "an author of nothing",
        "a program that may nothing",
        "a preview of another",
        "a preview of another page",
    ],
)
async def test_so_it_does_to_who_may_see_none_of_them(site, answer, clock, who):
    async def asker(rows: dict[str, Any]) -> models.Principal:
        return await _who_sees_no_secret(who, rows)

    await _compare(site, answer, clock, asker, hurries=True)


async def test_every_table_that_can_be_read_is_told_of_when_it_is_written(site, answer, clock, statements):
    rows = await _planted(site, clock)
    tables = {noun._meta.db_table: noun.__module__ for noun in require_context().apps.get_models_iterable()}
    names = SAID | await _names(rows, ids=await _all_ids())
    values = {name: said if name in {"path", "slug"} else said[:1] for name, said in names.items()}
    read: set[str] = set()
    with statements() as sent:
        for query, variables in Crawler(schema._schema, values, depth=4).questions():
            # Behind a secret token: an answer for its asker alone, which nobody keeps.
            if "newsletterSubscription" not in query:
                await _as_reader(answer, query, variables)
    for statement in sent:
        read.update(re.findall(r'\b(?:FROM|JOIN) "?(\w+)', statement, re.IGNORECASE))
    assert read & tables.keys() == {table for table, room in tables.items() if room in SHOWN}


async def _compare(
    site: models.Site, answer: Any, clock: time_machine.Traveller, asker: Any, **how: Any
) -> None:
    """Ask the same of a site with secrets and of one without, as somebody who may see none of them."""
    answers, names = [], None
    for has_secrets in (True, False):
        await models.clear(site)
        clock.move_to(SEEN)
        rows = await (_planted(site, clock) if has_secrets else _planted_in_the_open(site, clock))
        names = names or await _names(rows, ids=[])
        principal = await asker(rows)
        may = READER | principal.scopes | ({KNOWN} if principal.user_id is not None else set())
        crawler = Crawler(schema._schema, SAID_BY_STAFF | names, depth=DEPTH - 1, may=may, **how)
        answers.append(
            [
                (query, said, _without_ids(await _ask(answer, query, said, principal)))
                for query, said in crawler.questions()
            ]
        )
    for (query, said, with_secrets), (_, _, without) in zip(*answers, strict=True):
        assert with_secrets == without, (query, said)


async def _planted_in_the_open(site: models.Site, clock: time_machine.Traveller) -> dict[str, Any]:
    rows = await plant(site)
    clock.move_to(LATER)
    await arrange_menus(rows)
    return rows


async def _who_sees_no_secret(who: str, rows: dict[str, Any]) -> models.Principal:
    kind, more = models.KeyKind.API, {}
    role = models.Role.AUTHOR if who == "an author of nothing" else models.Role.ADMIN
    user = await models.User.welcome(rows["site"], "dirk@staff.example", "Dirk", role)
    await user.as_author()
    if who == "a program that may nothing":
        more = {"scopes": []}
    elif who == "a preview of another":
        shown = await models.Post.draft(
            rows["site"], "Vooruit", BODY, authors=[rows["Bea"]], tags=[rows["tag"]]
        )
        user, kind, more = None, models.KeyKind.PREVIEW, {"post_id": shown.id}
    elif who == "a preview of another page":
        other = await models.Page.draft(rows["site"].id, "Vooruit", BODY)
        user, kind, more = None, models.KeyKind.PREVIEW, {"page_id": other.id}
    _, token = await models.Key.grant(kind, user, **more)
    return await models.Key.principal(token)


async def _as_reader(answer: Any, query: str, said: dict[str, Any]) -> Any:
    """Ask what a reader can; what is only for moderators says so, and tells nothing."""
    return await _ask(answer, query, said, models.NOBODY)


async def _ask(answer: Any, query: str, said: dict[str, Any], principal: models.Principal) -> Any:
    answered = await answer(query, principal=principal, **said)
    codes = {(error.extensions or {}).get("code") for error in answered.errors or ()}
    denied = "FORBIDDEN" if principal.is_known else "UNAUTHENTICATED"
    assert codes <= {denied}, (query, said, answered.errors)
    return answered.data


async def _planted(site: models.Site, clock: time_machine.Traveller) -> dict[str, Any]:
    rows = await plant(site)
    clock.move_to(LATER)
    await hide(rows)
    await arrange_menus(rows)
    rows["tokens"] = await _subscribe(site)
    assert await Byline.all().count() > await Byline.filter(post__status="published").count()
    assert await Tagging.filter(tag__name__startswith=CANARY).exists()
    return rows


async def _subscribe(site: models.Site) -> list[str]:
    """Let somebody subscribe, and others in secret; give tokens that show the one, and none of the others."""
    newsletter = await models.Newsletter.main(site)
    tokens = ["", "prefs_1_x", f"prefs_{2**80}_x"]
    for number, email in enumerate(("anna@example.org", f"{CANARY}@example.org", f"{CANARY}2@example.org")):
        is_open = email.startswith("anna")
        row = await models.Subscription.create(
            site_id=site.id, email=email, mailbox=email, name="Anna" if is_open else CANARY, language="nl",
            seed=f"{number}", created_at=SEEN,
            status=models.SubscriptionStatus.CONFIRMED if number < 2 else models.SubscriptionStatus.PENDING,
        )  # fmt: skip
        await set_topics(row.id, [("newsletter", newsletter.id)])
        paths = [row.path_to_preferences(site)] if is_open else [row.path_out(site), row.path_back(site)]
        tokens += [path.rpartition("/")[2] for path in paths]
        tokens += [tokens[-1].replace("unsub", "prefs").replace("undo", "prefs"), tokens[-1][:-1]]
    return tokens


async def _names(rows: dict[str, Any], *, ids: list[str]) -> Values:
    """Say every slug and path there is, was or might be, hidden or not."""
    slugs = [
        row.slug for noun in (models.Post, models.Page, models.Author, models.Tag) for row in await noun.all()
    ]
    paths = [row.path for noun in (models.Post, models.Page) for row in await noun.all()]
    paths += [row.path for row in await Redirect.all()]
    return {
        "ids": ids or [global_id("Post", 0)], "id": ids or [global_id("Post", 0)], "slug": ["main", *slugs],
        "postId": [id for id in ids if read_id(id)[0] == "Post"] or [global_id("Post", 0)],
        "authorSlugs": ["anna", "bea"], "tagSlugs": slugs, "path": paths, "token": rows["tokens"],
    }  # fmt: skip


async def _all_ids() -> list[str]:
    ids = [global_id("ArchiveMonth", month) for month in MONTHS]
    for noun in NOUNS:
        newest = await noun.all().order_by("-id").first()
        ids += [global_id(noun.__name__, id) for id in range(1, newest.id + 2)]
    for noun in ("post", "page"):
        ids += [global_id("Image", f"{noun}-{id}-{place}") for id in range(1, 10) for place in range(4)]
    return [*ids, global_id("Site", 1)]


async def _hidden_ids() -> set[str]:
    told = re.compile(CANARY)
    hidden = {global_id("ArchiveMonth", "2019-05"), global_id("ArchiveMonth", "2031-07")}
    for noun, column in (
        (models.Post, "title"), (models.Page, "title"), (models.Tag, "name"), (models.Image, "alt_text"),
        (models.Comment, "name"), (MenuItem, "label"), (models.Revision, "title"),
    ):  # fmt: skip
        hidden |= {
            global_id(noun.__name__, row.id) for row in await noun.all() if told.search(getattr(row, column))
        }
    return hidden


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_ids(item) for key, item in value.items() if not _is_of_the_store(key)}
    if isinstance(value, list):
        return [_without_ids(item) for item in value]
    return re.sub(r"#comment-\d+$", "", value) if isinstance(value, str) else value


def _is_of_the_store(key: str) -> bool:
    return key == "id" or key.lower().endswith("cursor")


def _is_everybodys(kind: GraphQLObjectType, field: str) -> bool:
    return who_may(kind.name, field) == EVERYBODY


def _fields_to_read() -> set[str]:
    """Name every field that a reader's query may come to."""
    built, found, waiting = schema._schema, set[str](), [schema._schema.query_type]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, GraphQLObjectType) and kind.name not in found:
            fields = {name: field for name, field in kind.fields.items() if _is_open(kind.name, name)}
            found |= {kind.name, *(f"{kind.name}.{field}" for field in fields)}
            waiting += [get_named_type(field.type) for field in fields.values()]
        elif is_abstract_type(kind):
            waiting += built.get_possible_types(kind)
    return {name for name in found if "." in name}


def _is_open(kind: str, field: str) -> bool:
    return who_may(kind, field) == EVERYBODY
