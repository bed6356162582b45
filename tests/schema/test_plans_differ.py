"""Compiled plans answer as graphql-core does, to the byte, or leave the answer to it."""

import os
from dataclasses import replace

import pytest
import time_machine
from graphql import GraphQLError

import models
from schema.graph import schema
from schema.kept import Kept
from schema.plans import Plans
from tests.schema.differing import Executor, Tally, difference, try_each
from tests.schema.drawing import questions
from tests.schema.garden import AHEAD, LATER
from tests.schema.lore import gather
from tests.schema.overgrown import SOON, overgrow

pytestmark = pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="there are no plans")


@pytest.fixture
async def hearing(store):
    """Hear what others do, without which nothing kept is given."""
    async with models.pulse.hearing():
        yield


async def test_plans_answer_as_the_graph_does(hearing):
    await _compare(examples=180, at_random=False)


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
