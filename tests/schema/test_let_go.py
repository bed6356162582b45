"""What was read and planned for a document goes with it: a cycle would stay until the collector finds it."""

import gc
import os
from random import Random

import pytest
from graphql import GraphQLError

from schema.documents import Documents
from schema.plans import Plans
from tests.schema.differing import Executor
from tests.schema.drawing import draw
from tests.schema.lore import gather
from tests.schema.overgrown import overgrow

WRONG = ("{ nothing }", "{ posts(", '{ posts(first: "x") { nodes { id } } }', "{ a: __typename }" * 2)


@pytest.mark.parametrize("source", ["{ posts { nodes { id title authors { name } } } }", *WRONG])
def test_a_document_goes_when_it_is_dropped(source):
    documents = Documents()
    documents.read(source)
    assert _left_by(documents) == 0


@pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="plans are off")
async def test_a_plan_goes_with_its_document(site, publication):
    rows, executor = await overgrow(site), Executor(publication)
    core = executor.documents.core
    lore = await gather(core, rows, executor.ask)
    executor.documents = Documents()
    plans, planned = Plans(core), 0
    for seed in range(120):
        question = draw(core, lore, Random(seed))
        operation = executor.operation(question)
        if not isinstance(operation, GraphQLError) and operation.kind.value == "query":
            planned += (
                await plans.answer(operation, question.variables, await publication.context()) is not None
            )
    del operation
    assert planned > 50
    assert _left_by(executor.documents) == 0


def _left_by(documents):
    """Drop all documents; count what is left for the collector."""
    gc.disable()
    while gc.collect():  # what validation, and whoever was before, leave behind
        pass
    try:
        documents._kept.clear()
        return gc.collect()
    finally:
        gc.enable()
