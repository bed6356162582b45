"""Compiled plans answer as graphql-core does, to the byte, or leave the answer to it."""

import json
import os
from dataclasses import replace
from functools import partial
from urllib.parse import quote

import orjson
import pytest
import time_machine
from aiohttp.test_utils import TestClient, TestServer
from graphql import GraphQLError

import models
from gql_server.answer_cache import ANSWER_CACHE, SEGMENTS
from gql_server.app import build
from gql_server.replies import FOR_ONE
from gql_server.settings import Settings
from schema.context import Publication
from schema.documents import Documents
from schema.graph import schema
from schema.kept import Kept
from schema.plans import Plans
from tests.schema.askers import Asker, askers, employ
from tests.schema.differing import Executor, Tally, difference, try_each
from tests.schema.drawing import Question, questions
from tests.schema.garden import AHEAD, LATER
from tests.schema.lore import gather, gather_for_staff, of_shown
from tests.schema.overgrown import SOON, overgrow

SITE_URL = "https://tuin.example"
# Longer questions are asked by POST: a request's first line holds so much.
LONGEST_GET = 3_000
READER = Asker("a reader", {}, models.NOBODY)
# What a program is told that may nothing else.
WHO_AM_I = Question("{ viewer { name } }", {}, None)

pytestmark = pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="there are no plans")


@pytest.fixture
async def hearing(store):
    """Hear what others do, without which nothing kept is given."""
    async with models.pulse.hearing():
        yield


@pytest.mark.long
async def test_plans_answer_as_the_graph_does(hearing):
    await _compare(examples=180, at_random=False)


@pytest.fixture
async def garden(database_url):
    """Serve a garden, as to the whole world."""
    settings = Settings(database_url=database_url, site_url=SITE_URL)
    async with TestClient(TestServer(build(settings))) as client:
        yield Garden(client)


@pytest.mark.long
async def test_everybody_is_answered_as_the_graph_does_and_nothing_of_theirs_is_kept(garden):
    await garden.compare(examples=12, at_random=False, moments=[LATER])


@pytest.mark.parametrize("wanted", ['authorSlugs: ["bea", "geen"]', 'tagSlugs: ["bloemen"]'])
async def test_a_page_of_some_posts_knows_of_those_before_and_behind_it(store, wanted):
    # Drawn once: graphql-core forgot the names it had looked for already.
    await overgrow(await models.found())
    executor = Executor()
    some = (
        f"posts(filter: {{{wanted}}}, %s) {{ edges {{ cursor }} pageInfo {{ hasPreviousPage hasNextPage }} }}"
    )
    cursors = [
        edge["cursor"] for edge in (await executor.ask(f"{{ {some % 'first: 3'} }}"))["posts"]["edges"]
    ]
    for way in (f'first: 1, after: "{cursors[0]}"', f'last: 1, before: "{cursors[2]}"'):
        page = (await executor.ask(f"{{ {some % way} }}"))["posts"]
        assert [edge["cursor"] for edge in page["edges"]] == cursors[1:2]
        assert page["pageInfo"] == {"hasPreviousPage": True, "hasNextPage": True}


@pytest.mark.faults
async def test_plans_answer_thousands_of_questions_as_the_graph_does(hearing):
    await _compare(examples=6_000, at_random=True)


@pytest.mark.faults
async def test_everybody_is_answered_thousands_of_times_as_the_graph_does(garden):
    await garden.compare(examples=150, at_random=True, moments=[LATER, SOON, AHEAD])


