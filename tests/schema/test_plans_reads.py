"""A plan tells all that it has read: whatever changes its answer is told under a name of that."""

from contextlib import suppress
from random import Random

import pytest
import time_machine
from graphql import GraphQLError

import models
from schema.context import Publication
from schema.graph import schema
from schema.kept import Kept
from schema.plans import Plans
from tests.schema.differing import ROOT, Executor
from tests.schema.drawing import draw
from tests.schema.garden import LATER
from tests.schema.lore import gather
from tests.schema.overgrown import SOON, overgrow
from tests.schema.upheaval import VERBS

EVERYTHING = "everything"


async def test_whatever_changes_an_answer_is_told_under_what_it_has_read(store):
    await _upheave(rounds=len(VERBS), questions_each=8, seed=5)


@pytest.mark.faults
async def test_thousands_of_changed_answers_are_told(store):
    await _upheave(rounds=30 * len(VERBS), questions_each=15, seed=Random().getrandbits(32))


async def test_what_time_alone_changes_was_true_until_then(store):
    rows = await overgrow(await models.found())
    with time_machine.travel(LATER, tick=False) as clock:
        watching = await _Watching.begin(rows)
        kept = await watching.kept(80, Random(7))
        clock.move_to(SOON)
        watching.executor.publication = Publication(ROOT, keep_seconds=3600)
        changed = 0
        for question, operation, before, planned in kept:
            after = await watching.executor.interpret(operation, question)
            if after != before:
                changed += 1
                in_time = planned.until is not None and planned.until <= SOON
                assert in_time or watching.heard & planned.reads, str(question)
        assert changed >= 5


async def _upheave(*, rounds, questions_each, seed):
    rows = await overgrow(await models.found())
    random, changed, forgotten = Random(seed), 0, 0
    with time_machine.travel(LATER, tick=False) as clock:
        watching = await _Watching.begin(rows)
        for number in range(rounds):
            # Rows have moments of their own, as they would have.
            clock.shift(1)
            verb = VERBS[number % len(VERBS)] if number < len(VERBS) else random.choice(VERBS)
            kept = await watching.kept(questions_each, random)
            watching.heard.clear()
            with suppress(models.Refused):
                await verb(random, rows)
            watching.executor.publication = Publication(ROOT, keep_seconds=3600)
            for question, operation, before, planned in kept:
                after = await watching.executor.interpret(operation, question)
                again = await watching.answer(question, operation)
                assert again is None or again.body == after.body, (verb.__name__, str(question))
                is_told = bool(watching.heard & {*planned.reads, EVERYTHING})
                forgotten += is_told
                if after != before:
                    changed += 1
                    told, read = sorted(watching.heard), sorted(planned.reads)
                    assert is_told, f"seed {seed}, {verb.__name__}, told {told}, read {read}\n{question}"
    print(f"of {rounds * questions_each} kept answers {changed} changed, {forgotten} were forgotten")  # noqa: T201
    assert changed >= rounds // 2


class _Watching:
    """Asks questions, and hears what is told."""

    def __init__(self, executor, compiled, lore):
        self.executor, self.compiled, self.lore = executor, compiled, lore
        self.heard = set()

    @classmethod
    async def begin(cls, rows):
        executor = Executor()
        lore = await gather(schema._schema, rows, executor.ask)
        # What is kept is what answers in the end: it listens as the server's does.
        kept = Kept(10_000_000, seconds=3600)
        kept.listen()
        watching = cls(executor, Plans(executor.documents.core, kept), lore)
        models.pulse.watch(watching.hear)
        return watching

    def hear(self, tags):
        """Remember what was told."""
        self.heard |= tags

    async def answer(self, question, operation):
        """Answer by a plan, and by what plans have kept."""
        context = await self.executor.publication.context()
        return await self.compiled.answer(operation, question.variables, context)

    async def kept(self, number, random):
        """Answer those questions that a plan answers, in both ways."""
        kept = []
        for _ in range(number):
            question = draw(schema._schema, self.lore, random, sizes=(60,))
            operation = self.executor.operation(question)
            if isinstance(operation, GraphQLError):
                continue
            planned = await self.answer(question, operation)
            if planned is not None and planned.reads is not None:
                interpreted = await self.executor.interpret(operation, question)
                kept.append((question, operation, interpreted, planned))
        return kept
