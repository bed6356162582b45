"""Compiled plans answer as graphql-core does, to the byte, or leave the answer to it."""

import pytest
import time_machine
from graphql import GraphQLError

import models
from schema.graph import schema
from tests.schema.differing import Executor, Tally, difference, try_each
from tests.schema.drawing import questions
from tests.schema.garden import AHEAD, LATER
from tests.schema.lore import gather
from tests.schema.overgrown import SOON, overgrow

plans = pytest.importorskip("schema.plans")


async def test_plans_answer_as_the_graph_does(store):
    await _compare(examples=180, at_random=False)


@pytest.mark.faults
async def test_plans_answer_thousands_of_questions_as_the_graph_does(store):
    await _compare(examples=6_000, at_random=True)


async def _compare(*, examples, at_random):
    rows = await overgrow(await models.found())
    executor, tally = Executor(), Tally()
    compiled = plans.Plans(executor.documents.core)

    async def complaint(question):
        operation = executor.operation(question)
        if isinstance(operation, GraphQLError):
            return tally.note(None)
        interpreted = await executor.interpret(operation, question)
        tally.note(interpreted)
        context = await executor.publication.context()
        try:
            planned = await compiled.answer(operation, question.variables, context)
        except Exception as error:
            return f"The plan failed: {error!r}"
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