class Garden:
    """Asks a server that keeps answers, and graphql-core beside it, as one and another."""

    def __init__(self, client):
        self._client = client
        self._caches = (client.app[SEGMENTS], client.app[ANSWER_CACHE].kept)
        self._executor = Executor(Publication(SITE_URL, keep_seconds=3600), Documents())
        self._tally, self._saw_more = Tally(), set()

    async def compare(self, *, examples, at_random, moments):
        """Ask so many questions at each moment as each who may ask."""
        rows, everybody = await overgrow(await models.found()), set()
        for moment in moments:
            with time_machine.travel(moment, tick=False):
                rows["users"] = rows.get("users") or await employ(rows)
                lore = await gather(schema._schema, rows, self._executor.ask)
                for asker in await askers(rows, rows["users"]):
                    drawn = questions(schema._schema, await _known_to(asker, lore), asker.may)
                    complaint = partial(self._complaint, asker)
                    assert await complaint(WHO_AM_I) is None
                    await try_each(drawn, complaint, examples=examples, at_random=at_random)
                    everybody.add(asker.name)
        self._tally.check()
        # Or it would not be known who asked.
        assert self._saw_more == everybody - {READER.name}

    async def _complaint(self, asker, question):
        operation = self._executor.operation(question)
        if isinstance(operation, GraphQLError):
            return self._tally.note(None)
        mine = await self._executor.interpret(operation, question, asker.principal)
        readers = await self._executor.interpret(operation, question)
        self._tally.note(mine)
        if mine.body != readers.body:
            self._saw_more.add(asker.name)
        # A reader in between, and each of them after what the other may have left behind.
        for who, right in ((asker, mine), (READER, readers), (asker, mine), (READER, readers)):
            if (wrong := await self._wrong(who, question, right)) is not None:
                return wrong
        return None

    async def _wrong(self, asker, question, right):
        before = self._touched()
        told, headers = await self._asked(asker, question)
        if _in_order(told) != _in_order(right.told):
            return f"{asker.name}\ngraphql-core:\n{right.told.decode()}\nthe server:\n{told.decode()}"
        if asker.principal.is_known and self._touched() != before:
            return f"{asker.name}: an answer for them alone was looked for among those of all, or left there"
        if asker.principal.is_known and (headers["Cache-Control"] != FOR_ONE or "ETag" in headers):
            return f"{asker.name}: others may keep it: {dict(headers)}"
        return None

    async def _asked(self, asker, question):
        body = {"query": question.source, "variables": question.variables}
        body |= {"operationName": question.operation} if question.operation else {}
        params = body | {"variables": json.dumps(question.variables)}
        is_short = sum(len(quote(value)) for value in params.values()) < LONGEST_GET
        if is_short and len(question.source) % 2:
            asked = self._client.get("/graphql", params=params, headers=asker.headers)
        else:
            asked = self._client.post("/graphql", json=body, headers=asker.headers)
        async with asked as answer:
            return await answer.read(), answer.headers

    def _touched(self):
        # What is forgotten meanwhile, because others tell of a change, is no doing of who asks.
        return [(kept.hits, kept.misses) for kept in self._caches]


def _in_order(told):
    # What errs is told as it comes, and things that are read beside each other come in any order.
    answer = orjson.loads(told)
    if "errors" in answer:
        answer["errors"].sort(key=orjson.dumps)
    return orjson.dumps(answer)


async def _known_to(asker, lore):
    if asker.principal.user_id is not None:
        return await gather_for_staff(lore)
    who = asker.principal
    post = await models.Post.filter(id=who.post_id or 0).first()
    shown = post or await models.Page.filter(id=who.page_id or 0).first()
    return lore if shown is None else of_shown(lore, shown)


async def _compare(*, examples, at_random):
    rows = await overgrow(await models.found())
    executor, tally = Executor(), Tally()
    kept = Kept(1_000_000, seconds=3600)
    kept.listen()
    compiled = Plans(executor.documents.core, kept)

    async def complaint(question):
        # A plan is made once and answers whatever is sent along later; what it kept answers in the end.
        for asked in (*question.all, replace(question, before=())):
            if (wrong := await ask(asked)) is not None:
                return wrong
        return None

    async def ask(question):
        operation = executor.operation(question)
        if isinstance(operation, GraphQLError):
            return tally.note(None)
        interpreted = await executor.interpret(operation, question)
        tally.note(interpreted)
        planned = await compiled.answer(operation, question.variables, await executor.publication.context())
        tally.count("left" if planned is None else "taken")
        return difference(operation, question, interpreted, None if planned is None else planned.body)

    # In between posts appear; the plans that were made before must notice.
    for moment, share in ((LATER, 3), (SOON, 1), (AHEAD, 1)):
        with time_machine.travel(moment, tick=False):
            lore = await gather(schema._schema, rows, executor.ask)
            drawn = questions(schema._schema, lore)
            await try_each(drawn, complaint, examples=examples * share // 3, at_random=at_random)
    tally.check()
    assert tally.counts["taken"] >= 0.5 * tally.counts["asked"]
    assert kept.hits >= 0.1 * tally.counts["asked"]
