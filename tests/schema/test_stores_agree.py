"""SQLite and PostgreSQL answer the same questions alike, to the byte."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import orjson
import pytest
import time_machine

import models
from models.store import APPS, open_store
from schema.graph import schema
from tests.schema.differing import Executor, Interpreted, Tally, try_each
from tests.schema.drawing import Question, questions
from tests.schema.garden import LATER
from tests.schema.lore import Lore, gather
from tests.schema.overgrown import overgrow


@pytest.fixture
def both(databases):
    """Name two stores without rows, one of each kind."""
    return [databases.migrated(dialect, APPS) for dialect in ("sqlite", "postgres")]


@pytest.mark.long
async def test_both_stores_answer_alike(both):
    await _compare(both, examples=300, at_random=False)


@pytest.mark.faults
async def test_both_stores_answer_thousands_alike(both):
    await _compare(both, examples=10_000, at_random=True)


async def _compare(both, *, examples, at_random):
    tally, answers = Tally(), list[tuple[Question, Interpreted]]()
    # One after the other: a process has one store open at a time.
    async with _planted(both[0]) as (executor, lore):

        async def keep(question: Question) -> str | None:
            answered = await executor.answer(question)
            tally.note(answered)
            if answered is not None:
                answers.append((question, answered))
            return None

        await try_each(questions(schema._schema, lore), keep, examples=examples, at_random=at_random)
    async with _planted(both[1]) as (executor, other_lore):
        assert lore == other_lore
        for question, answered in answers:
            assert _alike(await executor.answer(question)) == _alike(answered), str(question)
    tally.check()


def _alike(answered: Interpreted | None) -> Interpreted | None:
    """Give an answer with its errors in one order: they are told as they come, and a store may be quicker."""
    return answered and replace(answered, errors=sorted(answered.errors, key=orjson.dumps))


@asynccontextmanager
async def _planted(url: str) -> AsyncIterator[tuple[Executor, Lore]]:
    async with open_store(url, migrate=False):
        rows = await overgrow(await models.found())
        with time_machine.travel(LATER, tick=False):
            executor = Executor()
            yield executor, await gather(schema._schema, rows, executor.ask)
